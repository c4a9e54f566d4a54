"""A plugin's settings page (contract, plugin-runtime §5).

The page is what the plugin declared last, or what its package declares before its first start.
Values are kept by input id and survive a new page; passwords are kept apart, encrypted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from jumak.domain.caller import Caller
from jumak.domain.errors import HostUnavailable, InvalidArgument, NotFound
from jumak.domain.fact import Fact
from jumak.protocol.errors import invalid_input
from jumak.protocol.messages.setting import (
    Button,
    CheckboxInput,
    InputsData,
    NumberInput,
    PageData,
    PageReply,
    PasswordInput,
    PluginInput,
    PressData,
    RadioInput,
    SaveData,
    SaveReply,
    SliderInput,
    TextInput,
    ToggleInput,
    ValuesReply,
)
from jumak.protocol.row import Done, Nothing
from jumak.service.documents import Install, SettingPage
from jumak.service.ports import Announcement, Reader, Transaction
from jumak.service.registry import command, query

PRESSED = "setting.button.event"

MASK = "••••••••"
"""Stands for a password that is set; sent back unchanged it changes nothing."""

Plain = str | int | float | bool | list[str]


@command("setting.set-inputs.request")
async def set_inputs(tx: Transaction, data: InputsData) -> Done:
    """Replaces the page; values survive. Called on every start, so an equal page costs nothing (E-11)."""
    inputs = _in_order(decode_inputs(data.keys))
    page = await tx.get(SettingPage, tx.caller.id) or SettingPage(id=tx.caller.id)
    page_inputs = tuple(drawn(entry) for entry in inputs)
    if page.inputs != page_inputs or not page.declared:
        tx.put(msgspec.structs.replace(page, inputs=page_inputs, declared=True))
    return Done()


@query("setting.values.request")
async def get_values(read: Reader, caller: Caller, data: Nothing) -> ValuesReply:
    """What staff entered, by input id; defaults where nothing was saved."""
    inputs, saved = await _page(read, caller.id)
    return ValuesReply(settings=await _values(read, caller.id, inputs, saved))


@query("plugin-setting.get.request")
async def get_page(read: Reader, caller: Caller, data: PageData) -> PageReply:
    """The page as staff see it; a password shows only whether it is set."""
    await _known(read, data.plugin_id)
    inputs, saved = await _page(read, data.plugin_id)
    values = await _values(read, data.plugin_id, inputs, saved)
    return PageReply(inputs=[drawn(entry) for entry in inputs], values=_masked(inputs, values))


@command("plugin-setting.update.request")
async def save_page(tx: Transaction, data: SaveData) -> SaveReply:
    """Saves what staff entered and tells the plugin; a required field left empty blocks saving."""
    plugin_id = data.plugin_id
    await _known(tx, plugin_id)
    inputs, saved = await _page(tx, plugin_id)
    before = await _values(tx, plugin_id, inputs, saved)
    entered = {
        entry.id: _checked(entry, data.values[entry.id])
        for entry in inputs
        if not isinstance(entry, Button) and entry.id in data.values and not _is_mask(entry, data.values)
    }
    after = {**before, **entered}
    _require_all(inputs, after)
    secret = {entry.id for entry in inputs if isinstance(entry, PasswordInput)}
    page = await tx.get(SettingPage, plugin_id) or SettingPage(id=plugin_id)
    plain = {key: value for key, value in entered.items() if key not in secret}
    tx.put(msgspec.structs.replace(page, values={**page.values, **plain}))
    for key in secret & entered.keys():
        tx.put_value(plugin_id, "secret", _secret_key(key), str(entered[key]) or None)
    changed = sorted(key for key, value in entered.items() if before.get(key) != value)
    tx.record(Fact("plugin.setting", plugin_id, {"changed": changed}))
    tx.announce(Announcement(name="setting.change.event", data={}, to=plugin_id))
    return SaveReply(values=_masked(inputs, after))


@command("plugin-setting.press.request")
async def press(tx: Transaction, data: PressData) -> Done:
    """Tells the plugin that its button was pressed. Raises HostUnavailable while it does not run."""
    await _known(tx, data.plugin_id)
    inputs, _ = await _page(tx, data.plugin_id)
    if not any(isinstance(entry, Button) and entry.id == data.id for entry in inputs):
        raise NotFound("버튼을 찾을 수 없습니다.", "There is no such button.", id=data.id)
    if not tx.live.hears(data.plugin_id, PRESSED):
        raise HostUnavailable(
            "플러그인이 실행 중이 아니거나 버튼을 받지 않습니다.",
            "The plugin is not running, or does not listen to its buttons.",
        )
    # After the commit: a command that has to be run again, with others of its batch, presses once.
    tx.announce(Announcement(name=PRESSED, data={"id": data.id}, to=data.plugin_id))
    return Done()


def decode_inputs(keyed: Mapping[str, Any]) -> list[PluginInput]:
    """The inputs of a page. Raises InvalidArgument for a wrong one and for an id used twice."""
    found: dict[str, PluginInput] = {}
    for key, raw in keyed.items():
        body = {"id": key, **_present(raw)} if isinstance(raw, dict) else raw
        try:
            entry = msgspec.convert(body, PluginInput)
        except msgspec.ValidationError as problem:
            refused = invalid_input(problem)
            raise InvalidArgument(
                refused.ko, refused.en, path=refused.data["path"].replace("$", f"$.{key}", 1)
            ) from None
        if entry.id in found:
            raise InvalidArgument(
                f"입력 항목 id가 겹칩니다: {entry.id}",
                f"Two inputs have the id {entry.id}.",
                path=f"$.{key}.id",
            )
        found[entry.id] = entry
    return list(found.values())


def _in_order(inputs: Iterable[PluginInput]) -> list[PluginInput]:
    """As received, ids that look like integers first: what a JavaScript object makes of them (E-4)."""
    return sorted(inputs, key=lambda entry: (0, int(entry.id)) if _integer_like(entry.id) else (1, 0))


def _integer_like(key: str) -> bool:
    return key.isascii() and key.isdigit() and (key == "0" or key[0] != "0") and int(key) < 2**32 - 1


def drawn(entry: PluginInput) -> dict[str, Any]:
    """An input as it is stored and drawn: unset keys left out."""
    plain: dict[str, Any] = msgspec.to_builtins(entry)
    shown = _present(plain)
    if not isinstance(entry, Button):
        shown.setdefault("label", entry.id)
        shown.setdefault("required", False)
    return shown


def _present(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value is not None}


async def _known(read: Reader, plugin_id: str) -> None:
    if await read.get(Install, plugin_id) is None and await read.get(SettingPage, plugin_id) is None:
        raise NotFound("플러그인을 찾을 수 없습니다.", "There is no such plugin.", id=plugin_id)


async def _page(read: Reader, plugin_id: str) -> tuple[list[PluginInput], Mapping[str, Any]]:
    page = await read.get(SettingPage, plugin_id)
    declared = page.inputs if page is not None and page.declared else ()
    if not (page and page.declared) and (install := await read.get(Install, plugin_id)) is not None:
        declared = install.settings
    inputs = [msgspec.convert(entry, PluginInput) for entry in declared]
    return inputs, page.values if page is not None else {}


async def _values(
    read: Reader, plugin_id: str, inputs: Iterable[PluginInput], saved: Mapping[str, Any]
) -> dict[str, Any]:
    """Saved or default value of every input of the page; nothing for one that has neither."""
    values: dict[str, Any] = {}
    for entry in inputs:
        if isinstance(entry, Button):
            continue
        if isinstance(entry, PasswordInput):
            value: Any = await read.value(plugin_id, "secret", _secret_key(entry.id))
        else:
            value = saved.get(entry.id)
        if value is None or not fits(entry, value):
            value = entry.default
        if value is not None:
            values[entry.id] = value
    return values


def _masked(inputs: Iterable[PluginInput], values: Mapping[str, Any]) -> dict[str, Any]:
    secret = {entry.id for entry in inputs if isinstance(entry, PasswordInput)}
    return {key: MASK if key in secret and value else value for key, value in values.items()}


def _is_mask(entry: PluginInput, values: Mapping[str, Any]) -> bool:
    return isinstance(entry, PasswordInput) and values[entry.id] in (MASK, None)


def _require_all(inputs: Iterable[PluginInput], values: Mapping[str, Any]) -> None:
    for entry in inputs:
        if not isinstance(entry, Button) and entry.required and values.get(entry.id) in (None, "", []):
            raise InvalidArgument(
                f"'{entry.label or entry.id}' 항목을 입력해 주세요.",
                f"'{entry.label or entry.id}' must be filled in.",
                path=f"$.values.{entry.id}",
            )


def _checked(entry: PluginInput, value: Any) -> Plain | None:
    """What staff entered, if it suits the input; None takes it back to the default."""
    if value is None or fits(entry, value):
        accepted: Plain | None = value
        return accepted
    raise InvalidArgument(
        f"값이 올바르지 않습니다: {entry.id}",
        f"This is no value for the input {entry.id}.",
        path=f"$.values.{entry.id}",
    )


def fits(entry: PluginInput, value: Any) -> bool:
    """A value left over from an earlier page may no longer suit its input."""
    match entry:
        case TextInput():
            return isinstance(value, str)
        case NumberInput():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case SliderInput():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return number and entry.min <= value <= entry.max
        case RadioInput():
            return value in [choice.id for choice in entry.values]
        case CheckboxInput():
            known = {choice.id for choice in entry.values}
            return isinstance(value, list) and all(
                isinstance(picked, str) and picked in known for picked in value
            )
        case ToggleInput():
            return isinstance(value, bool)
    return False


def _secret_key(input_id: str) -> str:
    """Never begins with `@`, as every key a plugin can name does (`service/storage.py`)."""
    return f"setting:{input_id}"
