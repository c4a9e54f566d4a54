"""The reader's page: what a guest sees and presses, and nobody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from jumak.devices.terminal.simulator.wallets import WALLETS
from jumak.domain.attempt import Approved, WentBack
from jumak.domain.wallet import PresentedCode
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


async def test_a_guest_pays_by_phone(rig: ProcessRig):
    """SIM-2, PAY-9: the page says what to scan, and pays; idle it shows codes that pay, other ones each time."""
    async with httpx.AsyncClient(base_url=rig.process.page, trust_env=False, timeout=10) as http:
        codes = re.findall(r"<dd>(\d+)</dd>", (await http.get("/")).text)
        assert len(codes) == len(WALLETS)
        assert not {*codes} & {*re.findall(r"<dd>(\d+)</dd>", (await http.get("/")).text)}
        for code, wallet in zip(codes, WALLETS, strict=True):
            answer = await rig.terminal.charge(a_charge(presented_by="GUEST"), code=PresentedCode(code))
            assert isinstance(answer, Approved)
            assert answer.approval.wallet == wallet.name
        charge = a_charge(presented_by="SHOP")
        asked = asyncio.create_task(rig.terminal.charge(charge))
        await until(rig, charge, Underway)
        shown = (await http.get("/")).text
        assert "휴대폰으로 찍어 주세요" in shown
        assert "연습용 QR·바코드" not in shown
        assert (await http.post("/pay")).status_code == 303
        assert isinstance(await asked, Approved)


async def test_other_pages_press_nothing(rig: ProcessRig):
    """A web page elsewhere cannot play the guest, under whatever name it reaches us."""
    async with httpx.AsyncClient(base_url=rig.process.page, trust_env=False, timeout=10) as http:
        assert (await http.post("/insert", headers={"origin": "https://example.com"})).status_code == 403
        assert (await http.get("/", headers={"host": "evil.example:80"})).status_code == 421
        assert (await http.post("/unknown")).status_code == 404
