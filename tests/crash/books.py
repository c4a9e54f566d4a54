"""Whether a shop holds what its guests were told, and what its listeners must have heard."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from jumak.protocol.pushes import FACTS
from jumak.protocol.scopes import expand
from jumak.service.session import visible_pushes
from jumak.store.opening import InDatabase
from jumak.store.postgres import Database
from jumak.store.sqlite.file import FILE_NAME
from tests.crash.guests import Guest

Said = list[tuple[int, str, Any]]
"""Number, name and data of store events."""

Ask = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""What must succeed, asked of the shop."""


async def everything_said(ask: Ask) -> Said:
    """What `event.list` tells from the beginning."""
    listed: Said = []
    after, more = 0, True
    while more:
        page = await ask("event.list", {"after": after, "limit": 1_000})
        listed += [(event["seq"], event["name"], event["data"]) for event in page["events"]]
        after, more = page["seq"], page["truncated"]
    return listed


async def books_agree(ask: Ask, guests: Sequence[Guest]) -> None:
    """The shop holds every order and payment its guests were told of, as they were told, and no other."""
    told = {order_id: order for guest in guests for order_id, order in guest.orders.items()}
    paid = {payment_id: dto for guest in guests for payment_id, dto in guest.payments.items()}
    cancelled = {order_id for guest in guests for order_id in guest.cancelled}
    assert sum(len(guest.orders) for guest in guests) == len(told)
    held: dict[str, dict[str, Any]] = {}
    page = 1
    while True:
        found = (await ask("order.get-list", {"page": page, "size": 500}))["orders"]
        assert not held.keys() & {order["id"] for order in found}
        held |= {order["id"]: order for order in found}
        if len(found) < 500:
            break
        page += 1
    assert held.keys() == told.keys()
    keys = [order["orderKey"] for order in held.values()]
    assert len(keys) == len(set(keys))
    numbers = [order["number"] for order in held.values()]
    assert len(numbers) == len(set(numbers))
    for order_id, order in told.items():
        # Whoever ordered is the only one who changes the order, so the last word is what stands.
        assert _content(held[order_id]) == _content(order)
        assert (held[order_id]["orderState"] == "CANCELLED") == (order_id in cancelled)
    payments = [payment for order in held.values() for payment in order["payments"]]
    assert sorted(payment["id"] for payment in payments) == sorted(paid)
    for payment in payments:
        sent = paid[payment["id"]]
        same = ("amountMoney", "taxMoney", "supplyMoney", "approvedNo", "paymentKey", "orderId", "sourceType")
        assert {key: payment[key] for key in same} == {key: sent[key] for key in same}
    refusals = [refusal for guest in guests for refusal in guest.refused]
    assert refusals == []


def _content(order: dict[str, Any]) -> dict[str, Any]:
    # The table is put in when an order leaves; the rest is the order itself.
    return {key: value for key, value in order.items() if key != "table"}


async def pushed_facts(
    folder: Path, database: InDatabase | None, scopes: Sequence[str]
) -> list[tuple[int, str]]:
    """Number and push of every fact of the journal that listeners with these scopes may see."""
    if database is None:
        with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as file:
            facts = file.execute("SELECT seq, name FROM journal ORDER BY seq").fetchall()
    else:
        async with Database.connected(database.url) as connections:
            facts = await journal_of(connections.pool, database.shop_id)
    return pushes_of(facts, scopes)


async def journal_of(pool: asyncpg.Pool, shop_id: int) -> list[tuple[int, str]]:
    """Number and name of every fact of a shop of a database."""
    rows = await pool.fetch("SELECT seq, name FROM journal WHERE shop_id = $1 ORDER BY seq", shop_id)
    return [(row["seq"], row["name"]) for row in rows]


def pushes_of(facts: Sequence[tuple[int, str]], scopes: Sequence[str]) -> list[tuple[int, str]]:
    """What of these facts is pushed to whom these scopes are given."""
    visible = visible_pushes(expand(scopes))
    pushes = [(seq, FACTS[name].push) for seq, name in facts if name in FACTS]
    return [(seq, str(push)) for seq, push in pushes if push in visible]
