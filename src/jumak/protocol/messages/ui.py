"""What plugins show and hear at a till: toasts, alerts, sounds, popups, scans, the screen (contract, ui).

A plugin speaks to the shop; the shop speaks to a till, which draws. Notifications of plugins are
taken in any shape (E-12, H-74): what is odd is drawn as text, logged, or left.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from jumak.protocol.messages.setting import (
    CheckboxInput,
    NumberInput,
    PasswordInput,
    RadioInput,
    SliderInput,
    TextInput,
    ToggleInput,
)
from jumak.protocol.row import AnyShape, Data, Done, Nothing, Reply, Row, Tolerant

Barcode = Annotated[str, Meta(min_length=1, max_length=4_000)]
Label = Annotated[str, Meta(max_length=2_000)]

# -- what plugins send -----------------------------------------------------------------------------


class ToastOpen(Tolerant, frozen=True, kw_only=True):
    """A short message; `button` is `{id, text}`. Text alone, or anything else, counts as the message."""

    message: Any = None
    level: Any = None
    button: Any = None


class AlertOpen(AnyShape, frozen=True, kw_only=True):
    """A message staff must confirm: a text, or an object with `title`, `message` or `description`."""


class SoundPlay(AnyShape, frozen=True, kw_only=True):
    """A sound: the name of a built-in one, `{name}` or `{url}`."""


class Navigate(Tolerant, frozen=True, kw_only=True):
    """Go to `business-type-setting`, or to the tab of the plugin `packageName` (`plugin-tab`)."""

    page: Any = None
    package_name: Any = None


ModalInput = (
    TextInput | PasswordInput | NumberInput | RadioInput | CheckboxInput | ToggleInput | SliderInput
)  # fmt: skip


class PopupButton(Data, frozen=True, kw_only=True):
    """What stands on a button."""

    label: Label


class PopupButtons(Data, frozen=True, kw_only=True):
    """The two ways out of a popup."""

    submit: PopupButton | None = None
    cancel: PopupButton | None = None


class PopupRequest(Data, frozen=True, kw_only=True):
    """Something to scan (`barcode`), to fill in (`input`) or to agree to (`confirm`)."""

    type: Literal["barcode", "input", "confirm"]
    product_name: Label | None = None
    title: Label | None = None
    description: Label | None = None
    inputs: Annotated[list[ModalInput], Meta(max_length=50)] | None = None
    cta: PopupButtons | None = None


class PopupResult(Data, frozen=True, kw_only=True):
    """barcode, inputs: of a SUCCESS of that type; values by input id, typed like settings."""

    result: Literal["SUCCESS", "CANCELLED"]
    barcode: str | UnsetType = UNSET
    inputs: dict[str, Any] | UnsetType = UNSET


class PopupReply(Reply, frozen=True, kw_only=True):
    """type: the request's own."""

    type: str
    data: PopupResult


class BarcodeData(Data, frozen=True, kw_only=True):
    """A scanned code."""

    barcode: Barcode


class IsBlockedReply(Reply, frozen=True, kw_only=True):
    """Some plugin keeps the screen awake."""

    is_blocked: bool


# -- what plugins hear -----------------------------------------------------------------------------


class BarcodeEvent(Data, frozen=True, kw_only=True):
    """A scan. To a till: a plugin sent it, treat it like one of your own scanner and do not report it."""

    barcode: str


class ToastButtonClick(Data, frozen=True, kw_only=True):
    """Which button of a toast was pressed."""

    id: str


# -- between the shop and a till -------------------------------------------------------------------


class Shower(Data, frozen=True, kw_only=True):
    """The plugin that wants something shown."""

    id: str
    name: str


class ToastButton(Data, frozen=True, kw_only=True):
    """A toast's one button."""

    id: str
    text: str


class ToastShow(Data, frozen=True, kw_only=True):
    """Draw a toast for 3 s, as plain text; the newest replaces the older of the same plugin."""

    plugin: Shower
    message: str
    level: Literal["success", "error", "warn"] | UnsetType = UNSET
    button: ToastButton | UnsetType = UNSET


class AlertShow(Data, frozen=True, kw_only=True):
    """Draw a modal with one button; alert: as the plugin gave it, long texts cut."""

    plugin: Shower
    alert: Any = None


class SoundShow(Data, frozen=True, kw_only=True):
    """Play a sound; sound: as the plugin gave it, long texts cut."""

    plugin: Shower
    sound: Any = None


class NavigationShow(Data, frozen=True, kw_only=True):
    """Go to a page. package_name: the id of the plugin whose tab is meant."""

    plugin: Shower
    page: Literal["business-type-setting", "plugin-tab"]
    package_name: str | UnsetType = UNSET


class PowerSaverChange(Data, frozen=True, kw_only=True):
    """blocked: this till's screen stays awake."""

    blocked: bool


class Notice(Data, frozen=True, kw_only=True):
    """Something the shop itself tells staff. action: what a screen may offer to do about it."""

    level: Literal["info", "warn", "error"]
    text: str
    action: dict[str, Any] | UnsetType = UNSET


class PopupOpen(Data, frozen=True, kw_only=True):
    """Show this popup and answer once it is closed; popup: as the plugin asked for it."""

    popup_id: str
    plugin: Shower
    popup: dict[str, Any]


