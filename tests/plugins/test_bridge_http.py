"""`http.request`: what reaches the other server, what comes back, and what never leaves."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from jumak.domain.errors import AclDenied, InvalidArgument, NetworkFailed, RateLimited, TimedOut
from jumak.plugins.bridge import Fetched
from jumak.plugins.bridge.payload import body_of, compact
from jumak.protocol.envelope import decode_data, decode_frame
from jumak.protocol.table import TABLE
from jumak.sdk import PosPluginSdkError
from jumak.server.session import Session
from jumak.testing import SimulatedShop, menu, simulated_shop
from tests.ports import free_port

from .bridging import PLUGIN, Asked, Authority, Names, answer, bridge_of, install, lead, serving, shop_with

HTTP = TABLE["http.request"]

PAYLOADS = {
    "an object": '{"a":1,"b":[true,false,null]}',
    "Korean": '{"메뉴":"막걸리 한 사발"}',
    "emoji": '{"e":"🍶👨‍👩‍👧"}',
    "escaped emoji": '{"e":"\\ud83c\\udf76"}',
    "half an emoji": '{"e":"막\\ud83d","f":["\\udf76","\\\\ud83d"]}',
    "escapes": '{"e":"\\u00e9\\/\\"\\\\\\n\\u0000"}',
    "numbers": "[1,1.0,0.10,1e21,1E+5,-0,-0.0,12345678901234567890123]",
    "key order": '{"b":1,"a":2,"10":3,"9":4}',
    "the same key twice": '{"a":1,"a":2}',
    "an empty object": "{}",
    "an empty array": "[]",
    "a number": "1.0",
    "a boolean": "true",
    "spaces inside texts": '{"a b":"c  d\\t"}',
    "deep": "[" * 200 + "]" * 200,
}


async def ask(shop: SimulatedShop, **data: Any) -> dict[str, Any]:
    """The message as a plugin's SDK sends it."""
    pos = await shop.pos(PLUGIN)
    return await pos.request("http.request", {"headers": [], "method": "GET"} | data)


class Plugin:
    """A raw connection of the plugin: frames as text, replies as they come."""

    def __init__(self, shop: SimulatedShop, pos: Any) -> None:
        self.session: Session = shop.transports[pos][-1].session
        self.replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        was = self.session.send

        def send(frame: bytes) -> None:
            reply = json.loads(frame)
            waiting = self.replies.get(reply.get("callbackId", ""))
            if waiting is None:
                was(frame)
            else:
                waiting.set_result(reply["data"])

        self.session.send = send  # type: ignore[method-assign]

    async def say(self, data: str, name: str = "http.request") -> dict[str, Any]:
        number = f"raw{len(self.replies)}"
        self.replies[number] = asyncio.get_running_loop().create_future()
        self.session.receive(f'{{"name":"{name}","version":1,"callbackId":"{number}","data":{data}}}')
        return await asyncio.wait_for(self.replies[number], 10)


async def plugin_in(shop: SimulatedShop) -> Plugin:
    return Plugin(shop, await shop.pos(PLUGIN))


def message(url: str, payload: str | None, method: str = "POST", headers: str = "[]") -> str:
    tail = "" if payload is None else f',"payload":{payload}'
    return f'{{"url":"{url}","method":"{method}","headers":{headers}{tail}}}'


# -- the body -----------------------------------------------------------------------------------------


async def test_the_body_is_the_payload_as_it_was_written():
    """H-60: byte for byte, so that a signature made by the plugin over JSON.stringify verifies."""
    secret = b"shared"

    def check(asked: Asked) -> bytes:
        good = hmac.new(secret, asked.body, hashlib.sha256).hexdigest() == asked.header("x-signature")
        return answer(b"", status="200 OK" if good else "401 Unauthorized")

    async with serving(check) as server, shop_with(install(server.url)) as shop:
        plugin = await plugin_in(shop)
        for what, payload in PAYLOADS.items():
            signature = hmac.new(secret, payload.encode(), hashlib.sha256).hexdigest()
            reply = await plugin.say(message(server.url, payload, headers=f'[["X-Signature","{signature}"]]'))
            assert (reply["complete"], reply.get("code")) == (True, 200), (what, reply)
            assert server.asked[-1].body == payload.encode(), what


