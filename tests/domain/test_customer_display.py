"""The figures a guest reads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.customer_display import CustomerView, cart_view
from jumak.domain.discount import StaffDiscount
from jumak.domain.draft.edit import read_line
from jumak.domain.draft.types import Draft, DraftLine
from jumak.service.ports import MenuOf
from jumak.testing.menu import SHOP
from tests.server.every_request import a_draft_line

DISCOUNTS = st.lists(
    st.builds(
        lambda won, bp, rate: StaffDiscount(
            title="할인", **({"percent_bp": bp} if rate else {"amount_money": Value(won)})
        ),
        st.integers(0, 9_000), st.integers(0, 10_000), st.booleans(),
    ),
    max_size=2,
)  # fmt: skip


def comes_to(view: CustomerView) -> int:
    """What a guest gets who adds the screen up."""
    lines = sum(line.amount - sum(each.amount for each in line.discounts) for line in view.lines)
    return lines - sum(each.amount for each in view.discounts) + view.tip


@given(st.lists(st.tuples(st.integers(1, 9), DISCOUNTS), min_size=1, max_size=4), DISCOUNTS)
def test_a_guest_can_add_it_up(
    lines: list[tuple[int, list[StaffDiscount]]], discounts: list[StaffDiscount]
) -> None:
    """DSP-1, MON-a: lines less discounts are the total, whatever is clipped or rounded."""
    draft = Draft(
        lines=tuple(
            _line(f"l{place}", quantity, tuple(each)) for place, (quantity, each) in enumerate(lines)
        ),
        discounts=tuple(discounts),
    )
    view = cart_view(draft, MenuOf({}, {}, {}), SHOP)
    assert comes_to(view) == view.total == view.unpaid
    assert view.state == "cart"


def _line(key: str, quantity: int, discounts: tuple[StaffDiscount, ...]) -> DraftLine:
    return replace(read_line(a_draft_line(key, quantity=quantity), key), discounts=discounts)
