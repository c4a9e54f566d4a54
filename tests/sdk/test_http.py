"""`pos.http`: through a served shop to a server on loopback, and what its body is."""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
from collections import UserDict
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumak.sdk import (
    OrderState,
    Pos,
    PosPluginSdkError,
    PosPluginSdkTimeoutError,
    PosPluginSdkValidationError,
    Record,
)
from jumak.sdk.payload import json_text
from jumak.sdk.types import Value
from jumak.testing import SimulatedShop
from tests.plugins.bridging import Asked, answer, serving
from tests.sdk.serving import allow
from tests.web.building import environment


@pytest.mark.parametrize("method", ["get", "delete", "head", "options", "post", "put", "patch"])
async def test_every_method(shop: SimulatedShop, pos: Pos, method: str):
    """H-62, wire §8.2: the method, path and headers arrive; any status is an answer, its headers as pairs."""
    said = answer(b"", "X-A: 1", "X-A: 2", status="404 Not Found")
    async with serving(lambda _: said) as server:
        await allow(shop, server.url)
        call = getattr(pos.http, method)
        for headers in ({"X-Shop": "주막".encode().hex()}, [("X-Shop", "주막".encode().hex())]):
            response = await call(f"{server.url}/a?b=c", headers=headers)
            assert (response.code, response.body) == (404, "")
            assert [pair for pair in response.headers if pair[0] == "X-A"] == [("X-A", "1"), ("X-A", "2")]
        for asked in server.asked:
            assert (asked.method, asked.target, asked.body) == (method.upper(), "/a?b=c", b"")
            assert asked.header("X-Shop") == "주막".encode().hex()


@pytest.mark.parametrize(
    ("payload", "body"),
    [
        (
            {"이름": "해물파전 🥞", "b": 1.0, "a": [True, None]},
            '{"이름":"해물파전 🥞","b":1,"a":[true,null]}',
        ),
        ("이미 서명한 글", "이미 서명한 글"),
        ("", ""),
        ([], "[]"),
        (0, "0"),
        (None, ""),
    ],
)
async def test_the_body(shop: SimulatedShop, pos: Pos, payload: Any, body: str):
    """H-60, H-61: the bytes are those `JSON.stringify` would give; a text as it is; None is no body."""
    async with serving() as server:
        await allow(shop, server.url)
        response = await pos.http.post(server.url, payload)
        assert (response.code, response.body) == (200, "ok")
        assert server.asked[0].body.decode() == body
        is_json = payload is not None and not isinstance(payload, str)
        assert (server.asked[0].header("Content-Type") == "application/json") == is_json


async def test_what_fails_on_the_way(shop: SimulatedShop, pos: Pos):
    """H-62: an origin that is not listed is named, no server is told apart, and neither is an answer."""
    await allow(shop, "http://127.0.0.1:1")
    with pytest.raises(PosPluginSdkError) as refused:
        await pos.http.get("http://127.0.0.1:2/x")
    assert (refused.value.code, refused.value.data["origin"]) == ("ACL_DENIED", "http://127.0.0.1:2")
    with pytest.raises(PosPluginSdkError) as unreachable:
        await pos.http.get("http://127.0.0.1:1/x")
    assert unreachable.value.code == "NETWORK"


async def test_its_own_time_out(shop: SimulatedShop, pos: Pos):
    """python-sdk §4: `timeout` counts here and in the shop; whoever is first says so."""
    gate = asyncio.Event()

    async def late(_: Asked) -> bytes:
        await gate.wait()
        return b""

    async with serving(late) as server:
        await allow(shop, server.url)
        with pytest.raises((PosPluginSdkTimeoutError, PosPluginSdkError)) as refused:
            await pos.http.get(server.url, timeout=0.05)
        assert isinstance(refused.value, PosPluginSdkTimeoutError) or refused.value.code == "TIMEOUT"
        gate.set()


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda pos: pos.http.get(7), "$.url"),
        (lambda pos: pos.http.get("http://x", {"A": 1}), "$.headers[0][1]"),
        (lambda pos: pos.http.post("http://x", {"a": [b"bytes"]}), "$.payload.a[0]"),
        (lambda pos: pos.http.post("http://x", math.nan), "$.payload"),
        (lambda pos: pos.http.post("http://x", {1: 2}), "$.payload"),
    ],
)
async def test_wrong_arguments_are_refused_before_sending(pos: Pos, call: Any, path: str):
    """H-21, python-sdk §1: with what and where, and nothing leaves."""
    with pytest.raises(PosPluginSdkValidationError) as refused:
        await call(pos)
    assert refused.value.issues[0]["path"] == path


def test_values_of_the_sdk_are_as_on_the_wire():
    """python-sdk §1: camelCase and without what is unset; a dict of the plugin's own stays as it is."""
    assert json_text(Value(value=1)) == '{"value":1}'
    assert json_text([Record({"orderKey": "k"}), OrderState.OPENED]) == '[{"orderKey":"k"},"OPENED"]'
    assert json_text(UserDict(order_key=None)) == '{"order_key":null}'
    assert (
        json_text((datetime.fromisoformat("2026-02-01T12:31:00+09:00"),)) == '["2026-02-01T12:31:00+09:00"]'
    )


SPECIAL = ["\ud83e\udd5e", "\ud83e", "\udd5e!", "\u2028\x00\x1f\x7f\"\\/", "\b\f\n\r\t", "주막"]  # fmt: skip
NUMBERS = [0.0, -0.0, 1e21, 1e20, 123456789012345680000.0, 1e-6, 1e-7, 1.5e-9, 5e-324, 1.7976931348623157e308]
NUMBERS += [-1.0, 0.1, 1e16, 2.0**53, 1e22, -1e-7, 123.456, 100.0]

STRINGIFY = """
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
  const values = JSON.parse(Buffer.concat(chunks).toString());
  console.log(JSON.stringify(values.map((value) => JSON.stringify(value))));
});
"""


def javascript(values: list[Any]) -> list[str]:
    """`JSON.stringify` of each, by Node."""
    told = subprocess.run(
        ["node", "-e", STRINGIFY],
        input=json.dumps(values), env=environment(), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    texts: list[str] = json.loads(told.stdout)
    return texts


def test_it_is_what_javascript_writes():
    """H-60: held against Node for texts, halves of emoji, and numbers of every size."""
    found: list[float] = []

    @given(st.floats(allow_nan=False, allow_infinity=False))
    def collect(number: float) -> None:
        found.append(number)

    collect()
    values: list[Any] = [*SPECIAL, *NUMBERS, *found, {"b": 1, "a": [None, True, {}]}]
    assert len(values) > 100
    assert [json_text(value) for value in values] == javascript(values)