async def test_spaces_between_the_parts_are_taken_off():
    """H-60: a client that writes JSON with spaces sends the same bytes as a browser."""
    async with serving() as server, shop_with(install(server.url)) as shop:
        plugin = await plugin_in(shop)
        for spaced, sent in (
            ('{ "a b" : [ 1.0 , "c  d" ] ,\n\t"e" : { } }', '{"a b":[1.0,"c  d"],"e":{}}'),
            ('{ "half" : "\\ud83d \\" x" , "n" : -0 }', '{"half":"\\ud83d \\" x","n":-0}'),
        ):
            await plugin.say(message(server.url, spaced))
            assert server.asked[-1].body == sent.encode()


async def test_a_text_is_sent_as_it_is_and_nothing_as_nothing():
    """H-60, H-61, H-21, Q-9: a string is the body itself; absent and null are none."""
    async with serving() as server, shop_with(install(server.url)) as shop:
        plugin = await plugin_in(shop)
        for payload, sent in (
            ('"a=1&b=한"', "a=1&b=한"),
            ('"{\\"already\\": 1.0}"', '{"already": 1.0}'),
            ('"half \\ud83d"', "half \ufffd"),
            ('""', ""),
            ("null", ""),
            (None, ""),
        ):
            await plugin.say(message(server.url, payload))
            asked = server.asked[-1]
            assert asked.body.decode() == sent
            assert asked.header("content-length") == str(len(sent.encode()))
            assert asked.header("content-type") is None


async def test_nulls_elsewhere_do_not_touch_the_payload():
    """H-21, H-60: null equals absent in the message, not inside what is somebody else's."""
    async with serving() as server, shop_with(install(server.url)) as shop:
        plugin = await plugin_in(shop)
        body = f'{{"url":"{server.url}","method":"POST","headers":[],"timeoutMs":null,"payload":{{"a":null,"n":1e21}}}}'
        assert (await plugin.say(body))["code"] == 200
        assert server.asked[-1].body == b'{"a":null,"n":1e21}'


async def test_content_type():
    """H-61: JSON goes as application/json unless a header says otherwise, however it is spelled."""
    async with serving() as server, shop_with(install(server.url)) as shop:
        plugin = await plugin_in(shop)
        for method, headers, payload, wanted in (
            ("POST", "[]", "{}", "application/json"),
            ("put", "[]", "7", "application/json"),
            ("PATCH", '[["content-TYPE","text/x"]]', "{}", "text/x"),
            ("POST", '[["Content-Type","application/xml"]]', '"<a/>"', "application/xml"),
            ("POST", "[]", '"a"', None),
            ("GET", "[]", "{}", None),
            ("HEAD", "[]", "{}", None),
            ("DELETE", "[]", "{}", "application/json"),
            ("OPTIONS", "[]", None, None),
        ):
            await plugin.say(message(server.url, payload, method, headers))
            asked = server.asked[-1]
            assert (asked.method, asked.header("content-type")) == (method.upper(), wanted)
            if method in ("GET", "HEAD"):
                assert asked.body == b""
                assert asked.header("content-length") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
SPACE = st.text(" \t\n\r", max_size=2)


@st.composite
def written_json(draw: st.DrawFn) -> tuple[str, str]:
    """JSON as anybody may write it, and the same without spaces between its parts."""

    def text() -> str:
        return '"' + "".join(draw(st.lists(st.one_of(
            st.characters(blacklist_characters='"\\', min_codepoint=0x20, blacklist_categories=("Cs",)),
            st.sampled_from(['\\"', "\\\\", "\\/", "\\n", "\\u00e9", "\\uD83C\\uDF76", "\\ud83d", "\\udf76", "\\u0000"]),
        ), max_size=6))) + '"'  # fmt: skip

    def value(depth: int) -> tuple[str, str]:
        kind = draw(st.integers(0, 5 if depth else 3))
        if kind == 4:
            parts = [value(depth - 1) for _ in range(draw(st.integers(0, 3)))]
            return around("[", parts, "]")
        if kind == 5:
            pairs = []
            for _ in range(draw(st.integers(0, 3))):
                key, (spaced, dense) = text(), value(depth - 1)
                pairs.append((f"{key}{draw(SPACE)}:{draw(SPACE)}{spaced}", f"{key}:{dense}"))
            return around("{", pairs, "}")
        plain = (
            text()
            if kind < 2
            else draw(st.sampled_from(["null", "true", "false"]))
            if kind == 2
            else draw(
                st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
            )
        )
        return plain, plain

    def around(first: str, parts: list[tuple[str, str]], last: str) -> tuple[str, str]:
        spaced = ",".join(f"{draw(SPACE)}{one}{draw(SPACE)}" for one, _ in parts) or draw(SPACE)
        return f"{first}{spaced}{last}", f"{first}{','.join(one for _, one in parts)}{last}"

    spaced, dense = value(3)
    return f"{draw(SPACE)}{spaced}{draw(SPACE)}", dense


