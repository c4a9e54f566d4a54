"""Popups of plugins: asked of one till, one at a time on each (contract, ui §1, §2; wire §8.1).

A popup ends when the till answers, when it is cancelled with the payment that opened it, or when its plugin is
gone. A till that goes while it shows one, because its page is reloaded or its network failed, has a little while
to come back and is asked again; all askings of a popup have one callback id, so an answer counts over whichever
connection of that till it comes. A till that comes back when nothing is open there is told so.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Struct

from jumak.domain.caller import Caller
from jumak.domain.errors import HostUnavailable, InvalidArgument, InvalidState
from jumak.protocol.messages.setting import (
    CheckboxInput,
    SliderInput,
    TextInput,
    ToggleInput,
)
from jumak.protocol.messages.ui import ModalInput, PopupReply, PopupRequest, PopupResult
from jumak.server.connections import Push, Subscriber
from jumak.server.live import Ask
from jumak.server.session import Session
from jumak.server.ui.barcodes import trimmed
from jumak.server.ui.surfaces import cut
from jumak.server.ui.tills import POPUP_CLOSE, is_till, one_till, shown_as, till_sessions
from jumak.service.setting import drawn, fits

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

NAME = "popup.request"
OPEN = "popup.open.request"
LONGEST_S = 24 * 3_600.0
"""The SDK waits as long (wire §8.1)."""

CALLBACK = "host:popup:"
"""Callback ids of popups; the popup's id follows."""

BACK_WITHIN = timedelta(seconds=30)
"""A page is reloaded in seconds; a till that is switched off must not hold a payment up."""

CANCELLED = PopupResult(result="CANCELLED")


class Popup(Struct, frozen=True, eq=False):
    """One on a screen. over: done when it is closed from outside. place: the till it covers, by its device."""

    id: str
    plugin_id: str
    asker: Session | None
    place: str | Session
    over: asyncio.Future[None]


