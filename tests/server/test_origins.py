"""Who a `Host` means, and what the shop answers to pages of plugins and of strangers."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import websockets

from jumak.main import ServeOptions, page_url
from jumak.server.origins import ASKED_AT, Hosts, Place
from tests.server.conftest import Desk, Served, served_by
from tests.server.plugin_origin import get, install, policy_of, port_of, web_build

HOSTS = Hosts(("pos.example", "0.0.0.0"), port=8700)


@pytest.fixture
async def shop(desk: Desk, tmp_path: Path) -> AsyncIterator[Served]:
    async with served_by(desk, tmp_path / "shop", "pos.example", web=web_build(tmp_path / "web")) as running:
        yield running


@pytest.mark.parametrize(
    ("host", "secure", "means"),
    [
        ("localhost:8700", False, "shop"),
        ("LOCALHOST", False, "shop"),
        ("127.0.0.1:8700", False, "shop"),
        ("[::1]:8700", False, "shop"),
        ("192.168.0.7:8700", False, "shop"),
        ("pos.example", True, "shop"),
        (socket.gethostname(), False, "shop"),
        (f"{socket.gethostname().partition('.')[0]}.local:8700", False, "shop"),
        ("bell.localhost:8700", False, "bell"),
        ("Bell.LocalHost:8700", False, "bell"),
        ("bell.pos.example", True, "bell"),
        ("bell.pos.example", False, None),
        ("bell.192.168.0.7", True, None),
        ("a.bell.localhost", False, None),
        ("-bell.localhost", False, None),
        ("b_l.localhost", False, None),
        ("x" * 41 + ".localhost", False, None),
        ("localhost.", False, None),
        ("bell.localhost.", False, None),
        ("evil.example", False, None),
        ("evil.example:8700", True, None),
        ("127.0.0.1.evil.example", False, None),
        ("localhost:8700@evil.example", False, None),
        ("localhost:8700 evil", False, None),
        ("1.2.3", False, None),
        ("::1", False, None),
        ("", False, None),
    ],
)
def test_who_a_host_means(host: str, secure: bool, means: str | None) -> None:
    """H-3: the shop, one plugin, or nobody; never two spellings of one origin."""
    place = HOSTS.place(host.encode(), secure)
    assert means == (None if place is None else place.plugin or "shop")


@pytest.mark.parametrize(
    ("host", "secure", "origin"),
    [
        ("localhost:8700", False, "http://bell.localhost:8700"),
        ("127.0.0.1:8700", False, "http://bell.localhost:8700"),
        ("[::1]:8700", False, "http://bell.localhost:8700"),
        ("localhost", True, "https://bell.localhost"),
        ("pos.example", True, "https://bell.pos.example"),
        ("pos.example:8443", True, "https://bell.pos.example:8443"),
        ("one.shops.localhost:8700", False, "http://bell.one.shops.localhost:8700"),
        ("pos.example:8700", False, None),
        ("192.168.0.7:8700", False, None),
        ("192.168.0.7:8700", True, None),
    ],
)
def test_where_a_plugins_origin_is(host: str, secure: bool, origin: str | None) -> None:
    """H-3: below the name the till was opened at; nowhere over plain http on a network, nor below an address."""
    hosts = Hosts.among("one.shops.localhost", port=8700) if host.startswith("one.") else HOSTS
    place = hosts.place(host.encode(), secure)
    assert place is not None
    assert place.origin("bell") == origin
    token = ASKED_AT.set(place)
    assert HOSTS.origin("bell") == origin
    ASKED_AT.reset(token)
    assert HOSTS.origin("bell") == "http://bell.localhost:8700"


@pytest.mark.parametrize(
    ("origin", "plugin"),
    [
        ("http://bell.localhost:8700", "bell"),
        ("http://bell.localhost:9000", "bell"),
        ("https://bell.pos.example:9000", "bell"),
        ("http://bell.localhost:5173", None),
        ("http://localhost:9000", None),
        ("http://bell.pos.example:9000", None),
        ("https://tables.example", None),
        ("null", None),
        ("", None),
    ],
)
def test_whose_page_asks(origin: str, plugin: str | None) -> None:
    """H-2: by its port too, the one listened on or the one asked, so that other programs keep their names."""
    at = HOSTS.place(b"localhost:9000", False)
    assert at is not None
    assert HOSTS.asks_from(origin.encode(), at) == plugin


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "bell.pos.example"])
async def test_rebound_names(shop: Served, host: str) -> None:
    """H-3: a name pointed at this machine reaches no door, and hears which option would change that."""
    token = await shop.desk.token()
    answers = [
        await get(shop, host, "/v1/merchant.info", "POST", Authorization=f"Bearer {token}"),
        await get(shop, host, "/v1/events", Authorization=f"Bearer {token}"),
        *[await get(shop, host, path) for path in ("/", "/host", "/healthz", "/v1/docs", "/nothing")],
    ]
    for answer in answers:
        assert answer.status_code == 421
        assert f"--name {host}" in answer.text
        assert "sandbox" in policy_of(answer)
    with pytest.raises(websockets.InvalidStatus) as refused:
        await _connect(shop, Host=f"{host}:{port_of(shop)}")
    assert refused.value.response.status_code == 421


async def test_one_host(shop: Served) -> None:
    """H-3: without a `Host`, or with two, nobody is meant."""
    for hosts in (b"", b"Host: localhost\r\nHost: bell.localhost\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(shop))
        writer.write(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n%b\r\n" % hosts)
        answer = await asyncio.wait_for(reader.read(), 10)
        assert answer.startswith((b"HTTP/1.1 421", b"HTTP/1.1 400"))
        assert b"sandbox" in answer
        writer.close()


async def test_the_shops_names(shop: Served) -> None:
    """H-3: the shop answers by every name it was given."""
    for host in ("localhost", "127.0.0.1", "[::1]", "192.0.2.7", "pos.example", socket.gethostname()):
        assert (await get(shop, host, "/healthz")).status_code == 200


async def test_a_plugins_page_at_the_shops_doors(shop: Served) -> None:
    """H-2: it is refused at every door, with a token as well; other sites' pages with a token are served."""
    token = await shop.desk.token()
    origin = f"http://bell.localhost:{port_of(shop)}"
    bearer = {"Authorization": f"Bearer {token}"}
    for method, path in (
        ("POST", "/v1/merchant.info"),
        ("POST", "/v1/uploads"),
        ("GET", "/v1/events"),
        ("GET", "/v1/docs"),
        ("GET", "/host"),
        ("OPTIONS", "/v1/merchant.info"),
    ):
        answer = await get(shop, "localhost", path, method, Origin=origin, **bearer)
        assert (answer.status_code, answer.json()["error"]["reason"]) == (403, "ORIGIN"), path
    with pytest.raises(websockets.InvalidStatus) as refused:
        await _connect(shop, Origin=origin)
    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["error"]["code"] == "PERMISSION_DENIED"

    tablet = "https://tables.example"
    answer = await get(shop, "localhost", "/v1/merchant.info", "POST", Origin=tablet, **bearer)
    assert answer.status_code == 200
    await (await _connect(shop, Origin=tablet)).close()


