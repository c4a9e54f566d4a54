"""`jumak shop`, typed by an operator beside the servers (how-to, many-shops)."""

from __future__ import annotations

import argparse
import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jumak.cli import parser
from jumak.commands.reach import Refused
from jumak.domain.errors import Conflict, DuplicateKey
from jumak.main import opened_shop
from jumak.protocol.table import row_of
from jumak.server.owner import COMMAND_LINE
from jumak.service.documents import ShopEntry
from jumak.store.errors import ShopInUse
from jumak.store.opening import InDatabase
from tests.postgres import PostgresServer
from tests.service.asking import a_line, a_payment, an_order
from tests.shops.conftest import HOST, Doors, add_branch
from tests.shops.office import OFFICE_HOST, ask_office, furnish_office
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
    for words, sentence in (
        (("Hong Dae", "--business-number", "1208147521"), "NAME is the first part of its host name"),
        (("mapo", "--business-number", "120-81"), "--business-number has ten digits"),
        (("mapo", "--business-number", "1208147521", "--group", "a,b"), "a group's name has"),
    ):
        with pytest.raises(Refused, match=sentence):
            await run("create", *words)
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


async def test_a_list_of_tokens_says_which_shops_each_is_good_for(
    run: Any,
    doors: Doors,
    postgres: PostgresServer,
    office: ShopEntry,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """How-to, head-office: who looks after tokens sees their reach, shops by number."""
    one = await add_branch(doors.chain.branches, doors.chain.office, "one")
    await run("token", "some", "--may", "report", "--of", "one", "--group", "서울")
    await run("token", "whole", "--may", "report", "--all")
    where = ["--data", str(tmp_path / "files"), "--database-url", postgres.url, "--shop", str(office.id)]
    arguments: argparse.Namespace = parser().parse_args(["token", "list", *where])
    await arguments.run(arguments)
    some, whole = capsys.readouterr().out.splitlines()
    assert some.endswith(f"branch-report:read  of {one.entry.id}, 서울")
    assert whole.endswith("branch-report:read  of every shop")


async def test_a_head_office_works_at_the_command_line(run: Any, doors: Doors) -> None:
    """How-to, head-office: groups, a token, a menu and a report, beside running servers."""
    branches, office = doors.chain.branches, doors.chain.office
    one = await add_branch(branches, office, "one")
    await add_branch(branches, office, "two")
    await furnish_office(branches, office)
    await until(lambda: doors.chain.shops.directory.named("two") is not None)
    assert "서울, 직영" in await run("group", "one", "서울", "직영")
    assert "서울, 직영" in await run("list")
    with pytest.raises(Refused):
        await run("group", "one", "서울,부산")
    token = (await run("token", "본부장", "--may", "report", "menu", "--group", "서울")).strip()
    of_all = (await run("token", "x", "--may", "report", "--all")).strip()
    assert [each["name"] for each in (await ask_office(doors, token, "branch.list", {}))["shops"]] == ["one"]
    assert len((await ask_office(doors, of_all, "branch.list", {}))["shops"]) == 2
    refused = await doors.ask(OFFICE_HOST, "menu-push.add", {"id": "x"}, token)
    assert refused.json()["error"]["reason"] == "SCOPE"
    with pytest.raises(Refused):
        await run("token", "x", "--may", "report", "--of", "nowhere")
    for which in ((), ("--all", "--group", "서울")):
        with pytest.raises(Refused, match="--all"):
            await run("token", "x", "--may", "report", *which)

    seen = await run("push-menu", "--compare", "--of", "one")
    assert "new       수정과" in seen
    assert "changed   칼국수" in seen
    pushed = await run("push-menu", "--id", "spring", "--name", "봄", "--of", "one", "--item", "13")
    assert pushed.splitlines()[0] == "push spring"
    assert "DONE" in pushed
    again = await run("push-menu", "--id", "spring", "--name", "봄", "--of", "one", "--item", "13", "--json")
    (result,) = msgspec.json.decode(again)["results"]
    assert (result["state"], result["added"]) == ("DONE", 1)
    with pytest.raises(DuplicateKey):
        await run("push-menu", "--id", "spring", "--of", "two")
    await run("suspend", "two")
    assert "SUSPENDED" in await run("push-menu", "--of", "two")

    async def arrived() -> bool:
        items = (await doors.reply(one, "catalog-item.list", {}))["catalogs"]
        return "수정과" in [each["title"] for each in items]

    async with asyncio.timeout(20):
        while not await arrived():  # noqa: ASYNC110  # a running shop hears of it in a moment
            await asyncio.sleep(0.01)
    order = (await doors.reply(one, "order.add", {"order": an_order(a_line(1))}))["order"]
    paid = {"order": {"id": order["id"]}, "paymentDto": a_payment(order, 5_000, "k")}
    await doors.reply(one, "payment.add", paid)
    report = await run("report", "--json", "--last", str(date.today() + timedelta(days=1)))
    days = {each["shop"]["name"]: each["days"] for each in msgspec.json.decode(report)["shops"]}
    assert ([day["net"] for day in days["one"]], days["two"]) == ([5_000], [])
    assert "5,000" in await run("report", "--of", "one", "--last", str(date.today() + timedelta(days=1)))
    with pytest.raises(Refused):
        await run("report", "--first", "2026-01-01", "--last", "2026-03-01")
    with pytest.raises(SystemExit):
        await run("report", "--first", "yesterday")
