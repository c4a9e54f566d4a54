"""Does a store hold of a shop what always has to hold? (architecture, "What always holds")

    journal     numbers without a gap, every commit's hash chained to the one before; each fact is found under
                the orders it names
    orders      the stored document is what the journal makes of it; amounts follow from the lines,
                payment sums and states agree (MON-a, ORD-1), numbers unique per business day (OFF-a)
    payments    every payment findable, and nothing else
    tickets     the stored ticket is what its newest fact made of it; the kitchen ledger adds up (KDS-a)
    documents   each is what its fact made of it
    slots       the counts that pages are found with

Findings name the first wrong row of each kind, so that one broken page does not hide the rest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from jumak.domain.errors import PosError
from jumak.domain.fact import Fact
from jumak.domain.kitchen import Ticket
from jumak.domain.merchant import Shop
from jumak.domain.order.life import payment_state
from jumak.domain.order.pricing import paid_value, reprice
from jumak.domain.order.types import Order
from jumak.store.codec import (
    DOCUMENT,
    ORDER_CODE,
    ORDER_FULL,
    ORDER_PATCH,
    SHOP,
    TICKET,
    TICKET_CODE,
    StateEntry,
)
from jumak.store.journal import chained, orders_named
from jumak.store.memory import ORDERS, TICKETS, is_open
from jumak.store.whole import Finding, Row, WholeShop

Progress = Callable[[str, int], None]
"""Called now and then with what is being checked and how many rows were."""


class Check:
    """One look at a whole shop."""

    def __init__(self, rows: WholeShop, progress: Progress | None = None) -> None:
        self.rows = rows
        self.progress = progress or (lambda _, __: None)
        self.codec = rows.codec
        self.findings: dict[tuple[str, str], Finding] = {}
        self.shops: list[Shop] = []
        """An order keeps the amounts the settings of its time made: the founding ones, then the journal's."""
        self.newest_tickets: dict[str, int] = {}
        self.moved: set[str] = set()
        """Orders that were merged or split: their ledgers and shares are spread over several orders."""
        self._together: tuple[tuple[Any, ...], dict[str, bool]] = ((), {})
        self._sent: dict[str, Counter[tuple[str, str]]] = {}
        """Of each order with tickets: how much of a line they sent to a station."""
        self._indexed_payments: dict[str, tuple[int, str | None, str]] = {}

    async def run(self) -> list[Finding]:
        """What is wrong. Empty: all is well."""
        for finding in await self.rows.integrity():
            self.found(finding.table, "integrity", finding.row, finding.problem)
        settings = await self.rows.settings("founding") or await self.rows.settings("settings")
        assert settings is not None, "a shop has settings"
        self.shops = [msgspec.json.decode(settings, type=Shop)]
        # Tickets before orders: what they add up to is held against each order when it is read.
        for part in (self._journal, self._tickets, self._orders, self._documents):
            await part()
        return list(self.findings.values())

    def found(self, table: str, kind: str, row: object, problem: str) -> None:
        """Keep the first of a kind."""
        self.findings.setdefault((table, kind), Finding(table, str(row), problem))

    async def counted(self, what: str, rows: AsyncIterator[Sequence[Row]]) -> AsyncIterator[Sequence[Row]]:
        """Rows as they come, progress told."""
        number = 0
        async for some in rows:
            yield some
            number += len(some)
            self.progress(what, number)

    # -- journal -------------------------------------------------------------------------------------

    async def _journal(self) -> None:
        actors = await self.rows.actors()
        commits = iter(await self.rows.commits())
        commit = next(commits, None)
        previous, expected, indexed = bytes(32), 1, 0
        rows: list[Row] = []
        # A file that no newer program has opened yet is checked as it is.
        listed = await self.rows.order_facts()
        async for some in self.counted("journal", self.rows.facts()):
            if listed is not None:
                indexed += await self._indexed(some)
            for fact in some:
                seq = fact[0]
                if seq != expected:
                    self.found("journal", "gap", expected, "this fact is missing")
                expected = seq + 1
                self._look_at(fact)
                rows.append((*fact[:4], actors.get(fact[4], ()), *fact[5:]))
                while commit is not None and seq >= commit[0]:
                    last_seq, at, known = commit
                    previous = chained(previous, at, rows)
                    if previous != known:
                        first = rows[0][0] if rows else last_seq
                        self.found(
                            "journal",
                            "hash",
                            f"{first}-{last_seq}",
                            "these facts were changed after their commit",
                        )
                    # On with the stored hash: the commits after a broken one are judged by themselves.
                    previous, rows = known, []
                    commit = next(commits, None)
        if rows:
            self.found("commits", "missing", rows[-1][0], "these facts belong to no commit")
        if commit is not None:
            self.found("journal", "gap", commit[0], "a commit whose facts are missing")
        if listed is not None and listed > indexed:
            self.found(
                "order_facts", "orphan", listed - indexed, "rows for facts that do not name their order"
            )

    async def _indexed(self, facts: Sequence[Row]) -> int:
        """How many rows of the list say rightly that one of these facts tells of an order."""
        named: list[tuple[int, str]] = []
        for seq, _, name, subject, _, _, data, _ in facts:
            try:
                fact = Fact(name, subject, msgspec.json.decode(data))
                named += [(seq, order_id) for order_id in orders_named(fact)]
            except Exception as error:  # a damaged blob may fail in any way
                self.found("journal", "data", seq, f"cannot be read: {error}")
        right = 0
        for (seq, order_id), found in zip(named, await self.rows.found_under(named), strict=True):
            if found is False:
                self.found("order_facts", "index", seq, f"not found under order {order_id}")
            right += found is True
        return right

    def _look_at(self, fact: tuple[Any, ...]) -> None:
        seq = fact[0]
        if self._together[0] != (fact[1], fact[4], fact[5]):
            self._together = ((fact[1], fact[4], fact[5]), {})
        try:
            entries = self.codec.entries(fact[7])
            for entry in entries:
                if entry.kind == TICKET:
                    self.newest_tickets[entry.id] = seq
                elif entry.kind == SHOP:
                    self.shops.append(msgspec.json.decode(self.codec.unpack(entry.body), type=Shop))
                elif entry.kind in (ORDER_FULL, ORDER_PATCH):
                    self._changed_together(entry)
        except Exception as error:  # a damaged blob may fail in any way
            self.found("journal", "state", seq, f"cannot be read: {error}")

    def _changed_together(self, entry: StateEntry) -> None:
        # A merge or split changes orders in one command and moves lines with their ledger between them.
        orders = self._together[1]
        orders[entry.id] = orders.get(entry.id, False) or entry.kind == ORDER_PATCH
        if len(orders) > 1 and any(orders.values()):
            self.moved.update(orders)

    def _entry_in(self, state: bytes | None, kind: int, thing: object) -> StateEntry | None:
        for entry in self.codec.entries(state):
            if entry.kind == kind and entry.id == thing:
                return entry
        return None

    # -- orders --------------------------------------------------------------------------------------

    async def _orders(self) -> None:
        slots = _SlotCount(self, ORDERS, await self.rows.slots(ORDERS))
        numbers: Counter[tuple[str, str]] = Counter()
        owners = await self.rows.owners()
        self._indexed_payments = {
            payment_id: (order_seq, owners.get(owner), key)
            for payment_id, order_seq, owner, key in await self.rows.payments()
        }
        async for some in self.counted("orders", self.rows.orders()):
            replayed = await self.rows.replayed([row[1] for row in some])
            for row, made in zip(some, replayed, strict=True):
                self._order(row, made, owners, slots, numbers)
        for (day, number), count in numbers.items():
            if count > 1 and number:
                self.found("orders", "number", f"{day} {number}", f"{count} orders have this number")
        for payment_id in self._indexed_payments:
            self.found("payments", "orphan", payment_id, "no order holds this payment")
        slots.compare()

    def _order(
        self,
        row: Row,
        made: bytes | Exception | None,
        owners: dict[int, str],
        slots: _SlotCount,
        numbers: Counter[tuple[str, str]],
    ) -> None:
        seq, order_id, created, state, *_, doc, backing = row
        slots.add(created, state)
        try:
            order = self.codec.order(doc, backing)
            stored = self.codec.unpack(doc)
        except Exception as error:  # a damaged blob may fail in any way
            self.found("orders", "doc", order_id, f"cannot be read: {error}")
            return
        if _columns(order, owners) != (order_id, *row[2:11]):
            self.found("orders", "columns", order_id, f"row {seq}: columns and document disagree")
        if isinstance(made, Exception):
            self.found("orders", "journal", order_id, f"the journal cannot be replayed: {made!r}")
        elif made != stored:
            self.found("orders", "journal", order_id, "the document is not what the journal makes of it")
        for problem in money_problems(order):
            self.found("orders", "money", order_id, problem)
        self._repriced(order)
        self._payments(seq, order)
        self._ledger(order)
        numbers[order.backing.business_date if order.backing else "", order.number] += 1

    def _repriced(self, order: Order) -> None:
        # A cancelled order keeps the amounts it had; a frozen part of a split has its own shares.
        if order.order_state == "CANCELLED" or order.id in self.moved:
            return
        for shop in self.shops:
            try:
                again = reprice(order, shop)
            except PosError:
                continue
            except Exception:  # lines and backing that do not belong together fail in any way
                break
            if again.charge_price == order.charge_price and again.line_items == order.line_items:
                return
        self.found("orders", "price", order.id, "the amounts do not follow from the lines")

    def _payments(self, seq: int, order: Order) -> None:
        for payment in order.payments:
            record = None if order.backing is None else order.backing.payments.get(payment.id)
            right = (seq, None if record is None else record.owner, payment.payment_key)
            if self._indexed_payments.pop(payment.id, None) != right:
                self.found("payments", "index", payment.id, f"not found under order {order.id}")

    def _ledger(self, order: Order) -> None:
        sent = self._sent.pop(order.id, None)
        if order.backing is None or sent is None or order.id in self.moved:
            return
        for tally in order.backing.tallies:
            ordered = sent[tally.line_id, tally.station_id]
            if ordered != tally.ordered:
                self.found(
                    "tickets",
                    "ledger",
                    order.id,
                    f"line {tally.line_id}: tickets add up to {ordered}, the ledger says {tally.ordered}",
                )

    # -- tickets -------------------------------------------------------------------------------------

    async def _tickets(self) -> None:
        slots = _SlotCount(self, TICKETS, await self.rows.slots(TICKETS))
        async for some in self.counted("tickets", self.rows.tickets()):
            newest = {row[0]: self.newest_tickets.pop(row[0], 0) for row in some}
            states = await self.rows.states(newest.values())
            for row in some:
                slots.add(row[3], row[2])
                ticket = self._ticket(row, states.get(newest[row[0]]))
                if ticket is not None:
                    _add_up(self._sent.setdefault(ticket.order_id, Counter()), ticket)
        for ticket_id in self.newest_tickets:
            self.found("tickets", "missing", ticket_id, "the journal tells of a ticket that is not there")
        slots.compare()

    def _ticket(self, row: Row, state: bytes | None) -> Ticket | None:
        ticket_id, doc = row[0], row[4]
        try:
            ticket = self.codec.ticket(doc)
        except Exception as error:  # a damaged blob may fail in any way
            self.found("tickets", "doc", ticket_id, f"cannot be read: {error}")
            return None
        if (ticket.id, ticket.order_id, TICKET_CODE[ticket.state], ticket.created_ms) != tuple(row[:4]):
            self.found("tickets", "columns", ticket_id, "columns and document disagree")
        entry = self._entry_in(state, TICKET, ticket_id)
        if entry is None:
            self.found("tickets", "journal", ticket_id, "no fact tells of this ticket")
        elif self.codec.unpack(entry.body) != self.codec.unpack(doc):
            self.found("tickets", "journal", ticket_id, "the ticket is not what the journal says")
        return ticket

    # -- documents -----------------------------------------------------------------------------------

    async def _documents(self) -> None:
        async for some in self.counted("documents", self.rows.documents()):
            states = await self.rows.states(fact for _, _, fact, _ in some if fact is not None)
            for kind, doc_id, fact, doc in some:
                # What is no fact of the trade (a cart, a lock) is told of by none.
                if fact is None:
                    continue
                entry = self._entry_in(states.get(fact), DOCUMENT, [kind, doc_id])
                if entry is None or entry.body != doc:
                    self.found("documents", "journal", f"{kind} {doc_id}", "not what its fact made of it")
        settings = await self.rows.settings("settings")
        if settings is None or msgspec.json.decode(settings, type=Shop) != self.shops[-1]:
            self.found("shop", "settings", "settings", "not what the journal says")


