"""A plugin with an allow-list, and servers on loopback that write down what reached them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jumak.plugins.bridge import Bridge
from jumak.plugins.bridge.address import Network
from jumak.service.documents import Install
from jumak.testing import SimulatedShop, menu, simulated_shop
from tests.ports import free_port

PLUGIN = "caller"


def install(*acl: str, plugin_id: str = PLUGIN, origin_map: Mapping[str, str] | None = None) -> Install:
    return Install(
        id=plugin_id,
        name="부르는 플러그인",
        sdk_name=plugin_id,
        version="1",
        hash="0" * 64,
        kinds=("python",),
        profile="documented",
        entry="main",
        acl=acl,
        scopes=("plugin",),
        enabled=False,
        folder="nowhere",
        loaded_at="2026-02-02T11:00:00+09:00",
        origin_map=dict(origin_map or {}),
    )


@contextlib.asynccontextmanager
async def shop_with(*installs: Install) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(documents=(*menu.DOCUMENTS, *installs)) as shop:
        yield shop


def bridge_of(shop: SimulatedShop) -> Bridge:
    return Bridge.of(shop.running)


class Asked:
    """A request as it reached a server. head: its lines; body: its bytes."""

    def __init__(self, head: bytes, body: bytes) -> None:
        first, *fields = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        self.method, self.target, _ = first.split(" ")
        self.headers = [tuple(line.split(": ", 1)) for line in fields]
        self.body = body

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) <= 1, name
        return found[0] if found else None


Answer = Callable[[Asked], bytes | Awaitable[bytes]]


def answer(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Server:
    """See `serving`."""

    def __init__(self, port: int, scheme: str, host: str) -> None:
        self.port, self.url = port, f"{scheme}://{host}:{port}"
        self.asked: list[Asked] = []
        self.at_once = 0
        self.most_at_once = 0


@contextlib.asynccontextmanager
async def serving(
    answers: Answer = lambda asked: answer(b"ok"),
    *,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Server]:
    """An HTTP server that answers as it is told and keeps what it was asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.at_once += 1
        server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                ),
                0,
            )
            asked = Asked(head, await reader.readexactly(length))
            server.asked.append(asked)
            said = answers(asked)
            writer.write(said if isinstance(said, bytes) else await said)
            await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            server.at_once -= 1
            writer.close()

    server = Server(free_port(), "https" if tls else "http", host)
    running = await asyncio.start_server(serve, "127.0.0.1", server.port, ssl=tls, limit=1 << 24)
    async with running:
        yield server


class Names:
    """A resolver in the test's hand: each look-up takes the next of a name's answers, the last for ever."""

    def __init__(self, **names: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def __call__(self, name: str) -> Sequence[str]:
        self.asked.append(name)
        answers = self.answers.get(name)
        if not answers:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def lead(bridge: Bridge, names: Names, to_port: int | None = None) -> list[tuple[str, int]]:
    """Gives a bridge names, and where its connections really end: here, at `to_port`. Returns what it dialled."""
    dialled: list[tuple[str, int]] = []
    real = bridge.network.dial

    async def dial(address: Any, port: int) -> Any:
        dialled.append((str(address), port))
        return await real(ipaddress.ip_address("127.0.0.1"), port if to_port is None else to_port)

    bridge.network = Network(bridge.network.own_ports, resolve=names, dial=dial)
    return dialled


class Authority:
    """A certificate authority of a test, and what it vouches for."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self._certificate = self._signed(self._name, self._key.public_key(), None)

    @property
    def trusting(self) -> ssl.SSLContext:
        """A client that believes it."""
        context = ssl.create_default_context()
        pem = self._certificate.public_bytes(serialization.Encoding.PEM)
        context.load_verify_locations(cadata=pem.decode())
        return context

    def server(self, host: str) -> ssl.SSLContext:
        """A server of this name or address."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
        certificate = self._signed(name, key.public_key(), host)
        file = self._folder / f"{host}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(self, subject: x509.Name, key: Any, host: str | None) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host is not None:
            try:
                named: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
            except ValueError:
                named = x509.DNSName(host)
            builder = builder.add_extension(x509.SubjectAlternativeName([named]), critical=False)
        return builder.sign(self._key, hashes.SHA256())
