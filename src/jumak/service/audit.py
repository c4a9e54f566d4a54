"""The journal read as an audit (SEC-2)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from jumak.domain.calendar import calendar_of
from jumak.domain.caller import Caller
from jumak.protocol.messages.admin import AuditEntry, AuditListData, AuditListReply
from jumak.service.documents import Device, Staff
from jumak.service.ports import Entry, Reader
from jumak.service.registry import query

DEFAULT_LIMIT = 100
WINDOW = 1_000
"""Entries looked at in one go."""

SCAN = 100_000
"""Entries looked at for one answer; a rare filter answers fewer than `limit` rather than reading for minutes."""


@query("audit.list.request")
async def audit_list(read: Reader, caller: Caller, data: AuditListData) -> AuditListReply:
    """Entries after a number, oldest first; without one the newest, still in journal order."""
    limit = data.limit or DEFAULT_LIMIT
    who = await _identities(read, data.who) if data.who else None
    found = (
        await _forward(read, data.after, limit, who, data.what)
        if data.after is not None
        else await _backward(read, limit, who, data.what)
    )
    calendar = calendar_of(read.shop)
    return AuditListReply(
        entries=tuple(
            AuditEntry(
                seq=entry.seq,
                at=calendar.iso(entry.at),
                what=entry.fact.name,
                subject=entry.fact.subject,
                data=entry.fact.data,
                who=entry.caller,
                device=entry.device or UNSET,
                staff=entry.staff or UNSET,
                command_id=entry.command or UNSET,
            )
            for entry in found
        )
    )


async def _identities(read: Reader, who: str) -> frozenset[str]:
    """Every id that goes by this name."""
    devices = (device for device in (await read.all(Device)).values() if device.name == who)
    staff = (person.id for person in (await read.all(Staff)).values() if person.name == who)
    return frozenset({who, *staff, *(name for device in devices for name in (device.id, device.caller_id))})


async def _forward(
    read: Reader, after: int, limit: int, who: frozenset[str] | None, what: str | None
) -> Sequence[Entry]:
    found: list[Entry] = []
    for _ in range(SCAN // WINDOW):
        page = await read.facts(after, WINDOW)
        found += [entry for entry in page if _matches(entry, who, what)]
        if len(found) >= limit or len(page) < WINDOW:
            break
        after = page[-1].seq
    return found[:limit]


async def _backward(
    read: Reader, limit: int, who: frozenset[str] | None, what: str | None
) -> Sequence[Entry]:
    found: list[Entry] = []
    newest = read.seq
    for _ in range(SCAN // WINDOW):
        oldest = max(0, newest - WINDOW)
        page = [entry for entry in await read.facts(oldest, newest - oldest) if entry.seq <= newest]
        found = [entry for entry in page if _matches(entry, who, what)] + found
        if len(found) >= limit or oldest == 0:
            break
        newest = oldest
    return found[-limit:]


def _matches(entry: Entry, who: frozenset[str] | None, what: str | None) -> bool:
    if who is not None and who.isdisjoint((entry.caller, entry.device, entry.staff)):
        return False
    name = entry.fact.name
    return what is None or name == what or name.partition(".")[0] == what
