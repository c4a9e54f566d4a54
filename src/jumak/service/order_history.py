"""The history of one order, from the journal (SEC-2): who did what, when, and with whose approval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import UNSET
from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.caller import Caller
from jumak.domain.fact import Fact
from jumak.domain.kitchen import Station
from jumak.domain.order.history import (
    ChangeCode,
    ChangedPayment,
    HistoryChange,
    LineQuantity,
    Named,
    OtherOrder,
    PaymentTry,
    TablePlace,
    created,
    differences,
)
from jumak.domain.order.merge import MERGED
from jumak.domain.order.types import Order
from jumak.domain.table import TableRecord
from jumak.protocol.messages.order_history import (
    HistoryActor,
    OrderHistoryData,
    OrderHistoryEntry,
    OrderHistoryReply,
)
from jumak.service.documents import Device, Install, Staff
from jumak.service.keeping import known_order
from jumak.service.ports import Entry, OrderEntry, Reader
from jumak.service.registry import query

DEFAULT_SIZE: Final = 50

_SCOPES: Final[Mapping[str, str]] = {
    "payment": "payment:read",
    "cash-receipt": "payment:read",
    "attempt": "staff:pay",
    "refund": "staff:pay",
    "kds": "kds:read",
    "table": "table:read",
}
"""Noun of a fact → what a caller needs beside `order:read`: the scope of that noun's own pushes."""


@query("order.history.request")
async def order_history(read: Reader, caller: Caller, data: OrderHistoryData) -> OrderHistoryReply:
    """Entries of one order, newest first; what the caller may not see is left out. Raises NotFound."""
    order = await known_order(read, data.order_id, path="$.orderId")
    size = data.size or DEFAULT_SIZE
    found = await read.journal_of(order.id, limit=size + 1, before=data.before)
    page = found[:size]
    teller = _Teller(read, caller, order, await _titles(read, order, page))
    entries = tuple([await teller.entry(each) for each in page if _may_see(caller, each.entry.fact)])
    return OrderHistoryReply(entries=entries, next=page[-1].entry.seq if len(found) > size else UNSET)


def _may_see(caller: Caller, fact: Fact) -> bool:
    needed = _SCOPES.get(fact.name.partition(".")[0])
    return needed is None or caller.may(needed)


async def _titles(read: Reader, order: Order, page: Sequence[OrderEntry]) -> dict[str, str]:
    """Line id → title; the kitchen's tickets still know lines that are gone."""
    titles = {line.line_id: line.title for ticket in await read.tickets_of(order.id) for line in ticket.lines}
    versions = [version for each in page for version in (each.before, each.after) if version is not None]
    for version in (*versions, order):
        titles.update({line.id: line.item.title for line in version.line_items})
    return titles


