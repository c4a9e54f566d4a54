"""Broken bodies and frames through the real doors."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest
import websockets

from jumak.store.sqlite.check import check
from tests.fuzz.test_bad_input import BROKEN

Served = tuple[str, str, Path]
TEN_MB = b'{"order":{"memo":"' + b"x" * 10_000_000 + b'"}}'
BODIES = BROKEN | {"ten megabytes": TEN_MB, "ten megabytes of nothing": b" " * 10_000_000}


@pytest.mark.parametrize("broken", BODIES)
def test_http(served: Served, broken: str):
    """H-10, H-11, H-70: a code, a sentence and a path; the connection is usable afterwards."""
    url, token, folder = served
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        for name in ("order.add", "catalog-item.update", "merchant.info"):
            answer = client.post(f"/v1/{name}", content=BODIES[broken])
            body = answer.json()
            if body["complete"]:
                assert name == "merchant.info"
                continue
            assert answer.status_code == 400, (name, body)
            assert body["errorMessage"].strip()
            assert body["error"]["code"] == "INVALID_ARGUMENT"
            assert body["error"]["data"]["path"].startswith("$")
        assert client.post("/v1/merchant.info", content=b"{}").status_code == 200
    assert check(folder) == []


def test_what_is_no_request(served: Served):
    """H-10, H-79: unknown names, missing tokens, other methods: never a failure of the server."""
    url, token, _ = served
    with httpx.Client(base_url=url, timeout=30) as client:
        unknown = client.post("/v1/order.fly", content=b"{}", headers={"Authorization": f"Bearer {token}"})
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "UNKNOWN_METHOD")
        for header in (None, "Bearer", "Bearer x", "Basic eA==", "Bearer " + "x" * 5_000):
            headers = {} if header is None else {"Authorization": header}
            refused = client.post("/v1/order.add", content=b"{}", headers=headers)
            assert (refused.status_code, refused.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            assert 400 <= client.request(method, "/v1/order.add").status_code < 500


@pytest.mark.parametrize("broken", [*BROKEN, "binary", "no name", "a number as name", "ten megabytes"])
async def test_socket(served: Served, broken: str):
    """H-70: a malformed frame is dropped or refused and costs nobody else anything; too long a one ends its socket."""
    url, token, _ = served
    frames: dict[str, bytes | str] = {
        "binary": b"\x00\x01",
        "no name": '{"version":1,"data":{}}',
        "a number as name": '{"name":7,"version":1,"callbackId":"c","data":{}}',
        "ten megabytes": TEN_MB.decode(),
    }
    frame = frames.get(broken) or BROKEN[broken].decode(errors="replace")
    async with websockets.connect(url.replace("http", "ws") + "/v1/socket", max_size=None) as socket:
        opening = {"token": token, "client": {"name": "fuzz", "version": "1"}}
        await socket.send(
            json.dumps({"name": "session.open.request", "version": 1, "callbackId": "o", "data": opening})
        )
        assert json.loads(await socket.recv())["data"]["complete"] is True
        try:
            await socket.send(frame)
            await socket.send('{"name":"merchant.info.request","version":1,"callbackId":"m","data":{}}')
            async with asyncio.timeout(20):
                while (answer := json.loads(await socket.recv())).get("callbackId") != "m":
                    assert answer["data"]["complete"] is False
            assert answer["data"]["complete"] is True
        except websockets.ConnectionClosed:
            assert broken == "ten megabytes"
    async with httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/healthz")).status_code == 200
