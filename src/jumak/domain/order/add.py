"""Opening an order (rulebook §2.2)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import blake2b

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.calendar import ShopCalendar, to_ms
from jumak.domain.caller import Profile
from jumak.domain.catalog import Menu
from jumak.domain.errors import InvalidArgument
from jumak.domain.merchant import Shop
from jumak.domain.order.life import payment_state
from jumak.domain.order.line import LineMaker, as_asked, check_discounts
from jumak.domain.order.pricing import line_inputs, with_price
from jumak.domain.order.types import (
    ChargePrice,
    Order,
    OrderBacking,
    OrderDto,
    PaymentPrice,
    RequestedInfo,
)
from jumak.domain.price import price_order

_UNPRICED = ChargePrice(
    charge_list_price_value=0,
    charge_discount_value=0,
    charge_price_value=0,
    charge_supply_value=0,
    charge_tax_value=0,
    charge_tip_value=0,
)
_encode = msgspec.json.Encoder(order="deterministic").encode


def body_hash(dto: Struct) -> bytes:
    """Identity of what was asked for, the same for equal content whatever its spelling (NUM-2, PAY-6)."""
    return blake2b(_encode(dto), digest_size=16).digest()


def generated_key(order_id: str) -> str:
    """A key for an order or draft line whose creator gave none: 21 URL-safe characters (contract §4.1)."""
    # The first of the 22 characters holds the clock's top six bits, the same for centuries.
    return urlsafe_b64encode(bytes.fromhex(order_id)).decode().rstrip("=")[1:]


class Opening(Struct, frozen=True, kw_only=True):
    """Who opens an order, where, when, under which number."""

    order_id: str
    number: str
    owner: str
    source: str
    profile: Profile
    at: datetime
    strict_options: bool = False
    allow_sold_out: bool = False


def open_order(
    dto: OrderDto,
    opening: Opening,
    menu: Menu,
    shop: Shop,
    calendar: ShopCalendar,
    *,
    requested: RequestedInfo | None = None,
    expires_ms: int | None = None,
) -> tuple[Order, tuple[str, ...]]:
    """A new order: OPENED, or REQUESTED when it comes with `requested` (ORD-3), and its warnings.

    Table, keys and kitchen are the use case's business.  Raises InvalidArgument naming the field,
    NotFound for unknown items, InvalidState for items not on sale.
    """
    if not dto.line_items:
        raise InvalidArgument(
            "주문에 상품이 없습니다",
            "order.lineItems: an order needs at least one line",
            path="$.order.lineItems",
        )
    at_ms = to_ms(opening.at)
    maker = LineMaker(
        menu=menu,
        shop=shop,
        profile=opening.profile,
        order_id=opening.order_id,
        added_by=opening.owner,
        created_ms=at_ms,
        strict_options=opening.strict_options,
        allow_sold_out=opening.allow_sold_out,
    )
    drafts = [
        maker.make(line, place + 1, f"$.order.lineItems[{place}]")
        for place, line in enumerate(dto.line_items)
    ]
    discounts = dto.discounts or ()
    check_discounts(discounts, "$.order")
    now = calendar.iso(opening.at)
    state = "OPENED" if requested is None else "REQUESTED"
    order = Order(
        id=opening.order_id,
        table_id=dto.table_id,
        order_key=dto.order_key or generated_key(opening.order_id),
        payment_state="OPENED",
        order_state=state,  # type: ignore[arg-type]  # one of two literals
        state="OPENED",
        line_items=tuple([draft.line for draft in drafts]),
        discounts=discounts,
        payments=(),
        charge_price=_UNPRICED,
        payment_price=PaymentPrice(payment_paid_value=0, payment_unpaid_value=0),
        requested_info=requested,
        source=opening.source,
        channel=dto.channel,
        num_guests=dto.num_guests,
        memo=dto.memo or None,
        opened_at=now if requested is None else None,
        created_at=now,
        number=opening.number,
        version=1,
        backing=OrderBacking(
            owner=opening.owner,
            created_ms=at_ms,
            business_date=calendar.business_date(opening.at).isoformat(),
            body=body_hash(dto),
            lines={draft.line.id: draft.record for draft in drafts},
            payments={},
            next_line=len(drafts) + 1,
            expires_ms=expires_ms,
            staff_discounts=as_asked(discounts) if shop.order_rounding_unit > 1 else None,
        ),
    )
    priced = price_order(line_inputs(order), discounts, 0, shop, strict=True)
    order = with_price(order, priced)
    price = order.charge_price.charge_price_value
    paid_for = payment_state(order.order_state, price, 0, ever_paid=False)
    order = replace(
        order,
        payment_state=paid_for,
        state=paid_for,
        payment_price=PaymentPrice(payment_paid_value=0, payment_unpaid_value=price),
    )
    return order, tuple([warning for draft in drafts for warning in draft.warnings])
