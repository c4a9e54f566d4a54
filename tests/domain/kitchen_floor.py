"""A kitchen for tests: orders of a few dishes, and a shop whose ledger is driven through the real rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.catalog import CategoryRef, ItemOptionChoice
from jumak.domain.kitchen import KitchenChange, Station, Ticket, revise
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import ItemSnapshot, LineBacking, Order, OrderItem, QuantityValue, Tally
from tests.domain.shop_floor import AMERICANO, NOON, SEOUL, a_line, an_order

ISO = SEOUL.iso(NOON)
FOOD, DRINKS = 1, 2
TITLES = {"A": "칼국수", "B": "막걸리", "C": "파전", "D": "수육"}


class Ids:
    """1, 2, 3 … as 32 hex digits."""

    def __init__(self) -> None:
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"{self.count:032x}"


def a_station(station_id: str, *categories: int, default: bool = False) -> Station:
    return Station(
        id=station_id,
        name=station_id,
        category_ids=categories,
        is_default=default,
        caution_min=5,
        late_min=10,
    )


GRILL = a_station("grill", FOOD, default=True)
BAR = a_station("bar", DRINKS)
PASS = a_station("pass")


def a_choice(choice_id: int, quantity: int = 1) -> ItemOptionChoice:
    return ItemOptionChoice(
        id=choice_id,
        title=f"옵션 {choice_id}",
        price_value=0,
        image_url=None,
        state="ON_SALE",
        quantity=quantity,
    )


def a_dish(
    line_id: str, quantity: int | float, *, order_id: str = "o1", type_: Any = "ITEM", **more: Any
) -> OrderItem:
    """A line; its first letter names the dish, B is a drink."""
    letter = line_id[0]
    place = ord(letter) - ord("A") + 1
    return OrderItem(
        **{"dining_option": "HERE", "option_choices": ()} | more,
        id=line_id,
        order_id=order_id,
        item=ItemSnapshot(
            id=place,
            title=TITLES[letter],
            category=CategoryRef(id=DRINKS if letter == "B" else FOOD, title="메뉴", order=place),
            type=type_,
            price_value=9_000,
        ),
        quantity=QuantityValue(quantity),
        charge_price=Value(round(9_000 * quantity)),
    )


def with_lines(order: Order, *lines: OrderItem) -> Order:
    """The order with exactly these lines."""
    records = {
        line.id: LineBacking(
            line_list=round(9_000 * line.quantity.value), vat_bp=1_000, net=round(9_000 * line.quantity.value),
            vat=0, added_by="till-1", created_ms=0, price_id=1,
        )
        for line in lines
    }  # fmt: skip
    return replace(order, line_items=lines, backing=replace(backing_of(order), lines=records))


def order_of(*lines: OrderItem, order_id: str = "o1") -> Order:
    """An order nobody has sent yet."""
    lines = tuple(replace(line, order_id=order_id) for line in lines)
    return with_lines(replace(an_order(a_line(AMERICANO)), id=order_id), *lines)


class Kitchen:
    """An order, its tickets and the facts so far."""

    def __init__(self, order: Order, stations: Sequence[Station] = (), ids: Ids | None = None) -> None:
        self.order, self.stations = order, stations
        self.tickets: dict[str, Ticket] = {}
        self.facts: list[str] = []
        self.ids = ids or Ids()

    def take(self, change: KitchenChange) -> list[Ticket]:
        """Keep a change; returns the tickets it made or changed."""
        self.order = change.order
        self.tickets |= {ticket.id: ticket for ticket in change.tickets}
        self.facts += [fact.name for fact in change.facts]
        return list(change.tickets)

    def send(self, *lines: OrderItem, at: datetime = NOON) -> list[Ticket]:
        """Revise the order to these lines."""
        sent = backing_of(self.order).sent
        after = with_lines(self.order, *lines)
        return self.take(
            revise(
                self.order if sent else None,
                after,
                self.stations,
                self.all,
                at=at,
                iso=SEOUL.iso(at),
                ids=self.ids,
            )
        )

    @property
    def all(self) -> list[Ticket]:
        return list(self.tickets.values())

    @property
    def opened(self) -> list[Ticket]:
        return [ticket for ticket in self.all if ticket.state == "OPENED"]

    def tally(self, line_id: str, station_id: str = "main") -> Tally:
        return next(
            tally
            for tally in backing_of(self.order).tallies
            if (tally.line_id, tally.station_id) == (line_id, station_id)
        )

    def ledger(self) -> dict[str, tuple[int, int]]:
        """Line id → ordered and fulfilled, whole pieces, at the first station."""
        found: dict[str, tuple[int, int]] = {}
        for tally in backing_of(self.order).tallies:
            found.setdefault(tally.line_id, (tally.ordered // 1000, tally.fulfilled // 1000))
        return found


def said(ticket: Ticket) -> dict[str, tuple[int, int]]:
    """What a ticket says: line id → previous, current in whole pieces."""
    return {line.line_id: (line.previous // 1000, line.current // 1000) for line in ticket.lines}


def asked_for(tickets: Iterable[Ticket]) -> dict[str, int]:
    """Σ (current − previous) per line over tickets, remakes apart, thousandths."""
    sums: dict[str, int] = {}
    for ticket in tickets:
        for line in ticket.lines if not ticket.remake else ():
            sums[line.line_id] = sums.get(line.line_id, 0) + line.current - line.previous
    return sums