async def test_what_others_draw_into_their_pages(shop: Served) -> None:
    """H-75: another site's page loads nothing of ours as an image or script; a link to ours works."""
    for site in ("cross-site", "same-site"):
        headers = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": "no-cors"}
        assert (await get(shop, "localhost", "/v1/openapi.json", **headers)).status_code == 403
        headers["Sec_Fetch_Mode"] = "navigate"
        assert (await get(shop, "localhost", "/host", **headers)).status_code == 200


async def test_a_plugins_origin_has_no_doors(shop: Served, tmp_path: Path) -> None:
    """H-3: no message, event, upload, page or socket of the shop is there."""
    await install(shop.desk, tmp_path / "shop", "bell", {"index.html": "bell"})
    token = await shop.desk.token()
    bearer = {"Authorization": f"Bearer {token}"}
    for path in ("/v1/events", "/v1/docs", "/v1/openapi.json", "/healthz", "/readyz", "/metrics", "/host"):
        assert (await get(shop, "bell.localhost", path, **bearer)).status_code == 404
    for path in ("/v1/merchant.info", "/v1/uploads", "/"):
        answer = await get(shop, "bell.localhost", path, "POST", **bearer)
        assert answer.status_code == 405
        assert "connect-src" in policy_of(answer)
    with pytest.raises(websockets.InvalidStatus):
        await _connect(shop, Host=f"bell.localhost:{port_of(shop)}")


