"""Headless workers that fail: each costs its own run, says why, and nobody waits for it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from jumak.domain.caller import SYSTEM
from jumak.plugins.host import PluginHost
from jumak.plugins.node import NodeMissingError, find_node, permission_flags
from jumak.plugins.process import SILENT, Limits
from jumak.protocol.messages.plugin import PluginReply
from jumak.service.documents import Copy
from jumak.service.plugin import record_install
from jumak.service.plugin_version import Decided
from jumak.service.ports import Command, Transaction
from jumak.testing import SimulatedShop, simulated_shop
from tests.ports import free_port

from .headless_shop import FakeBridge, Run

Start = Callable[..., Run]
QUICK = Limits(ping_s=0.2)
INFO = "self.postMessage({name: 'plugin.info.request', version: 1, callbackId: 'a', data: {}});\n"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(folder=tmp_path / "shop") as simulated:
        yield simulated


@pytest.fixture
async def start(shop: SimulatedShop, tmp_path: Path) -> AsyncIterator[Start]:
    runs = []

    def begin(code: str, limits: Limits | None = None) -> Run:
        folder = tmp_path / "copy"
        folder.mkdir(exist_ok=True)
        (folder / "main.js").write_text(textwrap.dedent(code))
        runs.append(Run(shop, folder, FakeBridge(), limits or Limits(), ("plugin",)))
        return runs[-1]

    yield begin
    for run in runs:
        await run.stop()


async def until(holds: Callable[[], bool]) -> None:
    """Waits for a process to get somewhere, by asking."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 (another process sets it)
            await asyncio.sleep(0.01)


async def slowest_call(shop: SimulatedShop, seconds: float) -> float:
    """The longest a call of somebody else takes meanwhile."""
    pos = await shop.pos("other")
    slowest, ends, number = 0.0, time.monotonic() + seconds, 0
    while (began := time.monotonic()) < ends:
        number += 1
        await pos.storage.set("k", str(number))
        slowest = max(slowest, time.monotonic() - began)
        await asyncio.sleep(0.02)  # within what the flood guard allows
    return slowest


async def test_a_loop_without_end(shop: SimulatedShop, start: Start):
    """H-8, H-77: the plugin's own thread answers heartbeats, so its loop is noticed; others work meanwhile."""
    run = start(
        INFO + "self.onmessage = () => { console.log('looping'); setTimeout(() => { for (;;); }, 5); };",
        QUICK,
    )
    await run.until("looping")
    assert await slowest_call(shop, 0.2) < 2
    assert await run.end() == SILENT


async def test_it_lives_while_it_answers(start: Start):
    """H-77: a plugin whose main script is done, or that is busy now and then, is not ended."""
    run = start(
        "setInterval(() => { for (const until = Date.now() + 30; Date.now() < until; ); }, 50);", QUICK
    )
    await run.until(lambda: run.process._pinged >= 5)
    assert not run.task.done()


@pytest.mark.parametrize(
    "code",
    [
        "const all = []; for (;;) all.push({a: [1, 2, 3]});",
        "const all = []; setInterval(() => all.push(new Uint8Array(4e7).fill(1)), 1);",
    ],
    ids=["heap", "buffers"],
)
async def test_memory(start: Start, code: str):
    """H-8, H-77: allocating without end is a crash whose reason says so, on the heap and beside it."""
    run = start(INFO + code, Limits(heap_mb=48))
    assert "out of memory" in await run.end(30)


async def test_throwing_at_the_start(start: Start):
    """H-8, E-13: a worker that throws at import crashes with its error and place; onerror hears of it first."""
    run = start(
        "self.onerror = (m) => { console.log('heard', m); return true; };\nthrow new TypeError('no tables');"
    )
    assert (
        await run.end() == "it failed at its start: TypeError: no tables (http://p.localhost/main.js:2:7)"
    ), run.said
    assert "heard Uncaught TypeError: no tables" in run.said


async def test_a_broken_script(start: Start):
    """H-8: what is no JavaScript, or still holds import statements, says where."""
    run = start("const fine = 1;\nimport x from './x.js';\n")
    assert re.search(r"SyntaxError: Cannot use import statement.*main\.js:2", await run.end())


