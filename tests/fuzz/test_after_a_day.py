"""A whole day's messages, spoiled one place at a time and sent to the shop that has lived that day.

Unlike `test_bad_input.py`, whose shop is new, every id here means something.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jumak.domain.caller import Caller
from jumak.protocol.errors import STATUS, error_json
from jumak.protocol.row import AnyKeys, AnyShape, Tolerant
from jumak.protocol.scopes import expand
from jumak.protocol.table import TABLE, row_of
from jumak.store.sqlite.check import check
from jumak.testing import SimulatedShop, simulated_shop
from tests.fuzz.wrong_values import HOSTILE, encoded, places, removed, replaced, required_keys, wrong_type
from tests.server.every_request import every_request, let_call, put_uploads
from tests.server.screen import answering

Json = dict[str, Any]

STAFF = Caller(id="everything", kind="service", name="everything", scopes=expand(["all"]))
SERVICE = Caller(
    id="bridge", kind="service", name="bridge",
    scopes=expand(["plugin", "order:manage", "order:submit", "table:manage", "kds:write", "catalog:write"]),
)  # fmt: skip
REQUESTS = [row for row in TABLE.values() if row.kind in ("request", "notify")]
NOT_RUN = frozenset(
    {"plugin.install.request", "catalog-export.create.request", "catalog-import.preview.request"}
)
"""They would install the package again and again, or start a process for each file."""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(folder=tmp_path / "shop") as simulated:
        await let_call(simulated, STAFF.id)
        await simulated.host()
        put_uploads(tmp_path / "shop")
        answering(simulated, STAFF)
        yield simulated


class Prober:
    """Sends bodies and holds every answer against what all answers have to be."""

    def __init__(self, shop: SimulatedShop) -> None:
        self._shop = shop
        self.sent = 0

    async def send(self, name: str, body: bytes, caller: Caller = STAFF) -> Json:
        """The answer as it would leave."""
        self.sent += 1
        result = await self._shop.running.ask(caller, row_of(name), body)
        answer: Json = msgspec.json.decode(result.reply if result.error is None else error_json(result.error))
        well_refused(name, body, answer)
        return answer

    async def refused_at(self, name: str, value: Any, path: str) -> None:
        """It is INVALID_ARGUMENT, and `data.path` names this place or one around it or inside."""
        answer = await self.send(name, encoded(value))
        assert answer["complete"] is False, (name, path, value)
        error = answer["error"]
        assert error["code"] == "INVALID_ARGUMENT", (name, path, answer)
        named = error["data"]["path"].replace("[...]", "")
        assert named.startswith(_bare(path)) or _bare(path).startswith(_bare(named)), (name, path, named)
        assert _bare(named) != "$" or _bare(path) == "$", (name, path)


def _bare(path: str) -> str:
    return path.replace("[0]", "").replace("[...]", "")


def well_refused(name: str, body: bytes, answer: Json) -> None:
    """A success, or a refusal with a code of the contract and a sentence; never INTERNAL."""
    if answer.get("complete") is True:
        return
    code = answer["error"]["code"]
    assert code in STATUS, (name, body[:300], answer)
    assert code != "INTERNAL", (name, body[:600])
    assert answer["errorMessage"].strip(), (name, body[:300])
    if code == "INVALID_ARGUMENT":
        assert answer["error"].get("data", {}).get("path", "$").startswith("$"), (name, answer)


async def test_bad_values_after_a_day(shop: SimulatedShop) -> None:
    """H-11, H-21, H-70, MON-1: every key of every request missing, of a wrong kind, null, huge, hostile."""
    examples: dict[str, Json] = {}

    async def ask(name: str, data: Json) -> Json:
        full = name if name in TABLE else f"{name}.request"
        best = examples.get(full)
        if best is None or len(str(data)) > len(str(best)):
            examples[full] = data
        return await shop.request(full, data, caller=STAFF)

    await every_request(ask, shop.clock.now())
    probe = Prober(shop)
    for row in REQUESTS:
        if row.name in NOT_RUN:
            continue
        example = examples.get(row.name, {})
        for body in (
            b"",
            b"{}",
            b"[]",
            b"null",
            b'"text"',
            b"7",
            b"{",
            b"\xff\xfe{}",
            b'{"a":NaN}',
            b'{"a":1e400}',
        ):
            await probe.send(row.name, body)
        if issubclass(row.data, AnyKeys | AnyShape | Tolerant):
            for _, value in HOSTILE:
                await probe.send(row.name, encoded({"field": value}))
            continue
        for key in required_keys(row.data):
            if key in example:
                await probe.refused_at(row.name, removed(example, (key,)), f"$.{key}")
        for place in places(row.data, example):
            if place.required:
                await probe.refused_at(row.name, removed(example, place.keys), place.path)
                await probe.refused_at(row.name, replaced(example, place.keys, None), place.path)
            wrong = wrong_type(place.kind)
            if wrong is not None:
                await probe.refused_at(row.name, replaced(example, place.keys, wrong), place.path)
            for _, value in HOSTILE:
                body = encoded(replaced(example, place.keys, value))
                await probe.send(row.name, body)
                await probe.send(row.name, body, SERVICE)
    assert probe.sent > 10_000
    assert shop.folder is not None
    assert check(shop.folder) == []