class Popups:
    """See the module."""

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop
        self._open: dict[str | Session, Popup] = {}
        self._preferred: dict[str, str] = {}
        self._missed: dict[str, asyncio.Future[Session]] = {}
        """Devices whose till is waited for."""

    def serve(self) -> None:
        """Takes over the message."""
        self._shop.live[NAME] = self.answer
        self._shop.deadlines[NAME] = LONGEST_S
        self._shop.connections.hearers.append(self._came_or_went)

    def is_open(self, plugin_id: str) -> bool:
        """See `TillUi.popup_open`."""
        return any(popup.plugin_id == plugin_id for popup in self._open.values())

    def prefer(self, plugin_id: str, device_id: str | None) -> None:
        """See `TillUi.prefer_till`."""
        if device_id is None:
            self._preferred.pop(plugin_id, None)
        else:
            self._preferred[plugin_id] = device_id

    def session_lost(self, session: Session) -> None:
        """Nobody waits for what this session asked any more; see `TillUi.close_popups` as well."""
        for popup in tuple(self._open.values()):
            if popup.asker is session:
                _end(popup)

    async def answer(self, ask: Ask, data: PopupRequest) -> PopupReply:
        """`popup.request`. Raises InvalidArgument, HostUnavailable without a till, InvalidState `POPUP_OPEN`."""
        check(data)
        till = one_till(self._shop.connections, ask.caller, self._preferred.get(ask.caller.id))
        if till is None or till.caller is None:
            raise HostUnavailable("팝업을 띄울 포스가 없습니다.", "There is no till to show the popup.")
        place = till.caller.device_id or till
        if place in self._open:
            raise InvalidState(
                "포스에 이미 다른 팝업이 열려 있습니다. 닫은 뒤 다시 시도해 주세요.",
                "Another popup is open on the till; try again once it is closed.",
                reason="POPUP_OPEN",
            )
        popup = Popup(
            self._shop.ids.new(),
            ask.caller.id,
            ask.session,
            place,
            asyncio.get_running_loop().create_future(),
        )
        self._open[place] = popup
        try:
            answered = await self._ask_till(popup, till, ask.caller, data)
        finally:
            del self._open[place]
        return PopupReply(type=data.type, data=CANCELLED if answered is None else read_answer(data, answered))

    async def _ask_till(
        self, popup: Popup, till: Session, caller: Caller, data: PopupRequest
    ) -> dict[str, Any] | None:
        """The till's answer, None when the popup was closed from outside.

        Raises HostUnavailable when the till went and did not come back.
        """
        plugin = await shown_as(self._shop.store.reader(), caller)
        asked = {"popupId": popup.id, "plugin": plugin, "popup": drawn_popup(data)}
        while True:
            try:
                return await self._ask_once(popup, till, asked)
            except HostUnavailable:
                back = await self._come_back(popup)
                if popup.over.done():
                    return None
                if back is None:
                    raise
                till = back

    async def _ask_once(self, popup: Popup, till: Session, asked: dict[str, Any]) -> dict[str, Any] | None:
        asking = asyncio.ensure_future(
            till.ask(OPEN, asked, timeout_s=LONGEST_S, callback_id=f"{CALLBACK}{popup.id}")
        )
        try:
            await asyncio.wait((asking, popup.over), return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else None
        finally:
            if not asking.done():
                asking.cancel()
                if not till.closed and POPUP_CLOSE in till.visible:
                    till.push(Push(POPUP_CLOSE, msgspec.json.encode({"popupId": popup.id})))

    async def _come_back(self, popup: Popup) -> Session | None:
        """The till once it is connected again; None when it takes too long, or the popup is over."""
        device = popup.place
        if not isinstance(device, str):
            return None  # Nobody could tell that it is the same.
        if (other := next(till_sessions(self._shop.connections, device), None)) is not None:
            return other
        back: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        self._missed[device] = back
        limit = asyncio.ensure_future(self._shop.clock.wait_until(self._shop.clock.now() + BACK_WITHIN))
        try:
            await asyncio.wait((back, limit, popup.over), return_when=asyncio.FIRST_COMPLETED)
            return None if popup.over.done() or not back.done() else back.result()
        finally:
            limit.cancel()
            del self._missed[device]

    def _came_or_went(self, one: Subscriber) -> None:
        if not isinstance(one, Session) or one.closed or one.caller is None or not is_till(one.caller):
            return
        device = one.caller.device_id or ""
        if one.came_back and device not in self._open and POPUP_CLOSE in one.visible:
            # It may show one that ended while it was away, or with a shop that was restarted since.
            one.push(Push(POPUP_CLOSE, b"{}"))
        waiting = self._missed.get(device)
        if waiting is not None and not waiting.done():
            waiting.set_result(one)


def check(data: PopupRequest) -> None:
    """Raises InvalidArgument when the popup could not be filled in."""
    if data.type == "confirm" and not data.title:
        raise InvalidArgument("title이 필요합니다.", "A confirm popup needs a title.", path="$.title")
    if data.type != "input":
        return
    if not data.inputs:
        raise InvalidArgument(
            "inputs에 입력 항목이 하나 이상 필요합니다.", "An input popup needs inputs.", path="$.inputs"
        )
    seen: set[str] = set()
    for place, entry in enumerate(data.inputs):
        path = f"$.inputs[{place}]"
        if entry.id in seen:
            raise InvalidArgument(
                f"입력 항목 id가 겹칩니다: {entry.id}",
                f"Two inputs have the id {entry.id}.",
                path=f"{path}.id",
            )
        seen.add(entry.id)
        if isinstance(entry, SliderInput) and not entry.min < entry.max:
            raise InvalidArgument(
                "slider의 min은 max보다 작아야 합니다.",
                "A slider's min is below its max.",
                path=f"{path}.min",
            )


def drawn_popup(data: PopupRequest) -> dict[str, Any]:
    """The popup for the till: what was not given is left out."""
    popup: dict[str, Any] = {"type": data.type}
    for key, text in (
        ("productName", data.product_name),
        ("title", data.title),
        ("description", data.description),
    ):
        if text is not None:
            popup[key] = text
    if data.inputs is not None:
        popup["inputs"] = [drawn(entry) for entry in data.inputs]
    if data.cta is not None:
        buttons = (("submit", data.cta.submit), ("cancel", data.cta.cancel))
        popup["cta"] = {key: {"label": button.label} for key, button in buttons if button is not None}
    return popup


def read_answer(data: PopupRequest, answer: dict[str, Any]) -> PopupResult:
    """What the till says came of it. Raises InvalidState when it failed or makes no sense."""
    said = answer.get("data")
    if answer.get("complete") is not True or not isinstance(said, dict):
        message = answer.get("errorMessage")
        text = cut(message) if isinstance(message, str) and message else None
        raise _failed(
            text or "포스가 팝업을 띄우지 못했습니다.", text or "The till could not show the popup."
        )
    if said.get("result") == "CANCELLED":
        return CANCELLED
    if said.get("result") != "SUCCESS":
        raise _no_sense()
    if data.type == "barcode":
        code = said.get("barcode")
        if not isinstance(code, str) or not trimmed(code):
            raise _no_sense()
        return PopupResult(result="SUCCESS", barcode=trimmed(code))
    if data.type == "input":
        given = said.get("inputs")
        if not isinstance(given, dict):
            raise _no_sense()
        return PopupResult(result="SUCCESS", inputs=read_values(data.inputs or [], given))
    return PopupResult(result="SUCCESS")


def read_values(inputs: list[ModalInput], given: dict[str, Any]) -> dict[str, Any]:
    """A value for each input, of its type; what was left empty is `""`, `[]`, false, or absent for a number.

    Raises InvalidState for a wrong value and for a required one that is missing.
    """
    values: dict[str, Any] = {}
    for entry in inputs:
        value = given.get(entry.id)
        if value is None or value == "":
            value = _empty(entry)
        elif not fits(entry, value):
            raise _no_sense()
        if entry.required and value in (UNSET, "", []):
            raise _no_sense()
        if value is not UNSET:
            values[entry.id] = value
    return values


def _empty(entry: ModalInput) -> Any:
    match entry:
        case TextInput():
            return ""
        case CheckboxInput():
            return []
        case ToggleInput():
            return False
    return UNSET


def _end(popup: Popup) -> None:
    if not popup.over.done():
        popup.over.set_result(None)


def _failed(ko: str, en: str) -> InvalidState:
    return InvalidState(ko, en, reason="POPUP_FAILED")


def _no_sense() -> InvalidState:
    return _failed("포스의 팝업 응답이 올바르지 않습니다.", "The till's answer fits no such popup.")
