"""Which shop is meant, and what becomes of one that is suspended (decision 0031)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from jumak.domain.caller import SYSTEM
from jumak.domain.fact import Fact
from jumak.protocol.row import Done
from jumak.server.monitoring import Monitor
from jumak.service import shop_directory
from jumak.service.documents import ShopEntry
from jumak.service.ports import Transaction
from jumak.store.postgres import Database
from tests.figures import figures
from tests.postgres import PostgresServer
from tests.shops.conftest import HOST, Branch, Doors, a_token, add_branch, opened_doors

WITHIN_S = 20


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not holds():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0.01)


async def known(doors: Doors, name: str) -> Branch:
    """A new shop, once this process has heard of it."""
    branch = await add_branch(doors.chain.branches, doors.chain.office, name)
    await until(lambda: doors.chain.shops.directory.named(name) is not None)
    return branch


async def test_the_host_or_the_token_names_the_shop(doors: Doors) -> None:
    """Both lead to the same shop, and two that disagree lead nowhere."""
    one, two = await known(doors, "one"), await known(doors, "two")

    async def shop_at(host: str, token: str | None) -> Any:
        answer = await doors.ask(host, "merchant.info", {}, token)
        return answer.json()["merchant"]["name"] if answer.status_code == 200 else answer.status_code

    assert await shop_at(one.host, one.token) == "주막 one"
    assert await shop_at(f"{one.host}:8700", one.token) == "주막 one"
    assert await shop_at(one.host.upper(), one.token) == "주막 one"
    assert await shop_at(HOST, one.token) == "주막 one"
    assert await shop_at(HOST, two.token) == "주막 two"
    assert await shop_at(two.host, one.token) == 401
    assert await shop_at(one.host, None) == 401
    assert await shop_at(HOST, None) == 404
    assert await shop_at(HOST, "1.nothing") == 404
    assert await shop_at(f"three.{HOST}", one.token) == 404
    for stranger in ("one.shops.example", "evil-shops.test", f"one.{HOST}.", "127.0.0.1", ""):
        assert await shop_at(stranger, one.token) == 421
    told = await doors.ask("127.0.0.1", "merchant.info", {}, one.token)
    assert f"its shops are at <name>.{HOST}" in told.text
    unmarked = one.token.partition(".")[2]
    assert await shop_at(one.host, unmarked) == 401


async def test_plugins_have_their_origins_below_their_shop(doors: Doors) -> None:
    """Decision 0010: a plugin's name below one shop is no origin of another, and no door of either."""
    one, two = await known(doors, "one"), await known(doors, "two")
    for host in (f"stamp.{one.host}", f"stamp.{two.host}"):
        # Over plain http nothing hangs below a name: pages of plugins need TLS there.
        assert (await doors.ask(host, "merchant.info", {}, one.token)).status_code in (401, 421)
    from_plugin = {"Host": one.host, "Authorization": f"Bearer {one.token}"}
    served = await doors.http.post("https://shops.test/v1/merchant.info", json={}, headers=from_plugin)
    assert served.status_code == 200
    for shop, status in ((one, 403), (two, 200)):
        # What comes from a plugin of this shop is refused; from elsewhere it is an integrator with a token.
        headers = from_plugin | {"Origin": f"https://stamp.{shop.host}"}
        answer = await doors.http.post("https://shops.test/v1/merchant.info", json={}, headers=headers)
        assert answer.status_code == status


async def test_a_suspended_shop_refuses_everything_and_keeps_everything(doors: Doors) -> None:
    """Its sessions end, every door says why; resumed it goes on where it was. Others notice nothing."""
    one, two = await known(doors, "one"), await known(doors, "two")
    office = doors.chain.office
    await doors.reply(one, "storage.set", {"key": "k", "value": "v"})
    assert one.entry.id in doors.chain.shops.open

    async def suspend(number: int) -> None:
        await doors.chain.branches.write(
            office, "test", lambda tx: shop_directory.suspend(tx, number, "미납"), SYSTEM
        )

    await suspend(one.entry.id)
    await until(lambda: one.entry.id not in doors.chain.shops.open)
    for host, token in ((one.host, one.token), (HOST, one.token), (one.host, None)):
        answer = await doors.ask(host, "storage.get", {"key": "k"}, token)
        assert answer.status_code == 403
        assert answer.json()["error"]["reason"] == "SHOP_SUSPENDED"
        assert "미납" in answer.json()["errorMessage"]
    assert (await doors.http.get("/", headers={"Host": one.host})).json()["error"][
        "reason"
    ] == "SHOP_SUSPENDED"
    shown = await doors.http.get("/", headers={"Host": one.host, "Accept": "text/html,*/*;q=0.8"})
    assert (shown.status_code, shown.text) == (403, "정지된 매장입니다. (미납)\n")
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    await doors.reply(two, "merchant.info", {})
    number = one.entry.id
    await doors.chain.branches.write(office, "test", lambda tx: shop_directory.resume(tx, number), SYSTEM)
    await until(lambda: doors.chain.shops.directory.named("one").state == "OPEN")
    assert (await doors.reply(one, "storage.get", {"key": "k"}))["value"] == "v"


