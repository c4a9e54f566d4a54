"""People read one word for one thing, whichever part of the shop speaks to them (contract §11, glossary)."""

from __future__ import annotations

from tests.tidy.project import ROOT, modules, short

NEVER = {"매니저": "점장"}
"""A word nothing of ours says to people → the one of the glossary."""


def test_a_thing_has_one_korean_name():
    """contract §11: the server's sentences and the pages' call a manager the same."""
    sources = [
        *modules("src"),
        *(path for end in ("ts", "svelte") for path in sorted((ROOT / "web" / "src").rglob(f"*.{end}"))),
    ]
    texts = {short(path): path.read_text() for path in sources}
    assert any("점장" in text for name, text in texts.items() if name.endswith(".ts"))
    assert [(name, word) for name, text in texts.items() for word in NEVER if word in text] == []
