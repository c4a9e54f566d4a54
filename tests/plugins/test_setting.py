"""A plugin's settings page."""

from __future__ import annotations

from typing import Any

import pytest

from jumak.domain.caller import Caller
from jumak.domain.errors import HostUnavailable, InvalidArgument, NotFound
from jumak.sdk import PosPluginSdkError, PosPluginSdkValidationError
from jumak.service.setting import MASK
from jumak.store.sqlite.layer import SqliteLayer
from jumak.testing import SimulatedShop

INPUTS: list[dict[str, Any]] = [
    {"id": "title", "type": "text", "label": "제목", "required": True, "default": "주막"},
    {"id": "key", "type": "password", "label": "비밀키", "required": False, "default": ""},
    {"id": "minutes", "type": "number", "label": "분", "required": False, "default": 10},
    {"id": "size", "type": "radio", "label": "크기", "required": False, "default": "s",
     "values": [{"id": "s", "label": "소"}, {"id": "l", "label": "대"}]},
    {"id": "days", "type": "checkbox", "label": "요일", "required": False, "default": ["mon"],
     "values": [{"id": "mon", "label": "월"}, {"id": "tue", "label": "화"}]},
    {"id": "on", "type": "toggle", "label": "켜기", "required": False, "default": False},
    {"id": "volume", "type": "slider", "label": "소리", "required": False, "default": 5, "min": 0, "max": 10, "step": 1},
    {"id": "test", "type": "primary", "text": "시험 출력"},
]  # fmt: skip
DEFAULTS = {"title": "주막", "key": "", "minutes": 10, "size": "s", "days": ["mon"], "on": False, "volume": 5}


async def save(shop: SimulatedShop, values: dict[str, Any]) -> dict[str, Any]:
    return (await shop.request("plugin-setting.update.request", {"pluginId": "p", "values": values}))[
        "values"
    ]


async def test_defaults_then_what_staff_saved(shop: SimulatedShop):
    """plugin-runtime §5: defaults before anyone saved; `change` after a save; values survive a new page."""
    pos = await shop.pos("p")
    changed: list[dict[str, Any]] = []
    pos.setting.on("change", changed.append)
    await pos.setting.set_inputs(INPUTS)
    assert await pos.setting.get_values() == DEFAULTS
    await save(shop, {"title": "새 주막", "minutes": 3, "days": [], "unknown": 1})
    await shop.settle()
    saved = {**DEFAULTS, "title": "새 주막", "minutes": 3, "days": []}
    assert changed == [saved]
    await pos.setting.set_inputs(INPUTS[:1])
    assert await pos.setting.get_values() == {"title": "새 주막"}
    await pos.setting.set_inputs(INPUTS)
    assert await pos.setting.get_values() == saved


async def test_passwords_are_masked_and_encrypted(shop: SimulatedShop):
    """H-75, SEC-3: shown masked, kept encrypted, in no fact; the mask sent back changes nothing."""
    pos = await shop.pos("p")
    await pos.setting.set_inputs(INPUTS)
    assert (await save(shop, {"key": "hush-hush"}))["key"] == MASK
    page = await shop.request("plugin-setting.get.request", {"pluginId": "p"})
    assert page["values"]["key"] == MASK
    await save(shop, {"key": MASK})
    assert (await pos.setting.get_values())["key"] == "hush-hush"
    read = shop.running.store.reader()
    facts = await read.facts(0, 1_000)
    assert all("hush-hush" not in repr(entry.fact) for entry in facts)
    assert next(entry.fact.data for entry in facts if entry.fact.name == "plugin.setting") == {
        "changed": ["key"]
    }
    assert await pos.secure_store.get("setting:key") is None, "the plugin's own keys cannot name it"


