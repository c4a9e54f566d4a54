"""Toasts, alerts, sounds and going to a page: what plugins send unasked and nobody answers (contract, ui §3, §4).

Nothing here fails for its shape (E-12, H-74). Texts are bounded and each plugin has a pace, so that
one of them can neither fill a screen nor a till's connection.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import HostUnavailable, NotFound, PosError
from jumak.protocol.messages.ui import AlertOpen, Navigate, SoundPlay, ToastOpen, ToastPress
from jumak.protocol.row import Done
from jumak.server.connections import Push
from jumak.server.live import Ask
from jumak.server.ui.tills import device_of, plugins_near, shown_as, tills_of
from jumak.server.watch import is_plugin
from jumak.service.attempt import waited_for
from jumak.service.documents import Cart, Install
from jumak.service.ports import Reader

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

LONGEST_TEXT = 2_000
LARGEST_VALUE = 16_000
PACES = {"toast": 5, "alert": 5, "sound": 10, "navigation": 5}
"""How many of each a plugin may show inside `PACE_WINDOW`."""

PACE_WINDOW = timedelta(seconds=10)
LEVELS = ("success", "error", "warn")
START_PAYMENT = "draft-order.start-payment"


class Pace(Struct):
    """What a plugin has shown lately. told: its console knows that something was left out."""

    shown: deque[datetime]
    told: datetime | None = None

    def takes(self, now: datetime, most: int) -> bool:
        """Whether one more may be shown now; counts it."""
        while self.shown and self.shown[0] <= now - PACE_WINDOW:
            self.shown.popleft()
        if len(self.shown) >= most:
            return False
        self.shown.append(now)
        return True


class Surfaces:
    """See the module."""

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop
        self._paces: dict[tuple[str, str | None, str], Pace] = {}

    def serve(self) -> None:
        """Takes over the messages."""
        live = self._shop.live
        live["toast.open"] = self.toast
        live["alert.open"] = live["modal.open"] = self.alert
        live["sound.play"] = self.sound
        live["navigation.navigate"] = self.navigate
        live["toast.press.request"] = self.press
        self._shop.on_refusal[START_PAYMENT] = self.payment_refused

    async def toast(self, ask: Ask, data: ToastOpen) -> Done:
        """`toast.open`: text as it is, of an object its text."""
        text = text_of(data.message)
        if text is None:
            self._left(ask.caller, "a toast without a text was not shown")
        elif self._takes(ask.caller, "toast"):
            shown: dict[str, Any] = {"message": cut(text)}
            if data.level in LEVELS:
                shown["level"] = data.level
            if (button := _button(data.button)) is not None:
                shown["button"] = button
            await self._show(ask.caller, "toast.show.event", shown)
        return Done()

    async def alert(self, ask: Ask, data: AlertOpen) -> Done:
        """`alert.open`, `modal.open`: the till takes the text out; what has none is in the console as JSON."""
        if text_of(data.value, ("title", "message", "description")) is None:
            self._left(ask.caller, f"an alert without a text: {_json(data.value)}")
        if self._takes(ask.caller, "alert"):
            await self._show(ask.caller, "alert.show.event", {"alert": bounded(data.value)})
        return Done()

    async def sound(self, ask: Ask, data: SoundPlay) -> Done:
        """`sound.play`: which sound it is the till knows."""
        if self._takes(ask.caller, "sound"):
            await self._show(ask.caller, "sound.play.event", {"sound": bounded(data.value)})
        return Done()

    async def navigate(self, ask: Ask, data: Navigate) -> Done:
        """`navigation.navigate`: the two pages there are; not while a payment is on that screen."""
        shown: dict[str, Any] = {"page": data.page}
        if data.page == "plugin-tab":
            target = await self._plugin_named(data.package_name)
            if target is None:
                self._left(ask.caller, f"there is no plugin {_json(data.package_name)}")
                return Done()
            shown["packageName"] = target
        elif data.page != "business-type-setting":
            self._left(ask.caller, f"there is no page {_json(data.page)}")
            return Done()
        if self._takes(ask.caller, "navigation"):
            await self._show(ask.caller, "navigation.show.event", shown, but_paying=True)
        return Done()

    async def press(self, ask: Ask, data: ToastPress) -> Done:
        """`toast.press.request`: told to that plugin and nobody else, if it listens.

        Raises NotFound for a plugin there is not, HostUnavailable for one that does not run.
        """
        name = "toast.click" if data.id is None else "toast.button.click"
        push = Push(name, msgspec.json.encode({} if data.id is None else {"id": data.id}))
        running = [
            one
            for one in plugins_near(self._shop.connections, ask.caller.device_id)
            if one.caller is not None and one.caller.id == data.plugin_id and one.caller.may("ui")
        ]
        for one in running:
            if name in one.visible:
                one.push(push)
        if not running and await self._shop.store.reader().get(Install, data.plugin_id) is None:
            raise NotFound(
                "플러그인을 찾을 수 없습니다.", "There is no such plugin.", pluginId=data.plugin_id[:64]
            )
        if not running:
            raise HostUnavailable(
                "플러그인이 실행 중이 아닙니다.", "The plugin is not running.", pluginId=data.plugin_id[:64]
            )
        return Done()

    def payment_refused(self, caller: Caller, error: BaseException) -> None:
        """A plugin could not open the payment screen: it does not see why (E-6), so staff do (H-48)."""
        if not is_plugin(caller):
            return
        ko, en = (error.ko, error.en) if isinstance(error, PosError) else ("내부 오류", "internal error")
        self._shop.watch.note(caller.id, "error", f"{START_PAYMENT} was refused: {en}")
        shown = {"message": cut(f"결제를 시작하지 못했습니다: {ko}"), "level": "error"}
        self._shop.begin(self._show(caller, "toast.show.event", shown))

    async def _show(
        self, caller: Caller, name: str, shown: dict[str, Any], *, but_paying: bool = False
    ) -> None:
        read = self._shop.store.reader()
        tills = tills_of(self._shop.connections, caller, name)
        if but_paying:
            paying = await _tills_paying(read)
            tills = [
                one
                for one in tills
                if one.caller is not None and paying.isdisjoint((one.caller.id, one.caller.device_id))
            ]
        if not tills:
            self._left(caller, f"{name}: no till to show it")
            return
        push = Push(name, msgspec.json.encode({"plugin": await shown_as(read, caller), **shown}))
        for till in tills:
            till.push(push)

    async def _plugin_named(self, name: Any) -> str | None:
        """The id behind a package name: an id, else the name the SDK reports."""
        if not isinstance(name, str):
            return None
        installs = await self._shop.store.reader().all(Install)
        if name in installs:
            return name
        return next((str(one.id) for one in installs.values() if one.sdk_name == name), None)

    def _takes(self, caller: Caller, surface: str) -> bool:
        key = (caller.id, device_of(caller), surface)
        pace = self._paces.setdefault(key, Pace(deque()))
        now = self._shop.clock.now()
        if pace.takes(now, PACES[surface]):
            return True
        if pace.told is None or now - pace.told >= PACE_WINDOW:
            pace.told = now
            self._left(
                caller,
                f"more than {PACES[surface]} of {surface} in {PACE_WINDOW.seconds} s: the rest is left out",
            )
        return False

    def _left(self, caller: Caller, why: str) -> None:
        if is_plugin(caller):
            self._shop.watch.note(caller.id, "warn", why)


async def _tills_paying(read: Reader) -> frozenset[str]:
    """Devices with a payment screen open: on their cart, or on an attempt they wait for."""
    at_ms = to_ms(read.at)
    carts = [str(cart_id) for cart_id, cart in (await read.all(Cart)).items() if cart.draft.paying(at_ms)]
    return frozenset([*carts, *await waited_for(read)])


def text_of(value: Any, keys: tuple[str, ...] = ("message", "title", "text", "description")) -> str | None:
    """The text somebody meant: itself, a number's, of an object the first of these keys; else None."""
    if isinstance(value, dict):
        found = (text_of(value.get(key), keys) for key in keys if not isinstance(value.get(key), dict))
        return next((text for text in found if text is not None), None)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def cut(text: str) -> str:
    """The text, at most 2,000 characters of it."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def bounded(value: Any) -> Any:
    """The value with long texts cut; of one that is large all the same a piece of its JSON."""
    value = _cut_inside(value)
    return value if len(msgspec.json.encode(value)) <= LARGEST_VALUE else cut(_json(value))


def _cut_inside(value: Any) -> Any:
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, dict):
        return {key: _cut_inside(inner) for key, inner in value.items()}
    return [_cut_inside(inner) for inner in value] if isinstance(value, list) else value


def _button(value: Any) -> dict[str, str] | None:
    if not isinstance(value, dict):
        return None
    text = text_of(value.get("text"))
    button_id = text_of(value.get("id"))
    return None if text is None else {"id": cut(button_id or text), "text": cut(text)}


def _json(value: Any) -> str:
    return cut(msgspec.json.encode(value).decode())
