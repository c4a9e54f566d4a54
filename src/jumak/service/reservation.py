"""Use cases of reservations (rulebook TBL-6, TBL-10, SEC-4)."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import NotFound
from jumak.domain.fact import Fact
from jumak.domain.reservation import (
    Reservation,
    ReservationAct,
    ReservationRecord,
    after,
    is_over,
)
from jumak.protocol.messages.reservation import (
    ReservationAddData,
    ReservationData,
    ReservationListData,
    ReservationListReply,
    ReservationReply,
    ReservationSeatData,
)
from jumak.service.journal import whole
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import command, query
from jumak.service.table import known_table, seat_guests

KEPT_MS = 30 * 86_400_000
"""How long an old reservation stays in the list; the journal knows it for ever, without its guest."""


async def reservation_view(source: Reader, record: ReservationRecord) -> Reservation:
    """The reservation as screens see it; the phone never leaves, the name until it is erased (SEC-4)."""
    personal = await source.personal(record.id) or {}
    return _view(source, record, personal.get("name", ""))


@whole("reservation.change")
async def _pushed(read: Reader, subject: str) -> Reservation | None:
    record = await read.get(ReservationRecord, subject)
    return None if record is None else await reservation_view(read, record)


def _view(source: Reader, record: ReservationRecord, name: str) -> Reservation:
    return Reservation(
        id=record.id,
        name=name,
        num_guests=record.num_guests,
        at=calendar_of(source.shop).iso(from_ms(record.at_ms)),
        table_ids=record.table_ids,
        state=record.state,
    )


@command("reservation.add.request")
async def add(tx: Transaction, data: ReservationAddData) -> ReservationReply:
    """Keep a time, and perhaps tables, for a party; raises NotFound for an unknown table, UnsupportedMode."""
    at_ms = to_ms(calendar_of(tx.shop).parse(data.at, path="$.at"))
    table_ids = tuple(dict.fromkeys(data.table_ids or ()))
    for table_id in table_ids:
        await known_table(tx, table_id, path="$.tableIds")
    for old in list((await tx.all(ReservationRecord)).values()):
        if old.at_ms < to_ms(tx.at) - KEPT_MS:
            tx.put_personal(old.id, None)
            tx.drop(ReservationRecord, old.id)
    record = ReservationRecord(id=tx.ids.new(), num_guests=data.num_guests, at_ms=at_ms, table_ids=table_ids)
    personal = {"name": data.name}
    if data.phone:
        personal["phone"] = data.phone
    tx.put_personal(record.id, personal)
    tx.put(record)
    tx.record(_changed(tx, record))
    return ReservationReply(reservation=_view(tx, record, data.name))


@query("reservation.list.request")
async def list_reservations(read: Reader, caller: Caller, data: ReservationListData) -> ReservationListReply:
    """Reservations from `from` up to `to`, by time; bare dates are whole local days."""
    calendar = calendar_of(read.shop)
    start = to_ms(calendar.parse_bound(data.from_, path="$.from", end=False))
    end = to_ms(calendar.parse_bound(data.to, path="$.to", end=True))
    found = [record for record in (await read.all(ReservationRecord)).values() if start <= record.at_ms < end]
    found.sort(key=lambda record: (record.at_ms, record.id))
    return ReservationListReply(
        reservations=tuple([await reservation_view(read, record) for record in found])
    )


@command("reservation.check-in.request")
async def check_in(tx: Transaction, data: ReservationData) -> ReservationReply:
    """The party is here."""
    return await _act(tx, data.id, ReservationAct.CHECK_IN)


@command("reservation.seat.request")
async def seat(tx: Transaction, data: ReservationSeatData) -> ReservationReply:
    """The party sits down at a free table, which counts its guests (TBL-10).

    Raises InvalidState RESERVATION_STATE, Conflict TABLE_OCCUPIED, UnsupportedMode, NotFound.
    """
    record = after(await _known(tx, data.id), ReservationAct.SEAT)
    _, fact = await seat_guests(tx, data.table_id, record.num_guests)
    reply = await _kept(tx, replace(record, table_id=data.table_id))
    tx.record(fact)
    return reply


@command("reservation.cancel.request")
async def cancel(tx: Transaction, data: ReservationData) -> ReservationReply:
    """The party will not come."""
    return await _act(tx, data.id, ReservationAct.CANCEL)


@command("reservation.mark-no-show.request")
async def mark_no_show(tx: Transaction, data: ReservationData) -> ReservationReply:
    """The party did not come."""
    return await _act(tx, data.id, ReservationAct.MISS)


async def _known(tx: Transaction, reservation_id: str) -> ReservationRecord:
    record = await tx.get(ReservationRecord, reservation_id)
    if record is None:
        raise NotFound("없는 예약입니다", f"there is no reservation {reservation_id[:64]}", path="$.id")
    return record


async def _act(tx: Transaction, reservation_id: str, act: ReservationAct) -> ReservationReply:
    return await _kept(tx, after(await _known(tx, reservation_id), act))


async def _kept(tx: Transaction, record: ReservationRecord) -> ReservationReply:
    """Save a reservation; the phone of one that is over has done its duty (SEC-4)."""
    personal = await tx.personal(record.id) or {}
    if is_over(record) and "phone" in personal:
        kept = {key: text for key, text in personal.items() if key != "phone"}
        tx.put_personal(record.id, kept or None)
    tx.put(record)
    tx.record(_changed(tx, record))
    return ReservationReply(reservation=_view(tx, record, personal.get("name", "")))


def _changed(tx: Transaction, record: ReservationRecord) -> Fact:
    view = _view(tx, record, "")
    return Fact(
        "reservation.change",
        record.id,
        {
            "reservation": {
                "id": view.id,
                "name": "",
                "numGuests": view.num_guests,
                "at": view.at,
                "tableIds": list(view.table_ids),
                "state": view.state,
            }
        },
    )
