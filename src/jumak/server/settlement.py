"""`settlement.get.request`: each terminal is asked for its totals and compared with our books (rulebook SET-1)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from jumak.domain.calendar import calendar_of
from jumak.domain.errors import InvalidArgument
from jumak.domain.terminal import AnswerLost, NotAsked, Period, TerminalRecord, TerminalTotals
from jumak.protocol.messages.settlement import (
    GetSettlement,
    Settlement,
    SettlementReply,
    TerminalSettlement,
)
from jumak.server.live import Ask
from jumak.server.payer import in_time
from jumak.server.terminals import Terminals
from jumak.service.attempt_start import KEPT_FOR
from jumak.service.card_terminal import CardTerminal
from jumak.service.reconcile import open_money
from jumak.service.settlement import Books, books_of

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

WITHIN = timedelta(seconds=20)
"""A terminal has so long to add up its day, inside the 30 s every request has."""


class Settlements:
    """Settles one shop's cards."""

    def __init__(self, shop: RunningShop, terminals: Terminals) -> None:
        self._shop, self._terminals = shop, terminals

    async def get(self, ask: Ask, data: GetSettlement) -> SettlementReply:  # noqa: ARG002 (anybody the row lets)
        """Raises InvalidArgument for a day that is no date, has not begun, or whose attempts are no longer kept."""
        read = self._shop.store.reader()
        calendar, now = calendar_of(read.shop), self._shop.clock.now()
        day = calendar.business_date(now)
        if data.business_date is not None:
            day = calendar.parse(data.business_date, path="$.businessDate").astimezone(calendar.zone).date()
        since, until = calendar.business_day(day)
        if since > now or since < now - KEPT_FOR:
            raise InvalidArgument(
                "최근 7일 안의 영업일만 정산할 수 있습니다",
                f"{day} has not begun, or is more than {KEPT_FOR.days} days ago",
                path="$.businessDate",
            )
        period = Period(since=calendar.iso(since), until=calendar.iso(until))
        known = self._terminals.known()
        theirs = await asyncio.gather(*(self._totals(terminal, period) for _, terminal in known))
        compared = [
            _compared(record, await books_of(read, record.id, since, until), totals)
            for (record, _), totals in zip(known, theirs, strict=True)
        ]
        return SettlementReply(
            settlement=Settlement(
                business_date=day.isoformat(),
                since=period.since,
                until=period.until,
                open=len(await open_money(read)),
                terminals=tuple(compared),
            )
        )

    async def _totals(self, terminal: CardTerminal, period: Period) -> TerminalTotals | None:
        try:
            return await in_time(self._shop.clock, terminal.totals(period), WITHIN)
        except (NotAsked, AnswerLost):
            return None


def _compared(record: TerminalRecord, books: Books, theirs: TerminalTotals | None) -> TerminalSettlement:
    ours = books.totals()
    return TerminalSettlement(
        terminal=record.ref,
        ours=ours,
        groups=books.groups(),
        theirs=theirs,
        difference=None if theirs is None else theirs.less(ours),
        agrees=theirs == ours,
        doubts=books.doubts,
    )
