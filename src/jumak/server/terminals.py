"""The card terminals a running shop has at hand: one driver each, opened when it is set up."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from jumak.domain.attempt import Answer
from jumak.domain.terminal import AnswerLost, NotAsked, TerminalRecord, TerminalStatus
from jumak.protocol.messages.terminal import ListTerminals, Terminal, TerminalsReply
from jumak.server.live import Ask
from jumak.server.payer import in_time
from jumak.service.card_terminal import CardTerminal, Drivers
from jumak.service.ports import Entry
from jumak.service.terminal import terminal_of_till

if TYPE_CHECKING:
    from collections.abc import Callable

    from jumak.server.shop import RunningShop

STATUS_WITHIN = timedelta(seconds=3)


class Terminals:
    """By id. late: told of answers nobody waits for: the terminal's id, the charge's key, the answer."""

    def __init__(self, shop: RunningShop, drivers: Drivers, late: Callable[[str, str, Answer], None]) -> None:
        self._shop, self._drivers, self._late = shop, drivers, late
        self._open: dict[str, tuple[TerminalRecord, CardTerminal]] = {}
        self._loading = asyncio.Lock()
        shop.connections.terminal_drivers = drivers

    def __bool__(self) -> bool:
        return bool(self._open)

    async def load(self) -> None:
        """Opens what the shop has, and closes what it has no longer."""
        async with self._loading:
            await self._load()

    async def _load(self) -> None:
        records = {
            str(key): each for key, each in (await self._shop.store.reader().all(TerminalRecord)).items()
        }
        for terminal_id, (known, terminal) in tuple(self._open.items()):
            record = records.get(terminal_id)
            if record is None or (record.driver, record.address) != (known.driver, known.address):
                del self._open[terminal_id]
                self._shop.connections.wallet_codes.pop(terminal_id, None)
                await terminal.close()
        for record in records.values():
            known_terminal = self._open.get(record.id)
            driver = self._drivers.get(record.driver)
            if known_terminal is not None:
                self._open[record.id] = (record, known_terminal[1])
            elif driver is not None:
                self._open[record.id] = (record, self._opened(record, driver.open))

    def _opened(
        self, record: TerminalRecord, opens: Callable[[str, Callable[[str, Answer], None]], CardTerminal]
    ) -> CardTerminal:
        return opens(record.address, lambda key, answer: self._late(record.id, key, answer))

    def follow(self, entry: Entry) -> None:  # noqa: ARG002 (it reads them all)
        """A listener of the facts `terminal.*`."""
        self._shop.start(self.load())

    def get(self, terminal_id: str) -> tuple[TerminalRecord, CardTerminal] | None:
        """A terminal of the shop."""
        return self._open.get(terminal_id)

    def known(self) -> tuple[tuple[TerminalRecord, CardTerminal], ...]:
        """All of them, in the order they were set up."""
        return tuple(self._open.values())

    async def list(self, ask: Ask, data: ListTerminals) -> TerminalsReply:  # noqa: ARG002 (it has no keys)
        """`terminal.list.request`: each is asked how it is, for three seconds at most."""
        # Who just saved one asks for the list at once, maybe before `follow` came to it.
        await self.load()
        here = await terminal_of_till(self._shop.store.reader(), ask.caller.device_id)
        known = self.known()
        statuses = await asyncio.gather(*(self._status(terminal) for _, terminal in known))
        for (record, _), status in zip(known, statuses, strict=True):
            if status is not None and record.id in self._open:
                reads = () if status.wallets is None else status.wallets.reads
                self._shop.connections.wallet_codes[record.id] = reads
        return TerminalsReply(
            terminals=tuple(
                _view(record, status, here) for (record, _), status in zip(known, statuses, strict=True)
            ),
            drivers=tuple(self._drivers),
        )

    async def _status(self, terminal: CardTerminal) -> TerminalStatus | None:
        try:
            return await in_time(self._shop.clock, terminal.status(), STATUS_WITHIN)
        except (NotAsked, AnswerLost):
            return None

    async def close(self) -> None:
        """Ends every connection."""
        for _, terminal in self._open.values():
            await terminal.close()
        self._open.clear()


def _view(record: TerminalRecord, status: TerminalStatus | None, here: TerminalRecord | None) -> Terminal:
    return Terminal(
        id=record.id,
        name=record.name,
        driver=record.driver,
        address=record.address,
        devices=record.devices,
        test_mode=record.test_mode,
        version=record.version,
        state="away" if status is None else status.state,
        model=None if status is None else status.model,
        wallets=None if status is None else status.wallets,
        here=here is not None and here.id == record.id,
    )
