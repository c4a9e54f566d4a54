"""The day's cards by our books and by the terminal's own totals (SET-1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from jumak.domain.errors import InvalidArgument, PermissionDenied
from tests.service.cards import CardCounter
from tests.service.paying import CASHIER, MANAGER

Json = dict[str, Any]


@pytest.fixture
async def counter() -> AsyncIterator[CardCounter]:
    async with CardCounter() as opened:
        yield opened


async def settlement(counter: CardCounter, **how: Any) -> Json:
    await counter.settle()
    got = await counter.asking.ask("settlement.get.request", how, MANAGER)
    return got["settlement"]


def figures(approvals: int, approved: int, cancels: int, cancelled: int) -> Json:
    return {"approvals": approvals, "approved": approved, "cancels": cancels, "cancelled": cancelled}


async def test_books_and_terminal_agree(counter):
    """SET-1, NET-4, NET-6: sales, cancels, parts, voids on both sides, network cancels on neither."""
    kept, cancelled = await counter.order(), await counter.order(5_000)
    await counter.ended(await counter.start(kept))
    await counter.refund(kept, 3_000)
    payment = (await counter.ended(await counter.start(cancelled)))["payment"]
    await counter.settle()
    await counter.cancel(cancelled, payment)
    # One won short: approved, and voided at once.
    assert (await counter.ended(await counter.start(await counter.order(18_096))))["state"] == "NET_CANCELLED"
    # Three queries in vain: taken back over the network.
    counter.terminal.control(cut=4)
    lost = await counter.start(await counter.order(7_000))
    assert (await counter.ended(lost))["state"] == "NET_CANCELLED"
    day = await settlement(counter)
    [one] = day["terminals"]
    assert one["theirs"] == one["ours"] == figures(3, 41_095, 3, 26_095)
    assert one["difference"] == figures(0, 0, 0, 0)
    assert (one["agrees"], one["doubts"], day["open"]) == (True, [], 0)
    assert counter.terminal.book.totals().network_cancels == 1
    sums = [each["totals"] for each in one["groups"]]
    assert sum(each["approved"] - each["cancelled"] for each in sums) == 15_000
    assert all(each["van"] == "NICE" and each["acquirer"] for each in one["groups"])
    with pytest.raises(PermissionDenied):
        await counter.asking.ask("settlement.get.request", {}, CASHIER)


async def test_what_explains_a_difference_is_named(counter):
    """SET-1: an approval nobody here knows of yet, and one that a person said came."""
    order = await counter.order()
    counter.terminal.control(cut=100)
    attempt = await counter.start(order)
    await counter.settle()
    counter.terminal.control()
    day = await settlement(counter)
    [one] = day["terminals"]
    assert (one["agrees"], one["difference"]) == (False, figures(1, 18_000, 0, 0))
    assert [(each["id"], each["why"], each["amount"]) for each in one["doubts"]] == [
        (attempt["id"], "OPEN", 18_000)
    ]
    assert day["open"] == 1
    await counter.ended(attempt)
    assert (await settlement(counter))["terminals"][0]["agrees"] is True
    counter.terminal.control(deaf=1_000)
    second = await counter.ended(await counter.start(await counter.order(9_000)))
    counter.terminal.control()
    said = {"id": second["id"], "how": "CONFIRM_PAID", "note": "전표 확인"}
    await counter.asking.ask("payment-attempt.resolve.request", said, MANAGER)
    day = await settlement(counter)
    [one] = day["terminals"]
    assert one["difference"] == figures(-1, -9_000, 0, 0)
    assert [(each["id"], each["why"]) for each in one["doubts"]] == [(second["id"], "BY_HAND")]
    assert day["open"] == 0


async def test_days_are_apart(counter):
    """SET-1, NUM-4: a cancel of tomorrow counts tomorrow; only days whose attempts are kept are settled."""
    order = await counter.order()
    payment = (await counter.ended(await counter.start(order)))["payment"]
    first = await settlement(counter)
    counter.clock.jump(seconds=24 * 3600)
    await counter.settle()
    await counter.cancel(order, payment)
    second = await settlement(counter)
    assert second["since"] == first["until"]
    assert second["terminals"][0]["theirs"] == second["terminals"][0]["ours"] == figures(0, 0, 1, 18_000)
    again = await settlement(counter, businessDate=first["businessDate"])
    assert again["terminals"][0]["theirs"] == again["terminals"][0]["ours"] == figures(1, 18_000, 0, 0)
    for day in ("2001-01-01", "2100-01-01", "soon"):
        with pytest.raises(InvalidArgument) as refused:
            await settlement(counter, businessDate=day)
        assert refused.value.data["path"] == "$.businessDate"


async def test_a_terminal_that_is_off_cannot_agree(counter):
    """SET-1: our figures stand alone."""
    await counter.ended(await counter.start(await counter.order()))
    counter.terminal.switch_off()
    [one] = (await settlement(counter))["terminals"]
    assert (one["agrees"], one["ours"]) == (False, figures(1, 18_000, 0, 0))
    assert "theirs" not in one
