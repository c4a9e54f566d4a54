"""The HTTP door."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest

from jumak.protocol.table import TABLE
from jumak.server.uploads import Uploads
from tests.server.conftest import Served


async def test_a_read_and_a_write(served: Served) -> None:
    """H-10, H-11, H-17: the reply's data with `complete: true`; a read after a write shows it."""
    token = await served.desk.token(scopes=["all"])
    first = await served.post("shop-setting.get", token)
    assert first.status_code == 200
    assert first.json()["complete"] is True
    assert first.json()["settings"]["version"] == 1
    changed = await served.post(
        "shop-setting.update.request", token, {"changes": {"name": "새 주막"}, "expectedVersion": 1}
    )
    assert changed.json()["settings"]["name"] == "새 주막"
    assert (await served.post("merchant.info", token)).json()["merchant"]["name"] == "새 주막"


async def test_every_request_name_is_known(served: Served) -> None:
    """H-79, H-10: every request of the table answers something other than UNKNOWN_METHOD, others exactly that."""
    token = await served.desk.token(scopes=["all"])
    for row in TABLE.values():
        if row.kind == "request":
            answer = (await served.post(row.path, token)).json()
            assert answer.get("error", {}).get("code") not in ("UNKNOWN_METHOD", "INTERNAL"), row.name
    unknown = await served.post("order.teleport", token)
    assert unknown.status_code == 404
    assert unknown.json()["error"]["code"] == "UNKNOWN_METHOD"
    assert (await served.http.get("/elsewhere")).json()["error"]["code"] == "UNKNOWN_METHOD"


async def test_tokens_and_scopes(served: Served) -> None:
    """H-76, H-11: no token 401, a missing scope 403 with its name; both with a sentence."""
    assert (await served.post("shop-setting.get", None)).status_code == 401
    assert (await served.post("shop-setting.get", "wrong")).json()["error"]["code"] == "UNAUTHENTICATED"
    token = await served.desk.token(scopes=["catalog:read"])
    refused = await served.post("device.list", token)
    assert refused.status_code == 403
    error = refused.json()["error"]
    assert (error["code"], error["reason"], error["data"]) == (
        "PERMISSION_DENIED",
        "SCOPE",
        {"scope": "staff:own"},
    )
    assert refused.json()["errorMessage"]


async def test_the_language_of_errors(served: Served) -> None:
    """H-11: Korean unless English is asked for."""
    ko = (await served.post("merchant.info", None)).json()["errorMessage"]
    en = (await served.post("merchant.info", None, Accept_Language="en-US")).json()["errorMessage"]
    assert ko == "토큰이 필요합니다: Authorization: Bearer <토큰>"
    assert en.isascii()


async def test_bad_input_names_its_path(served: Served) -> None:
    """H-21, H-70: broken JSON, wrong types and deep nesting answer INVALID_ARGUMENT and nothing else happens."""
    token = await served.desk.token(scopes=["all"])
    bodies = [b"{", b"[]", b'"x"', b"\xff\xfe", b'{"changes":1,"expectedVersion":1}', b"[" * 100_000]
    for body in bodies:
        answer = await served.post("shop-setting.update", token, body)
        assert answer.status_code == 400, body[:20]
        assert answer.json()["error"]["code"] == "INVALID_ARGUMENT"
        assert answer.json()["error"]["data"]["path"].startswith("$")
    assert (await served.desk.ask("shop-setting.get"))["settings"]["version"] == 1


async def test_a_body_too_long(served: Served) -> None:
    """H-70: ten megabytes answer INVALID_ARGUMENT and the connection goes on working."""
    token = await served.desk.token(scopes=["all"])
    long = await served.post("shop-setting.update", token, b'{"changes":"' + b"x" * 10_000_000 + b'"}')
    assert long.status_code == 400
    assert long.json()["error"]["code"] == "INVALID_ARGUMENT"
    assert (await served.post("merchant.info", token)).status_code == 200

    async def chunks():  # type: ignore[no-untyped-def]
        for _ in range(100):
            yield b"x" * 100_000

    streamed = await served.http.post(
        "/v1/merchant.info", content=chunks(), headers={"Authorization": f"Bearer {token}"}
    )
    assert streamed.status_code == 400


