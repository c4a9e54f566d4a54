"""`jumak shop`, typed by an operator beside the servers (how-to, many-shops)."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jumak.cli import parser
from jumak.commands.reach import Refused
from jumak.domain.errors import Conflict
from jumak.main import opened_shop
from jumak.protocol.table import row_of
from jumak.server.owner import COMMAND_LINE
from jumak.service.documents import ShopEntry
from jumak.store.errors import ShopInUse
from jumak.store.opening import InDatabase
from tests.postgres import PostgresServer
from tests.shops.conftest import HOST, Doors
from tests.shops.test_many_shops import until


@pytest.fixture
def run(postgres: PostgresServer, office: ShopEntry, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `jumak shop …` and hands out what it printed."""

    async def typed(*words: str) -> str:
        database = ["--database-url", postgres.url, "--shop", str(office.id)]
        arguments: argparse.Namespace = parser().parse_args(["shop", *words, *database])
        await arguments.run(arguments)
        return capsys.readouterr().out

    return typed


async def test_an_operator_keeps_shops_at_the_command_line(run: Any, doors: Doors) -> None:
    """Running servers follow; a name that is taken or wrong is refused with a sentence."""
    made = await run("create", "hongdae", "--title", "홍대점", "--business-number", "1208147521", "--tables")
    await until(lambda: doors.chain.shops.directory.named("hongdae") is not None)
    code = made.split()[-1]
    assert (await doors.ask(f"hongdae.{HOST}", "device.claim", {"code": code}, None)).status_code == 200
    with pytest.raises(Conflict):
        await run("create", "hongdae", "--business-number", "1208147521")
    with pytest.raises(Refused):
        await run("create", "Hong Dae", "--business-number", "1208147521")
    assert "OPEN" in await run("list")
    await run("suspend", "hongdae", "--reason", "미납")
    listed = await run("list")
    assert "SUSPENDED" in listed
    assert "미납" in listed
    await until(lambda: doors.chain.shops.directory.named("hongdae").state == "SUSPENDED")
    refused = await doors.ask(f"hongdae.{HOST}", "device.claim", {"code": code}, None)
    assert refused.json()["error"]["reason"] == "SHOP_SUSPENDED"
    await run("resume", "hongdae")
    await until(lambda: doors.chain.shops.directory.named("hongdae").state == "OPEN")
    again = (await run("invite", "hongdae", "--till", "둘째")).strip()
    claimed = await doors.ask(f"hongdae.{HOST}", "device.claim", {"code": again}, None)
    assert claimed.json()["device"]["name"] == "둘째"
    with pytest.raises(Refused):
        await run("suspend", "nowhere")


async def test_a_shop_that_is_run_has_its_counter(
    run: Any, doors: Doors, postgres: PostgresServer, office: ShopEntry, tmp_path: Path
) -> None:
    """NET-1: nobody serves it alone meanwhile; a command works beside it, and asks no terminal."""
    code = (await run("invite", "office")).strip()
    assert (await doors.ask(f"office.{HOST}", "device.claim", {"code": code}, None)).status_code == 200
    database = InDatabase(postgres.url, office.id)
    with pytest.raises(ShopInUse):
        async with opened_shop(tmp_path / "alone", database=database, serving=True):
            pytest.fail("it was opened")
    async with opened_shop(tmp_path / "beside", database=database) as shop:
        token = (
            await shop.ask(COMMAND_LINE, row_of("device.pair.request"), b'{"kind":"service","name":"lamp"}')
        ).reply
    text = str(msgspec.json.decode(token)["token"])

    async def opens() -> bool:
        return (await doors.ask(f"office.{HOST}", "plugin.info", {}, text)).status_code == 200

    async with asyncio.timeout(20):
        while not await opens():  # noqa: ASYNC110  # a running shop hears of a token in a moment
            await asyncio.sleep(0.01)


async def test_a_shop_that_is_served_alone_is_not_placed(
    run: Any, doors: Doors, postgres: PostgresServer, office: ShopEntry, tmp_path: Path
) -> None:
    """NET-1: whoever asks for it is refused, until that server ends."""
    database = InDatabase(postgres.url, office.id)
    async with opened_shop(tmp_path / "alone", database=database, serving=True):
        code = (await run("invite", "office")).strip()
        refused = await doors.ask(f"office.{HOST}", "device.claim", {"code": code}, None)
        assert refused.status_code == 500
    assert (await doors.ask(f"office.{HOST}", "device.claim", {"code": code}, None)).status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--database-url", "postgresql://nowhere", "--tls-cert", "cert.pem", "--tls-key", "key.pem"],
        ["--database-url", "postgresql://nowhere", "--hub"],
        ["--database-url", "postgresql://nowhere", "--nats-url", "nats://one:4222,http://two"],
    ],
)
async def test_many_shops_need_what_they_are_told_of(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database; a load balancer in front, which has the certificate; NATS for a hub."""
    for name in ("JUMAK_DATABASE_URL", "JUMAK_NATS_URL"):
        monkeypatch.delenv(name, raising=False)
    arguments = parser().parse_args(["serve", "--shops", "localhost", *words])
    with pytest.raises(Refused):
        await arguments.run(arguments)
