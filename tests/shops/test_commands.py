"""`jumak shop`, typed by an operator beside the servers (how-to, many-shops)."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from jumak.cli import parser
from jumak.commands.reach import Refused
from jumak.domain.errors import Conflict
from jumak.main import opened_shop
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


async def test_a_shop_that_a_server_runs_is_not_opened_beside_it(
    run: Any, doors: Doors, postgres: PostgresServer, office: ShopEntry, tmp_path: Any
) -> None:
    """Decision 0032: opening a shop asks its terminals; two of those would ask twice."""
    code = (await run("invite", "office")).strip()
    assert (await doors.ask(f"office.{HOST}", "device.claim", {"code": code}, None)).status_code == 200
    with pytest.raises(ShopInUse):
        async with opened_shop(tmp_path / "beside", database=InDatabase(postgres.url, office.id)):
            pytest.fail("it was opened")


@pytest.mark.parametrize(
    "words",
    [[], ["--database-url", "postgresql://nowhere", "--tls-cert", "cert.pem", "--tls-key", "key.pem"]],
)
async def test_many_shops_need_a_database_and_no_tls(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A load balancer in front has the certificate."""
    monkeypatch.delenv("JUMAK_DATABASE_URL", raising=False)
    arguments = parser().parse_args(["serve", "--shops", "localhost", *words])
    with pytest.raises(Refused):
        await arguments.run(arguments)