async def test_repeats(served: Served) -> None:
    """PAY-7, H-36: the same id and body answer the stored reply, in header or body; another body conflicts."""
    token = await served.desk.token(scopes=["all"])
    asked = {"changes": {"name": "하나"}, "expectedVersion": 1}
    first = await served.post("shop-setting.update", token, asked, Idempotency_Key="k1")
    again = await served.post("shop-setting.update", token, {"commandId": "k1", **asked})
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    other = await served.post(
        "shop-setting.update", token, {**asked, "changes": {"name": "둘"}}, Idempotency_Key="k1"
    )
    assert other.status_code == 409
    assert other.json()["error"]["reason"] == "COMMAND_KEY_CONFLICT"
    both = await served.post("shop-setting.update", token, {"commandId": "a", **asked}, Idempotency_Key="b")
    assert both.status_code == 400
    looked_up = (await served.post("command.get", token, {"commandId": "k1"})).json()
    assert looked_up["state"] == "done"
    assert looked_up["reply"] == first.json()
    assert (await served.post("command.get", token, {"commandId": "k2"})).json()["state"] == "unknown"
    stranger = await served.desk.token(name="stranger", scopes=["all"])
    assert (await served.post("command.get", stranger, {"commandId": "k1"})).json()["state"] == "unknown"


async def test_a_refusal_is_not_remembered(served: Served) -> None:
    """PAY-7: nothing happened, so the same id is decided anew."""
    token = await served.desk.token(scopes=["all"])
    stale = {"changes": {"name": "하나"}, "expectedVersion": 9}
    refused = await served.post("shop-setting.update", token, stale, Idempotency_Key="k1")
    assert refused.json()["error"]["reason"] == "VERSION"
    assert refused.json()["error"]["data"]["current"]["version"] == 1
    fresh = await served.post(
        "shop-setting.update", token, {**stale, "expectedVersion": 1}, Idempotency_Key="k1"
    )
    assert fresh.status_code == 200


async def test_pages(served: Served) -> None:
    """H-9: health, the OpenAPI document and a page for people that loads nothing from elsewhere."""
    assert (await served.http.get("/healthz")).text == "ok\n"
    assert (await served.http.get("/readyz")).status_code == 200
    document = (await served.http.get("/v1/openapi.json")).json()
    assert "/v1/merchant.info" in document["paths"]
    docs = (await served.http.get("/v1/docs")).text
    assert "merchant.info" in docs
    assert "http://" not in docs.replace("http://127.0.0.1", "")
    assert "https://" not in docs


async def test_an_upload(served: Served) -> None:
    """H-5: a package is streamed in by managers and gets an id; nobody else may."""
    owner = await served.desk.token(scopes=["staff:own"])
    content = b"PK" + b"\0" * 300_000
    answer = await served.post("uploads", owner, content)
    assert answer.status_code == 200
    assert len(answer.json()["id"]) == 32
    other = await served.desk.token(name="other", scopes=["staff:pay"])
    assert (await served.post("uploads", other, content)).status_code == 403
    assert (await served.post("uploads", owner, b"x" * 61_000_000)).json()["error"][
        "code"
    ] == "INVALID_ARGUMENT"


