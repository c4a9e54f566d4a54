"""The simulator and its driver pass the contract of card terminals: in one process, and over TCP with SIGKILL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.devices.rigs import MemoryRig, ProcessRig, SimulatorProcess
from tests.devices.terminal_contract import TerminalContract
from tests.devices.wallet_contract import WalletContract


class TestInOneProcess(TerminalContract, WalletContract):
    """What `jumak.testing` offers."""

    @pytest.fixture
    async def rig(self) -> AsyncIterator[MemoryRig]:
        rig = MemoryRig()
        yield rig
        await rig.close()


class TestAsAProcess(TerminalContract, WalletContract):
    """What `jumak terminal` starts."""

    @pytest.fixture
    async def rig(self, tmp_path: Path) -> AsyncIterator[ProcessRig]:
        process = SimulatorProcess(tmp_path / "network")
        await process.start()
        rig = ProcessRig(process)
        await rig.control()
        yield rig
        await rig.close()