@given(written_json())
def test_any_json_is_sent_in_its_dense_form(written: tuple[str, str]):
    """H-60: ∀ JSON text: through envelope and row, the body is the text without spaces between its parts."""
    spaced, dense = written
    frame = decode_frame(
        f'{{"name":"http.request","data":{{"url":"http://a","method":"POST","headers":[],"payload":{spaced}}}}}'
    )
    payload = decode_data(HTTP, frame.data).payload
    assert isinstance(payload, Raw)
    body, is_json = body_of(payload)
    if dense == "null":
        assert body is None
    elif dense.startswith('"'):
        assert not is_json
        assert (
            body
            == json.loads(dense).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
        )
    else:
        assert is_json
        assert body == dense.encode()


@given(JSON)
def test_what_was_dense_stays(value: Any):
    """H-60: ∀ value: what a client wrote without spaces is not touched."""
    dense = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    assert compact(dense) == dense


# -- the request and the answer ----------------------------------------------------------------------


async def test_nothing_is_added():
    """H-63: Host, the plugin's headers as they are and in order, the length; no cookies, no agent, no compression."""
    cookie = ["Set-Cookie: id=1; Path=/"]
    async with serving(lambda asked: answer(b"x", *cookie)) as server, shop_with(install(server.url)) as shop:
        given_headers = [["X-b", "2"], ["X-A", " 1 "], ["X-b", "3"], ["Authorization", "Bearer t"]]
        ours = [
            ["Host", "evil.test"],
            ["content-length", "999"],
            ["Transfer-Encoding", "chunked"],
            ["Connection", "x"],
        ]
        for _ in range(2):
            await ask(shop, url=f"{server.url}/p?q=%20", headers=given_headers + ours)
            assert server.asked[-1].target == "/p?q=%20"
            assert server.asked[-1].headers == [
                ("Host", server.url.removeprefix("http://")),
                ("X-b", "2"),
                ("X-A", "1"),
                ("X-b", "3"),
                ("Authorization", "Bearer t"),
            ]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_no_proxy_of_the_environment(name: str, monkeypatch: pytest.MonkeyPatch):
    """SEC-3: what is checked is what is called."""
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving() as server, shop_with(install(server.url)) as shop:
        assert (await ask(shop, url=server.url))["code"] == 200


@pytest.mark.parametrize(
    ("status", "body"),
    [("404 Not Found", "없음"), ("500 Oops", "x"), ("204 No Content", ""), ("304 Not Modified", "")],
)
async def test_every_status_resolves(status: str, body: str):
    """H-62: non-2xx is an answer like any other; 204 has an empty text."""
    said = answer(body.encode(), *(["X: 1"] if body else ["Content-Length: 0"]), status=status)
    async with serving(lambda asked: said) as server, shop_with(install(server.url)) as shop:
        reply = await ask(shop, url=server.url)
    assert (reply["code"], reply["body"]) == (int(status[:3]), body)


