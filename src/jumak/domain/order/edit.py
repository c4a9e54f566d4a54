"""What every edit of an order shares: may it change, does it reopen, did anything change."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from jumak.domain.errors import Conflict
from jumak.domain.merchant import Shop
from jumak.domain.order.life import Act, next_state, not_editable
from jumak.domain.order.line import LineDraft
from jumak.domain.order.pricing import backing_of, reprice
from jumak.domain.order.types import Order


def check_editable(order: Order, shop: Shop) -> None:
    """Lines may change: OPENED, or COMPLETED in a postpaid shop, table not released, still owing (§2.2).

    Raises InvalidState ORDER_CANCELLED or ORDER_NOT_EDITABLE.
    """
    next_state(order, Act.EDIT)
    if order.order_state == "COMPLETED" and not (
        shop.postpaid and not backing_of(order).released and order.payment_price.payment_unpaid_value > 0
    ):
        raise not_editable(order)


def check_version(order: Order, expected: int | None) -> None:
    """The caller edits what it has seen (OFF-4); raises Conflict VERSION with the version that stands."""
    if expected is not None and expected != order.version:
        raise Conflict(
            "다른 곳에서 먼저 바뀐 주문입니다. 다시 확인해 주세요",
            f"the order is at version {order.version}, not {expected}; read it again",
            reason="VERSION",
            current={"id": order.id, "version": order.version},
        )


def append_lines(order: Order, drafts: Sequence[LineDraft]) -> Order:
    """The order with these lines at its end, not yet priced."""
    backing = backing_of(order)
    return replace(
        order,
        line_items=order.line_items + tuple(draft.line for draft in drafts),
        backing=replace(
            backing,
            lines=backing.lines | {draft.line.id: draft.record for draft in drafts},
            next_line=backing.next_line + len(drafts),
        ),
    )


def next_version(before: Order, after: Order, iso: str) -> Order:
    """`after` as the version that follows `before`, stamped."""
    return replace(after, version=before.version + 1, updated_at=iso)


def finish_edit(before: Order, edited: Order, shop: Shop, iso: str, *, strict: bool = False) -> Order:
    """Price an edited order and give it its next version; `before` itself when nothing changed (ADD-6).

    A COMPLETED order that is edited is OPENED again (§2.2: the guest orders more).
    Raises InvalidState OVERPAID (ADD-5), InvalidArgument INVALID_DISCOUNT when strict.
    """
    if edited == before:
        return before
    if edited.order_state == "COMPLETED":
        edited = replace(edited, order_state="OPENED", completed_at=None)
    return next_version(before, reprice(edited, shop, strict=strict), iso)
