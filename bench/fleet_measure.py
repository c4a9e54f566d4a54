"""What one order, one open shop, one socket and one push cost, measured on real processes on this machine.

Processor time is what the kernel counted for a process, so that what else runs on the machine changes it little. Shops
of a fleet are quiet ones: their orders come one at a time, so that no two share a commit here, as in no benchmark of
throughput.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import platform
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
from tqdm import tqdm

from bench.chain import OFFICE, found_shops
from bench.fleet import Figures
from bench.hub import ingested
from bench.load import Socket, connected, opening, subscription
from bench.menu import order_bodies
from bench.postgres import postgres
from bench.processes import Serving, served_shop
from bench.processor import spent_s
from jumak.service.documents import ShopEntry
from jumak.shops import office_of
from jumak.store.opening import InDatabase
from tests.postgres import PostgresServer

SHOPS, SOCKETS, SALES, ENTRIES = 40, 200, 400, 20_000
"""Of each at least so many: what one costs is the difference, divided."""

IDLE_S, WORDS, LISTENERS, PUSHED = 10.0, 2_000, 8, 60
HUB_ORDERS = 1_000
PUSHES: tuple[bytes, ...] = (b"order.change.event", b"table.change.event", b"kds-order-item.change.event")
NAMES = [f"shop-{number}" for number in range(SHOPS)]


def measured(folder: Path) -> Figures:
    """Takes about two minutes."""
    hub = asyncio.run(ingested(folder, HUB_ORDERS))
    found: dict[str, Any] = {
        "machine": machine(),
        "hub_s_per_fact": hub.used_s / hub.facts,
        "feed_bytes_per_fact": hub.sent / hub.facts,
        "memory_per_directory_entry": _entry_bytes(),
    }
    with postgres(folder) as server:
        asyncio.run(_words(server, found))
        before = asyncio.run(_database_bytes(server.url))
        tokens = asyncio.run(found_shops(server.url, NAMES, "all"))
        found["database_bytes_per_shop"] = (asyncio.run(_database_bytes(server.url)) - before) / SHOPS
        with served_shop(
            folder / "data", tokens[0], database=InDatabase(server.url, OFFICE), more=("--shops", "localhost")
        ) as serving:
            asyncio.run(_served(serving, server, tokens, found))
    return msgspec.convert({name: _short(value) for name, value in found.items()}, Figures)


def machine() -> str:
    """Where this was measured."""
    model = ""
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        model = next(
            (
                line.partition(":")[2].strip()
                for line in cpu.read_text().splitlines()
                if line.startswith("model name")
            ),
            "",
        )
    load = f", load average {os.getloadavg()[0]:.0f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores {model or platform.machine()}, Python {platform.python_version()}{load}"


def _short(value: Any) -> Any:
    """Three digits mean something; more only make every measurement look new."""
    if isinstance(value, dict):
        return {name: _short(each) for name, each in value.items()}
    return value if isinstance(value, str) else float(f"{value:.3g}")


async def _served(serving: Serving, server: PostgresServer, tokens: list[str], found: dict[str, Any]) -> None:
    found["memory_per_process"] = _memory(serving.pid)
    async with httpx.AsyncClient(
        base_url=f"http://localhost:{serving.port}", trust_env=False, timeout=30
    ) as http:

        async def ask(token: str, name: str, data: Any) -> bytes:
            answer = await http.post(
                f"/v1/{name}", content=msgspec.json.encode(data), headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 200, answer.text
            return answer.content

        for token in tokens:
            await ask(token, "merchant.info", {})
        found["memory_per_open_shop"] = (_memory(serving.pid) - found["memory_per_process"]) / SHOPS
        await _idle(serving, server, found)
        await _sales(serving, server, tokens, ask, found)
        await _sockets(serving, tokens[0], ask, found)


async def _idle(serving: Serving, server: PostgresServer, found: dict[str, Any]) -> None:
    before, begun = (spent_s(serving.pid), spent_s(server.pid)), time.perf_counter()
    await asyncio.sleep(IDLE_S)
    for name, pid, was in zip(("server", "postgres"), (serving.pid, server.pid), before, strict=True):
        took = time.perf_counter() - begun
        found[f"{name}_s_per_idle_shop_second"] = (spent_s(pid) - was) / took / SHOPS


Ask = Callable[[str, str, Any], Awaitable[bytes]]


async def _sale(ask: Ask, token: str, number: int, bodies: list[tuple[bytes, bytes]]) -> int:
    """Bytes of what was asked and answered."""
    before, after = bodies[number % len(bodies)]
    order = json.loads(b"%b%b%010d%b" % (before, os.urandom(5).hex().encode(), number, after))
    made = await ask(token, "order.add", order)
    reply = json.loads(made)["order"]
    unpaid = reply["paymentPrice"]["paymentUnpaidValue"]
    pay = {
        "orderId": reply["id"],
        "tender": "CASH",
        "amount": unpaid,
        "expectedUnpaid": unpaid,
        "commandId": os.urandom(8).hex(),
    }
    paid = await ask(token, "payment.start", pay)
    done = await ask(token, "order.complete", {"id": reply["id"]})
    return sum(map(len, (json.dumps(order), made, json.dumps(pay), paid, done)))


async def _sales(
    serving: Serving, server: PostgresServer, tokens: list[str], ask: Ask, found: dict[str, Any]
) -> None:
    """Shop after shop sells, so that no commit is shared."""
    bodies = order_bodies(64)
    for number in range(SHOPS * 2):
        await _sale(ask, tokens[number % SHOPS], number, bodies)
    found["memory_per_selling_shop"] = (_memory(serving.pid) - found["memory_per_process"]) / SHOPS
    connection = await asyncpg.connect(server.url)
    before = await _state(connection)
    spent, begun = (spent_s(serving.pid), spent_s(server.pid)), time.perf_counter()
    size = 0
    for number in tqdm(range(SALES), desc="sales", leave=False):
        size += await _sale(ask, tokens[number % SHOPS], number, bodies)
    took = time.perf_counter() - begun
    for name, pid, was in zip(("server", "postgres"), (serving.pid, server.pid), spent, strict=True):
        # Meanwhile the shops were open, which costs something whether they sell or not.
        idle = found[f"{name}_s_per_idle_shop_second"] * SHOPS * took
        found[f"{name}_s_per_sale"] = (spent_s(pid) - was - idle) / SALES
    after = await _state(connection)
    each = {name: (after[name] - before[name]) / SALES for name in after}
    found["request_and_reply_bytes_per_sale"] = size / SALES
    found["wal_bytes_per_sale"] = each.pop("wal")
    found["database_bytes_per_sale"] = each.pop("size")
    found["journal_bytes_per_sale"] = each.pop("journal bytes")
    found["commits_per_sale"] = each["commits"]
    found["facts_per_sale"] = each["journal"]
    found["rows_per_sale"] = {name: rows for name, rows in each.items() if rows}
    found["changes_bytes_per_commit"] = await connection.fetchval(
        "SELECT pg_total_relation_size('changes')"
    ) / await connection.fetchval("SELECT count(*) FROM changes")
    await connection.close()


async def _state(connection: asyncpg.Connection) -> dict[str, float]:
    """Rows of each table that grows with sales, the size of all of them and the log's position."""
    tables = ("orders", "tickets", "payments", "journal", "order_facts", "commits", "commands", "documents")
    state: dict[str, float] = {
        table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables
    }
    # What was pruned, or will be, is no growth.
    lasting = ", ".join(f"'{table}'" for table in (*tables, "slots"))
    state["size"] = await connection.fetchval(
        f"SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(ARRAY[{lasting}]) AS tables (name)"
    )
    state["journal bytes"] = await connection.fetchval("SELECT pg_total_relation_size('journal')")
    state["wal"] = float(await connection.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))
    return state


