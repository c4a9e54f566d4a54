"""Reservations through the real use cases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from jumak.domain.errors import Conflict, InvalidArgument, InvalidState, NotFound
from jumak.testing import simulated_shop
from jumak.testing.shop import SimulatedShop as Shop


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    async with simulated_shop() as running:
        yield running


async def book(shop: Shop, at: str = "2026-02-02T12:00:00", **more: Any) -> dict[str, Any]:
    data = {"name": "김철수", "numGuests": 4, "at": at, **more}
    return (await shop.request("reservation.add.request", data))["reservation"]


async def act(shop: Shop, verb: str, booked: dict[str, Any], **more: Any) -> dict[str, Any]:
    data = {"id": booked["id"], **more}
    return (await shop.request(f"reservation.{verb}.request", data))["reservation"]


async def states(shop: Shop) -> dict[int, str]:
    tables = (await shop.request("table-status.list.request"))["tables"]
    return {each["id"]: each["status"] for each in tables}


async def test_a_table_is_reserved_from_the_lead_time(shop: Shop):
    """TBL-6: 30 minutes before the start an empty table is reserved."""
    booked = await book(shop, tableIds=[1, 2, 2])
    assert booked == {
        "id": booked["id"],
        "name": "김철수",
        "numGuests": 4,
        "at": "2026-02-02T12:00:00+09:00",
        "tableIds": [1, 2],
        "state": "booked",
    }
    shop.clock.jump(minutes=29)
    assert (await states(shop))[1] == "empty"
    shop.clock.jump(minutes=1)
    assert await states(shop) == {1: "reserved", 2: "reserved", 3: "empty", 4: "empty"}
    await shop.request("table.seat.request", {"tableId": 1})
    assert (await states(shop))[1] == "occupied"


async def test_a_party_checks_in_and_sits_down(shop: Shop):
    """TBL-10: booked → checked-in → seated, guests are the table's."""
    booked = await book(shop, tableIds=[3])
    assert (await act(shop, "check-in", booked))["state"] == "checked-in"
    assert (await act(shop, "seat", booked, tableId=3))["state"] == "seated"
    assert (await states(shop))[3] == "occupied"
    with pytest.raises(InvalidState):
        await act(shop, "cancel", booked)
    other = await book(shop)
    with pytest.raises(Conflict):
        await act(shop, "seat", other, tableId=3)


async def test_a_party_does_not_come(shop: Shop):
    """TBL-10: no-show and cancelled are ends."""
    missed, cancelled = await book(shop), await book(shop)
    assert (await act(shop, "mark-no-show", missed))["state"] == "no-show"
    assert (await act(shop, "cancel", cancelled))["state"] == "cancelled"
    with pytest.raises(InvalidState):
        await act(shop, "check-in", missed)
    with pytest.raises(NotFound):
        await act(shop, "check-in", {"id": "nobody"})


async def test_reservations_of_a_period(shop: Shop):
    """TBL-6, NUM-7: bare dates are whole local days, both included; by time."""
    late = await book(shop, "2026-02-02T23:30:00")
    early = await book(shop, "2026-02-02T12:00:00")
    await book(shop, "2026-02-03T00:00:00")
    data = {"from": "20260202", "to": "2026-02-02"}
    found = (await shop.request("reservation.list.request", data))["reservations"]
    assert [each["id"] for each in found] == [early["id"], late["id"]]


async def test_what_is_refused(shop: Shop):
    """TBL-6: unknown tables, times that are none."""
    with pytest.raises(NotFound):
        await book(shop, tableIds=[99])
    with pytest.raises(InvalidArgument):
        await book(shop, "tomorrow")


async def test_names_and_phones_stay_beside_the_journal(shop: Shop):
    """SEC-4: the phone goes when the reservation is over, the guest's data after a month."""
    booked = await book(shop, phone="010-9999-0000")
    await act(shop, "cancel", booked)
    read = shop.running.store.reader()
    assert await read.personal(booked["id"]) == {"name": "김철수"}
    journal = msgspec.json.encode([entry.fact.data for entry in await read.facts(0, 100)])
    assert "김철수".encode() not in journal
    assert b"9999" not in journal
    shop.clock.jump(days=32)
    await book(shop)
    assert await shop.running.store.reader().personal(booked["id"]) is None
