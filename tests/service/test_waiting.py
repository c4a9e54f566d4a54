"""The waiting list through the real use cases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from jumak.domain.errors import Conflict, InvalidState, NotFound
from jumak.protocol.pushes import push_of
from jumak.testing import simulated_shop
from jumak.testing.shop import SimulatedShop as Shop


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    async with simulated_shop() as running:
        yield running


async def add(shop: Shop, guests: int = 2, **more: Any) -> dict[str, Any]:
    return (await shop.request("waiting.add.request", {"numGuests": guests, **more}))["party"]


async def act(shop: Shop, verb: str, party: dict[str, Any], **more: Any) -> dict[str, Any]:
    return (await shop.request(f"waiting.{verb}.request", {"id": party["id"], **more}))["party"]


async def numbers(shop: Shop) -> list[int]:
    return [party["number"] for party in (await shop.request("waiting.list.request"))["parties"]]


async def test_a_party_waits_is_called_and_sits_down(shop: Shop):
    """TBL-10: waiting → called → seated; seating links the party to a table and copies guests."""
    party = await add(shop, 3, name="김철수", phone="010-1234-5678")
    assert party == {
        "id": party["id"],
        "number": 1,
        "name": "김철수",
        "numGuests": 3,
        "state": "waiting",
        "since": "2026-02-02T11:00:00+09:00",
        "deferrals": 0,
    }
    assert (await act(shop, "call", party))["state"] == "called"
    assert (await act(shop, "seat", party, tableId=2))["state"] == "seated"
    tables = (await shop.request("table-status.list.request"))["tables"]
    assert (tables[1]["status"], tables[1]["numGuests"]) == ("occupied", 3)
    assert await numbers(shop) == []


async def test_a_party_is_not_seated_where_somebody_sits(shop: Shop):
    """TBL-10: the table must be free; the party stays in line."""
    first, second = await add(shop), await add(shop)
    await act(shop, "seat", first, tableId=1)
    with pytest.raises(Conflict):
        await act(shop, "seat", second, tableId=1)
    with pytest.raises(NotFound):
        await act(shop, "seat", second, tableId=99)
    assert await numbers(shop) == [2]


async def test_parties_defer_and_leave(shop: Shop):
    """TBL-10: defer to a later place, at most twice; cancel; no-show only after a call."""
    parties = [await add(shop) for _ in range(4)]
    await act(shop, "defer", parties[0])
    assert await numbers(shop) == [2, 1, 3, 4]
    assert (await act(shop, "defer", parties[0]))["deferrals"] == 2
    with pytest.raises(InvalidState):
        await act(shop, "defer", parties[0])
    await act(shop, "cancel", parties[2])
    with pytest.raises(InvalidState):
        await act(shop, "mark-no-show", parties[3])
    await act(shop, "call", parties[3])
    assert (await act(shop, "mark-no-show", parties[3]))["state"] == "no-show"
    assert await numbers(shop) == [2, 1]
    with pytest.raises(NotFound):
        await act(shop, "call", {"id": "nobody"})


async def test_modes_of_the_list(shop: Shop):
    """TBL-10: closed takes nobody, a pause ends by itself."""
    assert await shop.request("waiting.list.request") == {"parties": [], "mode": "accept"}
    assert await shop.request("waiting.set-mode.request", {"mode": "closed"}) == {"mode": "closed"}
    with pytest.raises(InvalidState):
        await add(shop)
    pause = {"mode": "paused", "until": "2026-02-02T11:30:00"}
    await shop.request("waiting.set-mode.request", pause)
    listed = await shop.request("waiting.list.request")
    assert (listed["mode"], listed["until"]) == ("paused", "2026-02-02T11:30:00+09:00")
    (entry,) = await shop.running.store.reader().facts(shop.running.store.reader().seq - 1, 1)
    push = push_of(entry.fact)
    assert push is not None
    assert (push.name, push.data) == (
        "waiting-mode.change.event",
        {"mode": "paused", "until": listed["until"]},
    )
    shop.clock.jump(minutes=30)
    assert (await shop.request("waiting.list.request"))["mode"] == "accept"
    assert (await add(shop))["number"] == 1


async def test_numbers_restart_every_business_day(shop: Shop):
    """TBL-10, NUM-4: whoever was left in line yesterday has gone home."""
    left = await add(shop, name="어제")
    await add(shop)
    shop.clock.jump(days=1)
    assert (await add(shop))["number"] == 1
    assert await numbers(shop) == [1]
    assert await shop.running.store.reader().personal(left["id"]) is None


async def test_names_and_phones_stay_beside_the_journal(shop: Shop):
    """SEC-4: no fact and no document holds them; the phone goes when the party has left the line."""
    party = await add(shop, name="홍길동", phone="010-9999-0000")
    read = shop.running.store.reader()
    assert await read.personal(party["id"]) == {"name": "홍길동", "phone": "010-9999-0000"}
    await act(shop, "seat", party, tableId=1)
    assert await shop.running.store.reader().personal(party["id"]) == {"name": "홍길동"}
    journal = msgspec.json.encode(
        [entry.fact.data for entry in await shop.running.store.reader().facts(0, 100)]
    )
    assert "홍길동".encode() not in journal
    assert b"9999" not in journal


async def test_screens_hear_of_a_party_with_its_name(shop: Shop):
    """TBL-10, SEC-4: the push carries the party as it is now."""
    till = await shop.staff("server")
    heard: list[Any] = []
    till.ext.waiting.on(heard.append)
    await add(shop, name="김")
    await shop.settle()
    assert [(push["party"]["name"], push["party"]["state"]) for push in heard] == [("김", "waiting")]