async def test_headers_come_back_as_pairs_in_order():
    """H-62, wire §8.2: as they were written, repeated ones as often as they came."""
    said = answer(b"", "X-B: 1", "set-cookie: a=1", "Set-Cookie: b=2", "x-ko: 막", "Content-Length: 0")
    async with serving(lambda asked: said) as server, shop_with(install(server.url)) as shop:
        reply = await ask(shop, url=server.url)
    assert reply["headers"] == [
        ["X-B", "1"], ["set-cookie", "a=1"], ["Set-Cookie", "b=2"], ["x-ko", "막"], ["Content-Length", "0"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain", "막걸리".encode(), "막걸리"),
        ("text/plain; charset=UTF-8", "막걸리".encode(), "막걸리"),
        ("text/plain; charset=euc-kr", "막걸리 똠".encode("cp949"), "막걸리 똠"),
        ('text/plain; Charset="KS_C_5601-1987"', "막".encode("cp949"), "막"),
        ("text/plain; charset=utf-16le", "막".encode("utf-16-le"), "막"),
        ("text/plain; charset=latin1", b"caf\xe9", "café"),
        ("text/plain; charset=unicode_escape", b"\\ud800", "\\ud800"),
        ("text/plain; charset=nonsense", "막".encode(), "막"),
        ("application/json", b"\xef\xbb\xbf{}", "{}"),
        ("application/octet-stream", b"a\xffb", "a\ufffdb"),
    ],
)
def test_the_body_is_read_by_its_charset(content_type: str, body: bytes, text: str):
    """H-62: UTF-8 unless the server says otherwise; what cannot be read never fails."""
    assert Fetched(200, (("content-type", content_type),), body, "").text == text


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_what_a_server_packs_unasked_is_unpacked(coding: str):
    """H-62: the text, not the bytes of a compression nobody asked for; a bomb ends at 10 MB."""
    pack = gzip.compress if coding == "gzip" else zlib.compress
    bodies = iter([pack("막걸리".encode()), pack(b"0" * 11_000_000), b"no such thing"])
    said = lambda asked: answer(next(bodies), f"Content-Encoding: {coding}")  # noqa: E731
    async with serving(said) as server, shop_with(install(server.url)) as shop:
        assert (await ask(shop, url=server.url, headers=[["Accept-Encoding", "br"]]))["body"] == "막걸리"
        assert server.asked[0].header("accept-encoding") is None
        for reason in ("BODY_TOO_LARGE", "BROKEN"):
            with pytest.raises(PosPluginSdkError) as caught:
                await ask(shop, url=server.url)
            assert (caught.value.code, caught.value.reason) == ("NETWORK", reason)


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "CONNECT"},
        {"method": "TRACE"},
        {"method": "G T"},
        {"headers": [["X-막", "1"]]},
        {"headers": [["X", "막"]]},
        {"headers": [["X", "a\r\nHost: evil"]]},
        {"headers": [["X: y", "a"]]},
        {"headers": [["X", "a" * 65_000]]},
        {"url": "https://user:pass@example.com/"},
        {"url": "ftp://example.com/"},
    ],
)
async def test_what_no_request_can_hold_is_named(wrong: dict[str, Any]):
    """H-21, SEC-3: the field is told, nothing is sent."""
    async with serving() as server, shop_with(install(server.url)) as shop:
        with pytest.raises(PosPluginSdkError) as caught:
            await ask(shop, **{"url": server.url} | wrong)
        assert caught.value.code == "INVALID_ARGUMENT"
        assert caught.value.data["path"].startswith(f"$.{next(iter(wrong))}")
        assert server.asked == []


# -- refusals and failures ----------------------------------------------------------------------------


async def test_an_origin_off_the_list_is_named_and_told():
    """H-62, plugin-runtime §7: ACL_DENIED with the origin to add; the console hears of it, nothing is sent."""
    async with serving() as server, shop_with(install("https://api.example.com")) as shop:
        told: list[tuple[str, str]] = []
        bridge_of(shop).denied = lambda plugin, origin: told.append((plugin.id, origin))
        with pytest.raises(PosPluginSdkError) as caught:
            await ask(shop, url=f"{server.url}/secret/path?token=1")
        assert (caught.value.code, caught.value.data) == ("ACL_DENIED", {"origin": server.url})
        assert server.url in str(caught.value)
        assert told == [(PLUGIN, server.url)]
        assert server.asked == []


async def test_the_console_names_the_origin_to_add(tmp_path: Path):
    """H-62, H-73: whoever looks after the plugin sees what it wanted, without the path that may hold secrets."""
    async with simulated_shop(folder=tmp_path / "shop", documents=(*menu.DOCUMENTS, install())) as shop:
        host = await shop.host()
        with pytest.raises(PosPluginSdkError):
            await ask(shop, url="https://api.example.com/secret")
        (entry,) = host.console(PLUGIN).entries
        assert (entry.level, entry.title, entry.data) == (
            "warn",
            "ACL_DENIED",
            {"origin": "https://api.example.com"},
        )


