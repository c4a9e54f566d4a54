"""Popups of plugins: asked of one till, one at a time on each (contract, ui §1, §2; wire §8.1).

A popup ends when the till answers, when it is cancelled with the payment that opened it, when its
plugin is gone, or with the till's own connection.
"""

from __future__ import annotations

import asyncio
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
from jumak.server.connections import Push
from jumak.server.live import Ask
from jumak.server.session import Session
from jumak.server.ui.barcodes import trimmed
from jumak.server.ui.surfaces import cut
from jumak.server.ui.tills import POPUP_CLOSE, one_till, shown_as
from jumak.service.setting import drawn, fits

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

NAME = "popup.request"
OPEN = "popup.open.request"
LONGEST_S = 24 * 3_600.0
"""The SDK waits as long (wire §8.1)."""

CANCELLED = PopupResult(result="CANCELLED")


class Popup(Struct, frozen=True, eq=False):
    """One on a screen. over: done when it is closed from outside. place: the till it covers."""

    id: str
    plugin_id: str
    asker: Session | None
    till: Session
    place: str | Session
    over: asyncio.Future[None]


class Popups:
    """See the module."""

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop
        self._open: dict[str | Session, Popup] = {}
        self._preferred: dict[str, str] = {}

    def serve(self) -> None:
        """Takes over the message."""
        self._shop.live[NAME] = self.answer
        self._shop.deadlines[NAME] = LONGEST_S

    def is_open(self, plugin_id: str) -> bool:
        """See `TillUi.popup_open`."""
        return any(popup.plugin_id == plugin_id for popup in self._open.values())

    def close(self, plugin_id: str) -> None:
        """See `TillUi.close_popups`."""
        for popup in tuple(self._open.values()):
            if popup.plugin_id == plugin_id:
                _end(popup)

    def prefer(self, plugin_id: str, device_id: str | None) -> None:
        """See `TillUi.prefer_till`."""
        if device_id is None:
            self._preferred.pop(plugin_id, None)
        else:
            self._preferred[plugin_id] = device_id

    def session_lost(self, session: Session) -> None:
        """Nobody waits for what this plugin asked any more."""
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
            self._shop.ids.new(), ask.caller.id, ask.session, till, place,
            asyncio.get_running_loop().create_future(),
        )  # fmt: skip
        self._open[place] = popup
        try:
            answered = await self._ask_till(popup, ask.caller, data)
        finally:
            del self._open[place]
        return PopupReply(type=data.type, data=CANCELLED if answered is None else read_answer(data, answered))

    async def _ask_till(self, popup: Popup, caller: Caller, data: PopupRequest) -> dict[str, Any] | None:
        """The till's answer, None when the popup was closed from outside."""
        plugin = await shown_as(self._shop.store.reader(), caller)
        asked = {"popupId": popup.id, "plugin": plugin, "popup": drawn_popup(data)}
        asking = asyncio.ensure_future(popup.till.ask(OPEN, asked, timeout_s=LONGEST_S))
        try:
            await asyncio.wait((asking, popup.over), return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else None
        finally:
            if not asking.done():
                asking.cancel()
                if not popup.till.closed and POPUP_CLOSE in popup.till.visible:
                    popup.till.push(Push(POPUP_CLOSE, msgspec.json.encode({"popupId": popup.id})))


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
