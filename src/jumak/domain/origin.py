"""Origins: the entries of a plugin's allow-list and of its map for development (contract, plugin-runtime §7)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping

from jumak.domain.errors import InvalidArgument

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
LOCAL = "localhost"

_ORIGIN = re.compile(
    r"(?P<scheme>[A-Za-z]+)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/?#@\[\]\\]+)(?::(?P<port>\d{1,5}))?"
)
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")


def read_origin(text: str, path: str, *, wildcard: bool = False) -> str:
    """An origin as it is kept: lower case, international names in ASCII, the usual port left out.

    wildcard: the first label may be `*`, standing for one label.
    Raises InvalidArgument at `path` unless it is scheme, host and an optional port.
    """
    found = _ORIGIN.fullmatch(text.strip())
    scheme = found["scheme"].lower() if found else ""
    if found is None or scheme not in PORTS:
        raise _wrong(text, path)
    host = _host(found["host"], wildcard=wildcard)
    port = int(found["port"]) if found["port"] else PORTS[scheme]
    if host is None or not 1 <= port <= 65_535:
        raise _wrong(text, path)
    return f"{scheme}://{host}" if port == PORTS[scheme] else f"{scheme}://{host}:{port}"


def read_acl(entries: Iterable[str], path: str) -> tuple[str, ...]:
    """An allow-list as it is kept, each entry once. Raises InvalidArgument naming the first wrong one."""
    read = (read_origin(entry, f"{path}[{place}]", wildcard=True) for place, entry in enumerate(entries))
    return tuple(dict.fromkeys(read))


def read_origin_map(entries: Mapping[str, str], path: str) -> dict[str, str]:
    """A map external origin → local origin as it is kept. Raises InvalidArgument naming the first wrong one."""
    return {
        read_origin(external, f"{path}.{external}"): read_origin(local, f"{path}.{external}")
        for external, local in entries.items()
    }


def is_loopback(host: str) -> bool:
    """Whether a host, IPv6 with or without brackets, is this machine by its name or address alone."""
    name = host.lower().removeprefix("[").removesuffix("]")
    if name == LOCAL or name.endswith(f".{LOCAL}"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _host(text: str, *, wildcard: bool) -> str | None:
    if text.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(text[1:-1])}]"
        except ValueError:
            return None
    star = text.startswith("*.")
    name = text[2:] if star else text
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    name = name.lower()
    if len(name) > 253 or not _NAME.fullmatch(name):
        return None
    if name.rsplit(".", 1)[-1].isdigit():
        # Written as an address, so it has to be one; a star in front of it means nothing.
        try:
            return None if star else str(ipaddress.IPv4Address(name))
        except ValueError:
            return None
    if not star:
        return name
    # A star before a top-level name would be most of the world.
    return f"*.{name}" if wildcard and "." in name else None


def _wrong(text: str, path: str) -> InvalidArgument:
    return InvalidArgument(
        f"'{text[:80]}'은(는) 주소(origin)가 아닙니다. https://api.example.com 처럼 http, https, ws, wss와 호스트, "
        "필요하면 포트만 적어 주세요. 맨 앞 한 단계만 *. 로 쓸 수 있습니다.",
        f"{text[:80]!r} is no origin: write scheme (http, https, ws, wss), host and maybe a port, as in "
        "https://api.example.com, without a path; only the first label may be *, as in https://*.example.com.",
        path=path,
    )
