"""The TypeScript of the plugin SDK, generated from the table."""

from __future__ import annotations

import re
from typing import Any

from msgspec import json

from jumak.protocol.messages import bridge
from jumak.protocol.row import UNSET, Data, Reply, Row, UnsetType
from jumak.protocol.table import TABLE
from jumak.protocol.typescript import FOLDER, REFINED, SDK_NAMES, typescript_files
from tests.tidy.project import ROOT


class Ask(Data, frozen=True, kw_only=True):
    """What is asked, it's `quoted`."""

    id: str
    note: str | None = None
    free: Any = None
    pairs: tuple[tuple[str, str], ...] = ()


class Answer(Reply, frozen=True, kw_only=True):
    """What is answered."""

    picture: str | None
    kinds: list[int] | UnsetType = UNSET


ROW = Row(name="lamp.switch-on.request", kind="request", data=Ask, reply=Answer, scopes=("till",), write=True)


def test_a_row_becomes_types_and_a_member():
    """H-79: absent keys may be undefined where a plugin writes, null stands only where it is sent."""
    files = typescript_files({ROW.name: ROW})
    types = files[f"{FOLDER}/types.ts"]
    assert "note?: string | undefined;" in types
    assert "free?: unknown;" in types
    assert "pairs?: [string, string][] | undefined;" in types
    assert "picture: string | null;" in types
    assert "kinds?: number[];" in types
    assert "complete" not in types
    ext = files[f"{FOLDER}/ext.ts"]
    assert "switchOn: (data: LampSwitchOnRequest & Command, options?: CallOptions) =>" in ext
    assert "'lamp.switch-on.request': 'wx'" in files[f"{FOLDER}/messages.ts"]


def test_rows_that_are_added_are_picked_up():
    """H-79: the bridge's messages, and every other row, need no edit of the generator."""
    files = typescript_files(TABLE | {row.name: row for row in bridge.ROWS})
    assert "'http.request': {" in files[f"{FOLDER}/messages.ts"]
    assert "headers: [string, string][];" in files[f"{FOLDER}/types.ts"]


def test_members_stand_where_the_contract_says():
    """H-79: `ext.<noun>.<verb>` as docs/contract/messages.json lists them."""
    listed = json.decode((ROOT / "docs/contract/messages.json").read_bytes())
    kinds = {"request": "", "notify": "", "push": ".on"}
    for entry in listed:
        if entry["origin"] != "extension" or entry["kind"] not in kinds or entry["sdk"].startswith("("):
            continue
        row = Row(name=entry["name"], kind=entry["kind"], data=Data)
        assert f"ext.{'.'.join(row.member)}{kinds[entry['kind']]}" == entry["sdk"]


def test_names_of_the_sdk_mean_something():
    """H-79: every name the SDK promises is generated, every refined one is refined."""
    files = typescript_files(TABLE)
    types = files[f"{FOLDER}/types.ts"]
    refined = (ROOT / "packages/pos-plugin-sdk/src/types.ts").read_text(encoding="utf-8")
    for name in SDK_NAMES.values():
        if name in REFINED:
            assert re.search(rf"export (type|interface) {name}\b", refined), name
        else:
            assert re.search(rf"export (type|interface) {name}\b", types), name
