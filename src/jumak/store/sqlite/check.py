"""Does a shop's file hold what always has to hold? (architecture, "What always holds")

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

import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

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
    Codec,
    StateEntry,
)
from jumak.store.errors import ShopMissing
from jumak.store.journal import chained, orders_named
from jumak.store.memory import ORDERS, TICKETS, is_open
from jumak.store.sqlite.file import FILE_NAME, open_for_reading
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.travel import codec_of, order_at

Progress = Callable[[str, int], None]
"""Called now and then with what is being checked and how many rows were."""

_STEP: Final = 1_000


class Finding(Struct, frozen=True):
    """Something that is wrong. table and row: where; problem: a sentence."""

    table: str
    row: str
    problem: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.problem}"


def check(path: Path, progress: Progress | None = None) -> list[Finding]:
    """Check a shop's folder or file, also while its server runs. Empty: all is well.

    Raises ShopMissing, NewerFile.
    """
    file = path / FILE_NAME if path.is_dir() else path
    if not file.exists():
        raise ShopMissing(f"there is no shop in {path}")
    connection = open_for_reading(file)
    try:
        # One snapshot, whatever is written meanwhile.
        connection.execute("BEGIN")
        return _Check(connection, progress or (lambda _, __: None)).run()
    except sqlite3.DatabaseError as error:
        return [Finding("file", file.name, f"cannot be read: {error}")]
    finally:
        connection.close()


class _Check:
    def __init__(self, connection: sqlite3.Connection, progress: Progress) -> None:
        self.connection = connection
        self.progress = progress
        self.codec: Codec = codec_of(connection)
        self.findings: dict[tuple[str, str], Finding] = {}
        # An order keeps the amounts the settings of its time made: the founding ones, then the journal's.
        founding = connection.execute(SQL["shop_value"], ("founding",)).fetchone()
        settings = founding or connection.execute(SQL["shop_value"], ("settings",)).fetchone()
        self.shops: list[Shop] = [msgspec.json.decode(settings[0], type=Shop)]
        self.newest_tickets: dict[str, int] = {}
        self.moved: set[str] = set()
        """Orders that were merged or split: their ledgers and shares are spread over several orders."""
        self.indexed = 0
        """Rows of `order_facts` that are right."""
        self._together: tuple[tuple[Any, ...], dict[str, bool]] = ((), {})

    def run(self) -> list[Finding]:
        for problem in self.connection.execute("PRAGMA quick_check(1)"):
            if problem[0] != "ok":
                self.found("file", "quick_check", "page", problem[0])
        for part in (self._journal, self._orders, self._payments, self._tickets, self._documents):
            part()
        return list(self.findings.values())

    def found(self, table: str, kind: str, row: object, problem: str) -> None:
        """Keep the first of a kind."""
        self.findings.setdefault((table, kind), Finding(table, str(row), problem))

    def counted(self, what: str, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for number, row in enumerate(rows, 1):
            yield row
            if number % _STEP == 0:
                self.progress(what, number)

    # -- journal -------------------------------------------------------------------------------------

    def _journal(self) -> None:
        one = self.connection.execute
        actors = {number: tuple(actor) for number, *actor in one(SQL["actors"])}
        commits = iter(one("SELECT last_seq, at, hash FROM commits ORDER BY last_seq").fetchall())
        commit = next(commits, None)
        previous, expected = bytes(32), 1
        rows: list[tuple[Any, ...]] = []
        # A file that no newer program has opened yet is checked as it is.
        has_index = one("PRAGMA user_version").fetchone()[0] >= 2
        facts = one("SELECT seq, at, name, subject, actor, command, data, state FROM journal ORDER BY seq")
        for fact in self.counted("journal", facts):
            seq = fact[0]
            if seq != expected:
                self.found("journal", "gap", expected, "this fact is missing")
            expected = seq + 1
            self._look_at(fact)
            if has_index:
                self._indexed(fact)
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
        if has_index and (more := one("SELECT count(*) FROM order_facts").fetchone()[0] - self.indexed) > 0:
            self.found("order_facts", "orphan", more, "rows for facts that do not name their order")

    def _indexed(self, fact: tuple[Any, ...]) -> None:
        seq, _, name, subject, _, _, data, _ = fact
        try:
            named = orders_named(Fact(name, subject, msgspec.json.decode(data)))
        except Exception as error:  # a damaged blob may fail in any way
            self.found("journal", "data", seq, f"cannot be read: {error}")
            return
        for order_id in named:
            row = self.connection.execute(SQL["order_fact_of"], (seq, order_id)).fetchone()
            if row is not None and row[0] is None:
                self.found("order_facts", "index", seq, f"not found under order {order_id}")
            self.indexed += row is not None and row[0] is not None

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

    def _state_of(self, fact: int, kinds: tuple[int, ...], thing: object) -> StateEntry | None:
        row = self.connection.execute(SQL["fact_state"], (fact,)).fetchone()
        for entry in self.codec.entries(row[2]) if row else ():
            if entry.kind in kinds and entry.id == thing:
                return entry
        return None

    # -- orders --------------------------------------------------------------------------------------

    def _orders(self) -> None:
        slots = _SlotCount(self, ORDERS)
        numbers: Counter[tuple[str, str]] = Counter()
        columns = "seq, id, created, state, open, owner, order_key, table_id, business_date, number, version, doc, backing"
        owners = dict(self.connection.execute(SQL["owners"]).fetchall())
        rows = self.connection.execute(f"SELECT {columns} FROM orders ORDER BY seq")  # noqa: S608  # fixed text
        for row in self.counted("orders", rows):
            seq, order_id, created, state, *_, doc, backing = row
            slots.add(created, state)
            try:
                order = self.codec.order(doc, backing)
                stored = self.codec.unpack(doc)
            except Exception as error:  # a damaged blob may fail in any way
                self.found("orders", "doc", order_id, f"cannot be read: {error}")
                continue
            if _columns(order, owners) != (order_id, *row[2:11]):
                self.found("orders", "columns", order_id, f"row {seq}: columns and document disagree")
            self._replayed(order_id, stored)
            for problem in money_problems(order):
                self.found("orders", "money", order_id, problem)
            self._repriced(order)
            numbers[order.backing.business_date if order.backing else "", order.number] += 1
        for (day, number), count in numbers.items():
            if count > 1 and number:
                self.found("orders", "number", f"{day} {number}", f"{count} orders have this number")
        slots.compare()

    def _replayed(self, order_id: str, stored: bytes) -> None:
        try:
            replayed = order_at(self.connection, order_id, codec=self.codec)
        except Exception as error:  # whatever a damaged chain leads to
            self.found("orders", "journal", order_id, f"the journal cannot be replayed: {error!r}")
            return
        if replayed != stored:
            self.found("orders", "journal", order_id, "the document is not what the journal makes of it")

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

    # -- payments ------------------------------------------------------------------------------------

    def _payments(self) -> None:
        owners = dict(self.connection.execute(SQL["owners"]).fetchall())
        indexed = {
            payment_id: (order_seq, owners.get(owner), key)
            for payment_id, order_seq, owner, key in self.connection.execute(
                "SELECT id, order_seq, owner, payment_key FROM payments"
            )
        }
        for seq, doc, backing in self.connection.execute("SELECT seq, doc, backing FROM orders"):
            try:
                order = self.codec.order(doc, backing)
            except Exception:  # noqa: S112  # reported with the orders
                continue
            for payment in order.payments:
                assert order.backing is not None
                record = order.backing.payments.get(payment.id)
                right = (seq, None if record is None else record.owner, payment.payment_key)
                if indexed.pop(payment.id, None) != right:
                    self.found("payments", "index", payment.id, f"not found under order {order.id}")
        for payment_id in indexed:
            self.found("payments", "orphan", payment_id, "no order holds this payment")

    # -- tickets -------------------------------------------------------------------------------------

    def _tickets(self) -> None:
        slots = _SlotCount(self, TICKETS)
        sums: dict[str, Counter[tuple[str, str]]] = {}
        rows = self.connection.execute("SELECT id, order_id, state, created, doc FROM tickets ORDER BY seq")
        for ticket_id, order_id, state, created, doc in self.counted("tickets", rows):
            slots.add(created, state)
            try:
                ticket = self.codec.ticket(doc)
            except Exception as error:  # a damaged blob may fail in any way
                self.found("tickets", "doc", ticket_id, f"cannot be read: {error}")
                continue
            if (ticket.id, ticket.order_id, TICKET_CODE[ticket.state], ticket.created_ms) != (
                ticket_id,
                order_id,
                state,
                created,
            ):
                self.found("tickets", "columns", ticket_id, "columns and document disagree")
            fact = self.newest_tickets.pop(ticket_id, 0)
            if (entry := self._state_of(fact, (TICKET,), ticket_id)) is not None:
                if self.codec.unpack(entry.body) != self.codec.unpack(doc):
                    self.found("tickets", "journal", ticket_id, "the ticket is not what the journal says")
            else:
                self.found("tickets", "journal", ticket_id, "no fact tells of this ticket")
            _add_up(sums.setdefault(ticket.order_id, Counter()), ticket)
        for ticket_id in self.newest_tickets:
            self.found("tickets", "missing", ticket_id, "the journal tells of a ticket that is not there")
        slots.compare()
        self._ledger(sums)

    def _ledger(self, sums: dict[str, Counter[tuple[str, str]]]) -> None:
        for doc, backing in self.connection.execute("SELECT doc, backing FROM orders"):
            try:
                order = self.codec.order(doc, backing)
            except Exception:  # noqa: S112  # reported with the orders
                continue
            sent = sums.get(order.id)
            if order.backing is None or sent is None or order.id in self.moved:
                continue
            for tally in order.backing.tallies:
                ordered = sent[tally.line_id, tally.station_id]
                if ordered != tally.ordered:
                    self.found(
                        "tickets",
                        "ledger",
                        order.id,
                        f"line {tally.line_id}: tickets add up to {ordered}, the ledger says {tally.ordered}",
                    )

    # -- documents -----------------------------------------------------------------------------------

    def _documents(self) -> None:
        rows = self.connection.execute("SELECT kind, id, fact, doc FROM documents WHERE fact IS NOT NULL")
        for kind, doc_id, fact, doc in self.counted("documents", rows):
            entry = self._state_of(fact, (DOCUMENT,), [kind, doc_id])
            if entry is None or entry.body != doc:
                self.found("documents", "journal", f"{kind} {doc_id}", "not what its fact made of it")
        settings = self.connection.execute(SQL["shop_value"], ("settings",)).fetchone()[0]
        if msgspec.json.decode(settings, type=Shop) != self.shops[-1]:
            self.found("shop", "settings", "settings", "not what the journal says")


class _SlotCount:
    """Counts rows per slot again."""

    def __init__(self, owner: _Check, kind: int) -> None:
        self.owner, self.kind = owner, kind
        rows = owner.connection.execute(SQL["slots"], (kind,)).fetchall()
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