async def test_errors_nobody_caught(start: Start):
    """H-73, E-13: uncaught errors and rejections reach the console, unless the plugin handles them; it goes on."""
    run = start(
        """
        self.addEventListener('unhandledrejection', (e) => { if (e.reason.message === 'mine') e.preventDefault(); });
        setTimeout(() => { throw new Error('first'); }, 1);
        Promise.reject(new Error('second'));
        Promise.reject(new Error('mine'));
        setTimeout(() => {
          self.onerror = (message, file, line, column, error) => error.message === 'handled';
          setTimeout(() => { throw new Error('handled'); }, 1);
          setTimeout(() => { self.onmessage = () => {}; console.log('still here'); }, 20);
        }, 20);
        """
    )
    await run.until("still here")
    assert "Uncaught Error: first" in run.said
    assert "Uncaught (in promise) Error: second" in run.said
    assert "mine" not in run.said
    assert "handled" not in run.said
    assert {entry.level for entry in run.console.entries if "first" in entry.text} == {"error"}


async def test_a_flood_of_requests(shop: SimulatedShop, start: Start):
    """H-71, H-77: the guard answers RATE_LIMITED, others keep their speed, and the plugin lives on."""
    run = start(
        """
        let refused = 0;
        self.onmessage = ({data}) => { if (data.data.error?.code === 'RATE_LIMITED' && refused++ === 0) console.log('limited'); };
        let number = 0;
        setInterval(() => {
          for (let i = 0; i < 200; i++)
            self.postMessage({name: 'plugin.info.request', version: 1, callbackId: 'n' + number++, data: {}});
        }, 10);
        """
    )
    # Far more than is allowed, and few enough that it reads its answers on a slow machine: who does not is ended.
    await run.until("limited", 60)
    assert await slowest_call(shop, 0.7) < 2
    assert not run.task.done()


@pytest.mark.parametrize(
    "what",
    [
        "self.postMessage({name: 'log', version: 1, data: {log: 'x'.repeat(1000)}})",
        "console.log('y'.repeat(1000))",
    ],
    ids=["notifications", "console"],
)
async def test_a_flood_without_end(shop: SimulatedShop, start: Start, what: str):
    """H-71, H-77: a loop that only sends is slowed by what it sends, costs nobody else, and is ended by its silence."""
    run = start(
        f"{INFO}console.log('begins'); setTimeout(() => {{ for (;;) {what}; }}, 5);", Limits(ping_s=0.5)
    )
    await run.until("begins")
    assert await slowest_call(shop, 0.7) < 2
    assert (await run.end()).endswith("no longer answers: stopped")


async def test_garbage(start: Start):
    """H-70: messages that are no envelopes are dropped; a hundred in a minute end the run."""
    run = start(INFO + "for (let i = 0; i < 300; i++) self.postMessage(i % 2 ? 'garbage' : {nothing: i});")
    await run.end()
    assert "its session was closed: INVALID_ARGUMENT" in run.said


async def test_unread_messages(shop: SimulatedShop, start: Start, monkeypatch: pytest.MonkeyPatch):
    """H-77: what a thread does not take stays in the pipe, where it is counted and ends the run."""
    monkeypatch.setattr("jumak.plugins.process.MAX_UNREAD", 1_000_000)
    run = start(
        INFO + "self.onmessage = ({data}) => { if (data.callbackId) { console.log('deaf'); for (;;); } };"
    )
    await run.until("deaf")
    push = msgspec.json.encode({"name": "barcode.event", "version": 1, "data": {"barcode": "x" * 100_000}})
    while not run.task.done():
        run.process._send(push)
        await asyncio.sleep(0.001)
    assert await run.end() == "it does not read its messages: stopped"


async def test_stopping(start: Start):
    """plugin-runtime §4: the push plugin.stopping.event, 300 ms, then it is gone, whatever it does."""
    run = start(
        INFO
        + "self.onmessage = ({data}) => { console.log(data.name); if (data.callbackId) return; for (;;); };"
    )
    await run.until("plugin.info.response")
    began = time.monotonic()
    await run.process.stop()
    assert time.monotonic() - began < 5
    await run.end()
    assert "plugin.stopping.event" in run.said


async def test_closing_itself(start: Start):
    """plugin-runtime §4: ending by itself counts as a crash."""
    run = start(INFO + "setTimeout(() => self.close(), 5);")
    assert await run.end() == "the plugin closed itself"


async def test_what_the_process_is_given(shop: SimulatedShop, start: Start, monkeypatch: pytest.MonkeyPatch):
    """H-75, security: an empty environment but the time zone, its own group, lower priority, no files, no dumps."""
    monkeypatch.setenv("JUMAK_SECRET", "s3cret")
    run = start(INFO)
    await asyncio.wait_for(run.is_up.wait(), 20)
    pid = run.process.pid
    assert pid is not None
    environ, limits, command = await asyncio.to_thread(about, pid)
    assert environ == "TZ=Asia/Seoul\0"
    assert os.getpgid(pid) == pid
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(os.getpriority(os.PRIO_PROCESS, 0) + Limits().nice, 19)
    assert re.search(r"Max file size\s+0\s+0", limits)
    assert re.search(r"Max core file size\s+0\s+0", limits)
    assert command.rstrip("\0").endswith("main.mjs"), "its token is in no list of processes"


