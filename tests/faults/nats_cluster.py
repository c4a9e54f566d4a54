"""Three NATS servers that keep streams together, with a cable each way between any two of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.cable import Cable, cable
from tests.nats import NatsServer
from tests.ports import free_port

NODES = 3
NOWHERE = "127.0.0.1:1"
"""What a server tells others of how to reach it, so that they go by the cables they know."""


class NatsNode:
    """One server. routes: the cables it reaches the others by."""

    def __init__(self, server: NatsServer, routes: dict[int, Cable]) -> None:
        self.server, self.routes = server, routes
        self.busy = asyncio.Lock()


@contextlib.asynccontextmanager
async def nats_cluster() -> AsyncIterator[list[NatsNode]]:
    """All of them listening; they find each other meanwhile."""
    ports = [free_port() for _ in range(NODES)]
    async with contextlib.AsyncExitStack() as stack:
        nodes = []
        for number, port in enumerate(ports):
            routes = {
                other: await stack.enter_async_context(cable(there))
                for other, there in enumerate(ports)
                if other != number
            }
            words = (
                *("--cluster_name", "jumak", "--server_name", f"n{number}", "--no_advertise"),
                *("--cluster", f"nats://127.0.0.1:{port}", "--cluster_advertise", NOWHERE),
                *("--routes", ",".join(f"nats://127.0.0.1:{each.port}" for each in routes.values())),
            )
            server = await asyncio.to_thread(NatsServer, *words)
            stack.callback(server.close)
            nodes.append(NatsNode(server, routes))
        yield nodes
