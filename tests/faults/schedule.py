"""What goes wrong, when, and for how long: drawn from a seed, every kind at least once.

Two things go wrong at a time, one that ends processes and one that cuts cables, each on its own.
"""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import time
from collections.abc import Awaitable, Callable

from jumak.ending import STUCK
from tests.cable import Cable
from tests.faults.fleet import Fleet, Server

Fault = Callable[[Fleet, random.Random, float], Awaitable[str]]
"""Makes it go wrong for so many seconds, and heals it. Returns what it was."""

LONGER_THAN_A_LEASE_S = 11.5

log = logging.getLogger(__name__)


async def kill_server(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    async with server.busy:
        await server.process.end()
        await asyncio.sleep(for_s)
        await fleet.start(server.process)
    return f"server {server.process.port} killed"


async def drain_server(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    async with server.busy:
        server.process.send(signal.SIGTERM)
        code = await server.process.ended()
        # Its database may be stalled for most of the time it has.
        assert code in (0, STUCK), server.process.log
        await asyncio.sleep(for_s)
        await fleet.start(server.process)
    return f"server {server.process.port} told to end{', and did not in time' if code else ''}"


async def stop_server(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    async with server.busy:
        server.process.send(signal.SIGSTOP)
        await asyncio.sleep(for_s)
        server.process.send(signal.SIGCONT)
    return f"server {server.process.port} stood still"


async def kill_hub(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    async with fleet.hub.busy:
        await fleet.hub.end()
        await asyncio.sleep(for_s)
        await fleet.start(fleet.hub)
    return "hub killed"


async def restart_postgres(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    async with fleet.postgres_busy:
        await asyncio.to_thread(fleet.postgres.stop)
        await asyncio.sleep(for_s)
        await asyncio.to_thread(fleet.postgres.start)
    return "PostgreSQL restarted"


async def kill_nats(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    node = chance.choice(fleet.nodes)
    async with node.busy:
        await asyncio.to_thread(node.server.kill)
        await asyncio.sleep(for_s)
        await asyncio.to_thread(node.server.start)
    return f"NATS {node.server.port} killed"


async def _cut(cables: list[Cable], for_s: float) -> None:
    for each in cables:
        each.pull()
    await asyncio.sleep(for_s)
    for each in cables:
        each.plug()


async def _stalled(cables: list[Cable], for_s: float) -> None:
    for each in cables:
        each.stall()
    await asyncio.sleep(for_s)
    for each in cables:
        each.plug()


async def cut_database(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    await _cut([server.database], for_s)
    return f"{_of(server)} database cut"


async def stall_database(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    await _stalled([server.database], for_s)
    return f"{_of(server)} database stalled"


async def stall_database_for_longer_than_a_lease(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    await _stalled([server.database], LONGER_THAN_A_LEASE_S)
    return f"{_of(server)} database stalled for longer than a lease"


async def deafen_database(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    """What it asks is done, and it does not hear of it."""
    server = chance.choice(fleet.servers)
    server.database.deafen()
    await asyncio.sleep(for_s)
    await _cut([server.database], 0.1)
    return f"{_of(server)} database unheard"


async def cut_nats(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    await _cut(server.nats, for_s)
    return f"{_of(server)} NATS cut"


async def stall_nats(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    await _stalled(server.nats, for_s)
    return f"{_of(server)} NATS stalled"


async def cut_peers(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    await _cut([server.peers], for_s)
    return f"way to {_of(server)} cut"


async def stall_peers(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    server = chance.choice(fleet.servers)
    await _stalled([server.peers], for_s)
    return f"way to {_of(server)} stalled"


async def isolate_nats_node(fleet: Fleet, chance: random.Random, for_s: float) -> str:
    alone = chance.randrange(len(fleet.nodes))
    ways = [
        cable
        for number, node in enumerate(fleet.nodes)
        for to, cable in node.routes.items()
        if alone in (number, to)
    ]
    await _cut(ways, for_s)
    return f"NATS {fleet.nodes[alone].server.port} cut off from the others"


def _of(server: Server) -> str:
    return f"{server.process.port}'s"


ENDING: tuple[Fault, ...] = (kill_server, drain_server, kill_hub, restart_postgres, kill_nats, stop_server)
CUTTING: tuple[Fault, ...] = (
    cut_database,
    stall_database,
    deafen_database,
    cut_nats,
    stall_nats,
    cut_peers,
    stall_peers,
    isolate_nats_node,
    stall_database_for_longer_than_a_lease,
)


async def trouble(fleet: Fleet, seed: int, last_s: float, longest_s: float) -> list[str]:
    """Every fault once, and on until `last_s`; what there was. longest_s: of one."""
    begun = time.monotonic()
    said: list[str] = []

    async def lane(faults: tuple[Fault, ...], chance: random.Random) -> None:
        round_ = 0
        while not round_ or time.monotonic() - begun < last_s:
            for fault in chance.sample(faults, len(faults)):
                if round_ and time.monotonic() - begun >= last_s:
                    break
                since = time.monotonic() - begun
                what = await fault(fleet, chance, chance.uniform(0.3, longest_s))
                said.append(f"{since:5.1f}–{time.monotonic() - begun:5.1f} s {what}")
                log.info("%s", said[-1])
                await asyncio.sleep(chance.uniform(0.2, 0.8))
            round_ += 1

    async with asyncio.TaskGroup() as lanes:
        lanes.create_task(lane(ENDING, random.Random(seed)))
        lanes.create_task(lane(CUTTING, random.Random(seed + 1)))
    return said
