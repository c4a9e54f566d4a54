"""Finding items by what people type (SCN-2; contract, extensions §9)."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from jumak.domain.catalog.search import INITIALS, pattern, searched

EXAMPLES = json.loads((Path(__file__).parent / "search_examples.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("title", "typed", "found"), EXAMPLES)
def test_what_is_typed_finds_what_is_meant(title: str, typed: str, found: bool):
    """SCN-2: parts of titles, initial consonants, syllables half typed; never a pattern of the typist's own."""
    assert (pattern(typed).search(searched(title)) is not None) is found


def test_decomposed_text_is_the_same_text():
    """SCN-2: macOS hands over names letter by letter."""
    assert pattern(unicodedata.normalize("NFD", "비빔")).search(searched("비빔밥"))
    assert pattern("비빔").search(searched(unicodedata.normalize("NFD", "비빔밥")))


def test_every_syllable_is_found_by_its_initial_and_by_itself():
    """SCN-2: all 11,172 syllables."""
    for code in range(0xAC00, 0xD7A4):
        syllable = chr(code)
        initial = INITIALS[(code - 0xAC00) // 588]
        others = INITIALS.replace(initial, "")
        assert pattern(initial).search(syllable)
        assert pattern(syllable).search(syllable)
        assert not pattern(others[0]).search(syllable)
