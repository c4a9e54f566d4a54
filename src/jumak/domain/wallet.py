"""Wallets: who shows a code to whom, and the guest's one-time code (rulebook PAY-9; contract: extensions §2).

Either the guest's phone shows a short-lived code and the till scans it, or the terminal gives the text of a code
that the guest's phone scans. The guest's code is as good as money until it is used: it lives in memory, is printed
by no `repr`, and no value that is stored, sent or logged has a place for it.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from msgspec import Meta

from jumak.domain.base import Doc
from jumak.domain.errors import InvalidArgument

PresentedBy = Literal["GUEST", "SHOP"]
"""Who shows the code; the other one scans it."""

MOST_SHOWN: Final = 1_000
"""Characters of a code that a guest's phone can still read off a screen."""

MOST_CODE: Final = 512
"""Longest code of a guest: what fits into the largest EMV code a phone presents."""

_CODE: Final = re.compile(r"[!-~]{8,512}")
"""Digits as a rule; letters and signs where the code is an EMV QR."""


class Barcode(Doc, frozen=True, kw_only=True):
    """How an attempt uses a code. text: what the guest's phone is to scan, while it is to; never the guest's own."""

    presented_by: PresentedBy
    text: Annotated[str, Meta(max_length=MOST_SHOWN)] | None = None


class WalletCode(Doc, frozen=True, kw_only=True):
    """What the codes of a wallet look like. starts: how they begin.  least, most: their length."""

    wallet: Annotated[str, Meta(min_length=1, max_length=64)]
    starts: Annotated[str, Meta(min_length=1, max_length=20)]
    least: Annotated[int, Meta(ge=8, le=MOST_CODE)]
    most: Annotated[int, Meta(ge=8, le=MOST_CODE)]

    def is_one(self, code: str) -> bool:
        """This looks like a guest's code of the wallet."""
        return code.startswith(self.starts) and self.least <= len(code) <= self.most


class Wallets(Doc, frozen=True, kw_only=True):
    """What a terminal knows of wallets. reads: the codes of guests it takes.  shows: it gives codes to scan."""

    reads: tuple[WalletCode, ...] = ()
    shows: bool = False


class PresentedCode:
    """A guest's code, from the scanner to the terminal. It is used once; `reveal` is for the driver alone."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The code itself, to be sent to the terminal and kept nowhere (PAY-9)."""
        return self._text

    def __repr__(self) -> str:
        """Nothing of it: reprs end up in logs."""
        return "PresentedCode(…)"


def presented_code(text: str) -> PresentedCode:
    """What a scanner read off the guest's phone; raises InvalidArgument, which does not repeat it."""
    code = text.strip()
    if not _CODE.fullmatch(code):
        raise InvalidArgument(
            "결제 코드를 읽지 못했습니다. 손님 휴대폰의 QR·바코드를 다시 스캔해 주세요",
            "a code is 8 to 512 printable ASCII characters without blanks; scan it again",
            path="$.barcode",
        )
    return PresentedCode(code)