async def test_an_operator_works_over_http(doors: Doors) -> None:
    """Extensions §11: a token of the head office makes a shop and lets its owner in; a shop's own token cannot."""
    office, branches = doors.chain.office, doors.chain.branches
    operator = Branch(office, await a_token(branches, office, "directory:manage", name="operator"))
    wanted = {"name": "hongdae", "title": "홍대점", "businessNumber": "1208147521"}
    made = (await doors.reply(operator, "shop-directory.add", wanted))["shop"]
    await until(lambda: doors.chain.shops.directory.named("hongdae") is not None)
    # Before it is opened: later a running shop hears of it in a moment.
    everything = await a_token(branches, doors.chain.shops.directory.named("hongdae"))
    code = (await doors.reply(operator, "shop-directory.invite", {"id": made["id"]}))["code"]
    claimed = await doors.ask(f"hongdae.{HOST}", "device.claim", {"code": code}, None)
    assert claimed.status_code == 200
    owner = Branch(
        ShopEntry(id=made["id"], name="hongdae", founding=office.founding, created_ms=0, version=1), ""
    )
    token = claimed.json()["token"]
    assert token.startswith(f"{made['id']}.")
    assert (await doors.ask(owner.host, "device.list", {}, token)).status_code == 200
    refused = await doors.ask(owner.host, "shop-directory.suspend", {"id": made["id"]}, everything)
    assert refused.json()["error"]["reason"] == "NO_DIRECTORY"
    refused = await doors.ask(f"office.{HOST}", "shop-directory.list", {}, everything)
    assert refused.status_code == 401


async def test_health_is_the_process_own(doors: Doors) -> None:
    """A load balancer asks by address: alive and ready, whatever the shops do."""
    for path, text in (("/healthz", "ok"), ("/readyz", "ready")):
        answer = await doors.http.get(path, headers={"Host": "10.0.0.7:8700"})
        assert (answer.status_code, answer.text.split()[0]) == (200, text)
    # Under a plugin's name too, where each page stands under a policy.
    for path in ("/healthz", "/readyz", "/metrics", "/"):
        answer = await doors.http.get(path, headers={"Host": f"lamp.nowhere.{HOST}"})
        assert "sandbox" in answer.headers["content-security-policy"], path
    await doors.chain.shops.close()
    assert (await doors.http.get("/readyz")).status_code == 503
    assert (await doors.http.get("/healthz")).status_code == 200


async def test_figures_are_the_operators(
    database: Database, postgres: PostgresServer, tmp_path: Path, office: ShopEntry
) -> None:
    """SEC-3: no token of a shop opens them; no shop is a label; one shop is looked at by name, where it runs."""
    operator = tmp_path / "operator"
    operator.write_text("operators-own-token-1\n")
    monitor = Monitor.of_file(operator)
    async with opened_doors(database, postgres.url, tmp_path, office.id, monitor=monitor) as doors:
        one, two = await known(doors, "one"), await known(doors, "two")
        await doors.reply(one, "merchant.info", {})

        async def page(token: str, path: str = "/metrics") -> Any:
            headers = {"Authorization": f"Bearer {token}", "Host": "10.0.0.7:8700"}
            return await doors.http.get(path, headers=headers)

        for host in (one.host, HOST, "10.0.0.7:8700"):
            headers = {"Authorization": f"Bearer {one.token}", "Host": host}
            assert (await doors.http.get("/metrics", headers=headers)).status_code == 401
            assert (await doors.http.get("/metrics", headers={"Host": host})).status_code == 401
        assert (await doors.http.get("/metrics", headers={"Host": "127.0.0.1:8700"})).status_code == 200
        whole = await page("operators-own-token-1")
        assert figures(whole.text)["jumak_shops_open"] >= 1
        for text in (one.entry.name, one.token, f"{one.entry.id}"):
            assert f'"{text}"' not in whole.text
        looked_at = figures((await page("operators-own-token-1", "/metrics?shop=one")).text)
        assert looked_at["jumak_shop_requests_total{name=merchant.info.request}"] == 1
        assert (await page("operators-own-token-1", f"/metrics?shop={two.entry.name}")).status_code == 404
        assert (await page("operators-own-token-1", "/metrics?shop=nowhere")).status_code == 404
        assert (await page(one.token, "/metrics?shop=one")).status_code == 401


async def test_a_shop_nobody_uses_is_closed(
    database: Database, postgres: PostgresServer, tmp_path: Path, office: ShopEntry
) -> None:
    """The next request opens it again, and many at once open it once."""
    async with opened_doors(database, postgres.url, tmp_path, office.id, idle_s=0.2) as doors:
        one = await known(doors, "one")
        answers = await asyncio.gather(*(doors.reply(one, "merchant.info", {}) for _ in range(8)))
        assert len(answers) == 8
        await until(lambda: one.entry.id not in doors.chain.shops.open)
        assert await doors.chain.process.places.orphans([one.entry.id], 9) == []
        await doors.reply(one, "merchant.info", {})


async def test_a_number_of_another_shop_is_not_served(doors: Doors) -> None:
    """A shop somebody made by hand under the same number is nobody's but theirs."""
    one = await known(doors, "one")

    async def rename(tx: Transaction) -> Done:
        tx.put_shop(replace(tx.shop, serial_number="by hand"))
        tx.record(Fact("shop.update", "1"))
        return Done()

    await doors.chain.branches.write(one.entry, "test", rename, SYSTEM)
    answer = await doors.ask(one.host, "merchant.info", {}, one.token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "INTERNAL")


async def test_a_process_may_be_told_to_end_while_it_opens_a_shop(doors: Doors) -> None:
    """The shop is given up as soon as it is open; nobody waits for ever."""
    one = await known(doors, "one")
    asking = asyncio.create_task(doors.ask(one.host, "merchant.info", {}, one.token))
    async with asyncio.timeout(WITHIN_S):
        while not doors.chain.shops.is_opening(one.entry.id):  # noqa: ASYNC110  # what is waited for tells nobody
            # Every turn is looked at: opening may be over in a few.
            await asyncio.sleep(0)
    await asyncio.wait_for(doors.chain.shops.close(), WITHIN_S)
    assert (await asking).status_code in (200, 503)
    assert doors.chain.shops.open == {}
    assert await doors.chain.process.places.holder(one.entry.id) is None
