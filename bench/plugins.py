"""What a plugin pays for where it runs: a call from inside it, against the same message on a bare socket."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from tqdm import tqdm

from bench.processes import new_shop, served_till
from bench.targets import IN_HEADLESS, IN_PAGE, IN_PYTHON, IN_WORKER, Measured, Target
from tests.browser import browser
from tests.web.building import fixture_zip
from tests.web.tester import Tester, tester

MEMBER, MESSAGE = "draftOrder.get", "draft-order.get.request"
"""A read the SDK does not limit."""

ROUNDS, CALLS = 7, 300

PYTHON_DRIVER = """
import time
from jumak.sdk import Plugin

plugin = Plugin("driver-python")

@plugin.on("plugin_unicast.message")
async def measure(pos, message, sender):
    began = time.perf_counter()
    for _ in range(message["times"]):
        await pos.draft_order.get()
    value = (time.perf_counter() - began) * 1_000 / message["times"]
    await pos.plugin_unicast.send({"id": message["id"], "value": value}, sender)

plugin.run()
"""

PLACES: tuple[tuple[str, Target], ...] = (
    ("driver-worker", IN_WORKER),
    ("driver-page", IN_PAGE),
    ("driver-headless", IN_HEADLESS),
    ("driver-python", IN_PYTHON),
)


def measure(folder: Path) -> list[Measured]:
    """One row per place a plugin can run."""
    token = new_shop(folder / "shop")
    with served_till(folder / "shop", token) as (serving, link):
        _install(folder)
        return asyncio.run(_measure(serving.port, _token(folder), link))


def _install(folder: Path) -> None:
    home = folder / "driver-python"
    home.mkdir()
    (home / "main.py").write_text(PYTHON_DRIVER, encoding="utf-8")
    about = {"id": "driver-python", "name": "driver", "version": "1", "kind": "python"}
    (home / "plugin.json").write_text(json.dumps(about), encoding="utf-8")
    worker, page = str(fixture_zip("worker-ts")), str(fixture_zip("page-react"))
    for words in (
        [worker, "--id", "driver-worker"],
        [page, "--id", "driver-page"],
        [worker, "--id", "driver-headless", "--headless"],
        [str(home)],
    ):
        _jumak("plugin", "install", *words, "--yes", "--data", str(folder / "shop"))


def _token(folder: Path) -> str:
    return _jumak("token", "create", "tester", "--data", str(folder / "shop"), "--scope", "plugin").strip()


def _jumak(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "jumak", *words], stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


async def _measure(port: int, token: str, link: str) -> list[Measured]:
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(browser(whole=True))
        await (await running.new_page()).goto(link)
        driving = await stack.enter_async_context(tester(f"http://127.0.0.1:{port}", token))

        def inside(plugin: str) -> Callable[[], Awaitable[float]]:
            async def run() -> float:
                return float(await driving.do(plugin, measure=MEMBER, times=CALLS, wait_s=60))

            return run

        async def bare() -> float:
            began = time.perf_counter()
            for _ in range(CALLS):
                await driving.request(MESSAGE, {})
            return (time.perf_counter() - began) * 1_000 / CALLS

        rows = []
        for plugin, target in PLACES:
            await _up(driving, plugin)
            await inside(plugin)()
            ratios, calls, plain = [], [], []
            for _ in tqdm(range(ROUNDS), desc=target.title, leave=False):
                plain.append(await bare())
                calls.append(await inside(plugin)())
                ratios.append(calls[-1] / plain[-1])
            detail = f"call {statistics.median(calls) * 1e3:.0f} µs, bare socket {statistics.median(plain) * 1e3:.0f} µs"
            rows.append(Measured(target, statistics.median(ratios), detail))
        return rows


async def _up(driving: Tester, plugin: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            await driving.do(plugin, measure=MEMBER, times=1, wait_s=1)
        except TimeoutError:
            continue
        return
    raise RuntimeError(f"{plugin} did not come up")