async def test_only_an_installed_plugin_has_a_list():
    """H-76: a remote service calls the network itself."""
    async with shop_with() as shop:
        with pytest.raises(PosPluginSdkError) as caught:
            await ask(shop, url="https://example.com/")
        assert (caught.value.code, caught.value.reason) == ("ACL_DENIED", "NO_LIST")
        pos = await shop.pos("narrow", scopes=("order:read",))
        with pytest.raises(PosPluginSdkError) as caught:
            await pos.request("http.request", {"url": "https://a", "method": "GET", "headers": []})
        assert caught.value.code == "PERMISSION_DENIED"


async def test_a_public_name_that_leads_inside_is_refused():
    """SEC-3: DNS rebinding: one look-up, and the connection goes to the address that was looked at."""
    async with serving() as server, shop_with(install("http://rebound.example.com")) as shop:
        bridge = bridge_of(shop)
        names = Names(rebound_example_com=[["8.8.8.8"], ["127.0.0.1"]])
        dialled = lead(bridge, names, to_port=server.port)
        assert (await ask(shop, url="http://rebound.example.com/"))["code"] == 200
        assert names.asked == ["rebound.example.com"]
        assert dialled == [("8.8.8.8", 80)]
        assert server.asked[0].header("host") == "rebound.example.com"
        with pytest.raises(PosPluginSdkError) as caught:
            await ask(shop, url="http://rebound.example.com/")
        assert (caught.value.code, caught.value.reason) == ("ACL_DENIED", "PRIVATE_ADDRESS")
        assert len(dialled) == len(server.asked) == 1


async def test_our_own_server_is_refused():
    """SEC-3: listed or not, by address, by name, mapped or by redirect."""
    async with serving(
        lambda asked: answer(b"", f"Location: {asked.target[1:]}", status="302 Found")
    ) as server:
        own = "http://127.0.0.1:8700"
        plugin = install(own, "http://localhost:8700", server.url, origin_map={"https://x.example.com": own})
        async with shop_with(plugin) as shop:
            shop.running.own_ports.add(8700)
            for url in (
                own,
                "http://localhost:8700/v1/docs",
                "https://x.example.com/",
                f"{server.url}/{own}",
            ):
                with pytest.raises(PosPluginSdkError) as caught:
                    await ask(shop, url=url)
                assert (caught.value.code, caught.value.reason) == ("ACL_DENIED", "OWN_SERVER")


async def test_failures_of_the_network_are_told_apart():
    """H-62: NETWORK for names, connections, TLS and answers that make no sense."""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"this is no TLS\r\n")
        writer.close()

    port = free_port()
    async with (
        serving(lambda asked: b"nonsense\r\n\r\n") as server,
        await asyncio.start_server(plain, "127.0.0.1", port),
    ):
        urls = {
            server.url: "BROKEN",
            f"https://127.0.0.1:{port}": "TLS",
            "http://127.0.0.1:9": "CONNECT",
            "https://none.example.com": "DNS",
        }
        async with shop_with(install(*urls)) as shop:
            bridge_of(shop).network.resolve = Names()
            for url, reason in urls.items():
                with pytest.raises(PosPluginSdkError) as caught:
                    await ask(shop, url=url)
                assert (caught.value.code, caught.value.reason) == ("NETWORK", reason), url


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000],
)
async def test_an_answer_that_breaks_off_is_a_failure(said: bytes):
    """H-62: half an answer is none; headers have a limit."""
    async with serving(lambda asked: said) as server, shop_with(install(server.url)) as shop:
        with pytest.raises(PosPluginSdkError) as caught:
            await ask(shop, url=server.url)
        assert caught.value.code == "NETWORK"


