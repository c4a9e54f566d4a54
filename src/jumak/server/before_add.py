"""Plugins that fill in a new item (contract, catalog §2.6).

Whatever a plugin does here, staff only ever see a suggestion or none (E-3, H-47).
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from msgspec import UNSET

from jumak.domain.caller import Caller
from jumak.domain.errors import PosError
from jumak.protocol.messages.catalog import (
    BeforeAddFill,
    BeforeAddFillReply,
    BeforeAddListReply,
    FillingPlugin,
)
from jumak.protocol.row import Nothing
from jumak.server.connections import Connections
from jumak.server.live import Ask, live
from jumak.server.session import Session
from jumak.server.ui.tills import device_of, shown_as
from jumak.server.watch import is_plugin

HEALTH = "catalog-item.before-add-health-check.request"
FILL = "catalog-item.event.request"
HEALTHY_WITHIN_S = 1.0
FILL_WITHIN_S = 29.0
"""Inside the 30 s of every request (H-12)."""

LARGEST = 100_000
"""Bytes of JSON; a larger suggestion is none."""


@live("catalog-item.before-add-list.request")
async def fillers(ask: Ask, data: Nothing) -> BeforeAddListReply:  # noqa: ARG001 (carries nothing)
    """The plugins that say within a second that they would."""
    sessions = _sessions(ask.shop.connections, ask.caller)
    healthy = await asyncio.gather(*(_is_healthy(session) for session in sessions))
    found: dict[str, FillingPlugin] = {}
    for session, is_healthy in zip(sessions, healthy, strict=True):
        if is_healthy and session.caller is not None:
            found[session.caller.id] = msgspec.convert(
                await shown_as(ask.shop.store.reader(), session.caller), FillingPlugin
            )
    return BeforeAddListReply(plugins=sorted(found.values(), key=lambda plugin: plugin.id))


@live("catalog-item.before-add-fill.request")
async def fill(ask: Ask, data: BeforeAddFill) -> BeforeAddFillReply:
    """What the plugin suggests; refusals, silence and odd answers are none."""
    payload = {
        key: text for key, text in (("barcode", data.barcode), ("title", data.title)) if text is not None
    }
    of_plugin = [
        session
        for session in _sessions(ask.shop.connections, ask.caller)
        if session.caller is not None and session.caller.id == data.plugin_id
    ]
    # A plugin of a worker and a page has two sessions; only one of them may have a handler.
    asked = {"event": "before-add", "payload": payload}
    values = await asyncio.gather(*(_filled(ask, session, asked) for session in of_plugin))
    return BeforeAddFillReply(initial_value=next((value for value in values if value is not None), UNSET))


async def _filled(ask: Ask, session: Session, asked: dict[str, Any]) -> dict[str, Any] | None:
    assert session.caller is not None
    try:
        answer = await session.ask(FILL, asked, timeout_s=FILL_WITHIN_S)
    except PosError as problem:
        ask.shop.watch.note(session.caller.id, "warn", f"before-add: {problem.en}")
        return None
    if answer.get("complete") is False:
        return None
    payload = answer.get("payload")
    value = payload.get("initialValue") if isinstance(payload, dict) else None
    if not isinstance(value, dict) or len(msgspec.json.encode(value)) > LARGEST:
        ask.shop.watch.note(session.caller.id, "warn", "before-add: the answer holds no `initialValue`")
        return None
    return value


async def _is_healthy(session: Session) -> bool:
    try:
        answer = await session.ask(HEALTH, {}, timeout_s=HEALTHY_WITHIN_S)
    except PosError:
        return False
    return answer.get("complete") is not False


def _sessions(connections: Connections, caller: Caller) -> list[Session]:
    """Of plugins this till hosts and of those no till hosts."""
    return [
        one
        for one in connections.all
        if isinstance(one, Session)
        and one.caller is not None
        and is_plugin(one.caller)
        and device_of(one.caller) in (None, caller.device_id)
    ]
