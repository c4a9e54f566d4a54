"""A guest's code in memory, and a code of ours while it can be scanned (PAY-9)."""

from __future__ import annotations

import pytest

from jumak.domain.attempt import Attempt, Step, TerminalRef, payment_of, showing, stepped
from jumak.domain.errors import InvalidArgument
from jumak.domain.payment import CardDetails
from jumak.domain.wallet import Barcode, PresentedBy, PresentedCode, presented_code
from jumak.service.presented import PresentedCodes
from tests.domain.test_attempt import PRICE

CODE = "9100000000000001"
CARD = CardDetails(installment_month="00", card_type="CREDIT", card_brand="신한", card_no="949088******1234")


def an_attempt(presented_by: PresentedBy = "SHOP") -> Attempt:
    return Attempt(
        id="a1", order_id="o1", tender="BARCODE", amount=PRICE.amount_money, state="SENT", price=PRICE,
        caller="till-1", at_ms=0, terminal=TerminalRef(id="t1", name="카운터"), barcode=Barcode(presented_by=presented_by),
    )  # fmt: skip


@pytest.mark.parametrize("text", [CODE, f" {CODE}\r\n", "hQVDUFYwMWETTwegAAAABhAQ=="])
def test_a_code_is_as_it_was_scanned(text: str):
    """PAY-9: without what scanners put around it."""
    assert presented_code(text).reveal() == text.strip()


@pytest.mark.parametrize("text", ["", "1234567", "9100 0000 0000 0001", "9" * 513, "구일공공공공공공"])
def test_what_can_be_no_code(text: str):
    """PAY-9: the refusal says what to do and repeats nothing."""
    with pytest.raises(InvalidArgument) as refused:
        presented_code(text)
    assert "다시 스캔" in refused.value.ko
    assert not text or text not in f"{refused.value} {refused.value.data}"


def test_a_code_prints_nothing_of_itself():
    """PAY-9, SEC-3: wherever a value of ours is logged."""
    code = PresentedCode(CODE)
    for said in (repr(code), str(code), f"{code}", f"{[code]}", repr(PresentedCodes())):
        assert CODE not in said


def test_a_code_is_taken_once():
    """PAY-9, PAY-8: nobody has it afterwards; a till that begins anew forgets the one before."""
    codes, code = PresentedCodes(), PresentedCode(CODE)
    codes.keep("till-1", "a1", code)
    codes.keep("till-2", "a2", PresentedCode(CODE))
    assert codes.take("a1") is code
    assert codes.take("a1") is None
    codes.keep("till-2", "a3", code)
    assert codes.take("a2") is None
    assert codes.take("a3") is code


def test_a_code_of_ours_is_there_while_it_can_be_scanned():
    """PAY-9: whatever ends the wait takes it away."""
    shown = showing(an_attempt(), "pay:1")
    assert shown is not None
    assert shown.barcode == Barcode(presented_by="SHOP", text="pay:1")
    assert showing(shown, "pay:1") is None
    again = showing(shown, "pay:2")
    assert again is not None
    assert again.barcode is not None
    assert again.barcode.text == "pay:2"
    for step in (Step.APPROVE, Step.DECLINE, Step.GIVE_UP, Step.LOSE):
        over = stepped(again, step)
        assert over.barcode == Barcode(presented_by="SHOP")
        assert showing(over, "pay:3") is None


def test_a_guest_with_a_code_is_shown_none():
    """PAY-9: a terminal that gives one all the same is not listened to."""
    assert showing(an_attempt("GUEST"), "pay:1") is None


@pytest.mark.parametrize(("card", "source"), [(None, "EXTERNAL"), (CARD, "CARD")])
def test_what_a_wallets_payment_is(card: CardDetails | None, source: str):
    """§3.1: CARD with a card behind it, else EXTERNAL; the wallet is named in both."""
    paid = payment_of(
        an_attempt(), PRICE, key="a1", approved_at="2026-02-02T12:00:00+09:00", card=card, wallet="페이"
    )
    assert (paid.source_type, paid.card_details) == (source, card)
    assert paid.external_details is not None
    assert (paid.external_details.source, paid.external_details.source_id) == ("페이", None)