async def test_tls_is_checked_by_the_name(tmp_path: Path):
    """H-62, plugin-runtime §7: the name of the URL must be on a certificate of somebody trusted."""
    authority = Authority(tmp_path)
    async with serving(tls=authority.server("api.example.com"), host="api.example.com") as server:
        plugin = install("https://api.example.com", "https://other.example.com")
        async with shop_with(plugin) as shop:
            bridge = bridge_of(shop)
            names = Names(api_example_com=[["8.8.8.8"]], other_example_com=[["8.8.8.8"]])
            lead(bridge, names, to_port=server.port)
            with pytest.raises(PosPluginSdkError) as caught:
                await ask(shop, url="https://api.example.com/")
            assert (caught.value.code, caught.value.reason) == ("NETWORK", "TLS")
            bridge.network.trusted = authority.trusting
            assert (await ask(shop, url="https://api.example.com/"))["body"] == "ok"
            with pytest.raises(PosPluginSdkError) as caught:
                await ask(shop, url="https://other.example.com/")
            assert (caught.value.code, caught.value.reason) == ("NETWORK", "TLS")


# -- redirects ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "method", "then", "keeps_body"),
    [
        (301, "POST", "GET", False), (302, "POST", "GET", False), (303, "POST", "GET", False), (303, "PUT", "GET", False),
        (307, "POST", "POST", True), (308, "PUT", "PUT", True), (302, "PUT", "PUT", True), (301, "GET", "GET", False),
        (303, "HEAD", "HEAD", False),
    ],
)  # fmt: skip
async def test_redirects_as_browsers_follow_them(code: int, method: str, then: str, keeps_body: bool):
    """H-62, plugin-runtime §7: method and body by the status, headers of the body go with it."""

    def hop(asked: Asked) -> bytes:
        return (
            answer(b"", "Location: /end?x#y", status=f"{code} Go") if asked.target == "/" else answer(b"end")
        )

    async with serving(hop) as server, shop_with(install(server.url)) as shop:
        reply = await ask(
            shop, url=server.url, method=method, payload={"a": 1}, headers=[["Authorization", "t"]]
        )
        assert reply["code"] == 200
        asked = server.asked[-1]
        assert (asked.method, asked.target) == (then, "/end?x")
        assert asked.body == (b'{"a":1}' if keeps_body else b"")
        assert (asked.header("content-type") == "application/json") is keeps_body
        assert asked.header("authorization") == "t"


async def test_a_redirect_to_another_origin_needs_its_own_entry():
    """SEC-3, H-62: off the list it is refused by name; on it the credentials stay behind."""
    async with serving() as other:
        location = f"Location: {other.url}/there"
        async with serving(lambda asked: answer(b"", location, status="307 Go")) as server:
            async with shop_with(install(server.url)) as shop:
                with pytest.raises(PosPluginSdkError) as caught:
                    await ask(shop, url=server.url)
                assert (caught.value.code, caught.value.data["origin"]) == ("ACL_DENIED", other.url)
                assert other.asked == []
            async with shop_with(install(server.url, other.url)) as shop:
                headers = [["Authorization", "t"], ["cookie", "c"], ["X-Kept", "k"]]
                assert (await ask(shop, url=server.url, headers=headers))["body"] == "ok"
            asked = other.asked[-1]
            assert (asked.header("authorization"), asked.header("cookie"), asked.header("x-kept")) == (
                None,
                None,
                "k",
            )


async def test_redirects_without_end_or_sense():
    """H-62: eleven hops, or a place that is no address, are a failure of that server; without a place it is the answer."""

    def said(asked: Asked) -> bytes:
        place = {
            "/loop": ["Location: /loop"],
            "/ftp": ["Location: ftp://x/"],
            "/user": ["Location: http://u:p@x/"],
        }
        return answer(b"here", *place.get(asked.target, []), status="302 Go")

    async with serving(said) as server, shop_with(install(server.url)) as shop:
        for path, hops in (("/loop", 11), ("/ftp", 1), ("/user", 1)):
            server.asked.clear()
            with pytest.raises(PosPluginSdkError) as caught:
                await ask(shop, url=server.url + path)
            assert (caught.value.code, caught.value.reason) == ("NETWORK", "REDIRECT")
            assert len(server.asked) == hops
        assert (await ask(shop, url=f"{server.url}/nowhere"))["code"] == 302


# -- the map ------------------------------------------------------------------------------------------


