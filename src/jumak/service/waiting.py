"""Use cases of the waiting list (rulebook TBL-10, SEC-4)."""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import NotFound
from jumak.domain.fact import Fact
from jumak.domain.waiting import (
    PartyAct,
    PartyRecord,
    WaitingParty,
    WaitingSetting,
    after,
    check_accepting,
    in_line,
    is_in_line,
    mode_now,
)
from jumak.domain.waiting import (
    defer as decide_defer,
)
from jumak.protocol.messages.waiting import (
    PartyData,
    PartyReply,
    PartySeatData,
    WaitingAddData,
    WaitingListReply,
    WaitingModeData,
    WaitingModeReply,
)
from jumak.protocol.row import Nothing
from jumak.service.journal import whole
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import command, query
from jumak.service.table import seat_guests

SETTING_ID = "waiting"


async def party_view(source: Reader, record: PartyRecord) -> WaitingParty:
    """The party as screens see it; its phone never leaves, its name until it is erased (SEC-4)."""
    personal = await source.personal(record.id) or {}
    return _view(source, record, personal.get("name"))


@whole("waiting.change")
async def _pushed(read: Reader, subject: str) -> WaitingParty | None:
    record = await read.get(PartyRecord, subject)
    return None if record is None else await party_view(read, record)


def _view(source: Reader, record: PartyRecord, name: str | None) -> WaitingParty:
    return WaitingParty(
        id=record.id,
        number=record.number,
        name=name,
        num_guests=record.num_guests,
        state=record.state,
        since=calendar_of(source.shop).iso(from_ms(record.since_ms)),
        deferrals=record.deferrals,
    )


@command("waiting.add.request")
async def add(tx: Transaction, data: WaitingAddData) -> PartyReply:
    """A party joins the end of the line; numbers restart every business day.

    Raises InvalidState WAITING_MODE when the list takes nobody.
    """
    at_ms = to_ms(tx.at)
    check_accepting(await tx.get(WaitingSetting, SETTING_ID), at_ms)
    today = calendar_of(tx.shop).business_date(tx.at).isoformat()
    records = (await tx.all(PartyRecord)).values()
    last = max((record.place for record in records), default=0)
    for record in list(records):
        if record.business_date != today:
            _forget(tx, record)
    record = PartyRecord(
        id=tx.ids.new(),
        number=await tx.next_number(f"waiting:{today}"),
        num_guests=data.num_guests,
        since_ms=at_ms,
        business_date=today,
        place=last + 1,
    )
    personal = {key: text for key, text in (("name", data.name), ("phone", data.phone)) if text}
    if personal:
        tx.put_personal(record.id, personal)
    tx.put(record)
    tx.record(_changed(tx, record))
    return PartyReply(party=_view(tx, record, data.name or None))


def _forget(tx: Transaction, record: PartyRecord) -> None:
    """A party of an earlier day goes; one still in line has gone home."""
    if is_in_line(record):
        tx.record(_changed(tx, after(record, PartyAct.CANCEL)))
    tx.put_personal(record.id, None)
    tx.drop(PartyRecord, record.id)


@query("waiting.list.request")
async def list_parties(read: Reader, caller: Caller, data: Nothing) -> WaitingListReply:
    """Everybody in line, first first, and the mode that holds now."""
    setting = await read.get(WaitingSetting, SETTING_ID)
    mode = mode_now(setting, to_ms(read.at))
    until_ms = setting.until_ms if setting is not None and mode == "paused" else None
    line = in_line((await read.all(PartyRecord)).values())
    return WaitingListReply(
        parties=tuple([await party_view(read, record) for record in line]),
        mode=mode,
        until=UNSET if until_ms is None else calendar_of(read.shop).iso(from_ms(until_ms)),
    )


@command("waiting.call.request")
async def call(tx: Transaction, data: PartyData) -> PartyReply:
    """The party's table is ready; calling again is fine."""
    return await _act(tx, data.id, PartyAct.CALL)


@command("waiting.seat.request")
async def seat(tx: Transaction, data: PartySeatData) -> PartyReply:
    """The party sits down at a free table, which counts its guests (TBL-10).

    Raises InvalidState WAITING_STATE, Conflict TABLE_OCCUPIED, UnsupportedMode, NotFound.
    """
    record = after(await _known(tx, data.id), PartyAct.SEAT)
    _, fact = await seat_guests(tx, data.table_id, record.num_guests)
    reply = await _kept(tx, replace(record, table_id=data.table_id))
    tx.record(fact)
    return reply


@command("waiting.defer.request")
async def defer(tx: Transaction, data: PartyData) -> PartyReply:
    """One place later in the line, at most twice; raises InvalidState DEFERRED_TOO_OFTEN."""
    record = await _known(tx, data.id)
    later, *overtaking = decide_defer(record, (await tx.all(PartyRecord)).values())
    for other in overtaking:
        await _kept(tx, other)
    return await _kept(tx, later)


@command("waiting.cancel.request")
async def cancel(tx: Transaction, data: PartyData) -> PartyReply:
    """The party gives up waiting."""
    return await _act(tx, data.id, PartyAct.CANCEL)


@command("waiting.mark-no-show.request")
async def mark_no_show(tx: Transaction, data: PartyData) -> PartyReply:
    """The party was called and did not come."""
    return await _act(tx, data.id, PartyAct.MISS)


@command("waiting.set-mode.request")
async def set_mode(tx: Transaction, data: WaitingModeData) -> WaitingModeReply:
    """Whether the list takes new parties; a pause may end by itself."""
    calendar = calendar_of(tx.shop)
    until_ms = None
    said: dict[str, str] = {"mode": data.mode}
    if data.mode == "paused" and data.until is not None:
        until_ms = to_ms(calendar.parse(data.until, path="$.until"))
        said["until"] = calendar.iso(from_ms(until_ms))
    setting = WaitingSetting(id=SETTING_ID, mode=data.mode, until_ms=until_ms)
    tx.put(setting)
    tx.record(Fact("waiting.set-mode", SETTING_ID, said))
    return WaitingModeReply(mode=mode_now(setting, to_ms(tx.at)))


async def _known(tx: Transaction, party_id: str) -> PartyRecord:
    record = await tx.get(PartyRecord, party_id)
    if record is None:
        raise NotFound("없는 대기 팀입니다", f"there is no party {party_id[:64]}", path="$.id")
    return record


async def _act(tx: Transaction, party_id: str, act: PartyAct) -> PartyReply:
    return await _kept(tx, after(await _known(tx, party_id), act))


async def _kept(tx: Transaction, record: PartyRecord) -> PartyReply:
    """Save a party; the phone of one that left the line has done its duty (SEC-4)."""
    personal = await tx.personal(record.id) or {}
    if not is_in_line(record) and "phone" in personal:
        kept = {key: text for key, text in personal.items() if key != "phone"}
        tx.put_personal(record.id, kept or None)
    tx.put(record)
    tx.record(_changed(tx, record))
    return PartyReply(party=_view(tx, record, personal.get("name")))


def _changed(tx: Transaction, record: PartyRecord) -> Fact:
    view = _view(tx, record, None)
    return Fact(
        "waiting.change",
        record.id,
        {
            "party": {
                "id": view.id,
                "number": view.number,
                "numGuests": view.num_guests,
                "state": view.state,
                "since": view.since,
                "deferrals": view.deferrals,
            }
        },
    )
