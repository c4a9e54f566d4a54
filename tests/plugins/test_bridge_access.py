"""Where a plugin may call: URLs, allow-lists, the origin map. Nothing here touches a network."""

from __future__ import annotations

import pytest

from jumak.domain.errors import AclDenied, InvalidArgument
from jumak.domain.origin import read_acl, read_origin_map
from jumak.plugins.bridge.access import Access, Origin, parse

BOTH = ("http", "https", "ws", "wss")

ALLOWED = (
    ("https://api.example.com", "https://api.example.com/v1?x=1#y"),
    ("https://api.example.com", "https://API.Example.COM"),
    ("https://API.example.com/", "https://api.example.com/"),
    ("https://api.example.com", "https://api.example.com:443/"),
    ("https://api.example.com:443", "https://api.example.com/"),
    ("https://api.example.com", "wss://api.example.com/socket"),
    ("wss://api.example.com", "https://api.example.com/"),
    ("https://api.example.com", "https://api.example.com./"),
    ("http://api.example.com", "http://api.example.com/"),
    ("ws://10.0.0.5:8080", "http://10.0.0.5:8080/"),
    ("https://*.example.com", "https://a.example.com/"),
    ("https://*.Example.com:8443", "wss://b.example.com:8443/"),
    ("http://*.local", "http://printer.local/"),
    ("https://주막.한국", "https://xn--iz2bz1z.xn--3e0b707e/"),
    ("https://xn--iz2bz1z.xn--3e0b707e", "https://주막.한국/"),
    ("https://faß.de", "https://xn--fa-hia.de/"),
    ("http://[::1]:3000", "http://[0:0:0:0:0:0:0:1]:3000/"),
    ("http://127.0.0.1:3000", "http://127.0.0.1:3000/"),
    ("http://localhost:3000", "ws://LOCALHOST:3000"),
)

DENIED = (
    ("https://api.example.com", "http://api.example.com/", "http://api.example.com"),
    ("https://api.example.com", "ws://api.example.com/", "ws://api.example.com"),
    ("http://api.example.com", "https://api.example.com/", "https://api.example.com"),
    ("https://api.example.com", "https://api.example.com:8443/", "https://api.example.com:8443"),
    ("https://api.example.com", "https://example.com/", "https://example.com"),
    ("https://api.example.com", "https://api.example.com.evil.test/", "https://api.example.com.evil.test"),
    ("https://api.example.com", "https://xapi.example.com/", "https://xapi.example.com"),
    ("https://*.example.com", "https://example.com/", "https://example.com"),
    ("https://*.example.com", "https://a.b.example.com/", "https://a.b.example.com"),
    ("https://*.example.com", "https://evilexample.com/", "https://evilexample.com"),
    ("https://*.example.com", "http://a.example.com/", "http://a.example.com"),
    ("https://*.com", "https://example.com/", "https://example.com"),
    ("https://*", "https://example.com/", "https://example.com"),
    ("*", "https://example.com/", "https://example.com"),
    ("example.com", "https://example.com/", "https://example.com"),
    ("https://example.com/v1", "https://example.com/v1", "https://example.com"),
    ("https://a@example.com", "https://example.com/", "https://example.com"),
    ("https://*.0.0.1", "https://127.0.0.1/", "https://127.0.0.1"),
    ("", "https://example.com/", "https://example.com"),
)

NO_URLS = (
    "",
    "example.com",
    "//example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "https:///path",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://api.example.com\\@evil.test/",
    "https://api.example.com\\.evil.test/",
    "https://exa mple.com/",
    "https://example.com:99999/",
    "https://example.com:0/",
    "https://example.com:80:80/",
    "https://exam\nple.com/",
    "https://example.com/a\r\nX: y",
    "https://example..com/",
    "https://-example.com/",
    "https://ex%61mple.com/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://256.0.0.1/",
    "https://" + "a" * 64 + ".com/",
    "https://\ufffd.com/",
)


@pytest.mark.parametrize(("entry", "url"), ALLOWED)
def test_a_listed_origin_is_allowed(entry: str, url: str):
    """H-62, plugin-runtime §7: scheme, host and port in any spelling; sockets share an entry with pages."""
    Access([entry]).route(url, BOTH)


