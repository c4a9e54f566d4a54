"""Finding items by what people type: part of a name, its initial consonants (초성), a code.

Korean is typed letter by letter, so a search sees half a syllable most of the time. `ㅂㅂㅂ` finds
비빔밥, and so does every step of typing it: 비, 비비, 비빔, 비빔ㅂ, 비빔바. Blanks and letter case do not
count. The till's page matches what it has on screen by the same rule (`web/src/shop/matching.ts`); both are held to
`tests/domain/search_examples.json`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from jumak.domain.catalog.types import CatalogItem

_FIRST: Final = 0xAC00
_LAST: Final = 0xD7A3
_FINALS: Final = 28
_PER_INITIAL: Final = 588

INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_FINAL_LETTERS: Final = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_DOUBLED: Final = {
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
"""Two consonants typed in a row that keyboards draw as one letter."""


def searched(text: str) -> str:
    """A text as it is compared: composed, without letter case and blanks."""
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


def said_of(item: CatalogItem) -> str:
    """Everything an item may be found by, a line each: titles, code, SKUs, barcodes."""
    packs = item.title_i18n.languages.values() if item.title_i18n else ()
    codes = (code for price in item.prices for code in (price.sku, price.barcode) if code)
    return "\n".join(map(searched, (item.title, *packs, item.code or "", *codes)))


def pattern(text: str) -> re.Pattern[str]:
    """What matches inside `said_of` an item that is looked for; an empty text matches everything."""
    letters = "".join(_DOUBLED.get(letter, letter) for letter in searched(text))
    parts = [_of_initial(letter) if letter in INITIALS else re.escape(letter) for letter in letters[:-1]]
    return re.compile("".join(parts) + (_being_typed(letters[-1]) if letters else ""))


def _of_initial(letter: str) -> str:
    first = _FIRST + INITIALS.index(letter) * _PER_INITIAL
    return f"[{letter}{chr(first)}-{chr(first + _PER_INITIAL - 1)}]"


def _being_typed(letter: str) -> str:
    """The letter the cursor stands behind: its syllable may go on, or hand its final to the next one."""
    if letter in INITIALS:
        return _of_initial(letter)
    if not _FIRST <= ord(letter) <= _LAST:
        return re.escape(letter)
    final = (ord(letter) - _FIRST) % _FINALS
    open_syllable = ord(letter) - final
    if final == 0:
        return f"[{letter}-{chr(open_syllable + _FINALS - 1)}]"
    typed = _FINAL_LETTERS[final]
    parts = _DOUBLED.get(typed, typed)
    # 칮 on the way to 치즈, 닭 on the way to 달걀; 달 on the way to 닭.
    before = open_syllable + (_FINAL_LETTERS.index(parts[0]) if len(parts) > 1 else 0)
    fuller = "".join(
        chr(open_syllable + _FINAL_LETTERS.index(double))
        for double, letters in _DOUBLED.items()
        if letters[0] == typed
    )
    return f"(?:[{letter}{fuller}]|{chr(before)}{_of_initial(parts[-1])})"