async def test_the_shops_page(shop: Served) -> None:
    """H-3: at localhost, with frames for plugins only; a loopback address leads there with path and query."""
    port = port_of(shop)
    for host in ("127.0.0.1", "[::1]"):
        for path in ("/", "/?a=1", "/host", "/host/", "/host?a=1", "/kitchen", "/display"):
            answer = await get(shop, host, path)
            assert (answer.status_code, answer.headers["location"]) == (307, f"http://localhost:{port}{path}")

    page = await get(shop, "localhost", "/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = policy_of(page)
    assert policy["default-src"] == policy["object-src"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'", f"ws://localhost:{port}"]
    assert policy["frame-src"] == [f"http://*.localhost:{port}"]
    assert page.headers["origin-agent-cluster"] == "?1"
    assert "camera=(self)" in page.headers["permissions-policy"]
    again = await get(shop, "localhost", "/", If_None_Match=page.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")

    asset = await get(shop, "localhost", "/assets/a-1.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await get(shop, "localhost", "/assets/")).status_code == 404
    assert (await get(shop, "localhost", "/assets/..%2f..%2fplugin/watch.js")).status_code == 404


async def test_pages_travel_packed(shop: Served) -> None:
    """§13: who can unpack gets text as gzip, everybody else as it is; each kind has a tag of its own."""
    packed = await get(shop, "localhost", "/", Accept_Encoding="br, gzip;q=0.8")
    plain = await get(shop, "localhost", "/", Accept_Encoding="br, gzip;q=0")
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "accept-encoding")
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["content-type"] == plain.headers["content-type"] == "text/html; charset=utf-8"
    assert packed.headers["etag"] != plain.headers["etag"]
    again = await get(shop, "localhost", "/", Accept_Encoding="gzip", If_None_Match=packed.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    head = await get(shop, "localhost", "/", "HEAD", Accept_Encoding="gzip")
    assert head.headers["content-length"] == packed.headers["content-length"]


async def test_a_till_on_a_network_without_tls(shop: Served) -> None:
    """H-3: its page frames no plugin at all."""
    for host in ("192.0.2.7", "pos.example"):
        assert policy_of(await get(shop, host, "/host"))["frame-src"] == ["'none'"]


async def test_without_a_web_build(desk: Desk, tmp_path: Path) -> None:
    """H-10: the page says how it is built."""
    async with served_by(desk, tmp_path, web=tmp_path / "none") as served:
        missing = await get(served, "localhost", "/")
        assert missing.status_code == 503
        assert "make web" in missing.text


@pytest.mark.parametrize(
    ("host", "names", "tls", "url"),
    [
        ("127.0.0.1", (), False, "http://localhost:8700/"),
        ("::1", (), False, "http://localhost:8700/"),
        ("0.0.0.0", ("pos.example",), False, "http://localhost:8700/"),
        ("192.168.0.7", (), False, "http://192.168.0.7:8700/"),
        ("fd00::7", (), False, "http://[fd00::7]:8700/"),
        ("0.0.0.0", ("pos.example",), True, "https://pos.example:8700/"),
        ("pos.example", (), True, "https://pos.example:8700/"),
    ],
)
def test_where_the_owner_signs_in(host: str, names: tuple[str, ...], tls: bool, url: str) -> None:
    """H-3: where plugins have their origins, over TLS at the certificate's name."""
    options = ServeOptions(folder=Path(), host=host, names=names, tls_cert=Path("cert.pem") if tls else None)
    assert page_url(options, 8700) == url


def test_the_default_place() -> None:
    """H-3: outside of any connection a plugin's origin is the one of this machine."""
    assert Hosts(port=None).origin("bell") == "http://bell.localhost"
    assert Place(False, "10.0.0.1", 80).plugins is None


async def _connect(served: Served, **headers: str) -> websockets.ClientConnection:
    host = headers.pop("Host", f"localhost:{port_of(served)}")
    return await websockets.connect(
        f"ws://{host}/v1/socket",
        host="127.0.0.1",
        port=port_of(served),
        additional_headers=headers,
        proxy=None,
    )