class PopupClose(Data, frozen=True, kw_only=True):
    """This popup is over: take it off the screen, its answer is no longer waited for. popup_id: absent = whichever is shown."""

    popup_id: str | UnsetType = UNSET


class ToastPress(Data, frozen=True, kw_only=True):
    """Somebody pressed a plugin's toast, or with `id` its button."""

    plugin_id: str
    id: str | None = None


PAGE = "ui.md"
MORE = "extensions.md"
SDK = "sdk-0.0.27"
UI = ("ui",)
DEVICE = ("device",)
TILL = ("till",)
EITHER = ("device", "till")

ROWS: tuple[Row, ...] = (
    Row(name="toast.open", kind="notify", data=ToastOpen, scopes=UI,
        sdk="toast.open|toast.success|toast.error|toast.warn", origin=SDK, page=PAGE, about="show a short message"),
    Row(name="alert.open", kind="notify", data=AlertOpen, scopes=UI,
        sdk="alert.open", origin=SDK, page=PAGE, about="show a message staff must confirm"),
    Row(name="modal.open", kind="notify", data=AlertOpen, scopes=UI,
        origin=SDK, page=PAGE, about="the same as `alert.open`"),
    Row(name="sound.play", kind="notify", data=SoundPlay, scopes=UI,
        sdk="sound.play", origin=SDK, page=PAGE, about="play a sound"),
    Row(name="navigation.navigate", kind="notify", data=Navigate, scopes=UI,
        sdk="navigation.navigate", origin=SDK, page=PAGE, about="go to another page of the POS"),
    Row(name="popup.request", kind="request", data=PopupRequest, reply=PopupReply, scopes=UI, apart=True, echo=("type",),
        sdk="ui.openBarcode|ui.openInputModal", origin=SDK, page=PAGE, about="ask staff or guest for something"),
    Row(name="barcode.send.request", kind="request", data=BarcodeData, reply=Done, scopes=DEVICE,
        sdk="barcode.send", origin=SDK, page=PAGE, about="as if the till had scanned it"),
    Row(name="power-saver.start-blocking.request", kind="request", data=Nothing, reply=Done, scopes=DEVICE,
        sdk="powerSaver.startBlocking", origin=SDK, page=PAGE, about="keep the screen awake"),
    Row(name="power-saver.stop-blocking.request", kind="request", data=Nothing, reply=Done, scopes=DEVICE,
        sdk="powerSaver.stopBlocking", origin=SDK, page=PAGE, about="no longer keep it awake"),
    Row(name="power-saver.is-blocked.request", kind="request", data=Nothing, reply=IsBlockedReply, scopes=EITHER,
        sdk="powerSaver.isBlocked", origin=SDK, page=PAGE, about="is the screen kept awake?"),
    Row(name="barcode.event", kind="push", data=BarcodeEvent, scopes=EITHER,
        sdk="barcode.on", origin=SDK, page=PAGE, about="something was scanned"),
    Row(name="toast.click", kind="push", data=Nothing, scopes=UI,
        sdk="toast.on", origin=SDK, page=PAGE, about="the plugin's toast was pressed"),
    Row(name="toast.button.click", kind="push", data=ToastButtonClick, scopes=UI,
        sdk="toast.on", origin=SDK, page=PAGE, about="the button of the plugin's toast was pressed"),
    Row(name="toast.press.request", kind="request", data=ToastPress, reply=Done, scopes=TILL,
        sdk="ext.toast.press", page=MORE, about="somebody pressed a plugin's toast"),
    Row(name="barcode.scan.request", kind="request", data=BarcodeData, reply=Done, scopes=TILL,
        sdk="ext.barcode.scan", page=MORE, about="a scan at this till"),
    Row(name="toast.show.event", kind="push", data=ToastShow, scopes=TILL,
        sdk="ext.toast.show.on", page=MORE, about="draw a plugin's toast"),
    Row(name="alert.show.event", kind="push", data=AlertShow, scopes=TILL,
        sdk="ext.alert.show.on", page=MORE, about="draw a plugin's alert"),
    Row(name="sound.play.event", kind="push", data=SoundShow, scopes=TILL,
        sdk="ext.sound.play.on", page=MORE, about="play a plugin's sound"),
    Row(name="navigation.show.event", kind="push", data=NavigationShow, scopes=TILL,
        sdk="ext.navigation.show.on", page=MORE, about="go to the page a plugin wants"),
    Row(name="power-saver.change.event", kind="push", data=PowerSaverChange, scopes=TILL,
        sdk="ext.powerSaver.on", page=MORE, about="keep this till's screen awake, or no longer"),
    Row(name="notice.event", kind="push", data=Notice, scopes=("staff:order",),
        sdk="ext.notice.on", page=MORE, about="the shop itself tells staff something"),
    Row(name="popup.open.request", kind="host-request", data=PopupOpen, reply=PopupReply, scopes=TILL,
        sdk="(till)", page=MORE, about="draw a plugin's popup and answer it"),
    Row(name="popup.close.event", kind="push", data=PopupClose, scopes=TILL,
        sdk="ext.popup.close.on", page=MORE, about="a popup is over, take it off the screen"),
)  # fmt: skip
