"""What pages may do in a browser: the headers of a plugin's origin and of the shop's own pages.

A plugin's network is its allow-list (contract, plugin-runtime §3, §7). Its policy stands on **every** response
of its origin, refusals included: a frame of the same origin without one would lend its own, unlimited, `fetch`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

from jumak.domain.origin import PORTS
from jumak.server.origins import Hosts, Place

_ORIGIN = re.compile(
    r"(https?|wss?)://((?:\*\.)?[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)(?::([0-9]{1,5}))?/?", re.IGNORECASE
)
_TWINS = {"http": "ws", "https": "wss", "ws": "http", "wss": "https"}
_SECURE = {"http": "https", "ws": "wss", "https": "https", "wss": "wss"}

_NEVER = (
    "accelerometer", "browsing-topics", "clipboard-read", "display-capture",
    "geolocation", "gyroscope", "hid", "local-fonts", "magnetometer", "microphone", "midi", "payment",
    "publickey-credentials-get", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
"""What neither a plugin nor the till's page ever asks a browser for."""

PLUGIN_PERMISSIONS = ", ".join(f"{feature}=()" for feature in ("camera", *_NEVER))
PAGE_PERMISSIONS = ", ".join(("camera=(self)", *(f"{feature}=()" for feature in _NEVER)))
"""The till itself reads codes for the barcode popup (contract, ui §1); frames of plugins are lent no camera."""

NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""The policy of a response that belongs to no plugin."""

Headers = list[tuple[bytes, bytes]]


class Source(Struct, frozen=True):
    """One entry of an allow-list. host: lower case, with `*.` in front for its subdomains."""

    scheme: str
    host: str
    port: int | None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{'' if self.port is None else f':{self.port}'}"

    @property
    def twin(self) -> Source:
        """The same host and port by WebSocket, or by HTTP."""
        return Source(_TWINS[self.scheme], self.host, self.port)

    def covers(self, other: Source) -> bool:
        """Whether a browser lets `other` pass when this stands in a policy: `http:` lets `https:` pass as well."""
        named = self.host == other.host or (self.host[:2] == "*." and other.host.endswith(self.host[1:]))
        mine, others = self.port or PORTS[self.scheme], other.port or PORTS[other.scheme]
        upgraded = mine == 80 and others == 443
        schemes = {self.scheme, self.twin.scheme, _SECURE[self.scheme], _SECURE[self.twin.scheme]}
        return named and (mine == others or upgraded) and other.scheme in schemes


def source_of(origin: str) -> Source | None:
    """An origin as a policy can name it; None for what it cannot, such as IPv6 addresses."""
    found = _ORIGIN.fullmatch(origin.strip())
    if found is None:
        return None
    return Source(found[1].lower(), found[2].lower(), None if found[3] is None else int(found[3]))


def reachable(acl: Iterable[str], origin_map: Mapping[str, str], hosts: Hosts, at: Place) -> list[Source]:
    """Where a plugin's page and worker may go by themselves.

    Entries that are this server are left out: the shop is reached through the till alone. So is all that would
    let a mapped origin pass, a wildcard around it included: it is never contacted (H-63); its target is added.
    """
    mapped = [source for source in map(source_of, origin_map) if source is not None]
    found: dict[str, Source] = {}
    for text in acl:
        source = source_of(text)
        if source is None or hosts.is_ours(source.scheme, source.host, source.port, at):
            continue
        if any(source.covers(external) for external in mapped):
            continue
        found[str(source)] = source
    for target in map(source_of, origin_map.values()):
        if target is not None and not hosts.is_ours(target.scheme, target.host, target.port, at):
            found[str(target)] = target
    return list(found.values())


def plugin_policy(sources: Iterable[Source], at: Place, *, own_sockets: str | None = None) -> str:
    """The content security policy of a plugin's origin.

    Builds of React, Vite and webpack must run, so scripts may be inline and evaluated: what counts is that
    nothing leaves for an origin off the list. Forms would navigate, which the till's `frame-src` forbids.
    own_sockets: WebSocket origin of the plugin's development server.
    """
    listed = list(sources)
    both = dict.fromkeys(str(one) for source in listed for one in (source, source.twin))
    loaded = dict.fromkeys(
        str(source if source.scheme.startswith("http") else source.twin) for source in listed
    )
    sockets = [] if own_sockets is None else [own_sockets]
    return _policy(
        {
            "default-src": ["'self'"],
            "connect-src": ["'self'", "data:", "blob:", *sockets, *both],
            "script-src": [
                "'self'", "'unsafe-inline'", "'unsafe-eval'", "'wasm-unsafe-eval'", "blob:", *loaded,
            ],
            "style-src": ["'self'", "'unsafe-inline'", "data:", "blob:", *loaded],
            "img-src": ["'self'", "data:", "blob:", *loaded],
            "media-src": ["'self'", "data:", "blob:", *loaded],
            "font-src": ["'self'", "data:", "blob:", *loaded],
            "worker-src": ["'self'", "blob:"],
            "frame-src": ["'self'"],
            "form-action": ["'self'"],
            "object-src": ["'none'"],
            "base-uri": ["'self'"],
            # Frames a plugin makes of its own pages have both above them.
            "frame-ancestors": ["'self'", at.shop],
            "sandbox": ["allow-scripts", "allow-same-origin", "allow-forms", "allow-downloads"],
        }
    )  # fmt: skip


@lru_cache(maxsize=64)
def page_policy(at: Place) -> str:
    """The content security policy of the shop's own pages: their scripts, this server, plugins in frames."""
    plugins = [] if at.plugins is None else [at.plugins]
    return _policy(
        {
            "default-src": ["'none'"],
            "script-src": ["'self'"],
            "style-src": ["'self'", "'unsafe-inline'"],
            "img-src": ["'self'", "data:", "blob:", *plugins],
            "font-src": ["'self'", "data:"],
            "media-src": ["'self'", "data:", "blob:"],
            "connect-src": ["'self'", f"{'wss' if at.secure else 'ws'}://{at.authority}"],
            "frame-src": plugins or ["'none'"],
            "worker-src": ["'self'"],
            "manifest-src": ["'self'"],
            "object-src": ["'none'"],
            "base-uri": ["'none'"],
            "form-action": ["'none'"],
            "frame-ancestors": ["'none'"],
        }
    )


def plugin_headers(policy: str, *, image: bool = False) -> Headers:
    """What every response of a plugin's origin carries. image: the till shows it, everything else stays here."""
    return [
        (b"content-security-policy", policy.encode()),
        (b"origin-agent-cluster", b"?1"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"cross-origin" if image else b"same-origin"),
        (b"permissions-policy", PLUGIN_PERMISSIONS.encode()),
    ]


def page_headers(policy: str) -> Headers:
    """What the shop's own pages carry."""
    return [
        (b"content-security-policy", policy.encode()),
        (b"origin-agent-cluster", b"?1"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", PAGE_PERMISSIONS.encode()),
    ]


def _policy(directives: Mapping[str, Iterable[str]]) -> str:
    return "; ".join(" ".join((name, *values)) for name, values in directives.items())