class _Teller:
    """Says of each entry who it was and what happened, with the names of now."""

    def __init__(self, read: Reader, caller: Caller, order: Order, titles: Mapping[str, str]) -> None:
        self._read, self._order, self._titles = read, order, titles
        self._names_people = caller.is_staff
        self._iso = calendar_of(read.shop).iso

    async def entry(self, told: OrderEntry) -> OrderHistoryEntry:
        entry = told.entry
        fact = entry.fact
        return OrderHistoryEntry(
            seq=entry.seq,
            at=self._iso(entry.at),
            at_ms=to_ms(entry.at),
            fact=fact.name,
            who=await self._who(entry),
            approved_by=self._approver(fact),
            reason=self._reason(fact),
            changes=tuple([await self._named(change) for change in await self._changes(told)]),
        )

    async def _who(self, entry: Entry) -> HistoryActor:
        read = self._read
        device = None if entry.device is None else await read.get(Device, entry.device)
        name: str | None = None
        if entry.kind == "plugin":
            install = await read.get(Install, entry.caller)
            name = None if install is None else install.name
        elif entry.kind == "service":
            name = entry.caller
        elif entry.kind == "device" and device is not None:
            name = device.name
        staff: Named | None = None
        if entry.staff is not None and self._names_people:
            person = await read.get(Staff, entry.staff)
            staff = Named(id=entry.staff, name=None if person is None else person.name)
        return HistoryActor(
            kind=entry.kind,
            id=entry.caller,
            name=name,
            device=None
            if entry.device is None
            else Named(id=entry.device, name=None if device is None else device.name),
            staff=staff,
        )

    def _approver(self, fact: Fact) -> Named | None:
        by = fact.data.get("approvedBy")
        return Named(id=by["id"], name=by["name"]) if by and self._names_people else None

    def _reason(self, fact: Fact) -> str | None:
        said: str | None = fact.data.get("reason")
        if fact.name == "order.cancel":
            said = said or self._order.cancel_reason
        elif fact.name == "order.decline" and self._order.requested_info is not None:
            said = said or self._order.requested_info.declined_reason
        return None if said == MERGED else said or None

    async def _changes(self, told: OrderEntry) -> list[HistoryChange]:
        fact = told.entry.fact
        changes: list[HistoryChange] = []
        tells = _TELLS.get(fact.name)
        if tells is not None:
            changes.append(tells(self, fact))
        if told.after is not None and told.before is None:
            changes = [created(told.after), *[each for each in changes if each.code != "order.created"]]
        elif told.after is not None and told.before is not None:
            changes += differences(told.before, told.after)
        for key, code in _LINKS:
            if key in fact.data:
                changes.append(HistoryChange(code=code, order=OtherOrder(id=fact.data[key]["id"])))
        if "undoes" in fact.data:
            changes.append(HistoryChange(code="order.undone", undoes=fact.data["undoes"]))
        return changes

    async def _named(self, change: HistoryChange) -> HistoryChange:
        """The change with the titles of tables and stations and the numbers of orders put in."""
        read = self._read
        named: dict[str, Any] = {}
        for side in ("from_table", "to_table"):
            place: TablePlace | None = getattr(change, side)
            record = None if place is None else await read.get(TableRecord, place.id)
            if place is not None and record is not None:
                named[side] = replace(place, title=record.title)
        if change.station is not None:
            station = await read.get(Station, change.station.id)
            if station is not None:
                named["station"] = replace(change.station, name=station.name)
        if change.order is not None:
            other = await read.order(change.order.id)
            if other is not None:
                named["order"] = replace(change.order, number=other.number)
        return replace(change, **named) if named else change

    # -- what single facts say -----------------------------------------------------------------------

    def payment(self, fact: Fact, code: ChangeCode) -> HistoryChange:
        for payment in self._order.payments:
            if payment.id == fact.subject:
                external = payment.external_details
                known = ChangedPayment(
                    id=payment.id,
                    source_type=payment.source_type,
                    source=None if external is None else external.source,
                )
                amount = fact.data.get("amount", payment.amount_money)
                return HistoryChange(code=code, payment=known, amount=amount, tax=fact.data.get("tax"))
        return HistoryChange(code=code, payment=ChangedPayment(id=fact.subject))

    def attempt(self, fact: Fact, code: ChangeCode) -> HistoryChange:
        said = fact.data
        tried = PaymentTry(
            id=fact.subject,
            tender=said["tender"],
            error=said.get("error"),
            how=said.get("how"),
            note=said.get("note"),
        )
        return HistoryChange(code=code, attempt=tried, amount=said["amount"])

    def refund(self, fact: Fact, code: ChangeCode) -> HistoryChange:
        change = self.payment(fact, code)
        return replace(change, amount=fact.data["amount"], tax=None)

    def ticket(self, fact: Fact, code: ChangeCode) -> HistoryChange:
        said = fact.data
        if "recalled" in said:
            code = "kitchen.recalled"
        elif code == "kitchen.prioritized" and not said["pinned"]:
            code = "kitchen.unprioritized"
        lines = [
            self._line(line_id, current, previous) for line_id, previous, current in said.get("lines", ())
        ]
        done: dict[str, int] = {}
        for line_id, _, thousandths in (*said.get("done", ()), *said.get("recalled", ())):
            done[line_id] = max(done.get(line_id, 0), thousandths)
        lines += [self._line(line_id, thousandths) for line_id, thousandths in done.items()]
        station = said.get("station")
        return HistoryChange(
            code=code,
            ticket=fact.subject,
            lines=tuple(lines) or None,
            station=None if station is None else Named(id=station),
        )

    def _line(self, line_id: str, thousandths: int, previous: int | None = None) -> LineQuantity:
        return LineQuantity(
            id=line_id,
            title=self._titles.get(line_id),
            quantity=_units(thousandths),
            previous=None if previous is None else _units(previous),
        )

    def move(self, fact: Fact, code: ChangeCode) -> HistoryChange:
        """Of a swap the order's own way is told, whichever of the two it is."""
        here, there = fact.data["from"], fact.data["to"]
        if "order" in there and there["order"]["id"] == self._order.id:
            here, there = there, here
        return HistoryChange(
            code=code, from_table=_place(here), to_table=_place(there), order=_other(there.get("order"))
        )

    def merge(self, fact: Fact) -> HistoryChange:
        source, target = fact.data["from"], fact.data["to"]
        went = source["order"]["id"] == self._order.id
        return HistoryChange(
            code="order.merged-into" if went else "order.merged-in",
            from_table=_place(source),
            to_table=_place(target),
            order=_other((target if went else source)["order"]),
        )

    def receipt(self, fact: Fact, code: ChangeCode) -> HistoryChange:
        return HistoryChange(code=code, amount=fact.data["amount"])


def _units(thousandths: int) -> int | float:
    return thousandths // 1_000 if thousandths % 1_000 == 0 else thousandths / 1_000


def _place(side: Mapping[str, Any]) -> TablePlace:
    return TablePlace(id=side["table"]["id"])


def _other(order: Mapping[str, Any] | None) -> OtherOrder | None:
    return None if order is None else OtherOrder(id=order["id"])


Tell = Callable[[_Teller, Fact], HistoryChange]

_LINKS: Final[tuple[tuple[str, ChangeCode], ...]] = (
    ("splitTo", "order.split-off"),
    ("splitFrom", "order.split-from"),
    ("continues", "order.continues"),
)
"""Keys of an order's facts that name the other half of a split, and what an undone merge had ended (TBL-4)."""


