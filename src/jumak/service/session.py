"""What a connection asks about itself: the time, missed events, lost replies (contract, extensions §3)."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Raw

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidState
from jumak.protocol.messages.session import (
    CommandGetData,
    CommandGetReply,
    EventListData,
    EventListReply,
    ListedEvent,
    SessionPingReply,
)
from jumak.protocol.row import Nothing
from jumak.protocol.table import TABLE
from jumak.service.event_number import number_of, seq_of
from jumak.service.journal import push_for
from jumak.service.ports import Reader
from jumak.service.registry import query

DEFAULT_LIMIT = 500
WINDOW = 1_000


def utc_text(at: datetime) -> str:
    """`2026-02-01T03:31:00.123Z`, for programs that compare clocks."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def visible_pushes(scopes: frozenset[str]) -> frozenset[str]:
    """Names of the pushes these scopes let through (H-76)."""
    return frozenset(
        row.name
        for row in TABLE.values()
        if row.kind == "push" and (not row.scopes or not scopes.isdisjoint(row.scopes))
    )


@query("session.ping.request")
async def ping(read: Reader, caller: Caller, data: Nothing) -> SessionPingReply:
    """The server's time and newest fact (OFF-8)."""
    return SessionPingReply(seq=number_of(read, read.seq), server_time=utc_text(read.at))


@query("event.list.request")
async def event_list(read: Reader, caller: Caller, data: EventListData) -> EventListReply:
    """Store events after a number, as the caller's scopes allow (OFF-9).

    Raises InvalidState `EVENTS_GONE` for a number of before an older copy was put back: the caller reads anew.
    """
    limit = data.limit or DEFAULT_LIMIT
    visible = visible_pushes(caller.scopes)
    if data.names is not None:
        visible &= frozenset(data.names)
    events: list[ListedEvent] = []
    after = seq_of(read, data.after)
    if after is None:
        raise InvalidState(
            "복원 전의 번호입니다. 처음부터 다시 읽어 주세요.",
            "This number is of before an older copy of the shop was put back: read anew",
            reason="EVENTS_GONE",
        )
    asked = after
    while True:
        page = await read.facts(after, WINDOW)
        for entry in page:
            push = await push_for(read, entry)
            if push is not None and push.name in visible:
                if len(events) == limit:
                    return EventListReply(events=tuple(events), seq=number_of(read, after), truncated=True)
                events.append(ListedEvent(seq=number_of(read, entry.seq), name=push.name, data=push.data))
            after = entry.seq
        if len(page) < WINDOW:
            newest = number_of(read, max(after, asked))
            return EventListReply(events=tuple(events), seq=newest, truncated=False)


@query("command.get.request")
async def command_get(read: Reader, caller: Caller, data: CommandGetData) -> CommandGetReply:
    """The stored answer of one of the caller's own writes (PAY-7)."""
    reply = await read.command_reply(caller.id, data.command_id)
    if reply is None:
        return CommandGetReply(state="unknown", reply=UNSET)
    return CommandGetReply(state="done", reply=Raw(reply))