def about(pid: int) -> list[str]:
    return [Path(f"/proc/{pid}/{name}").read_text() for name in ("environ", "limits", "cmdline")]


async def install(shop: SimulatedShop, folder: Path, code: str, acl: tuple[str, ...] = ()) -> PluginHost:
    host = await shop.host()
    home = folder / "plugins" / "p" / ("0" * 16)
    home.mkdir(parents=True)
    (home / "main.js").write_text(code)
    copy = Copy(
        hash="0" * 64,
        version="1",
        installed_at="2026-01-01T00:00:00+09:00",
        folder=f"p/{'0' * 16}",
        name="시험",
        sdk_name="p",
        profile="documented",
        acl=acl,
        scopes=("plugin",),
        entry="main.js",
        kinds=("worker",),
    )

    async def run(tx: Transaction) -> PluginReply:
        return await record_install(tx, "p", copy, Decided(headless=True))

    await shop.running.store.execute(Command(caller=SYSTEM, name="plugin.install.request", body=b"", run=run))
    return host


async def test_a_killed_process_comes_back(shop: SimulatedShop, tmp_path: Path):
    """H-8, plugin-runtime §4: killed from outside it is started again, after 1 s, then 2 s."""
    host = await install(shop, tmp_path / "shop", INFO)

    def fares() -> str:
        state = host.states().get("p")
        return state.state if state else "none"

    for wait in (1, 2):
        await until(lambda: fares() == "running")
        kept = host._kept["p"].process
        assert kept is not None
        assert kept.pid is not None
        os.kill(kept.pid, signal.SIGKILL)
        await until(lambda: host.wakes_at("p") is not None)
        assert host.states()["p"].reason == "ended by signal SIGKILL"
        waking = host.wakes_at("p")
        assert waking is not None
        assert (waking - shop.clock.now()).total_seconds() == wait
        shop.clock.jump(seconds=wait)
    await until(lambda: fares() == "running")


async def test_the_real_bridge(shop: SimulatedShop, tmp_path: Path):
    """H-62, H-65: an installed headless worker reaches what its list names, and is told what to add for the rest."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n")).decode()
        body = asked.split(" HTTP")[0].encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()
        writer.close()

    port = free_port()
    async with await asyncio.start_server(answer, "127.0.0.1", port):
        code = f"""
            fetch('http://127.0.0.1:{port}/menu?x=1').then((r) => r.text()).then((text) => console.log('got', text))
              .then(() => fetch('http://127.0.0.1:{port + 1}/')).catch((e) => console.log(e.message));
        """
        host = await install(shop, tmp_path / "shop", code, acl=(f"http://127.0.0.1:{port}",))
        said = host.console("p").entries
        await until(lambda: any("got GET /menu?x=1" in entry.text for entry in said))
        await until(lambda: any("Failed to fetch" in entry.text for entry in said))
    assert any(f"http://127.0.0.1:{port + 1}" in entry.text and "list" in entry.text for entry in said)


async def test_without_node(shop: SimulatedShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """H-8: no Node, or one that is too old, says what to do instead of failing somewhere else."""
    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.1.0\n")
    old.chmod(0o755)
    monkeypatch.setenv("JUMAK_NODE", str(old))
    with pytest.raises(NodeMissingError, match=r"is Node 18\.1\.0; 20\.19 or newer is needed"):
        find_node()
    monkeypatch.setenv("JUMAK_NODE", str(tmp_path / "nothing"))
    with pytest.raises(NodeMissingError, match="is no Node program"):
        find_node()
    monkeypatch.delenv("JUMAK_NODE")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NodeMissingError, match=r"node: 18\.1\.0\): `pip install 'jumak\[headless\]'`"):
        find_node()
    host = await install(shop, tmp_path / "shop", INFO)
    said = host.console("p").entries
    await until(lambda: any("headless workers need Node" in entry.text for entry in said))


def test_the_flag_of_each_version(tmp_path: Path):
    """H-77, security: the permission model has another name before Node 22.13 and in 23.0 to 23.4."""
    node = find_node()
    for version, flag in (
        ((20, 19, 0), "--experimental-permission"),
        ((22, 12, 0), "--experimental-permission"),
        ((22, 13, 0), "--permission"),
        ((23, 4, 0), "--experimental-permission"),
        ((24, 0, 0), "--permission"),
    ):
        flags = permission_flags(msgspec.structs.replace(node, version=version), (tmp_path,))
        assert flags == [flag, "--allow-worker", f"--allow-fs-read={tmp_path.resolve()}/*"]
