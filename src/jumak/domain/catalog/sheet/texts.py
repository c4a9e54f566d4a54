"""Values of the menu as the text of a cell, and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from jumak.domain.catalog.sheet.columns import Lang

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "ON_SALE": ("판매중", "On sale"),
    "SOLD_OUT": ("품절", "Sold out"),
    "UNAVAILABLE": ("숨김", "Hidden"),
    "FIXED": ("고정", "Fixed"),
    "VARIABLE": ("싯가", "Asked at sale"),
    "UNIT": ("단위", "Per unit"),
}
_YES: Final = frozenset({"예", "네", "y", "yes", "true", "1", "o", "면세", "기본"})
_NO: Final = frozenset({"", "아니오", "아니요", "n", "no", "false", "0", "x", "과세"})
_SEPARATORS: Final = frozenset(";\n")
_NAMED: Final = re.compile(r"(.*?)\s*#([0-9]{1,16})", re.DOTALL)


def plain(text: str) -> str:
    """A cell as it is compared: one kind of line break, no blanks around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def word(value: str, lang: Lang) -> str:
    """A state or a type of price for people."""
    return WORDS[value][0 if lang == "ko" else 1]


def value_of(text: str, among: Iterable[str]) -> str | None:
    """The value a word means, None for none of `among`."""
    said = _squeezed(text)
    for value in among:
        if said in {_squeezed(each) for each in (value, *WORDS[value])}:
            return value
    return None


def state_of(text: str) -> str | None:
    """A state of sale; under a heading 품절 a yes or no will do."""
    found = value_of(text, ("ON_SALE", "SOLD_OUT", "UNAVAILABLE"))
    if found is None and (is_out := flag_of(text)) is not None:
        return "SOLD_OUT" if is_out else "ON_SALE"
    return found


def yes(value: bool, lang: Lang) -> str:
    """Yes, or an empty cell."""
    return "" if not value else "예" if lang == "ko" else "Yes"


def flag_of(text: str) -> bool | None:
    """Yes or no; None for neither."""
    said = _squeezed(text)
    return True if said in _YES else False if said in _NO else None


def whole_of(text: str) -> int | None:
    """A whole number as people write amounts: 9,000원, ₩9000; None for another text."""
    said = _number(text)
    found = re.fullmatch(r"([+-]?[0-9]{1,15})(?:\.0+)?", said)
    return int(found[1]) if found else None


def quantity_of(text: str) -> int | float | None:
    """A quantity of zero or more with at most three decimals; None for another text."""
    said = _number(text)
    if re.fullmatch(r"\+?[0-9]{1,9}(?:\.[0-9]{1,3}0*)?", said) is None:
        return None
    number = float(said)
    return int(number) if number.is_integer() else number


def looks_rounded(text: str) -> bool:
    """A long number that a spreadsheet turned into 8.80123E+12: its digits are lost."""
    return re.fullmatch(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]{1,3}", text.strip()) is not None


class Names:
    """Things of one kind by title, as a cell refers to them.

    A title that is not the only one of its kind, or that could be misread, has the thing's number behind it:
    `음료 #3`.
    """

    def __init__(self, titles: Mapping[int, str]) -> None:
        self._titles = titles
        self._by_title: dict[str, list[int]] = {}
        for key, title in titles.items():
            self._by_title.setdefault(plain(title), []).append(key)
        self._written = {key: self._write(key, title) for key, title in titles.items()}

    def write(self, key: int) -> str:
        """How a cell refers to it; only the number of something that is gone."""
        return self._written.get(key, f"#{key}")

    def find(self, text: str) -> int | None:
        """The one that is meant, None when there is none. Raises LookupError when it could be several."""
        text = plain(text)
        if (named := _NAMED.fullmatch(text)) is not None:
            title = self._titles.get(int(named[2]))
            if title is not None and named[1] in ("", plain(title)):
                return int(named[2])
        same = self._by_title.get(text, ())
        if len(same) == 1:
            return same[0]
        if same:
            raise LookupError(text)
        return None

    def _write(self, key: int, title: str) -> str:
        text = plain(title)
        if not text or not _SEPARATORS.isdisjoint(text):
            return f"#{key}"
        is_clear = len(self._by_title[text]) == 1 and not _NAMED.fullmatch(text)
        return text if is_clear else f"{text} #{key}"


def listed(text: str) -> list[str]:
    """The names in a cell, separated by semicolons or line breaks."""
    return [part.strip() for part in re.split(r"[;\n]", plain(text)) if part.strip()]


def joined(keys: Iterable[int], write: Callable[[int], str]) -> str:
    """Names for one cell."""
    return "; ".join(map(write, keys))


def _number(text: str) -> str:
    said = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s,₩\\원개]", "", said).replace("−", "-")


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().replace("_", "").split())
