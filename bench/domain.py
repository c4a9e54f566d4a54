"""What the rules alone cost: pricing an order and making its ticket, no store, no door."""

from __future__ import annotations

import gc
import statistics
import time
from datetime import UTC, datetime

import msgspec

from bench import menu
from bench.bare import LeftBehind, as_json
from bench.targets import DOMAIN, Measured
from jumak.domain.calendar import calendar_of
from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.fact import Fact
from jumak.domain.kitchen import KitchenChange, Station, revise
from jumak.domain.order.add import Opening, open_order
from jumak.domain.order.types import Order, OrderDto
from jumak.server.ids import UuidIds
from jumak.service.keeping import order_fact
from jumak.service.ports import MenuOf
from jumak.store.codec import public

_IDS = UuidIds()


class Rules:
    """The domain's part of `order.add`, as `service/order.py` calls it."""

    def __init__(self) -> None:
        known = list(menu.documents(200))
        self.menu = MenuOf(
            {each.id: each for each in known if isinstance(each, CatalogItem)},
            {each.id: each for each in known if isinstance(each, Category)},
            {each.id: each for each in known if isinstance(each, Option)},
        )
        self.stations = [each for each in known if isinstance(each, Station)]

    def add(self, dto: OrderDto, at: datetime, number: str = "A-001") -> tuple[KitchenChange, Fact]:
        """Decides: the order with its ticket, and the fact of the order."""
        calendar = calendar_of(menu.SHOP)
        opening = Opening(
            order_id=_IDS.new(),
            number=number,
            owner="bench",
            source="PLUGIN_BENCH",
            profile="documented",
            at=at,
        )
        order, _ = open_order(dto, opening, self.menu, menu.SHOP, calendar)
        return revise(None, order, self.stations, (), at=at, iso=calendar.iso(at), ids=_IDS), order_fact(
            "add", order
        )


def orders(count: int) -> list[OrderDto]:
    """Orders as the door decodes them."""
    return [
        msgspec.convert({**menu.order_data(number), "orderKey": f"key-{number:016x}"}, OrderDto)
        for number in range(count)
    ]


def left_behind(count: int) -> list[LeftBehind]:
    """What so many orders leave behind, for the bare loop."""
    rules, left = Rules(), []
    for dto in orders(count):
        kitchen, fact = rules.add(dto, datetime.now(UTC))
        facts = tuple((each.name, as_json(each.data)) for each in (fact, *kitchen.facts))
        left.append(LeftBehind(as_json(public(kitchen.order)), as_json(kitchen.tickets[0]), facts))
    return left


def sample_orders(count: int) -> list[tuple[Order, KitchenChange]]:
    """Decided orders with what the kitchen makes of them."""
    rules = Rules()
    decided = [rules.add(dto, datetime.now(UTC))[0] for dto in orders(count)]
    return [(kitchen.order, kitchen) for kitchen in decided]


def measure() -> list[Measured]:
    """Median over rounds of the mean processor time per order."""
    rules, dtos, at = Rules(), orders(256), datetime.now(UTC)
    rounds = []
    gc.collect()
    for _ in range(15):
        begun = time.process_time()
        for dto in dtos:
            rules.add(dto, at)
        rounds.append((time.process_time() - begun) / len(dtos))
    middle = statistics.median(rounds)
    detail = f"5 lines, 2 options each, 2 discounts, ticket; best round {min(rounds) * 1e6:.1f} µs"
    return [Measured(DOMAIN, middle * 1e6, detail)]