async def test_a_mapped_origin_is_never_contacted():
    """H-63: the local server gets path, query, headers and body untouched, under its own host; nobody is asked for the name."""

    def hop(asked: Asked) -> bytes:
        if asked.target.startswith("/v1"):
            return answer(b"", "Location: https://api.example.com/end", status="307 Go")
        return answer(b"local")

    async with serving(hop) as server:
        plugin = install(origin_map={"https://api.example.com": f"http://localhost:{server.port}"})
        async with shop_with(plugin) as shop:
            names = Names()
            bridge_of(shop).network.resolve = names
            reply = await ask(
                shop,
                url="https://api.example.com/v1/메뉴?q=%20a",
                method="POST",
                payload={"가": 1.5},
                headers=[["X-K", "v"]],
            )
            assert reply["body"] == "local"
            first, last = server.asked
            assert first.target == "/v1/%EB%A9%94%EB%89%B4?q=%20a"
            assert last.target == "/end"
            for asked in (first, last):
                assert asked.header("host") == f"localhost:{server.port}"
                assert asked.body == '{"가":1.5}'.encode()
                assert asked.header("x-k") == "v"
            assert names.asked == []


# -- limits -------------------------------------------------------------------------------------------


async def test_a_slow_server_costs_only_its_own_call():
    """H-12, H-62: `timeoutMs` is honoured as TIMEOUT, also when bytes drip; other calls go on meanwhile."""
    never = asyncio.Event()

    async def slowly(asked: Asked) -> bytes:
        if asked.target == "/quick":
            return answer(b"quick")
        await never.wait()
        return b""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"HTTP/1.1 200 OK\r\n" if not writer.is_closing() else b"")
                await writer.drain()
                await asyncio.sleep(0.02)
        except OSError:
            writer.close()

    port = free_port()
    async with serving(slowly) as server, await asyncio.start_server(drip, "127.0.0.1", port):
        dripping = f"http://127.0.0.1:{port}"
        async with shop_with(install(server.url, dripping)) as shop:
            pos = await shop.pos(PLUGIN)
            call = {"method": "GET", "headers": []}
            slow = asyncio.create_task(
                pos.request("http.request", call | {"url": server.url, "timeoutMs": 400})
            )
            drop = asyncio.create_task(
                pos.request("http.request", call | {"url": dripping, "timeoutMs": 200})
            )
            assert (await pos.request("http.request", call | {"url": f"{server.url}/quick"}))[
                "body"
            ] == "quick"
            assert not slow.done()
            for task in (slow, drop):
                with pytest.raises(PosPluginSdkError) as caught:
                    await task
                assert caught.value.code in ("TIMEOUT", "NETWORK")
            assert isinstance(slow.exception(), PosPluginSdkError)
            assert slow.exception().code == "TIMEOUT"  # type: ignore[union-attr]  # looked at above
            never.set()


async def test_the_shop_waits_120_seconds():
    """H-12: the host does not cut an HTTP call before 120 s."""
    async with shop_with(install()) as shop:
        assert shop.running.deadlines["http.request"] >= 120


async def test_calls_wait_for_their_turn():
    """plugin-runtime §7: 32 at once per plugin; the others wait and are answered, another plugin does not wait."""
    gate = asyncio.Event()

    async def held(asked: Asked) -> bytes:
        if asked.target != "/other":
            await gate.wait()
        return answer(asked.target.encode())

    async with (
        serving(held) as server,
        shop_with(install(server.url), install(server.url, plugin_id="other")) as shop,
    ):
        pos, other = await shop.pos(PLUGIN), await shop.pos("other")
        call = {"method": "GET", "headers": []}
        calls = [
            asyncio.create_task(pos.request("http.request", call | {"url": f"{server.url}/{n}"}))
            for n in range(40)
        ]
        async with asyncio.timeout(10):
            while server.at_once < 32:  # noqa: ASYNC110 (the server counts)
                await asyncio.sleep(0.005)
            assert (await other.request("http.request", call | {"url": f"{server.url}/other"}))[
                "body"
            ] == "/other"
            with pytest.raises(PosPluginSdkError) as caught:
                await pos.request("http.request", call | {"url": server.url, "timeoutMs": 20})
            assert caught.value.code == "TIMEOUT"
        gate.set()
        assert [reply["body"] for reply in await asyncio.gather(*calls)] == [f"/{n}" for n in range(40)]
        assert server.most_at_once <= 33


