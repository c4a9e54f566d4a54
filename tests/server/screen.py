"""Somebody at a screen: a session in the process that answers whatever the shop asks it."""

from __future__ import annotations

import json
from typing import Any

from jumak.domain.caller import Caller
from jumak.protocol.envelope import request_frame
from jumak.server.session import Session
from jumak.testing import SimulatedShop

Json = dict[str, Any]
HELLO = b'{"token":"","client":{"name":"screen","version":"1"}}'


def answer_to(asked: Json) -> Json:
    """What a till with nobody in the mood says: popups are closed, nothing is suggested."""
    if asked["name"] == "popup.open.request":
        return {"complete": True, "type": asked["data"]["popup"]["type"], "data": {"result": "CANCELLED"}}
    return {"complete": asked["name"] == "session.ping.request"}


def answering(shop: SimulatedShop, caller: Caller) -> Session:
    """An open session of this caller; it is the till that was used last, if it is one."""

    def send(frame: bytes) -> None:
        asked: Json = json.loads(frame)
        if asked.get("callbackId", "").startswith("host:"):
            data = json.dumps(answer_to(asked)).encode()
            session.receive(request_frame(asked["name"], asked["callbackId"], data))

    session = Session(shop.running, caller, send, lambda code, reason: None)
    session.receive(request_frame("session.open.request", "open", HELLO))
    session.acted()
    return session
