"""NATS as the deploy example sets it up: a shop does its own work, and nothing of another's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig
from nats.js.errors import APIError, NotFoundError

from jumak.feed.link import connected
from jumak.feed.messages import Menu
from jumak.feed.options import Link
from jumak.feed.subjects import JOURNAL_STREAM, LATEST_STREAM, streams, subject
from jumak.hub.menus import send_menu
from jumak.hub.streams import prepare
from tests.hub.chain import Chain, until
from tests.hub.test_menus import MENU, told
from tests.nats import NatsServer
from tests.tidy.project import ROOT

EXAMPLE = ROOT / "deploy" / "compose" / "nats-auth.example.conf"
SHOPS = ("gangnam", "busan")


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    """The example's accounts, with a second shop beside its one, as it says: the same but for the name."""
    text = EXAMPLE.read_text("utf-8")
    begins = text.index("  gangnam: {")
    block = text[begins : text.rindex("}")]
    settings = tmp_path / "nats.conf"
    settings.write_text(text[:begins] + block + block.replace("gangnam", "busan") + "}\n", "utf-8")
    server = NatsServer("-c", str(settings))
    yield server
    server.close()


def link_of(hub: Chain, user: str) -> Link:
    auth = hub.folder / f"{user}.auth"
    auth.write_text(f"{user}:CHANGE-ME-{user}\n", "utf-8")
    return Link(hub.nats.url, auth)


async def test_each_shop_does_its_own_work(hub: Chain, monkeypatch: pytest.MonkeyPatch):
    """RPT-2: shops that came before the hub send all they have, hear its wishes and take its menus."""
    # A hub that lost everything learns of a shop that sells nothing when that says next how far it is.
    monkeypatch.setattr("jumak.feed.sender.HEARD_EVERY_S", 1.0)
    at_hub = link_of(hub, "hub")
    async with (
        hub.branch("gangnam") as one,
        hub.branch("busan", seed=2) as two,
        one.sending(link_of(hub, "gangnam")),
        two.sending(link_of(hub, "busan")),
    ):
        await one.sell(3)
        async with hub.hub(at_hub):
            await one.arrived()
            await two.arrived()
        async with connected(at_hub, "test") as link:
            await link.stream.purge_stream(JOURNAL_STREAM)
        await hub.pool.execute("TRUNCATE shops, journal, commits, orders, totals")
        async with hub.hub(at_hub), connected(at_hub, "test") as link:
            await two.sell(2, seed=3)
            for branch in (one, two):
                # The hub, empty now, has to ask for what came before.
                await branch.arrived()
                await branch.check()
            await send_menu(hub.pool, link.stream, SHOPS, Menu("menu-1", "여름", "csv", MENU, version=1))
            for shop in SHOPS:
                await until(lambda shop=shop: told(hub, shop, "menu-1"), f"{shop} told of its menu")


async def test_no_shop_does_anything_of_another(hub: Chain):
    """Passwords of shops: it hears, reads, says, purges and deletes nothing of another shop, nor has an answer sent in its name."""
    heard: list[bytes] = []
    async with (
        connected(link_of(hub, "hub"), "hub") as boss,
        connected(link_of(hub, "gangnam"), "gangnam") as gangnam,
        connected(link_of(hub, "busan"), "busan") as busan,
    ):
        await prepare(boss.stream)

        async def listen(message: Msg) -> None:
            heard.append(message.data)

        await gangnam.client.subscribe(">", cb=listen)
        await gangnam.stream.publish(subject("gangnam", "journal"), b"of gangnam")
        await busan.stream.publish(subject("busan", "journal"), b"of busan")
        await boss.stream.publish(subject("busan", "menu"), b"menu of busan")
        own = await gangnam.stream.get_last_msg(JOURNAL_STREAM, subject("gangnam", "journal"), direct=True)
        assert own.data == b"of gangnam"

        refused = (NatsError, APIError, asyncio.TimeoutError)
        stream = gangnam.client.jetstream(timeout=0.5)
        for what in ("journal", "about", "heard", "menu", "wanted", "menu-result"):
            with pytest.raises(refused):
                await stream.publish(subject("busan", what), b"forged")
        for which, what in ((JOURNAL_STREAM, "journal"), (LATEST_STREAM, "menu")):
            for direct in (True, False):
                with pytest.raises(refused):
                    await stream.get_last_msg(which, subject("busan", what), direct=direct)
            with pytest.raises(refused):
                await stream.get_msg(which, seq=1, direct=True)
            with pytest.raises(refused):
                await stream.stream_info(which)
            with pytest.raises(refused):
                await stream.purge_stream(which)
            with pytest.raises(refused):
                await stream.delete_stream(which)
            with pytest.raises(refused):
                await stream.pull_subscribe(subject("busan", what), stream=which)
        with pytest.raises(refused):
            await stream.add_stream(StreamConfig(name="MINE", subjects=["jumak.>"]))

        # The server answers to whatever subject it is told, in the account of who asked.
        mine = f"$JS.API.DIRECT.GET.{JOURNAL_STREAM}.{subject('gangnam', 'journal')}"
        for reply in (subject("busan", "menu"), subject("busan", "journal")):
            await gangnam.client.publish(mine, b"", reply=reply)
            await gangnam.client.publish(subject("gangnam", "journal"), b"again", reply=reply)
        # What was said before this answer was dealt with before it.
        await gangnam.stream.publish(subject("gangnam", "journal"), b"the last")
        await busan.stream.publish(subject("busan", "about"), b"about busan")
        for what, data in (("journal", b"of busan"), ("menu", b"menu of busan"), ("about", b"about busan")):
            which = JOURNAL_STREAM if what == "journal" else LATEST_STREAM
            assert (await boss.stream.get_last_msg(which, subject("busan", what))).data == data
        with pytest.raises(NotFoundError):
            await boss.stream.get_last_msg(LATEST_STREAM, subject("busan", "wanted"))
        info = await boss.stream.stream_info(JOURNAL_STREAM, subjects_filter=">")
        assert info.state.subjects == {subject("gangnam", "journal"): 4, subject("busan", "journal"): 1}
        # What it forged it hears itself, in its own account.
        assert b"forged" in heard
        assert {b"of busan", b"menu of busan", b"about busan"}.isdisjoint(heard)


async def test_streams_of_an_earlier_program_are_changed(hub: Chain):
    """A hub lets shops read their own last words in streams that did not."""
    async with connected(link_of(hub, "hub"), "hub") as boss:
        for config in streams():
            await boss.stream.add_stream(config.evolve(allow_direct=False, max_msgs_per_subject=-1))
        await boss.stream.publish(subject("busan", "journal"), b"kept")
        await prepare(boss.stream)
        for config in streams():
            assert (await boss.stream.stream_info(str(config.name))).config.allow_direct
        kept = await boss.stream.get_last_msg(JOURNAL_STREAM, subject("busan", "journal"))
        assert kept.data == b"kept"