@pytest.mark.parametrize(("entry", "url", "origin"), DENIED)
def test_anything_else_is_refused_with_the_origin_to_add(entry: str, url: str, origin: str):
    """H-62, plugin-runtime §7: exact match; a star stands for one whole label of somebody's own domain."""
    with pytest.raises(AclDenied) as caught:
        Access([entry]).route(url, BOTH)
    assert caught.value.data["origin"] == origin
    assert origin in caught.value.ko
    assert origin in caught.value.en
    Access([origin]).route(url, BOTH)


@pytest.mark.parametrize("url", NO_URLS)
def test_what_is_no_url_is_refused(url: str):
    """H-62, SEC-3: nothing two programs could read in two ways, and no passwords in it."""
    with pytest.raises(InvalidArgument) as caught:
        Access(["https://api.example.com"]).route(url)
    assert caught.value.data["path"] == "$.url"
    assert "secret" not in caught.value.ko + caught.value.en


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("", "/"),
        ("?q=1", "/?q=1"),
        ("/a/../b//c", "/a/../b//c"),
        ("/%7e%2F?a=%20+b", "/%7e%2F?a=%20+b"),
        ("/막걸리?맛=좋다", "/%EB%A7%89%EA%B1%B8%EB%A6%AC?%EB%A7%9B=%EC%A2%8B%EB%8B%A4"),
        ('/a b"<>`', "/a%20b%22%3C%3E%60"),
        ("/100%", "/100%"),
        ("/a;b,c=(d)'e'[f]{g}|h^~!$&*:@", "/a;b,c=(d)'e'[f]{g}|h^~!$&*:@"),
        ("/x#fragment?no", "/x"),
    ],
)
def test_path_and_query_stay_as_they_are(path: str, sent: str):
    """H-63: only what no request line can hold is escaped, as a browser does."""
    assert parse(f"https://example.com{path}", BOTH).path == sent


def test_a_mapped_origin_leads_elsewhere_and_counts_as_allowed():
    """H-63: scheme, host and port are another's; the path is the plugin's, and sockets follow."""
    access = Access([], {"https://api.example.com": "http://localhost:3000"})
    route = access.route("https://api.example.com/v1?x=%20")
    assert route.origin == Origin("http", "localhost", 3000)
    assert route.asked.path == "/v1?x=%20"
    assert access.route("wss://api.example.com/", BOTH).origin == Origin("http", "localhost", 3000)
    with pytest.raises(AclDenied):
        access.route("http://localhost:3000/")
    with pytest.raises(AclDenied):
        access.route("https://api.example.com:8443/")


def test_redirects_of_a_mapped_server_stay_with_its_plugin_name():
    """H-63: relative, under its local address, or under its real one: all lead back through the map."""
    access = Access([], {"https://api.example.com": "http://localhost:3000"})
    route = access.route("https://api.example.com/a/b")
    assert route.follow("../c?d") == "https://api.example.com/c?d"
    assert route.follow("http://localhost:3000/e") == "https://api.example.com/e"
    assert route.follow("https://api.example.com/f") == "https://api.example.com/f"
    assert route.follow("https://other.example.com/") == "https://other.example.com/"


def test_what_the_shop_keeps_is_understood():
    """H-5, H-63: lists and maps as they are kept mean here what they meant when they were written."""
    kept = read_acl(["HTTPS://주막.한국:443", "wss://*.Example.com", "http://[0::1]:3000"], "$.acl")
    access = Access(kept, read_origin_map({"https://API.test": "http://LOCALHOST:3000"}, "$.originMap"))
    for url in ("https://주막.한국/", "https://a.example.com/", "http://[::1]:3000/"):
        assert access.route(url).origin == access.route(url).asked.origin
    assert access.route("https://api.test/").origin == Origin("http", "localhost", 3000)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True), ("app.localhost", True), ("printer.local", True), ("nas.lan", True), ("db.internal", True),
        ("pi.home.arpa", True), ("router", True), ("10.0.0.1", True), ("8.8.8.8", True), ("::1", True),
        ("example.com", False), ("local.example.com", False), ("notlocal", True), ("xlocal.com", False), ("home.arpa.com", False),
    ],
)  # fmt: skip
def test_which_names_may_lead_to_the_own_network(host: str, local: bool):
    """SEC-3, plugin-runtime §7: an address, or a name that nobody can own in public."""
    assert Origin("http", host, 80).is_local is local
