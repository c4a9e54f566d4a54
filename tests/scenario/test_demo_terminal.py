"""The demo shop's card terminal comes up with the shop, is the same one every time, and ends with it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jumak.demo import create_demo_shop
from jumak.demo.terminal import TERMINAL_ID, practice_terminal
from jumak.devices.terminal.driver import simulated
from jumak.devices.terminal.link import connect
from jumak.domain.attempt import Approved
from jumak.domain.terminal import NotAsked, Taken, TerminalRecord
from jumak.main import opened_shop
from tests.devices.terminal_contract import a_charge
from tests.ports import free_port


async def test_the_terminal_is_the_same_over_restarts(tmp_path: Path):
    """SIM-2, NET-3: another port each time, the same memory; in test mode."""
    await create_demo_shop(tmp_path)
    charge = a_charge()
    addresses = []
    for turn in range(2):
        async with practice_terminal(tmp_path) as reader:
            assert reader.startswith("http://127.0.0.1:")
            async with opened_shop(tmp_path) as shop:
                [(key, record)] = (await shop.store.reader().all(TerminalRecord)).items()
            assert (key, record.test_mode, record.version) == (TERMINAL_ID, True, turn + 1)
            addresses.append(record.address)
            terminal = simulated(record.address, lambda *_: None)
            if turn:
                assert isinstance(await terminal.query(charge.key), Taken)
            else:
                host, _, port = record.address.rpartition(":")
                link = await connect(host, int(port))
                link.send({"id": 1, "ask": "control", "key": "", "about": {"attended": False}})
                assert await link.receive() is not None
                link.close()
                assert isinstance(await terminal.charge(charge), Approved)
            await terminal.close()
    gone = simulated(addresses[-1], lambda *_: None)
    with pytest.raises(NotAsked):
        await gone.status()


async def test_shops_on_neighbouring_ports_have_their_readers_out_of_each_others_way(tmp_path: Path):
    """What a how-to starts at 8700 and 8701 together comes up; ports somebody has are passed over."""
    first = free_port()
    shops = [(tmp_path / str(number), first + number) for number in range(2)]
    for folder, _ in shops:
        await create_demo_shop(folder)
    async with contextlib.AsyncExitStack() as readers:
        entering = (
            readers.enter_async_context(practice_terminal(folder, beside=port)) for folder, port in shops
        )
        at = [urlsplit(address).port for address in await asyncio.gather(*entering)]
        assert len({*at, *(port for _, port in shops)}) == 4
        assert all(abs(reader - port) > 100 for reader in at if reader for _, port in shops)
        again = await readers.enter_async_context(practice_terminal(shops[0][0], beside=first))
        assert urlsplit(again).port not in at
