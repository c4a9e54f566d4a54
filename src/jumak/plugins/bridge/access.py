"""Where a plugin may call: its allow-list of origins and its map of them (contract, plugin-runtime §3, §7).

Nothing here touches the network; `address.py` looks at what a name leads to.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urljoin

import idna
from msgspec import Struct

from jumak.domain.errors import AclDenied, InvalidArgument

PORTS = {"http": 80, "https": 443}
TWINS = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
"""A socket belongs to the origin of the pages beside it: one entry of the list means both."""

LOCAL_ENDINGS = (".localhost", ".local", ".lan", ".internal", ".home.arpa")

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#\\]*)(?P<rest>[^#]*)(?:#.*)?", re.DOTALL
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::(?P<port>[0-9]{0,5}))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>\\`')
"""What a browser leaves as it is in a path or query, percent signs included."""


class Origin(Struct, frozen=True):
    """A server: scheme `http` or `https`, host in lower-case ASCII (IPv6 without brackets), port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """What stands in the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """The name itself says that it is near: an address, `localhost`, or a name that cannot be public."""
        return _is_address(self.host) or "." not in self.host or self.host.endswith(LOCAL_ENDINGS)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


class Target(Struct, frozen=True):
    """A URL taken apart. scheme: as it was asked for; path: with the query, ready to be sent."""

    scheme: str
    origin: Origin
    path: str

    @property
    def name(self) -> str:
        """The origin as its plugin's author writes it: `wss://…` for a socket."""
        return f"{self.scheme}://{self.origin.authority}"

    @property
    def url(self) -> str:
        """The URL again, in one spelling."""
        return self.name + self.path


class Route(Struct, frozen=True):
    """Where a call goes. asked: as the plugin knows it; origin: who gets it, another one when it is mapped."""

    asked: Target
    origin: Origin

    def follow(self, location: str) -> str:
        """The URL a redirect leads to, as the plugin would know it."""
        url = urljoin(self.asked.url, location.strip())
        if self.origin == self.asked.origin:
            return url
        # A local server under a mapped origin names itself by its own address.
        target = parse(url, ("http", "https"))
        return self.asked.name + target.path if target.origin == self.origin else url


class _Entry(Struct, frozen=True):
    """An origin of an allow-list; any: its first label is a star."""

    origin: Origin
    any: bool

    def allows(self, origin: Origin) -> bool:
        if not self.any:
            return origin == self.origin
        if (origin.scheme, origin.port) != (self.origin.scheme, self.origin.port) or _is_address(origin.host):
            return False
        label, _, rest = origin.host.partition(".")
        return bool(label) and rest == self.origin.host


class Access:
    """What one plugin may call.

    acl, origin_map: as `domain/origin.py` lets them be kept.  acl: origins, one leading `*.` label allowed; what is no origin allows nothing.  origin_map:
    external origin → local origin; a mapped one counts as allowed and is never contacted.
    """

    def __init__(self, acl: Iterable[str], origin_map: Mapping[str, str] | None = None) -> None:
        self._entries = [entry for text in acl if (entry := _entry(text)) is not None]
        self._map = {
            outside.origin: inside.origin
            for outside, inside in (
                (_entry(outside), _entry(inside)) for outside, inside in (origin_map or {}).items()
            )
            if outside is not None and inside is not None and not outside.any and not inside.any
        }

    def route(self, url: str, schemes: tuple[str, ...] = ("http", "https")) -> Route:
        """Where this URL leads. Raises AclDenied naming the origin to add, InvalidArgument for no URL."""
        target = parse(url, schemes)
        mapped = self._map.get(target.origin)
        if mapped is not None:
            return Route(target, mapped)
        if not any(entry.allows(target.origin) for entry in self._entries):
            raise AclDenied(
                f"허용 목록에 없는 주소입니다. 플러그인 설정의 허용 목록에 추가해 주세요: {target.name}",
                f"{target.name} is not on the allow-list: add origin {target.name}",
                reason="NOT_LISTED",
                origin=target.name,
            )
        return Route(target, target.origin)


def parse(url: str, schemes: tuple[str, ...]) -> Target:
    """Takes a URL apart as browsers do, and stricter. Raises InvalidArgument with `data.path`.

    schemes: the ones that may be asked for.
    """
    url = url.strip(" ")
    found = _URL.fullmatch(url)
    if found is None or _CONTROL.search(url):
        raise _no_url("올바른 URL이 아닙니다.", "This is no URL")
    scheme = found["scheme"].lower()
    if scheme not in schemes:
        wanted = ", ".join(f"{one}://" for one in schemes)
        raise _no_url(f"{wanted} 주소만 쓸 수 있습니다.", f"Only {wanted} may be called")
    if "@" in found["authority"]:
        raise _no_url(
            "URL에 사용자 이름이나 비밀번호를 넣을 수 없습니다. Authorization 헤더를 써 주세요.",
            "A URL holds no user name or password: use the header Authorization",
        )
    rest = found["rest"]
    if rest.startswith("\\"):
        raise _no_url("올바른 URL이 아닙니다.", "This is no URL")
    path = quote(rest if rest.startswith("/") else f"/{rest}", safe=_KEPT)
    return Target(scheme, _origin(TWINS[scheme], found["authority"]), path)


def _origin(scheme: str, authority: str) -> Origin:
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        raise _no_url("URL의 주소가 올바르지 않습니다.", "The URL names no host")
    port = int(found["port"]) if found["port"] else PORTS[scheme]
    if not 1 <= port <= 65_535:
        raise _no_url("포트 번호가 올바르지 않습니다.", "The URL's port is between 1 and 65535")
    return Origin(scheme, _host(found["host"]), port)


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return ipaddress.IPv6Address(text[1:-1]).compressed
        except ValueError:
            raise _no_url("IPv6 주소가 올바르지 않습니다.", "The URL's IPv6 address is wrong") from None
    host = text.lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            raise _no_url("URL의 주소가 올바르지 않습니다.", "The URL names no host") from None
    host = host.removesuffix(".")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # Browsers read 127.1, 0x7f000001 and 2130706433 as addresses; one spelling is enough.
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise _no_url(
                "IPv4 주소는 127.0.0.1처럼 네 수로 적어 주세요.", "Write an IPv4 address as four numbers"
            ) from None
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise _no_url("URL의 주소가 올바르지 않습니다.", "The URL names no host")
    return host


def _entry(text: str) -> _Entry | None:
    """An origin of a list; a slash after it is forgiven, anything more is not an origin."""
    scheme, separator, authority = text.strip().removesuffix("/").partition("://")
    twin = TWINS.get(scheme.lower())
    if not separator or twin is None or re.search(r"[/?#\\@%\s]", authority):
        return None
    star = authority.startswith("*.")
    try:
        origin = _origin(twin, authority.removeprefix("*."))
    except InvalidArgument:
        return None
    if star and (_is_address(origin.host) or ("." not in origin.host and not _is_local_zone(origin.host))):
        # `*.com` is nobody's.
        return None
    return _Entry(origin, star)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_local_zone(host: str) -> bool:
    return f".{host}" in LOCAL_ENDINGS


def _no_url(ko: str, en: str) -> InvalidArgument:
    return InvalidArgument(ko, en, path="$.url")
