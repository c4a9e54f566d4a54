"""The reader's page: what a guest sees and presses, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from jumak.domain.attempt import Approved, WentBack
from tests.devices.rigs import ProcessRig, SimulatorProcess
from tests.devices.terminal_contract import Underway, a_charge, until


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[ProcessRig]:
    process = SimulatorProcess(tmp_path / "network")
    await process.start()
    rig = ProcessRig(process)
    yield rig
    await rig.close()


async def test_a_guest_pays_at_the_page(rig: ProcessRig):
    """SIM-1, SIM-2: insert card, PIN, approved; test mode is shown, and nothing but text and our own files."""
    async with httpx.AsyncClient(base_url=rig.process.page, trust_env=False, timeout=10) as http:
        assert "어서 오세요" in (await http.get("/")).text
        charge = a_charge()
        asked = asyncio.create_task(rig.terminal.charge(charge))
        await until(rig, charge, Underway)
        shown = await http.get("/")
        assert "카드를 넣어 주세요" in shown.text
        assert "18,000원" in shown.text
        assert "돈이 움직이지 않습니다" in shown.text
        assert "script-src 'self'" in shown.headers["content-security-policy"]
        assert "<script>" not in shown.text
        assert (await http.post("/insert")).status_code == 303
        pin = (await http.get("/")).text
        assert 'type="password"' in pin
        # The PIN stays on the page (SEC-3).
        assert "name=" not in pin.split('type="password"')[1].split(">")[0]
        await http.post("/pin")
        assert isinstance(await asked, Approved)
        assert "승인되었습니다" in (await http.get("/")).text
        assert (await http.get("/reader.js")).status_code == 200


async def test_a_guest_goes_back(rig: ProcessRig):
    """NET-6: and nothing was charged."""
    charge = a_charge()
    asked = asyncio.create_task(rig.terminal.charge(charge))
    await until(rig, charge, Underway)
    await rig.process.press("cancel")
    assert isinstance(await asked, WentBack)


async def test_other_pages_press_nothing(rig: ProcessRig):
    """A web page elsewhere cannot play the guest, under whatever name it reaches us."""
    async with httpx.AsyncClient(base_url=rig.process.page, trust_env=False, timeout=10) as http:
        assert (await http.post("/insert", headers={"origin": "https://example.com"})).status_code == 403
        assert (await http.get("/", headers={"host": "evil.example:80"})).status_code == 421
        assert (await http.post("/unknown")).status_code == 404
