"""A plugin's settings page: its inputs, and what staff entered (contract, plugin-runtime §5)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from jumak.protocol.row import AnyKeys, Data, Done, Nothing, Reply, Row

InputId = Annotated[str, Meta(min_length=1, max_length=256)]


class Choice(Data, frozen=True, kw_only=True):
    """One choice of a radio or checkbox input."""

    id: str
    label: str


class Input(Data, frozen=True, kw_only=True, tag_field="type"):
    """What every input has. A missing label shows the id."""

    id: InputId
    label: str | None = None
    required: bool | None = None


class TextInput(Input, frozen=True, kw_only=True, tag="text"):
    """A line of text."""

    default: str | None = None
    placeholder: str | None = None
    candidates: list[Any] | None = None


class PasswordInput(TextInput, frozen=True, kw_only=True, tag="password"):
    """A secret: stored encrypted, shown masked, kept out of logs."""


class NumberInput(Input, frozen=True, kw_only=True, tag="number"):
    """A number."""

    default: int | float | None = None
    placeholder: str | None = None


class RadioInput(Input, frozen=True, kw_only=True, tag="radio"):
    """One choice of several, by id."""

    default: str | None = None
    values: list[Choice]


class CheckboxInput(Input, frozen=True, kw_only=True, tag="checkbox"):
    """Any of several, by ids."""

    default: list[str] | None = None
    values: list[Choice]


class ToggleInput(Input, frozen=True, kw_only=True, tag="toggle"):
    """On or off."""

    default: bool | None = None


class SliderInput(Input, frozen=True, kw_only=True, tag="slider"):
    """A number between two ends."""

    default: int | float | None = None
    min: int | float
    max: int | float
    step: int | float


class Button(Struct, frozen=True, kw_only=True, tag_field="type"):
    """A button; pressing it sends `setting.button.event`."""

    id: InputId
    text: str


class PrimaryButton(Button, frozen=True, kw_only=True, tag="primary"):
    """The main thing to do."""


class DangerButton(Button, frozen=True, kw_only=True, tag="danger"):
    """Something that cannot be taken back."""


class DarkButton(Button, frozen=True, kw_only=True, tag="dark"):
    """Any other button."""


PluginInput = (
    TextInput | PasswordInput | NumberInput | RadioInput | CheckboxInput | ToggleInput | SliderInput
    | PrimaryButton | DangerButton | DarkButton
)  # fmt: skip


class InputsData(AnyKeys, frozen=True, kw_only=True):
    """The inputs keyed by their id; each value a `PluginInput`, decoded by the use case."""


class ValuesReply(Reply, frozen=True, kw_only=True):
    """What staff entered by input id, defaults where nothing was saved."""

    settings: dict[str, Any]


class ChangeEvent(Data, frozen=True, kw_only=True):
    """Staff saved the page; read the values."""


class ButtonEvent(Data, frozen=True, kw_only=True):
    """A button of the page was pressed."""

    id: str


class PageData(Data, frozen=True, kw_only=True):
    """Whose page."""

    plugin_id: str


class PageReply(Reply, frozen=True, kw_only=True):
    """The page as staff see it; passwords masked."""

    inputs: list[dict[str, Any]]
    values: dict[str, Any]


class SaveData(Data, frozen=True, kw_only=True):
    """What staff entered; a password still showing its mask is unchanged."""

    plugin_id: str
    values: dict[str, Any]


class SaveReply(Reply, frozen=True, kw_only=True):
    """The values now, passwords masked."""

    values: dict[str, Any]


class PressData(Data, frozen=True, kw_only=True):
    """Which button of whose page."""

    plugin_id: str
    id: str


PAGE = "plugin-runtime.md"
SDK = "sdk-0.0.27"
MANAGER = ("staff:manage",)

ROWS = (
    Row(name="setting.set-inputs.request", kind="request", data=InputsData, reply=Done, write=True,
        sdk="setting.setInputs", origin=SDK, page=PAGE, about="replace the plugin's settings page"),
    Row(name="setting.values.request", kind="request", data=Nothing, reply=ValuesReply,
        sdk="setting.getValues", origin=SDK, page=PAGE, about="what staff entered"),
    Row(name="setting.change.event", kind="push", data=ChangeEvent,
        sdk="setting.on", origin=SDK, page=PAGE, about="staff saved the page"),
    Row(name="setting.button.event", kind="push", data=ButtonEvent,
        sdk="ext.setting.button.on", page="extensions.md", about="staff pressed a button of the page"),
    Row(name="plugin-setting.get.request", kind="request", data=PageData, reply=PageReply,
        scopes=MANAGER, sdk="ext.pluginSetting.get", page="extensions.md", about="a plugin's settings page, passwords masked"),
    Row(name="plugin-setting.update.request", kind="request", data=SaveData, reply=SaveReply,
        scopes=MANAGER, write=True, sdk="ext.pluginSetting.update", page="extensions.md", about="save a plugin's settings"),
    Row(name="plugin-setting.press.request", kind="request", data=PressData, reply=Done,
        scopes=MANAGER, write=True, sdk="ext.pluginSetting.press", page="extensions.md", about="press a button of a plugin's page"),
)  # fmt: skip
