"""Wallets to practise with: which there are, what their codes look like, and what becomes of a code (PAY-9, SIM-1).

A code is the wallet's two digits and fourteen to twenty-two more, any. It is taken once, whatever became of the
payment; one that ends in 54 has expired, as with cards.
"""

from __future__ import annotations

import secrets
from typing import Final

from msgspec import Struct

from jumak.domain.wallet import WalletCode, Wallets

LEAST, MOST = 16, 24


class PracticeWallet(Struct, frozen=True, kw_only=True):
    """A wallet. starts: of its codes.  by_card: a card is behind it; otherwise its own money (§3.1)."""

    name: str
    starts: str
    by_card: bool


WALLETS: Final = (
    PracticeWallet(name="카카오페이", starts="91", by_card=False),
    PracticeWallet(name="네이버페이", starts="92", by_card=True),
    PracticeWallet(name="제로페이", starts="93", by_card=False),
    PracticeWallet(name="페이코", starts="94", by_card=True),
)

KNOWN: Final = Wallets(
    reads=tuple(WalletCode(wallet=each.name, starts=each.starts, least=LEAST, most=MOST) for each in WALLETS),
    shows=True,
)

UNREADABLE, EXPIRED, USED = "14", "54", "W1"
REFUSALS: Final = {
    UNREADABLE: "알 수 없는 QR·바코드입니다. 손님의 결제 앱을 확인해 주세요",
    EXPIRED: "유효 시간이 지난 코드입니다. 손님 앱에서 새 코드를 열어 주세요",
    USED: "이미 사용한 코드입니다. 손님 앱에서 새 코드를 열어 주세요",
}
"""By code; of ISO 8583 where it has one."""


def wallet_of(code: str) -> PracticeWallet | None:
    """Whose code it is."""
    if not (code.isascii() and code.isdecimal() and LEAST <= len(code) <= MOST):
        return None
    return next((each for each in WALLETS if code.startswith(each.starts)), None)


def named(name: str) -> PracticeWallet | None:
    """The wallet of this name."""
    return next((each for each in WALLETS if each.name == name), None)


def is_expired(code: str) -> bool:
    """It was open on the phone for too long."""
    return code.endswith(EXPIRED)


def fresh_code(wallet: PracticeWallet) -> str:
    """A code nobody has used, as a guest's phone would show it."""
    while is_expired(code := f"{wallet.starts}{secrets.randbelow(10**14):014d}"):
        pass
    return code


def text_to_scan(key: str) -> str:
    """What the terminal shows a guest. No wallet's app knows it: nobody pays by mistake."""
    return f"jumak-practice-pay:{key}"
