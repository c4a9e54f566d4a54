"""The pace at which one sender is read: what it sends costs itself, not the loop."""

from __future__ import annotations

import asyncio

import pytest

from jumak.server.pace import CREDIT_S, GRAIN_S, LONGEST_WAIT_S, PER_MESSAGE_S, PORTION, SHARE, Pace


class Clocks:
    """Time and processor time that pass only when the test says so."""

    def __init__(self) -> None:
        self.now = self.spent = 0.0
        self.pace = Pace(now=lambda: self.now, spent=lambda: self.spent)

    def message(self, cost_s: float) -> float:
        """Takes one; how long its sender waits."""
        self.pace.begin()
        self.now += cost_s
        self.spent += cost_s
        return self.pace.owed_s()


def test_a_burst_costs_nothing():
    """H-71: a plugin that asks for much at its start is not made to wait."""
    clocks = Clocks()
    cost_s = CREDIT_S / 2_000 - PER_MESSAGE_S
    assert not any(clocks.message(cost_s) for _ in range(1_900))


def test_a_flood_takes_its_share_of_the_loop():
    """H-71: in the long run whoever sends without end gets SHARE of the loop, however dear each message is."""
    for cost_s in (0.00002, 0.001, 0.05):
        clocks, taken = Clocks(), 0
        until_s = 200.0
        while clocks.now < until_s:
            clocks.now += clocks.message(cost_s)
            taken += 1
        cost = clocks.spent + taken * PER_MESSAGE_S
        assert cost <= until_s * SHARE + CREDIT_S + GRAIN_S + cost_s
        assert cost >= until_s * SHARE * 0.9


def test_it_is_forgiven():
    """H-71: a sender that was quiet for a while has its credit again, and never more than that."""
    clocks = Clocks()
    assert clocks.message(CREDIT_S + 0.01) > 0
    clocks.now += 10 * CREDIT_S / SHARE
    assert clocks.message(CREDIT_S * 0.9) == 0
    assert clocks.message(CREDIT_S * 0.2) > 0


def test_nobody_is_left_unheard_for_long():
    """H-77: one message of a second does not make its sender deaf for twenty."""
    assert Clocks().message(5.0) == LONGEST_WAIT_S


async def test_everybody_gets_a_turn():
    """H-71: also beside a till that sends without end, which is never made to wait."""
    pace, turns = Pace(), 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    other = asyncio.create_task(others())
    for _ in range(3 * PORTION):
        pace.begin()
        await pace.taken(is_exempt=True)
    other.cancel()
    assert turns >= 2
    assert pace.slowed_at is None


async def test_who_is_slowed_is_known():
    """H-77: so that the reason of its end can say that it sent too much."""
    clocks = Clocks()
    clocks.pace.begin()
    clocks.spent += CREDIT_S + GRAIN_S
    await clocks.pace.taken()
    assert clocks.pace.slowed_at == pytest.approx(0.0)
