"""What `/metrics` counts, who may read it, and what never stands in it (decision 0035)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jumak import metrics
from jumak.server.monitoring import Monitor
from jumak.testing import simulated_shop, staff_caller
from tests.figures import figures, moved
from tests.server.conftest import Desk, Refused, Served, served_by
from tests.server.screen import Wire, a_plugin

TOKEN = "operators-own-token-1"


async def test_what_a_shop_does_is_counted(served: Served):
    """Figures: messages, refusals, commits, batches, facts, pushes, connections and resumes, each by what it is."""
    before = figures()
    token = await served.desk.token(scopes=["all"])
    async with served.connect(token) as till:
        await till.ask("catalog-category.add", category={"title": "안주"})
        assert (await till.push())["name"]
        connected = figures((await served.http.get("/metrics")).text)
    refused = await served.post("order.get", token, {"id": "0" * 32})
    assert refused.status_code == 404
    assert (await served.post("order.get", "no token at all")).status_code == 401
    async with served.connect(token, resumeAfter=1), served.connect(token, resumeAfter=10**9):
        pass
    grown = moved(before, figures())
    assert grown["jumak_requests_total{name=catalog-category.add.request}"] == 1
    assert grown["jumak_refusals_total{code=NOT_FOUND}"] == 1
    assert grown["jumak_refusals_total{code=UNAUTHENTICATED}"] == 1
    commits = grown["jumak_commit_seconds_count"]
    assert commits >= 1
    assert grown["jumak_batch_commands_count"] == commits
    assert grown["jumak_facts_total"] >= commits
    assert grown["jumak_push_lag_seconds_count"] >= 1
    assert grown["jumak_push_lag_seconds_bucket{le=5.0}"] == grown["jumak_push_lag_seconds_count"]
    assert grown["jumak_resumes_total{outcome=resumed}"] == 1
    assert grown["jumak_resumes_total{outcome=reread}"] == 1
    assert connected["jumak_connections{kind=session}"] - before["jumak_connections{kind=session}"] == 1
    assert connected["jumak_shops_open"] >= 1
    assert "jumak_feed_unsent_facts" not in connected


async def test_what_waits_is_seen_while_it_waits(desk: Desk):
    """Figures: the writer's queue is asked for when the page is read."""
    asked = [
        asyncio.ensure_future(desk.ask("catalog-category.add", category={"title": f"안주 {n}"}))
        for n in range(3)
    ]
    waiting = 0.0
    while not all(each.done() for each in asked):
        waiting = max(waiting, figures()["jumak_writer_queue_commands"])
        await asyncio.sleep(0)
    await asyncio.gather(*asked)
    assert waiting == 3
    assert figures()["jumak_writer_queue_commands"] == 0


async def test_plugins_are_told_apart_by_id_and_outcome(monkeypatch: pytest.MonkeyPatch):
    """Figures: what plugins ask and answer; the ones met after the first fifty are one."""
    monkeypatch.setattr(metrics, "_known", set())
    monkeypatch.setattr(metrics, "MOST_PLUGINS", 1)
    async with simulated_shop() as shop:
        before = figures()
        stamps, lamp = Wire(shop, a_plugin("stamps")), Wire(shop, a_plugin("lamp"))
        await stamps.ask("merchant.info.request")
        await stamps.ask("staff.list.request")
        await lamp.ask("merchant.info.request")
        till = Wire(shop, staff_caller("manager", "till-1"))
        asked = till.send("catalog-item.before-add-list.request")
        health = "catalog-item.before-add-health-check.request"
        stamps.answer(await stamps.asked(health), {"complete": True})
        lamp.answer(await lamp.asked(health), {"complete": False})
        await till.replied(asked)
        grown = moved(before, figures())
    # The opening of a session is no message that is dispatched.
    assert grown["jumak_plugin_request_seconds_count{outcome=ok}{plugin=stamps}"] == 1
    assert grown["jumak_plugin_request_seconds_count{outcome=refused}{plugin=stamps}"] == 1
    assert grown["jumak_plugin_request_seconds_count{outcome=ok}{plugin=other}"] == 1
    assert grown["jumak_plugin_answer_seconds_count{outcome=ok}{plugin=stamps}"] == 1
    assert grown["jumak_plugin_answer_seconds_count{outcome=refused}{plugin=other}"] == 1
    assert not any("lamp" in name for name in grown)


async def test_who_may_read_figures(desk: Desk, tmp_path: Path):
    """SEC-3: programs of this machine, the operator's token, a token with `report:read`; nobody else."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    elsewhere = {"Host": "192.0.2.7:8700"}

    async def status(**headers: str) -> int:
        return (await served.http.get("/metrics", headers=headers)).status_code

    async with served_by(desk, tmp_path, monitor=Monitor.of_file(file)) as served:
        assert await status() == 200
        assert await status(Host="[::1]:8700") == 200
        assert await status(**elsewhere) == 401
        # uvicorn believes a proxy of this machine, which may pass on what a stranger says of himself.
        for passed_on in (
            {"X-Forwarded-For": "127.0.0.1"},
            {"X-Forwarded-For": "::1"},
            {"Forwarded": "for=127.0.0.1"},
        ):
            assert await status(**passed_on) == 401
        assert await status(**{"X-Forwarded-For": "127.0.0.1"}, Authorization=f"Bearer {TOKEN}") == 200
        assert await status(**elsewhere, Authorization=f"Bearer {TOKEN}") == 200
        assert await status(**elsewhere, Authorization=f"Bearer {TOKEN}x") == 401
        reads = await desk.token(name="reads", scopes=["report:read"])
        other = await desk.token(name="other", scopes=["order:read"])
        assert await status(**elsewhere, Authorization=f"Bearer {reads}") == 200
        assert await status(**elsewhere, Authorization=f"Bearer {other}") == 403
    file.write_text("short\n")
    with pytest.raises(ValueError, match="no token"):
        Monitor.of_file(file)


async def test_figures_hold_nothing_anybody_typed(served: Served):
    """SEC-3: no token, name of a service or id is a label, nor the name of a message that does not exist."""
    secret = "홍길동-주문"
    token = await served.desk.token(name="hong-gil-dong", scopes=["all"])
    assert (await served.post("no-such.message", token, {"memo": secret})).status_code == 404
    with pytest.raises(Refused):
        await served.desk.ask("order.get", id=secret)
    async with served.connect(token) as client:
        await client.send(f"{secret}.request", {}, "c1")
        await client.next()
    page = (await served.http.get("/metrics")).text
    for text in (secret, token, "hong-gil-dong", "no-such"):
        assert text not in page, text