async def _sockets(serving: Serving, token: str, ask: Ask, found: dict[str, Any]) -> None:
    """Sessions of one shop: what each holds, and what it costs to tell each of them."""
    heard: list[int] = []
    bodies = order_bodies(64)
    plain = await _pushing(serving, token, ask, bodies)
    before = _memory(serving.pid)
    sockets = [await _opened(serving.port, token, heard) for _ in range(SOCKETS)]
    open_ = _memory(serving.pid)
    found["memory_per_socket"] = (open_ - before) / SOCKETS
    for socket, answered in sockets:
        answered.clear()
        socket.send(subscription(*PUSHES))
        await answered.wait()
    found["memory_per_subscription"] = max(0.0, (_memory(serving.pid) - open_) / SOCKETS / len(PUSHES))
    heard.clear()
    told = await _pushing(serving, token, ask, bodies)
    # Whoever asked was answered first; what is on the way has arrived once a last question is answered.
    for socket, answered in sockets:
        answered.clear()
        socket.send(b'{"name":"session.ping.request","version":1,"callbackId":"end","data":{}}')
        await answered.wait()
    found["pushes_per_sale"] = len(heard) / SOCKETS / PUSHED
    found["push_bytes"] = sum(heard) / len(heard)
    found["server_s_per_push"] = (told - plain) / len(heard)
    for socket, _ in sockets:
        socket.close()