async def test_bodies_have_a_limit():
    """plugin-runtime §7: 10 MB either way, said or not; a larger one is refused."""
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (b"100000\r\n" + b"a" * 0x100000 + b"\r\n") * 11
    )
    bodies = iter([answer(b"", "Content-Length: 10000001"), chunked, answer(b"b" * 10_000_000)])
    async with serving(lambda asked: next(bodies)) as server, shop_with(install(server.url)) as shop:
        bridge, plugin = bridge_of(shop), install(server.url)
        for _ in range(2):
            with pytest.raises(NetworkFailed) as caught:
                await bridge.fetch(plugin, "GET", server.url, [], None)
            assert caught.value.reason == "BODY_TOO_LARGE"
        got = await bridge.fetch(plugin, "POST", server.url, [], b"c" * 10_000_000)
        assert len(got.body) == len(server.asked[-1].body) == 10_000_000
        with pytest.raises(InvalidArgument):
            await bridge.fetch(plugin, "POST", server.url, [], b"c" * 10_000_001)


async def test_a_long_message_passes_every_door_up_to_the_limit():
    """plugin-runtime §7, H-70: a body of 10 MB fits into a frame; any other message of that length does not."""
    text = "x" * 9_999_000
    async with (
        serving(lambda asked: answer(b"%d" % len(asked.body))) as server,
        shop_with(install(server.url)) as shop,
    ):
        plugin = await plugin_in(shop)
        assert (await plugin.say(message(server.url, f'"{text}"')))["body"] == str(len(text))
        refused = await plugin.say(f'{{"key":"k","value":"{text}"}}', "storage.set.request")
        assert refused["error"]["code"] == "INVALID_ARGUMENT"


async def test_what_is_under_way_is_bounded():
    """H-71: many large bodies at once are refused, not kept."""
    gate = asyncio.Event()

    async def held(asked: Asked) -> bytes:
        await gate.wait()
        return answer(b"ok")

    async with serving(held) as server, shop_with(install(server.url)) as shop:
        bridge, plugin = bridge_of(shop), install(server.url)
        body = b"a" * 10_000_000
        calls = [asyncio.create_task(bridge.fetch(plugin, "POST", server.url, [], body)) for _ in range(7)]
        await asyncio.sleep(0)
        with pytest.raises(RateLimited):
            await calls[6]
        gate.set()
        assert [(await call).code for call in calls[:6]] == [200] * 6
        assert (await bridge.fetch(plugin, "POST", server.url, [], body)).code == 200


async def test_a_large_answer_waits_for_a_slow_plugin():
    """H-71, wire §9: a plugin that does not read gets no more until it has; its session lives on."""
    async with (
        serving(lambda asked: answer(b"a" * 200_000)) as server,
        shop_with(install(server.url)) as shop,
    ):
        plugin = await plugin_in(shop)
        waiting = [5_000]
        plugin.session._backlog = lambda: waiting[0]
        asked = asyncio.create_task(plugin.say(message(server.url, None, "GET")))
        async with asyncio.timeout(10):
            while not server.asked or server.at_once:  # noqa: ASYNC110 (the server counts)
                await asyncio.sleep(0.005)
        assert not (await asyncio.wait({asked}, timeout=0.05))[0]
        waiting[0] = 0
        assert len((await asked)["body"]) == 200_000


# -- for the runner of headless plugins ----------------------------------------------------------------


async def test_fetch_keeps_bytes():
    """H-65: binary bodies both ways, the URL after redirects, the same guards."""
    blob = bytes(range(256))

    def hop(asked: Asked) -> bytes:
        return (
            answer(b"", "Location: /end", status="307 Go")
            if asked.target == "/"
            else answer(asked.body[::-1])
        )

    async with serving(hop) as server, shop_with() as shop:
        bridge, plugin = bridge_of(shop), install(server.url)
        got = await bridge.fetch(plugin, "POST", server.url, [("X", "1")], blob)
        assert (got.code, got.body, got.url) == (200, blob[::-1], f"{server.url}/end")
        with pytest.raises(AclDenied):
            await bridge.fetch(install(), "GET", server.url, [], None)
        with pytest.raises(TimedOut):
            await bridge.fetch(plugin, "GET", server.url, [], None, timeout_s=0)
