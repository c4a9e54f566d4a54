"""What an amount does: the last two digits of it (rulebook SIM-1)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Fault(Struct, frozen=True, kw_only=True):
    """How a charge goes otherwise than approved and answered.

    declined: sentence of the refusal, under the fault's own code.  answer_lost: the connection is cut instead of
    answered.  unreached: the network never hears of it.  queries_lost: so many queries about it are cut too.
    short: approved for so many won less.  whole_only: a partial cancel is refused.  went_back: the guest did.
    """

    declined: str = ""
    answer_lost: bool = False
    unreached: bool = False
    queries_lost: int = 0
    short: int = 0
    whole_only: bool = False
    went_back: bool = False


NONE: Final = Fault()

FAULTS: Final[dict[str, Fault]] = {
    "01": Fault(declined="카드사에 문의해 주세요"),
    "05": Fault(declined="승인이 거절되었습니다"),
    "51": Fault(declined="잔액이 부족합니다"),
    "54": Fault(declined="유효기간이 지난 카드입니다"),
    "55": Fault(declined="비밀번호가 틀렸습니다"),
    "61": Fault(declined="한도를 초과했습니다"),
    "68": Fault(answer_lost=True),
    "69": Fault(answer_lost=True, unreached=True),
    "70": Fault(answer_lost=True, queries_lost=2),
    "75": Fault(declined="비밀번호 입력 횟수를 초과했습니다"),
    "91": Fault(declined="카드사가 응답하지 않습니다"),
    "94": Fault(declined="이미 처리된 거래입니다"),
    "96": Fault(short=1),
    "97": Fault(whole_only=True),
    "98": Fault(declined="카드 리더기 연결이 끊어졌습니다"),
    "99": Fault(went_back=True),
}
"""Codes of ISO 8583 where it has one."""

OK: Final = "00"


def code_of(amount: int) -> str:
    """The code an amount asks for."""
    return f"{amount % 100:02d}"
