"""Staff give an attempt up while it is about to be asked for: whoever takes the money is not asked any more (NET-3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jumak.domain.attempt import Attempt
from jumak.testing import simulated_shop
from tests.service.asking import Asking, a_line
from tests.service.cards import CardCounter
from tests.service.paying import CASHIER, Counter


class Interrupted:
    """A store whose so many-th read, counted from the first of an attempt, has something happen before it answers."""

    def __init__(
        self, shop: Any, monkeypatch: pytest.MonkeyPatch, at: int, act: Callable[[str], Awaitable[Any]]
    ) -> None:
        self._left, self._act, self._attempt = at, act, ""
        reader = shop.running.store.reader
        monkeypatch.setattr(shop.running.store, "reader", lambda: _Reading(reader(), self))

    async def read(self, attempt: str = "") -> None:
        self._attempt = self._attempt or attempt
        if not self._attempt:
            return
        self._left -= 1
        if self._left == 0:
            await self._act(self._attempt)
            # Whoever listens to the journal hears of it.
            for _ in range(50):
                await asyncio.sleep(0)

    @property
    def has_acted(self) -> bool:
        return self._left <= 0


class _Reading:
    def __init__(self, read: Any, by: Interrupted) -> None:
        self._read, self._by = read, by

    def __getattr__(self, name: str) -> Any:
        return getattr(self._read, name)

    async def get(self, kind: type, doc_id: Any) -> Any:
        found = await self._read.get(kind, doc_id)
        if kind is Attempt:
            await self._by.read(doc_id)
        return found

    async def order(self, order_id: str) -> Any:
        found = await self._read.order(order_id)
        await self._by.read()
        return found


def giving_up(shop: Asking) -> Callable[[str], Awaitable[Any]]:
    """Staff give up waiting for an attempt."""
    return lambda attempt: shop.ask("payment-attempt.cancel.request", {"id": attempt}, CASHIER)


@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_terminal_is_not_asked_once_given_up(monkeypatch: pytest.MonkeyPatch, at: int):
    """NET-3, NET-a: between any two reads before it; for certain nothing was charged, and the next try goes well."""
    async with CardCounter() as counter:
        order = await counter.order()
        store = Interrupted(counter.asking.shop, monkeypatch, at, giving_up(counter.asking))
        ended = await counter.get(await counter.start(order))
        assert store.has_acted
        assert ended["state"] == "NOT_FOUND"
        assert counter.terminal.book.totals().approvals == 0
        again = await counter.ended(await counter.start(order))
        assert again["state"] == "APPROVED"


@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_plugin_is_not_asked_once_given_up(monkeypatch: pytest.MonkeyPatch, at: int):
    """NET-3, H-67: the same for a payment method: no popup opens for a payment nobody waits for."""
    async with simulated_shop() as opened:
        shop = Asking(opened)
        counter = Counter(shop)
        plugin = await counter.plugin()
        order = await shop.add(CASHIER, a_line(2))
        store = Interrupted(opened, monkeypatch, at, giving_up(shop))
        attempt = await counter.start(order)
        assert (await counter.get(attempt))["state"] == "NOT_FOUND"
        assert store.has_acted
        assert plugin.questions("pay") == []
