"""Three server processes, a hub, PostgreSQL and a cluster of NATS, with cables between all of them.

Everything is real and on loopback; a cable is what can be cut, stalled and healed.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from pathlib import Path

import httpx

from tests.cable import Cable, cable
from tests.faults.nats_cluster import NatsNode, nats_cluster
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.shops.server_process import WITHIN_S, ServerProcess

SERVERS = 3
OFFICE = 9_000_001
AGAIN_S = 0.3
TO_DATABASE_S = 0.003
"""As far as a database is elsewhere, so that a commit is under way when something breaks."""


class Server:
    """A server process and the cables it reaches the world by. peers: by which the other processes reach it."""

    def __init__(self, process: ServerProcess, database: Cable, nats: list[Cable], peers: Cable) -> None:
        self.process, self.database, self.nats, self.peers = process, database, nats, peers
        self.busy = asyncio.Lock()

    @property
    def address(self) -> str:
        return self.process.address


class HubProcess:
    """`jumak hub`."""

    def __init__(self, database: str, nats: str, log: Path) -> None:
        self._words = ("hub", "--database-url", database, "--nats-url", nats)
        self._log = log
        self.busy = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        """Everything it said on its standard error."""
        return self._log.read_text()

    async def start(self) -> None:
        """Returns once it says that it is ready."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "jumak", *self._words), stdout=asyncio.subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        said = await asyncio.wait_for(self._process.stdout.readline(), WITHIN_S)
        assert b"ready" in said, self.log

    async def end(self) -> None:
        """SIGKILL."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


class Fleet:
    """See the module. Made by `fleet`."""

    def __init__(
        self, servers: list[Server], hub: HubProcess, postgres: PostgresServer, nodes: list[NatsNode]
    ) -> None:
        self.servers, self.hub, self.postgres, self.nodes = servers, hub, postgres, nodes
        self.postgres_busy = asyncio.Lock()
        self.http = httpx.AsyncClient(
            trust_env=False, timeout=WITHIN_S, limits=httpx.Limits(max_connections=None)
        )

    async def start(self, process: ServerProcess | HubProcess) -> None:
        """Starts it as whoever looks after processes does: again, when it found no database."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                try:
                    await process.start()
                    return
                except AssertionError:
                    await process.end()
                    await asyncio.sleep(AGAIN_S)

    async def all_ready(self) -> None:
        """Every server takes requests."""
        for server in self.servers:
            async with asyncio.timeout(WITHIN_S):
                while not await self._is_ready(server):  # noqa: ASYNC110  # it tells nobody
                    await asyncio.sleep(AGAIN_S)

    async def _is_ready(self, server: Server) -> bool:
        with contextlib.suppress(httpx.TransportError):
            answer = await self.http.get(f"{server.address}/readyz")
            return answer.status_code == 200
        return False

    async def drain(self) -> None:
        """Every server ends as it is told to."""
        for server in self.servers:
            server.process.send(signal.SIGTERM)
            assert await server.process.ended() == 0, server.process.log


@contextlib.asynccontextmanager
async def fleet(folder: Path) -> AsyncIterator[Fleet]:
    """All of it made, and PostgreSQL and NATS running; whoever uses it starts the others, once there are shops."""
    async with contextlib.AsyncExitStack() as stack:
        postgres = await asyncio.to_thread(partial(PostgresServer, port=free_port()))
        stack.callback(postgres.close)
        nodes = await stack.enter_async_context(nats_cluster())
        servers = [await _server(stack, postgres, nodes, folder) for _ in range(SERVERS)]
        hub = HubProcess(postgres.url, urls(node.server.port for node in nodes), folder / "hub.log")
        made = Fleet(servers, hub, postgres, nodes)
        stack.push_async_callback(made.http.aclose)
        for process in (hub, *(server.process for server in servers)):
            stack.push_async_callback(process.end)
        yield made


async def _server(
    stack: contextlib.AsyncExitStack, postgres: PostgresServer, nodes: Sequence[NatsNode], folder: Path
) -> Server:
    assert postgres.port is not None
    database = await stack.enter_async_context(cable(postgres.port, TO_DATABASE_S))
    nats = [await stack.enter_async_context(cable(node.server.port)) for node in nodes]
    words = ("--nats-url", urls(each.port for each in nats), "--hub")
    process = ServerProcess(postgres.url_at(database.port), folder / "data", OFFICE, *words)
    peers = await stack.enter_async_context(cable(process.port))
    process.words += ("--address", f"http://127.0.0.1:{peers.port}")
    return Server(process, database, nats, peers)


def urls(ports: Iterable[int]) -> str:
    """As `--nats-url` takes them."""
    return ",".join(f"nats://127.0.0.1:{port}" for port in ports)
