"""The table against `docs/contract/messages.json`, the contract's own list of messages."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from jumak.main import load_use_cases
from jumak.protocol.row import AnyKeys, AnyShape, Row
from jumak.protocol.schema import Components
from jumak.protocol.table import TABLE
from jumak.service.registry import COMMANDS, QUERIES
from jumak.testing import simulated_shop
from tests.tidy.project import ROOT

load_use_cases()

NOT_SERVED_NOUNS = frozenset(
    {
        "prepaid",
        "business-day",
        "shift",
        "cash-drawer",
        "report",
        "print-job",
        "printer",
        "personal-data",
        "data",
    }
)
"""Nouns of the contract this shop does not serve yet: their messages answer UNKNOWN_METHOD."""


def listed() -> list[dict[str, Any]]:
    return json.loads((ROOT / "docs/contract/messages.json").read_text(encoding="utf-8"))


CONTRACT = {message["name"]: message for message in listed()}


def is_expected(name: str) -> bool:
    return name.split(".")[0] not in NOT_SERVED_NOUNS


SET_BY_THE_HOST = {"plugin.unicast.send": frozenset({"from"})}
"""Keys that are sent and not read (H-66)."""

ANY_SHAPE = frozenset({"log", "toast.open", "navigation.navigate"})
"""Taken whatever is missing (H-73, H-74)."""

EXPECTED = [name for name in CONTRACT if is_expected(name)]


@cache
def components() -> Components:
    return Components(TABLE.values(), "{name}")


def keys_of(schema: dict[str, Any]) -> dict[str, bool]:
    """Key → required."""
    required = schema.get("required", ())
    return {key: key in required for key in schema.get("properties", {}) if key != "complete"}


def wanted(keys: dict[str, Any]) -> dict[str, bool]:
    """The same of the contract's notation: `?` after a key means optional."""
    return {key.removesuffix("?"): not key.endswith("?") for key in keys}


def test_the_contract_names_each_message_once():
    """H-79: one row per message."""
    assert len(CONTRACT) == len(listed())


@pytest.mark.parametrize("name", EXPECTED)
def test_the_table_holds_the_message_as_the_contract_has_it(name: str):
    """H-79: kind, scopes, keys of data and reply, what may be left out."""
    assert name in TABLE, "no row"
    row, message = TABLE[name], CONTRACT[name]
    assert row.kind == message["kind"]
    scopes = () if message["scope"] == "-" else tuple(message["scope"].split("|"))
    assert set(row.scopes) == set(scopes)
    assert row.rate_limited == message["rateLimited"]
    assert row.origin == message["origin"]
    data = components().keys(components().data(row))
    if any(key.startswith("<") for key in message["data"]):
        assert issubclass(row.data, AnyKeys | AnyShape)
    else:
        ignored = SET_BY_THE_HOST.get(name, frozenset())
        assert keys_of(data) == {
            # A value of any kind may be missing: JavaScript drops undefined (E-7).
            key: must and message["data"].get(key) != "any" and name not in ANY_SHAPE
            for key, must in wanted(message["data"]).items()
            if key not in ignored
        }
        check_nested(data, message["data"])
    if row.kind in ("request", "host-request"):
        answered, promised = (
            keys_of(components().keys(components().reply(row))),
            wanted(message["reply"]),
        )
        assert answered.keys() == promised.keys()
        assert {key for key, must in promised.items() if must} <= {
            key for key, must in answered.items() if must
        }


def check_nested(schema: dict[str, Any], keys: dict[str, Any]) -> None:
    """Objects the contract spells out inside a message, e.g. `{category: {id}}`."""
    for key, inner in keys.items():
        if not isinstance(inner, dict):
            continue
        part = schema["properties"][key.removesuffix("?")]
        options = [part, *part.get("anyOf", ())]
        names = [option["$ref"] for option in options if "$ref" in option]
        assert names, f"{key} is no object"
        held = keys_of(components().schemas[names[0]])
        needed = {inner_key for inner_key, must in held.items() if must}
        assert needed <= wanted(inner).keys() <= held.keys(), key


def test_the_table_holds_nothing_the_contract_does_not_know():
    """H-79: a message is added to the contract first."""
    assert TABLE.keys() <= CONTRACT.keys()


def test_what_is_not_served_is_not_in_the_table():
    """H-79: the two lists above say the truth."""
    assert [name for name in TABLE if not is_expected(name)] == []
    assert {name.split(".")[0] for name in CONTRACT} >= NOT_SERVED_NOUNS


@cache
def live_messages() -> frozenset[str]:
    """What a running shop answers beside the store, its plugin host included."""

    async def look(folder: Path) -> frozenset[str]:
        async with simulated_shop(folder=folder) as shop:
            await shop.host()
            return frozenset(shop.running.live)

    with TemporaryDirectory() as folder:
        return asyncio.run(look(Path(folder)))


def answered() -> set[str]:
    """Messages somebody answers, once the parts are wired."""
    return {*COMMANDS, *QUERIES, *live_messages()}


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_every_message_to_the_shop_has_one_use_case(row: Row):
    """H-79, H-10: every request name answers something other than UNKNOWN_METHOD."""
    assert (row.name in answered()) == (row.kind in ("request", "notify"))


def test_nothing_has_two_use_cases():
    """H-39: a message is a command, a query or answered live, and only one of them."""
    assert COMMANDS.keys().isdisjoint(QUERIES)
    assert live_messages().isdisjoint({*COMMANDS, *QUERIES})


def test_writes_are_commands():
    """H-39: what changes the shop runs inside a transaction, in order of arrival."""
    for name in COMMANDS:
        assert name in TABLE
    for name in QUERIES:
        assert not TABLE[name].write, f"{name} writes but is a query"
