"""Whom a request is for, by its `Host`: the shop, or the origin of one plugin (contract, plugin-runtime §3).

    localhost, an address, a name of this machine, `--host`, `--name`    the shop
    <id>.localhost, over TLS also <id>.<shop name>                       that plugin's files, nothing else
    any other                                                            nobody: refused with 421

A shop among many (`shops.py`) goes by its one name alone, with its plugins below that.

A foreign page whose own name was pointed at this machine (DNS rebinding) comes with that name in `Host`, so
that it reaches nothing. Names are compared whole; a trailing dot would be a second origin of the same plugin
and is nobody's name.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Self

from msgspec import Struct

from jumak.domain.origin import LOCAL, PORTS, is_loopback

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::([0-9]{1,5}))?")
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_MAX_KNOWN = 256
"""How many spellings of `Host` are remembered; what is nobody's is not."""


class Place(Struct, frozen=True):
    """Where a request arrived.

    secure: over TLS.  host: the shop's name or address, `[…]` around IPv6.  port: as the browser wrote it,
    None for the scheme's own.  plugin: whose origin it is, None for the shop itself.
    """

    secure: bool
    host: str
    port: int | None
    plugin: str | None = None

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return "https" if self.secure else "http"

    @property
    def authority(self) -> str:
        """Name and port of the shop's own page: `localhost` also when the shop was asked by a loopback address."""
        return self.page_host + self._port

    @property
    def page_host(self) -> str:
        """The name the shop's pages have: plugin origins hang below it, which they cannot below an address."""
        return LOCAL if is_loopback(self.host) and not is_local(self.host) else self.host

    @property
    def shop(self) -> str:
        """Origin of the shop's pages."""
        return f"{self.scheme}://{self.authority}"

    @property
    def hosts_plugins(self) -> bool:
        """Whether pages of plugins can run here: they need a name to hang below, and TLS unless it is localhost."""
        return is_local(self.page_host) or (self.secure and not _is_address(self.host))

    def origin(self, plugin_id: str) -> str | None:
        """A plugin's origin for a page opened here, None where none can be."""
        return f"{self.scheme}://{plugin_id}.{self.authority}" if self.hosts_plugins else None

    @property
    def plugins(self) -> str | None:
        """All plugins' origins as one source of a content security policy, None where there are none."""
        return self.origin("*")

    @property
    def _port(self) -> str:
        return "" if self.port is None else f":{self.port}"


ASKED_AT: ContextVar[Place | None] = ContextVar("ASKED_AT", default=None)
"""Where the connection came in whose message is being answered: a till's plugins live below the name it used."""


class Hosts:
    """The names a server goes by.

    names: beside localhost, addresses and the machine's own.  port: it listens on; without one a plugin's page
    is told apart only when it asks the port it was loaded from.  secure: it speaks TLS itself.
    """

    def __init__(self, names: Iterable[str] = (), *, port: int | None = None, secure: bool = False) -> None:
        self.names = frozenset({LOCAL, *own_names(), *(name.lower().rstrip(".") for name in names)})
        self._here = Place(secure, LOCAL, port)
        self._alone = True
        self._known: dict[tuple[bytes, bool], Place] = {}

    @classmethod
    def among(cls, *names: str, port: int | None = None) -> Self:
        """A shop that is served beside others: it goes by these names alone, the first one where nobody asks."""
        hosts = cls(port=port)
        hosts.names = frozenset(names)
        hosts._alone = False
        hosts._here = Place(False, names[0], port)
        return hosts

    def place(self, host: bytes, secure: bool) -> Place | None:
        """Whom a `Host` header means, None when it is nobody here."""
        known = self._known.get((host, secure))
        if known is not None:
            return known
        place = self._read(host.decode("latin-1"), secure)
        if place is not None and len(self._known) < _MAX_KNOWN:
            self._known[host, secure] = place
        return place

    def asks_from(self, origin: bytes, at: Place) -> str | None:
        """The plugin whose page has this `Origin` header, None when it is no origin of ours.

        at: where that page sends its request.
        """
        scheme, found, host = origin.decode("latin-1").partition("://")
        if not found or scheme not in ("http", "https"):
            return None
        place = self._read(host, scheme == "https")
        if place is None or place.plugin is None:
            return None
        port = place.port or PORTS[scheme]
        return place.plugin if port in self._ports(at) else None

    def is_ours(self, scheme: str, host: str, port: int | None, at: Place) -> bool:
        """Whether an entry of an allow-list is, or includes by its `*.`, this server: the shop or a plugin of it."""
        if (port or PORTS[scheme]) not in self._ports(at):
            return False
        if host.startswith("*."):
            return host[2:] in self.names or any(name.endswith(host[1:]) for name in self.names)
        if _is_address(host):
            # An address of another machine, such as a printer's, may well have the same port.
            return is_loopback(host) or host == at.host
        return self._read(host, True) is not None

    def origin(self, plugin_id: str) -> str | None:
        """A plugin's origin for whoever asks now; outside of any connection for a page on this machine."""
        at = ASKED_AT.get()
        return (at or self._here).origin(plugin_id)

    def address(self) -> str:
        """The shop's own origin for whoever asks now; outside of any connection for this machine."""
        return (ASKED_AT.get() or self._here).shop

    def _ports(self, at: Place) -> tuple[int | None, int]:
        return self._here.port, at.port or PORTS[at.scheme]

    def _read(self, host: str, secure: bool) -> Place | None:
        found = _HOST.fullmatch(host.lower())
        if found is None:
            return None
        name, port = found[1], None if found[2] is None else int(found[2])
        if name in self.names or (self._alone and _is_address(name)):
            return Place(secure, name, port)
        plugin, _, shop = name.partition(".")
        if (is_local(shop) or secure) and shop in self.names and _ID.fullmatch(plugin):
            return Place(secure, shop, port, plugin)
        return None


def own_names() -> frozenset[str]:
    """What this machine is called, on its network as well (`.local`)."""
    whole = socket.gethostname().lower().rstrip(".")
    first = whole.partition(".")[0]
    return frozenset({whole, first, f"{first}.local"} - {"", ".local"})


def is_local(name: str) -> bool:
    """A name browsers take for this machine, and trust without TLS."""
    return name == LOCAL or name.endswith(f".{LOCAL}")


def _is_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).version == (6 if host.startswith("[") else 4)
    except ValueError:
        return False
