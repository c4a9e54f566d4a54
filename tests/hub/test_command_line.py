"""`jumak hub`: a process that takes what shops send, and what it can tell."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import httpx
import pytest

from jumak.cli import parser
from jumak.commands.reach import Refused
from jumak.hub.report import forget
from tests.figures import figures
from tests.hub.chain import Chain, until
from tests.ports import free_port

WITHIN_S = 30.0


async def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints."""
    arguments = parser().parse_args(["hub", *words])
    await arguments.run(arguments)
    return capsys.readouterr().out


async def test_a_hub_process_and_its_reports(hub: Chain, capsys: pytest.CaptureFixture[str]):
    """RPT-1, RPT-2: killed, started again; reports of all shops; a shop that is emptied fills again."""
    at = f"127.0.0.1:{free_port()}"
    there = ("--database-url", hub.database_url, "--nats-url", hub.nats.url, "--listen", at)
    async with hub.branch("gangnam") as one, hub.branch("busan", seed=2) as two, one.sending():
        await one.sell(6)
        process = await started(*there)
        await one.arrived()
        # What it held would come again only after a while.
        await until(hub.drained, "every message is acknowledged")
        process.kill()
        await process.wait()
        async with two.sending():
            await two.sell(4, seed=2)
            process = await started(*there)
            try:
                await one.arrived()
                await two.arrived()
                await watched(f"http://{at}")
                assert await forget(hub.pool, "busan")
                await two.sell(1, seed=3)
                await two.arrived()
            finally:
                process.terminate()
                assert await asyncio.wait_for(process.wait(), WITHIN_S) == 0
        await one.check()
        await two.check()
        days = ("--first", "2026-01-01", "--last", "2026-12-31")
        database = ("--database-url", hub.database_url)
        days = ("--first", "2026-01-01", "--last", "2026-12-31")
        whole: dict[str, Any] = json.loads(await said(capsys, *database, "report", *days, "--json"))
        assert {day["shop"] for day in whole["sales"]} == {"gangnam", "busan"}
        net = sum(day["net"] for day in whole["sales"])
        assert net > 0
        for sums in ("hours", "categories"):
            assert sum(each["amount"] for each in whole[sums]) == net
        table = await said(capsys, "report", *database, *days, "--shop", "busan")
        assert "busan" in table
        assert "gangnam" not in table
        known = json.loads(await said(capsys, "shops", *database, "--json"))["shops"]
        assert [(shop["shop"], shop["behind"], shop["trouble"]) for shop in known] == [
            ("busan", 0, None), ("gangnam", 0, None),
        ]  # fmt: skip
        await said(capsys, "forget", "gangnam", *database)
        assert await hub.last_seq("gangnam") == 0
        with pytest.raises(Refused):
            await said(capsys, "resume", "nowhere", *database)


async def watched(address: str) -> None:
    """Its pages: alive, ready while the stream is there, and figures of everything taken in."""
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        assert (await http.get("/healthz")).text == "ok\n"
        assert (await http.get("/readyz")).text == "ready\n"
        page = figures((await http.get("/metrics")).text)
        assert page["jumak_hub_facts_total{outcome=written}"] > 0
        assert page["jumak_hub_shops{state=taking}"] == 2
        assert page["jumak_hub_shops{state=stopped}"] == 0
        assert page["jumak_hub_behind_facts"] == 0
        assert (await http.get("/metrics", headers={"Host": "hub.example"})).status_code == 401
        assert (await http.get("/v1/docs")).status_code == 404


async def started(*words: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "jumak",
        "hub",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), WITHIN_S) == b"Jumak hub is ready\n"
    return process