async def test_a_required_field_left_empty_blocks_saving(shop: SimulatedShop):
    """plugin-runtime §5: nothing of the save counts then."""
    pos = await shop.pos("p")
    await pos.setting.set_inputs(INPUTS)
    with pytest.raises(InvalidArgument) as refused:
        await save(shop, {"title": "", "minutes": 99})
    assert refused.value.data["path"] == "$.values.title"
    assert await pos.setting.get_values() == DEFAULTS


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", 1),
        ("minutes", "3"),
        ("minutes", True),
        ("size", "xl"),
        ("days", ["sun"]),
        ("on", 1),
        ("volume", 11),
    ],
)
async def test_values_suit_their_input(shop: SimulatedShop, key: str, value: object):
    """H-21: what staff entered is checked by the host."""
    pos = await shop.pos("p")
    await pos.setting.set_inputs(INPUTS)
    with pytest.raises(InvalidArgument) as refused:
        await save(shop, {key: value})
    assert refused.value.data["path"] == f"$.values.{key}"


async def test_wrong_pages_are_refused(shop: SimulatedShop):
    """plugin-runtime §5: duplicate ids, unknown types and missing keys are INVALID_ARGUMENT."""
    pos = await shop.pos("p")
    slider = {key: value for key, value in INPUTS[6].items() if key != "max"}
    for inputs in ([INPUTS[0], INPUTS[0]], [{**INPUTS[0], "type": "colour"}]):
        with pytest.raises(PosPluginSdkError) as refused:
            await pos.setting.set_inputs(inputs)
        assert refused.value.code == "INVALID_ARGUMENT"
    with pytest.raises(PosPluginSdkValidationError):
        await pos.setting.set_inputs([slider])
    with pytest.raises(PosPluginSdkError) as refused:
        await pos.request("setting.set-inputs.request", {"volume": slider})
    assert refused.value.code == "INVALID_ARGUMENT"


async def test_order_of_inputs(shop: SimulatedShop):
    """E-4: as received, ids that look like integers first."""
    caller = Caller(id="p", kind="plugin", name="p")
    text = {"type": "text", "label": "x", "required": False, "default": ""}
    data = {key: {**text, "id": key} for key in ("b", "10", "a", "2", "01")}
    await shop.request("setting.set-inputs.request", data, caller=caller)
    page = await shop.request("plugin-setting.get.request", {"pluginId": "p"})
    assert [entry["id"] for entry in page["inputs"]] == ["2", "10", "b", "a", "01"]


async def test_buttons(shop: SimulatedShop):
    """Q-8: a pressed button reaches its plugin; an unknown one or a plugin that does not run is refused."""
    pos = await shop.pos("p")
    pressed: list[str] = []
    pos.ext.setting.button.on(lambda button: pressed.append(button.id))
    await pos.setting.set_inputs(INPUTS)
    await shop.request("plugin-setting.press.request", {"pluginId": "p", "id": "test"})
    await shop.settle()
    assert pressed == ["test"]
    with pytest.raises(NotFound):
        await shop.request("plugin-setting.press.request", {"pluginId": "p", "id": "title"})
    await pos.close()
    with pytest.raises(HostUnavailable):
        await shop.request("plugin-setting.press.request", {"pluginId": "p", "id": "test"})
    with pytest.raises(NotFound):
        await shop.request("plugin-setting.get.request", {"pluginId": "nobody"})


async def test_a_command_that_runs_again_presses_once(shop: SimulatedShop, monkeypatch: pytest.MonkeyPatch):
    """Q-8: a batch that could not be written is run again; the plugin hears of what was committed, and once."""
    pos = await shop.pos("p")
    pressed: list[str] = []
    pos.ext.setting.button.on(lambda button: pressed.append(button.id))
    await pos.setting.set_inputs(INPUTS)
    finish, runs = SqliteLayer.finish, 0

    def fails_once(layer: SqliteLayer, at_ms: int) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise RuntimeError("a bug")
        finish(layer, at_ms)

    monkeypatch.setattr(SqliteLayer, "finish", fails_once)
    pressing = {"pluginId": "p", "id": "test"}
    for _ in range(2):
        await shop.request("plugin-setting.press.request", pressing, command_id="press")
        await shop.settle()
    assert (runs, pressed) == (2, ["test"])


async def test_setting_the_same_page_again_writes_nothing(shop: SimulatedShop):
    """E-11, H-20: unlimited and cheap; no fact either."""
    pos = await shop.pos("p")
    before = shop.running.store.reader().seq
    for _ in range(3):
        await pos.setting.set_inputs(INPUTS)
    assert shop.running.store.reader().seq == before