class _SlotCount:
    """Counts rows per slot again."""

    def __init__(self, owner: Check, kind: int, rows: Sequence[Row]) -> None:
        self.owner, self.kind = owner, kind
        self.starts = [row[0] for row in rows]
        self.stored = {row[0]: list(row[1:]) for row in rows}
        self.counted = {row[0]: [0, 0, 0, 0] for row in rows}

    def add(self, created: int, state: int) -> None:
        if not self.starts:
            self.owner.found("slots", str(self.kind), created, "no slot counts this")
            return
        self.counted[self.starts[max(0, bisect_right(self.starts, created) - 1)]][state] += 1

    def compare(self) -> None:
        for start, counts in self.counted.items():
            if counts != self.stored[start]:
                self.owner.found(
                    "slots", str(self.kind), start, f"counts {self.stored[start]}, there are {counts}"
                )


def money_problems(order: Order) -> list[str]:
    """What of MON-a and ORD-1 an order breaks."""
    price, paid = order.charge_price, order.payment_price
    problems = []
    amounts = (*msgspec.structs.astuple(price), *msgspec.structs.astuple(paid))
    if any(amount < 0 for amount in amounts):
        problems.append("MON-a: an amount is negative")
    total = price.charge_price_value
    if total != price.charge_list_price_value - price.charge_discount_value + price.charge_tip_value:
        problems.append("MON-a: price is not list − discount + tip")
    if total != price.charge_supply_value + price.charge_tax_value + price.charge_tip_value:
        problems.append("MON-a: price is not supply + tax + tip")
    if order.order_state != "CANCELLED" and paid.payment_paid_value + paid.payment_unpaid_value != total:
        problems.append("MON-a: paid and unpaid are not the price")
    if order.backing is None or order.backing.payments.keys() != {payment.id for payment in order.payments}:
        return [*problems, "the payments and their records disagree"]
    if paid_value(order) != paid.payment_paid_value:
        problems.append("the payments do not add up to what is paid")
    state = payment_state(order.order_state, total, paid.payment_paid_value, ever_paid=bool(order.payments))
    if not order.payment_state == order.state == state:
        problems.append(f"ORD-1: the payment state is {order.payment_state}, it should be {state}")
    return problems


def _columns(order: Order, owners: dict[int, str]) -> tuple[Any, ...]:
    backing = order.backing
    assert backing is not None
    return (
        order.id,
        backing.created_ms,
        ORDER_CODE[order.order_state],
        int(is_open(order)),
        next((number for number, owner in owners.items() if owner == backing.owner), None),
        None if order.order_key == order.id else order.order_key,
        order.table_id,
        backing.business_date,
        order.number,
        order.version,
    )


def _add_up(sums: Counter[tuple[str, str]], ticket: Ticket) -> None:
    """KDS-a: remakes apart, what the tickets of a line ask for at a station."""
    if ticket.remake:
        return
    for line in ticket.lines:
        for station in line.stations:
            sums[line.line_id, station] += line.current - line.previous
