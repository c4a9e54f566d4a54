"""What a name leads to: resolved once, every address looked at, and one of those connected to.

A name whose owner answers with an address of the shop's own network, now or only the second time
it is asked (DNS rebinding), would let a plugin, or a page it loads, reach the router and the server
itself. So nothing is resolved between the look and the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path

import certifi

from jumak.domain.errors import AclDenied, NetworkFailed, TimedOut
from jumak.plugins.bridge.access import Origin

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a name, best first. Raises OSError."""

Dial = Callable[[Address, int], Awaitable[socket.socket]]
"""A connected, non-blocking socket. Raises OSError."""

# `ipaddress.is_global` differs between versions of Python and knows nothing of what an IPv6 address
# carries inside; these are the registries' special-purpose lists.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_SIX_TO_FOUR = IPv6Network("2002::/16")
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")
_MAPPED = IPv6Network("::ffff:0:0/96")
_COMPATIBLE = IPv6Network("::/96")
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address an IPv6 address stands for or leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address in _SIX_TO_FOUR:
        return IPv4Address((int(address) >> 80) & 0xFFFF_FFFF)
    if any(address in net for net in (_NAT64, _NAT64_LOCAL, _MAPPED, _COMPATIBLE, _TRANSLATED)):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def is_public(address: Address) -> bool:
    """Reached over the internet and by nothing nearer."""
    if isinstance(address, IPv4Address):
        return not any(address in net for net in _NOT_PUBLIC_4)
    if address in _SIX_TO_FOUR or address in _NAT64 or address in _MAPPED:
        inside = embedded(address)
        return inside is not None and is_public(inside)
    return address in _PUBLIC_6 and not any(address in net for net in _NOT_PUBLIC_6)


def is_own(address: Address) -> bool:
    """An address of this very machine, at whichever of its interfaces."""
    inside = embedded(address)
    if inside is not None and is_own(inside):
        return True
    if address.is_loopback or address.is_unspecified:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        # Only addresses of its own may be bound.
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


async def resolve(name: str) -> list[str]:
    """What the system says about a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def dial(address: Address, port: int) -> socket.socket:
    """Connects to an address as it is; nothing is looked up any more."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setblocking(False)
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(opened, (str(address), port))
    except BaseException:
        opened.close()
        raise
    return opened


class Network:
    """The way out. own_ports: where this shop listens itself.  resolve, dial: the system's, or a test's."""

    def __init__(self, own_ports: set[int], *, resolve: Resolve = resolve, dial: Dial = dial) -> None:
        self.own_ports, self.resolve, self.dial = own_ports, resolve, dial
        self.trusted: ssl.SSLContext | None = None
        """Whom to believe; the system's list unless somebody sets another."""

    async def addresses(self, origin: Origin) -> list[Address]:
        """Where an allowed origin may be reached, asked once. Raises AclDenied, NetworkFailed."""
        found = await self._look_up(origin)
        if not origin.is_local and not all(map(is_public, found)):
            raise AclDenied(
                f"{origin.host} 이름이 매장 내부 주소를 가리켜서 막았습니다. 내부 서버라면 IP 주소로 등록해 주세요.",
                f"{origin.host} leads to a private address: a server of your own network is listed by its address",
                reason="PRIVATE_ADDRESS",
                origin=str(origin),
            )
        # Looking for an own address asks the system, so only where it could matter.
        if origin.port in self.own_ports and any(map(is_own, found)):
            raise AclDenied(
                "플러그인은 포스 서버 자신을 HTTP로 부를 수 없습니다. SDK를 써 주세요.",
                "A plugin cannot call the shop's own server this way: use the SDK",
                reason="OWN_SERVER",
                origin=str(origin),
            )
        return found

    async def connect(self, origin: Origin, addresses: Sequence[Address], timeout_s: float) -> socket.socket:
        """A connection to the first address that takes it. Raises NetworkFailed, TimedOut."""
        loop = asyncio.get_running_loop()
        ends, problem = loop.time() + timeout_s, OSError()
        for place, address in enumerate(addresses):
            try:
                # One that swallows everything must leave time for the others.
                async with asyncio.timeout(max((ends - loop.time()) / (len(addresses) - place), 0)):
                    return await self.dial(address, origin.port)
            except OSError as failed:
                problem = failed
        if isinstance(problem, TimeoutError):
            raise TimedOut(
                f"{origin.authority}이(가) 제시간에 응답하지 않았습니다.",
                f"{origin.authority} did not answer in time",
            )
        raise NetworkFailed(
            f"{origin.authority}에 연결할 수 없습니다.",
            f"Cannot connect to {origin.authority}: {problem.strerror or 'refused'}",
            reason="CONNECT",
            origin=str(origin),
        )

    async def tls(self, verify: bool = True) -> ssl.SSLContext:
        """For one connection. verify: False takes any certificate."""
        if not verify:
            careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            careless.check_hostname = False
            careless.verify_mode = ssl.CERT_NONE
            return careless
        if self.trusted is None:
            self.trusted = await asyncio.to_thread(_trusted)
        return self.trusted

    async def _look_up(self, origin: Origin) -> list[Address]:
        try:
            return [ipaddress.ip_address(origin.host)]
        except ValueError:
            pass
        if origin.host == "localhost" or origin.host.endswith(".localhost"):
            # RFC 6761: never a question for anybody else.
            return [IPv4Address("127.0.0.1"), IPv6Address("::1")]
        try:
            found = [ipaddress.ip_address(text) for text in await self.resolve(origin.host)]
        except (OSError, ValueError, UnicodeError):
            found = []
        if not found:
            raise NetworkFailed(
                f"{origin.host} 주소를 찾을 수 없습니다.",
                f"Nobody knows the address of {origin.host}",
                reason="DNS",
                origin=str(origin),
            )
        return found


def _trusted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    kept = [Path(place) for place in (paths.cafile, paths.capath) if place]
    if not any(place.exists() for place in kept):
        # A system without a list of its own.
        context.load_verify_locations(certifi.where())
    return context


def tls_failed(origin: Origin, problem: ssl.SSLError) -> NetworkFailed:
    """A certificate nobody vouches for, or a server that speaks no TLS."""
    why = problem.verify_message if isinstance(problem, ssl.SSLCertVerificationError) else problem.reason
    return NetworkFailed(
        f"{origin.authority}의 보안 연결(TLS)에 실패했습니다.",
        f"TLS with {origin.authority} failed: {why or 'no handshake'}",
        reason="TLS",
        origin=str(origin),
    )
