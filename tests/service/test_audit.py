"""The journal as an audit."""

from __future__ import annotations

from tests.server.conftest import OWNER, Desk


async def fill(desk: Desk) -> None:
    for version in range(1, 6):
        await desk.ask("shop-setting.update", changes={"name": f"{version}"}, expectedVersion=version)
        desk.clock.jump(seconds=1)
    await desk.token(name="lamp")


async def test_who_when_what(desk: Desk) -> None:
    """SEC-2: who, when, what, before and after."""
    await desk.ask("shop-setting.update", command_id="k", changes={"name": "새"}, expectedVersion=1)
    entry = (await desk.ask("audit.list"))["entries"][-1]
    assert entry["what"] == "shop.update"
    assert entry["at"] == "2026-02-01T12:00:00+09:00"
    assert entry["who"] == OWNER.id
    assert entry["commandId"] == "k"
    assert entry["data"] == {"before": {"name": "주막"}, "after": {"name": "새"}}


async def test_pages(desk: Desk) -> None:
    """SEC-2: the newest without a number, else on from it; always in journal order."""
    await fill(desk)
    newest = (await desk.ask("audit.list", limit=2))["entries"]
    assert [entry["what"] for entry in newest] == ["shop.update", "device.pair"]
    everything = (await desk.ask("audit.list", after=0))["entries"]
    numbers = [entry["seq"] for entry in everything]
    assert numbers == sorted(numbers)
    rest = (await desk.ask("audit.list", after=numbers[1], limit=2))["entries"]
    assert [entry["seq"] for entry in rest] == numbers[2:4]


async def test_filters(desk: Desk) -> None:
    """SEC-2: by who and by what, a noun or a whole name."""
    await fill(desk)
    assert {entry["what"] for entry in (await desk.ask("audit.list", what="shop"))["entries"]} == {
        "shop.update"
    }
    assert (await desk.ask("audit.list", what="device.revoke"))["entries"] == []
    assert len((await desk.ask("audit.list", who=OWNER.id, what="shop.update"))["entries"]) == 5
    assert (await desk.ask("audit.list", who="nobody"))["entries"] == []