async def _pushing(serving: Serving, token: str, ask: Ask, bodies: list[tuple[bytes, bytes]]) -> float:
    before = spent_s(serving.pid)
    for number in range(PUSHED):
        await _sale(ask, token, number, bodies)
    return spent_s(serving.pid) - before


async def _opened(port: int, token: str, heard: list[int]) -> tuple[Socket, asyncio.Event]:
    """A session, and what is set whenever it is answered."""
    answered = asyncio.Event()

    def take(frame: memoryview) -> None:
        if b".event" in bytes(frame[:60]):
            heard.append(len(frame))
        else:
            answered.set()

    socket = await connected(take, port, NAMES[0] + ".localhost")
    socket.send(opening(token))
    await answered.wait()
    return socket, answered


async def _words(server: PostgresServer, found: dict[str, Any]) -> None:
    """Wake-ups: said alone, and with connections that listen, each to a shop of its own."""
    url = server.url
    saying = await asyncpg.connect(url)

    async def said() -> float:
        before = spent_s(server.pid)
        for number in range(WORDS):
            await saying.fetch("SELECT pg_notify($1, $2)", f"jumak_{number}", "word")
        return (spent_s(server.pid) - before) / WORDS

    alone = await said()
    listening = [await asyncpg.connect(url) for _ in range(LISTENERS)]
    for number, connection in enumerate(listening):
        await connection.add_listener(f"listener_{number}", lambda *_: None)
    found["postgres_s_per_word"] = alone
    found["postgres_s_per_word_and_listener"] = max(0.0, await said() - alone) / LISTENERS
    for connection in (saying, *listening):
        await connection.close()


async def _database_bytes(url: str) -> int:
    connection = await asyncpg.connect(url)
    size: int = await connection.fetchval("SELECT pg_database_size(current_database())")
    await connection.close()
    return size


def _entry_bytes() -> float:
    """A directory's entry as a process keeps it: the entry and its settings, found by name and by number."""
    one = msgspec.json.encode(office_of(1))
    decoder = msgspec.json.Decoder(ShopEntry)
    gc.collect()
    tracemalloc.start()
    entries = [decoder.decode(one) for _ in range(ENTRIES)]
    kept = {f"{entry.name}-{n}": entry for n, entry in enumerate(entries)}, dict(enumerate(entries))
    size = tracemalloc.get_traced_memory()[0] / len(kept[0])
    tracemalloc.stop()
    return size


def _memory(pid: int) -> float:
    """What a process has to itself in memory, bytes."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(
        int(line.split()[1]) * 1_024 for line in rollup if line.startswith(("Private_Clean", "Private_Dirty"))
    )
