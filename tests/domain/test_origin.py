"""Origins: what an allow-list may hold."""

from __future__ import annotations

import pytest

from jumak.domain.errors import InvalidArgument
from jumak.domain.origin import is_loopback, read_acl, read_origin, read_origin_map


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("HTTPS://API.Example.com:443", "https://api.example.com"),
        ("http://192.168.0.7:8080", "http://192.168.0.7:8080"),
        ("ws://[::1]:80", "ws://[::1]"),
        ("wss://*.example.com:444", "wss://*.example.com:444"),
        ("http://printer", "http://printer"),
        ("https://한국.example", "https://xn--3e0b707e.example"),
    ],
)
def test_what_may_be_listed(text: str, kept: str):
    """plugin-runtime §7: scheme, host, an optional port; one leading `*.` label; kept in one spelling."""
    assert read_origin(text, "$.acl[0]", wildcard=True) == kept


@pytest.mark.parametrize(
    "text",
    [
        "", "*", "https://*", "https://*.", "https://*.com", "https://a.*.example.com", "https://*.*.example.com",
        "https://a*.example.com", "https://example.com/", "https://example.com/path", "https://example.com?x",
        "https://example.com#x", "https://user@example.com", "https://user:pw@example.com", "ftp://example.com",
        "file:///etc", "//example.com", "example.com", "https://", "https://example.com:0", "https://example.com:65536",
        "https://example.com:", "https://exa mple.com", "https://exa\nmple.com", "https://[::g]", "https://-a.com",
        "https://a..com", "https://example.com.", "https://1.2.3", "https://256.1.1.1", "https://*.1.2.3.4",
        "javascript:alert(1)", "data:,x", "https://" + "a" * 64 + ".com", "https://example.com; script-src *",
        "https://example.com\\@evil.com", "'self'",
    ],
)  # fmt: skip
def test_what_may_not(text: str):
    """plugin-runtime §7: paths, users, bare stars, other schemes are refused; the entry is named."""
    with pytest.raises(InvalidArgument) as refused:
        read_acl(["https://fine.example", text], "$.acl")
    assert refused.value.data["path"] == "$.acl[1]"
    assert "origin" in refused.value.en


def test_lists_and_maps():
    """plugin-runtime §3, §7: each entry once; a map leads from origin to origin, without stars."""
    assert read_acl(["https://a.com", "https://A.com:443"], "$") == ("https://a.com",)
    assert read_origin_map({"https://a.com": "http://localhost:3000"}, "$") == {
        "https://a.com": "http://localhost:3000"
    }
    with pytest.raises(InvalidArgument):
        read_origin_map({"https://*.a.com": "http://localhost:3000"}, "$")


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("localhost", True), ("a.localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True),
        ("[::1]", True), ("localhost.example.com", False), ("10.0.0.1", False), ("example.com", False),
        ("0.0.0.0", False), ("127.0.0.1.example.com", False),
    ],
)  # fmt: skip
def test_this_machine(host: str, near: bool):
    """extensions §11: a development server is on loopback."""
    assert is_loopback(host) == near
