"""The receipt of an order (rulebook §7.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.order.ending import cancel
from jumak.domain.order.paying import cancel_payment, record_payment
from jumak.domain.order.types import Order
from jumak.domain.receipt import Receipt, ReceiptedCash, Taking, receipt_of
from tests.domain.shop_floor import (
    AMERICANO,
    CAKE,
    FRUIT,
    NOON,
    PLUGIN,
    RESTAURANT,
    SEOUL,
    a_discount,
    a_line,
    a_payment,
    an_order,
)
from tests.domain.test_order_paying import example_a

ISO = SEOUL.iso(NOON)


def pay(order: Order, amount: int, key: str = "1", **more: Any) -> Order:
    return record_payment(
        order, a_payment(order, amount, key, **more), payment_id=f"p{key}", caller=PLUGIN, shop=RESTAURANT,
        body=b"", at_ms=0, iso=ISO, approved_at=ISO, business_date="2026-02-01",
    ).order  # fmt: skip


def receipt(order: Order, shop=RESTAURANT, *, table: str | None = None, **more: Any) -> Receipt:
    takings: dict[str, Taking] = more.get("takings", {})
    return receipt_of(order, shop, table=table, takings=takings, cash_receipts=more.get("cash_receipts", ()))


def sums(paper: Receipt) -> int:
    off = [*paper.discounts, *(each for line in paper.lines for each in line.discounts)]
    return sum(line.amount for line in paper.lines) - sum(each.amount for each in off) + paper.tip


def test_the_receipt_of_example_a():
    """§7.3: lines before discounts, what is taken off below, supply and VAT apart, exempt lines marked."""
    paper = receipt(pay(example_a(), 20_707), replace(RESTAURANT, representative="김사장"), table="3번")
    assert (paper.kind, paper.total, paper.paid, paper.unpaid) == ("RECEIPT", 20_707, 20_707, 0)
    assert (paper.supply, paper.tax, paper.exempt, paper.tip) == (12_234, 1_223, 7_250, 0)
    assert [(line.unit, line.quantity, line.amount, line.exempt) for line in paper.lines] == [
        (4_500, 2, 9_000, False),
        (6_500, 1, 6_500, False),
        (8_000, 1, 8_000, True),
    ]
    assert [each.amount for each in paper.lines[1].discounts] == [650]
    assert [each.amount for each in paper.discounts] == [1_143, 1_000]
    assert (paper.shop.representative, paper.table, paper.number[:9]) == ("김사장", "3번", "20260201-")
    assert sums(paper) == 20_707


@pytest.mark.parametrize("tax_type", ["SIMPLIFIED", "EXEMPT"])
def test_the_split_is_of_shops_that_show_it(tax_type):
    """VAT-7: others hide supply and VAT."""
    paper = receipt(example_a(), replace(RESTAURANT, tax_type=tax_type))
    assert (paper.supply, paper.tax, paper.exempt) == (None, None, None)


def test_the_card_and_its_issuer():
    """PAY-5, SEC-3: the issuer, never the acquirer, and a masked number."""
    card = {
        "installmentMonth": "03", "cardType": "CREDIT", "cardBrand": "카카오뱅크", "source": "BC",
        "cardNo": "4567890123456789",
    }  # fmt: skip
    order = pay(an_order(a_line(CAKE)), 6_500, sourceType="CARD", cardDetails=card)
    paper = receipt(order, takings={"p1": Taking(test_mode=True)})
    shown = paper.payments[0].card
    assert shown is not None
    assert (shown.issuer, shown.number, shown.months) == ("카카오뱅크", "456789******6789", "03")
    assert (paper.payments[0].test_mode, paper.test_mode) == (True, True)


def test_each_part_of_a_mixed_payment():
    """CSH-1: what was tendered and the change beside each; what went back says so."""
    order = pay(pay(an_order(a_line(AMERICANO, 2)), 4_000), 5_000, "2", sourceType="EXTERNAL")
    paper = receipt(order, takings={"p1": Taking(tendered=5_000, change=1_000)})
    assert [(each.source_type, each.amount, each.tendered, each.change) for each in paper.payments] == [
        ("EXTERNAL", 4_000, 5_000, 1_000),
        ("EXTERNAL", 5_000, None, None),
    ]
    back = receipt(cancel_payment(order, "p2", shop=RESTAURANT, iso=ISO))
    assert [each.cancelled_at for each in back.payments] == [None, ISO]
    assert (back.kind, back.paid, back.unpaid) == ("RECEIPT", 4_000, 5_000)


def test_what_is_no_receipt():
    """PRN-1: before anything is paid it is a bill; a cancelled order says so."""
    order = an_order(a_line(AMERICANO))
    assert receipt(order).kind == "PRE_BILL"
    assert receipt(cancel(order, iso=ISO, reason="변심")).kind == "CANCELLED"
    free = an_order(a_line(AMERICANO, discounts=[a_discount(4_500)], charge=0))
    assert receipt(free).kind == "RECEIPT"


def test_a_cash_receipt_to_practise_with():
    """SIM-2: the paper says that something on it is for practice."""
    issued = ReceiptedCash(use="SELF", identifier="******1234", number="T1", amount=4_500, test_mode=True)
    assert receipt(pay(an_order(a_line(AMERICANO)), 4_500), cash_receipts=[issued]).test_mode


@given(
    st.lists(
        st.tuples(st.sampled_from([AMERICANO, CAKE, FRUIT]), st.integers(1, 5), st.integers(0, 900)),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 2_000),
)
def test_every_receipt_adds_up(lines, off):
    """MON-a: Σ amounts − Σ discounts + tip = total, and supply + VAT + exempt + tip is the same total."""
    order = an_order(
        *(
            a_line(
                item,
                quantity,
                charge=item.default_price.price_value * quantity - less,
                discounts=[a_discount(less)] if less else [],
            )
            for item, quantity, less in lines
        ),
        discounts=[a_discount(off)] if off else [],
    )
    paper = receipt(order)
    assert sums(paper) == paper.total
    assert (paper.supply or 0) + (paper.tax or 0) + (paper.exempt or 0) + paper.tip == paper.total
    assert [line.unit * line.quantity for line in paper.lines] == [line.amount for line in paper.lines]
