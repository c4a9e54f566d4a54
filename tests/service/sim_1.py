"""The rows of SIM-1 as the rules page publishes them, and how a payment ends that meets one.

Whatever plays a card terminal reads them here, so that a row that is added to the page is played, or fails.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from msgspec import Struct

PAGE: Final = Path(__file__).parents[2] / "docs" / "rules" / "README.md"

APPROVES: Final = "00"
"""Stands for every amount the page does not name."""

ENDS: Final[dict[str, str]] = {
    "declined, refer to issuer": "DECLINED",
    "declined, do not honour": "DECLINED",
    "insufficient funds": "DECLINED",
    "over limit": "DECLINED",
    "expired": "DECLINED",
    "wrong PIN": "DECLINED",
    "PIN tries": "DECLINED",
    "issuer unavailable": "DECLINED",
    "reader disconnected": "DECLINED",
    "customer cancelled": "CANCELED",
    "partial cancel refused": "APPROVED",
    "approved at host, answer lost (UNKNOWN → query says approved)": "APPROVED",
    "as 68 and query also fails twice": "APPROVED",
    "never reached host, answer lost (UNKNOWN → not found)": "NOT_FOUND",
    "duplicate transaction": "NOT_FOUND",
    "approved for amount − 1 (mismatch, must be voided)": "NET_CANCELLED",
    "approved, 8-digit approval number from a seeded counter": "APPROVED",
}
"""By the page's own words, how an attempt ends while staff wait for it (§3.3)."""


class Row(Struct, frozen=True):
    """One result of the simulator. code: the amount's last two digits.  says: what the page says.  ends: the attempt's state."""

    code: str
    says: str
    ends: str

    @property
    def pays(self) -> bool:
        """The money is the order's; otherwise none of it stays at the network."""
        return self.ends == "APPROVED"


def _published() -> list[Row]:
    page = PAGE.read_text(encoding="utf-8")
    table = re.search(r"^\*\*SIM-1\*\*.*?\n\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert table is not None, "the rules page has no table of SIM-1"
    _, _, *lines = table[1].splitlines()
    cells = [cell.strip() for line in lines for cell in line.strip("|").split("|")]
    rows = []
    for code, says in zip(cells[::2], cells[1::2], strict=True):
        codes, sayings = code.split(" / "), says.split(" / ")
        assert len(codes) == len(sayings), says
        rows += [
            (APPROVES if one == "other" else one, said) for one, said in zip(codes, sayings, strict=True)
        ]
    return [Row(code, says, ENDS[says]) for code, says in rows]


ROWS: Final = _published()
