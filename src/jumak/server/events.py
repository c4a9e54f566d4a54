"""Pushes as server-sent events: `GET /v1/events?after=<seq>` (contract, wire §2).

`id` is the `seq`, so that a client that reconnects with `Last-Event-ID` resumes by itself. When what
it missed is no longer replayed the first event is `gap` and it reads anew.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from jumak.domain.caller import Caller
from jumak.domain.errors import HostUnavailable, InvalidArgument, PosError
from jumak.protocol.errors import error_json, status_of
from jumak.server.connections import Push
from jumak.server.http import ApiDoor, Asked, Receive, Scope, Send, answer
from jumak.server.outbox import Outbox
from jumak.server.picture_links import base_for, with_addresses
from jumak.server.replay import Replay, can_resume, count_resume
from jumak.service.event_number import number_of
from jumak.service.session import visible_pushes

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

PATH = "/v1/events"
KEEP_ALIVE_S = 15.0
LINGER_S = 60.0
"""How long a stream that was ended may take to read what was sent before."""

KEEP_ALIVE = b": still here\n\n"


class EventStream:
    """A subscriber that only listens."""

    answers = False

    def __init__(self, shop: RunningShop, caller: Caller, names: frozenset[str] | None, send: Send) -> None:
        self.caller: Caller | None = caller
        self.names = names
        self.visible = visible_pushes(caller.scopes)
        if names is not None:
            self.visible &= names
        self._http_send = send
        self._pictures = base_for(shop, caller)
        self.ended = asyncio.Event()
        self.outbox = Outbox(self._write, self._finish, self._overflow)
        self.replay = Replay(shop, self._deliver, self.outbox.__len__)

    @property
    def waiting(self) -> int:
        """See `Subscriber`."""
        return self.outbox.backlog()

    def push(self, push: Push) -> None:
        """See `Subscriber`."""
        self.replay.take(push)

    def end(self, code: int, reason: str) -> None:
        """See `Subscriber`."""
        self.replay.stop()
        self.outbox.close(code, reason)
        self.ended.set()

    def sign_out(self, staff_id: str) -> None:
        """A stream opened with that person's scopes ends; it comes back with the device's own."""
        if self.caller is not None and self.caller.staff is not None and self.caller.staff.id == staff_id:
            self.end(1008, "UNAUTHENTICATED")

    def _deliver(self, push: Push) -> None:
        if push.name in self.visible:
            number = b"" if push.seq is None else b"id: %d\n" % push.seq
            data = with_addresses(push.data, self._pictures)
            self.outbox.put(b"%bevent: %b\ndata: %b\n\n" % (number, push.name.encode(), data))

    def _overflow(self) -> None:
        self.end(1013, "HOST_UNAVAILABLE")

    async def _write(self, frame: bytes) -> None:
        await self._http_send({"type": "http.response.body", "body": frame, "more_body": True})

    async def _finish(self, code: int, reason: str) -> None:  # noqa: ARG002  # a stream just ends
        await self._http_send({"type": "http.response.body", "body": b""})


async def serve_events(shop: RunningShop, door: ApiDoor, scope: Scope, receive: Receive, send: Send) -> None:
    """One stream, until the client goes or the server stops."""
    asked = Asked(scope["headers"])
    try:
        caller = door.caller_of(asked)
        shop.guard.check(caller)
        after, names = _wanted(scope)
    except PosError as error:
        await answer(send, status_of(error), error_json(error, asked.lang))
        return
    headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    stream = EventStream(shop, caller, names, send)
    stream.outbox.put(KEEP_ALIVE)  # The client hears at once that it is connected.
    shop.connections.all.add(stream)
    if shop.is_over:
        stream.end(1012, "HOST_UNAVAILABLE")
    gone = asyncio.create_task(_gone(receive, stream))
    try:
        read = shop.store.reader()
        if after is None:
            stream.replay.begin_at(number_of(read, read.seq))
        elif count_resume(await can_resume(read, after)):
            await stream.replay.run(after)
        else:
            stream.outbox.put(b"event: gap\ndata: {}\n\n")
            stream.replay.begin_at(number_of(read, read.seq))
        while not stream.ended.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(KEEP_ALIVE_S):
                    await stream.ended.wait()
                break
            stream.outbox.put(KEEP_ALIVE)
    except HostUnavailable as away:
        # It comes back and resumes.
        stream.end(1012, away.code)
    finally:
        shop.connections.all.discard(stream)
        stream.replay.stop()
        gone.cancel()
        with contextlib.suppress(TimeoutError):
            # A client that reads nothing more is not waited for: the server drops it.
            async with asyncio.timeout(LINGER_S):
                await stream.outbox.drained()


async def _gone(receive: Receive, stream: EventStream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.replay.stop()
    stream.outbox.stop()
    stream.ended.set()


def _wanted(scope: Scope) -> tuple[int | None, frozenset[str] | None]:
    """`after` of the query, else `Last-Event-ID`; `names` separated by commas."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    last_id = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    text = last_id or query.get("after", [""])[0]
    if text and not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise InvalidArgument("after는 숫자입니다.", "after is an event number", path="$.after")
    names = query.get("names")
    return (int(text) if text else None), (frozenset(",".join(names).split(",")) if names else None)
