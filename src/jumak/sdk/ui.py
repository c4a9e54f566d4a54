"""What a plugin shows and hears at a till: popups, toasts, alerts, sounds, scans (contract, ui)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from jumak.protocol.table import TABLE
from jumak.sdk.errors import PosPluginSdkError
from jumak.sdk.namespaces import Json, Namespace, Watched
from jumak.sdk.values import View, read, write

POPUP_TIMEOUT_S = 86_400.0


class PopupData(View, frozen=True, kw_only=True):
    """How a popup ended: `SUCCESS` with its barcode or its inputs by id, or `CANCELLED` without."""

    result: str
    barcode: str | None = None
    inputs: dict[str, Any] | None = None


class PopupAnswer(View, frozen=True, kw_only=True):
    """A popup that was shown."""

    type: str
    data: PopupData
    complete: bool = True


class PopupFailure(View, frozen=True, kw_only=True):
    """A popup nobody saw: no till, or another popup on it. Reading its `data` raises what went wrong."""

    type: str
    error_message: str
    complete: bool = False

    @property
    def data(self) -> PopupData:
        """Raises PosPluginSdkError: whoever does not look at `complete` must not take this for an answer."""
        raise PosPluginSdkError(self.error_message, code="HOST_UNAVAILABLE")


class Ui(Namespace):
    """Popups at a till. How one ended is answered, failures included; opening one raises nothing."""

    async def open_barcode(self, *, product_name: str) -> PopupAnswer | PopupFailure:
        """Asks for a barcode. product_name: stands at the top left."""
        return await self._open("barcode", {"productName": product_name})

    async def open_input_modal(
        self, *, title: str, inputs: Sequence[Json], cta: Json, description: str | None = None
    ) -> PopupAnswer | PopupFailure:
        """Asks for a few values.

        inputs: `id` `type` `label` `required`, `placeholder`, and what a setting of that type has.
        cta: `{"submit": {"label": …}, "cancel": {"label": …}}`.
        """
        data = {"title": title, "description": description, "inputs": inputs, "cta": cta}
        return await self._open("input", data)

    async def _open(self, kind: str, data: Json) -> PopupAnswer | PopupFailure:
        name = "popup.request"
        try:
            body = write({"type": kind, **data}, TABLE[name].data)
            reply = await self._pos.request(name, body, timeout=POPUP_TIMEOUT_S)
        except (PosPluginSdkError, OSError) as problem:
            return PopupFailure(type=kind, error_message=str(problem))
        return read(PopupAnswer, {"type": kind, **reply})


class ToastNamespace(Watched):
    """Short messages: 3 s, the newest replaces the older. A toast is a text, or `{message, button}`.

    `on("click", handler)`: it was pressed; `on("button-click", handler)`: its button, with the button's id.
    """

    topic = "toast"

    async def open(self, message: str | Json) -> None:
        """Shows it."""
        self._pos.notify("toast.open", {"message": message} if isinstance(message, str) else message)

    async def success(self, message: str | Json, *, button: Json | None = None) -> None:
        """Shows it as good news. button: `{"id": …, "text": …}`; `on("button-click")` hears of it."""
        self._show("success", message, button)

    async def warn(self, message: str | Json, *, button: Json | None = None) -> None:
        """Shows it as a warning; see `success`."""
        self._show("warn", message, button)

    async def error(self, message: str | Json, *, button: Json | None = None) -> None:
        """Shows it as an error; see `success`."""
        self._show("error", message, button)

    def _show(self, level: str, message: str | Json, button: Json | None) -> None:
        toast = {"message": message} if isinstance(message, str) else dict(message)
        toast |= {"level": level} | ({} if button is None else {"button": button})
        self._pos.notify("toast.open", toast, version=2)


class AlertNamespace(Namespace):
    """Messages staff must confirm."""

    async def open(self, alert: Any) -> None:
        """A text, or an object with `title`, `message` or `description`."""
        self._pos.notify("alert.open", alert)


class SoundNamespace(Namespace):
    """Sounds of the till."""

    async def play(self, sound: Any) -> None:
        """A sound by name (`notification`, `success`, `error`) or `{"url": …}`."""
        self._pos.notify("sound.play", sound)


class NavigationNamespace(Namespace):
    """Pages of the till."""

    async def navigate(
        self, page: Literal["business-type-setting", "plugin-tab"], package_name: str | None = None
    ) -> None:
        """Opens that setting, or the tab of the plugin `package_name`."""
        if page == "business-type-setting":
            self._pos.notify("navigation.navigate", {"page": page})
        # The two pages are all there are; any other is dropped here, as in the POS's own SDK.
        elif page == "plugin-tab":
            self._pos.notify("navigation.navigate", {"page": page, "packageName": package_name})


class PowerSaverNamespace(Namespace):
    """The screen's sleep. What this session blocked ends with it."""

    async def start_blocking(self) -> None:
        """Keeps the screen awake until as many stops as starts."""
        await self._call("power-saver.start-blocking.request", {})

    async def stop_blocking(self) -> None:
        """Takes one start back."""
        await self._call("power-saver.stop-blocking.request", {})

    async def is_blocked(self) -> bool:
        """Whether some plugin keeps it awake."""
        blocked: bool = (await self._call("power-saver.is-blocked.request", {}))["isBlocked"]
        return blocked


class BarcodeNamespace(Watched):
    """Scans outside popups and text fields: `on("scan", handler)`, `handler(code)`."""

    topic = "barcode"

    async def send(self, barcode: str) -> None:
        """Gives a till a code as if it had scanned it. HOST_UNAVAILABLE without a till."""
        await self._call("barcode.send.request", {"barcode": barcode})