def _plain(code: ChangeCode) -> Tell:
    return lambda _, __: HistoryChange(code=code)


def _by(how: Callable[[_Teller, Fact, ChangeCode], HistoryChange], code: ChangeCode) -> Tell:
    return lambda teller, fact: how(teller, fact, code)


_TELLS: Final[dict[str, Tell]] = {
    "order.add": _plain("order.created"),
    "order.accept": _plain("order.accepted"),
    "order.decline": _plain("order.declined"),
    "order.expire": _plain("order.expired"),
    "order.complete": _plain("order.completed"),
    "order.call": _plain("order.called"),
    "order.collect": _plain("order.collected"),
    "order.cancel": _plain("order.cancelled"),
    "order.cancel-pending": _plain("order.cancel-pending"),
    "order.lock": _plain("order.locked"),
    "order.unlock": _plain("order.unlocked"),
    "payment.paid": _by(_Teller.payment, "payment.approved"),
    "payment.cancel": _by(_Teller.payment, "payment.cancelled"),
    "payment.refund": _by(_Teller.payment, "payment.refunded"),
    "attempt.start": _by(_Teller.attempt, "payment-attempt.started"),
    "attempt.approve": _by(_Teller.attempt, "payment-attempt.approved"),
    "attempt.decline": _by(_Teller.attempt, "payment-attempt.declined"),
    "attempt.cancel": _by(_Teller.attempt, "payment-attempt.cancelled"),
    "attempt.lose": _by(_Teller.attempt, "payment-attempt.lost"),
    "attempt.give-up": _by(_Teller.attempt, "payment-attempt.given-up"),
    "attempt.wait": _by(_Teller.attempt, "payment-attempt.waited-for"),
    "attempt.show": _by(_Teller.attempt, "payment-attempt.code-shown"),
    "attempt.find-nothing": _by(_Teller.attempt, "payment-attempt.not-found"),
    "attempt.escalate": _by(_Teller.attempt, "payment-attempt.escalated"),
    "attempt.resolve": _by(_Teller.attempt, "payment-attempt.resolved"),
    "attempt.approval": _by(_Teller.attempt, "payment-attempt.approved-late"),
    "attempt.take-back": _by(_Teller.attempt, "payment-attempt.taking-back"),
    "attempt.net-cancel": _by(_Teller.attempt, "payment-attempt.network-cancelled"),
    "attempt.ask-again": _by(_Teller.attempt, "payment-attempt.asked-again"),
    "refund.owe": _by(_Teller.refund, "payment-refund.owed"),
    "refund.ask": _by(_Teller.refund, "payment-refund.asked"),
    "refund.return": _by(_Teller.refund, "payment-refund.returned"),
    "refund.decline": _by(_Teller.refund, "payment-refund.declined"),
    "refund.give-up": _by(_Teller.refund, "payment-refund.given-up"),
    "refund.lose": _by(_Teller.refund, "payment-refund.lost"),
    "refund.find-nothing": _by(_Teller.refund, "payment-refund.not-found"),
    "refund.resolve": _by(_Teller.refund, "payment-refund.resolved"),
    "cash-receipt.issue": _by(_Teller.receipt, "cash-receipt.issued"),
    "cash-receipt.queue": _by(_Teller.receipt, "cash-receipt.queued"),
    "cash-receipt.lower": _by(_Teller.receipt, "cash-receipt.withdrawn"),
    "cash-receipt.withdraw": _by(_Teller.receipt, "cash-receipt.withdrawn"),
    "cash-receipt.approve": _by(_Teller.receipt, "cash-receipt.issued"),
    "cash-receipt.refuse": _by(_Teller.receipt, "cash-receipt.failed"),
    "cash-receipt.cancel-approve": _by(_Teller.receipt, "cash-receipt.cancelled"),
    "cash-receipt.cancel-refuse": _by(_Teller.receipt, "cash-receipt.cancel-failed"),
    "table.move": _by(_Teller.move, "table.moved"),
    "table.swap": _by(_Teller.move, "table.swapped"),
    "table.merge": _Teller.merge,
    "kds.open": _by(_Teller.ticket, "kitchen.sent"),
    "kds.bump": _by(_Teller.ticket, "kitchen.bumped"),
    "kds.complete": _by(_Teller.ticket, "kitchen.completed"),
    "kds.recall": _by(_Teller.ticket, "kitchen.recalled"),
    "kds.cancel": _by(_Teller.ticket, "kitchen.cancelled"),
    "kds.relabel": _by(_Teller.ticket, "kitchen.moved"),
    "kds.prioritize": _by(_Teller.ticket, "kitchen.prioritized"),
    "kds.acknowledge": _by(_Teller.ticket, "kitchen.acknowledged"),
    "kds.auto-clear": _by(_Teller.ticket, "kitchen.cleared"),
    "kds.hand-over": _plain("order.handed-over"),
}
"""Fact → what it says itself; `order.update` says only what became different."""