async def test_an_upload_that_cannot_be_written(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-11: a full disk answers INTERNAL like everything else, with a text for people."""

    def full(self: Uploads, upload_id: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Uploads, "place_for", full)
    answer = await served.post("uploads", await served.desk.token(scopes=["staff:own"]), b"PK")
    assert answer.status_code == 500
    assert answer.json()["error"] == {"code": "INTERNAL"}
    assert "space" not in answer.json()["errorMessage"]


async def test_what_needs_no_token_is_not_for_other_sites(served: Served) -> None:
    """H-75: a foreign page, also one whose name was pointed at this machine, gets nothing and blocks nobody."""
    for site in ("cross-site", "same-site"):
        refused = await served.post("device.claim", None, {"code": "X"}, Sec_Fetch_Site=site)
        assert refused.json()["error"]["reason"] == "ORIGIN"
    own = await served.post("device.claim", None, {"code": "X"}, Sec_Fetch_Site="same-origin")
    assert own.json()["error"]["reason"] == "CODE"
    assert (await served.http.get("/metrics", headers={"Host": "evil.example"})).status_code == 421


async def test_heads_have_an_end(served: Served) -> None:
    """H-70: a request line or headers without end are refused before they fill the memory."""
    for begin, more in ((b"GET /", b"a"), (b"GET / HTTP/1.1\r\n", b"X: %s\r\n" % (b"a" * 1000))):
        reader, writer = await asyncio.open_connection("127.0.0.1", served.http.base_url.port)
        writer.write(begin)
        with contextlib.suppress(ConnectionError):
            for _ in range(1_000):
                writer.write(more * 500)
                await writer.drain()
        with contextlib.suppress(ConnectionError):
            assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 400")
        writer.close()
    assert (await served.http.put("/nowhere", content=b"x" * 5_000_000)).status_code == 404


async def test_a_stream_ends_with_its_sign_in(served: Served) -> None:
    """SEC-1: an event stream opened while somebody was signed in ends when they sign out or another signs in."""
    for name, pin in (("가", "7771"), ("나", "7772")):
        await served.desk.ask("staff.save", staff={"name": name, "role": "server", "pin": pin})
    token = await served.desk.token("till", "T")
    steps: list[tuple[str, dict[str, str]]] = [
        ("staff.login", {"pin": "7772"}),
        ("staff.logout", {}),
    ]
    for name, data in steps:
        await served.post("staff.login", token, {"pin": "7771"})
        headers = {"Authorization": f"Bearer {token}"}
        async with served.http.stream("GET", "/v1/events", headers=headers, timeout=10) as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            assert (await served.post(name, token, data)).status_code == 200
            async for _ in lines:
                pass


async def test_socket_messages_over_http(served: Served) -> None:
    """H-79: what belongs to a socket says so."""
    token = await served.desk.token(scopes=["all"])
    answer = await served.post("subscribe", token, {"names": []})
    assert answer.json()["error"]["reason"] == "SOCKET_ONLY"


async def test_events_stream_and_resume(served: Served) -> None:
    """OFF-9, H-38: server-sent events carry `seq` as id and go on after the last one a client has."""
    token = await served.desk.token(scopes=["all"])
    await add_category(served, "A")
    seen = await read_events(served, token, {"after": "0"}, 1)
    assert json.loads(seen[0]["data"])["event"] == "add"
    reading = asyncio.create_task(read_events(served, token, {}, 1, last_id=seen[0]["id"]))
    await add_category(served, "B")
    (second,) = await reading
    assert int(second["id"]) > int(seen[0]["id"])
    assert second["event"] == "catalog-category.change.event"


async def add_category(served: Served, title: str) -> None:
    await served.desk.ask("catalog-category.add", category={"title": title})


async def read_events(
    served: Served, token: str, query: dict[str, str], count: int, last_id: str = ""
) -> list[dict[str, str]]:
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last_id} if last_id else {})
    found: list[dict[str, str]] = []
    async with served.http.stream("GET", "/v1/events", params=query, headers=headers, timeout=10) as stream:
        event: dict[str, str] = {}
        async for line in stream.aiter_lines():
            if line and not line.startswith(":"):
                key, _, value = line.partition(": ")
                event[key] = value
            elif not line and event:
                found.append(event)
                event = {}
            if len(found) == count:
                break
    return found
