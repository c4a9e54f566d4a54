"""The WebSocket door, `/v1/socket`: one JSON text frame per message (contract, wire §2, §9)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from jumak.server.http import Receive, Scope, Send, lang_of
from jumak.server.outbox import Outbox
from jumak.server.pace import Pace
from jumak.server.session import CLOSE_LATER, Session

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

PATH = "/v1/socket"
LINGER_S = 60.0
"""How long a closed connection may take to read what was sent before."""


async def serve_socket(shop: RunningShop, scope: Scope, receive: Receive, send: Send) -> None:
    """One connection from handshake to end. Pings and their time-outs are the server's (`serve.py`)."""
    await receive()
    if scope["path"] != PATH:
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "websocket.accept"})

    async def write(frame: bytes) -> None:
        await send({"type": "websocket.send", "text": frame.decode()})

    async def close(code: int, reason: str) -> None:
        await send({"type": "websocket.close", "code": code, "reason": reason})

    def overflow() -> None:
        session.end(CLOSE_LATER, "HOST_UNAVAILABLE")

    outbox = Outbox(write, close, overflow)
    session = Session(
        shop,
        None,
        outbox.put,
        outbox.close,
        backlog=outbox.backlog,
        lang=lang_of(dict(scope["headers"]).get(b"accept-language", b"")),
    )
    pace = Pace()
    try:
        while True:
            message: dict[str, Any] = await receive()
            if message["type"] == "websocket.disconnect":
                break
            text = message.get("text")
            pace.begin()
            session.receive(text if text is not None else message["bytes"])
            caller = session.caller
            await pace.taken(is_exempt=caller is not None and shop.guard.is_exempt(caller))
    finally:
        session.lost()
        outbox.stop()
        async with asyncio.timeout(LINGER_S):
            await outbox.drained()
