"""The WebSocket door and the session behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jumak.domain.errors import HostUnavailable, PermissionDenied, TimedOut
from jumak.domain.fact import Fact
from jumak.protocol.row import Done
from jumak.server import outbox, publish, session, turns
from jumak.server.connections import Push
from jumak.server.live import Ask
from jumak.server.replay import PAGE, Replay
from jumak.service.ports import Command, Entry, Reader, Transaction
from tests.server.conftest import OWNER, Client, Desk, Refused, Served, served_by

CATEGORY = "catalog-category.change.event"


@pytest.fixture
async def client(served: Served) -> AsyncIterator[Client]:
    token = await served.desk.token(scopes=["all"])
    async with served.connect(token) as connected:
        yield connected


async def add_category(client: Client, title: str) -> int:
    added = await client.ask("catalog-category.add", category={"title": title})
    return int(added["category"]["id"])


async def test_opening(served: Served) -> None:
    """H-2, wire §9: the reply to session.open names identity, scopes and the newest number."""
    token = await served.desk.token(name="lamp", scopes=["catalog:read"])
    async with served.connect() as client:
        opened = await client.ask("session.open", token=token, client={"name": "x", "version": "1"})
    assert opened["plugin"] == {"id": "lamp", "name": "lamp", "version": "0", "profile": "documented"}
    assert opened["scopes"] == ["catalog:read"]
    assert opened["seq"] == served.shop.store.reader().seq
    assert opened["resumed"] is False
    assert "device" not in opened
    assert opened["serverTime"] == "2026-02-01T03:00:00.000Z"
    till = await served.desk.token("till", "Counter")
    async with served.connect() as client:
        opened = await client.ask("session.open", token=till, client={"name": "x", "version": "1"})
    assert opened["device"]["letter"] == "A"
    assert opened["scopes"] == ["display:read", "till"]


async def test_anything_else_first_closes(served: Served) -> None:
    """H-2: without session.open nothing is answered."""
    async with served.connect() as client:
        await client.send("merchant.info.request", {}, "1")
        assert await client.closed() == (1008, "UNAUTHENTICATED")


async def test_a_bad_token_is_told_and_closed(served: Served) -> None:
    """H-11: UNAUTHENTICATED, then the connection ends."""
    async with served.connect() as client:
        with pytest.raises(Refused) as refused:
            await client.ask("session.open", token="nope", client={"name": "x", "version": "1"})
        assert refused.value.code == "UNAUTHENTICATED"
        assert await client.closed() == (1008, "UNAUTHENTICATED")


async def test_silence_closes(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-2: five seconds without session.open end the connection."""
    monkeypatch.setattr(session, "OPEN_WITHIN_S", 0.05)
    async with served.connect() as client:
        assert await client.closed() == (1008, "UNAUTHENTICATED")


async def test_every_request_is_answered_once(client: Client) -> None:
    """H-10: whatever it holds; unknown names get UNKNOWN_METHOD, unknown notifications are dropped."""
    await client.send("nonsense", {})
    await client.send("nonsense.request", {}, "a")
    await client.send("shop-setting.update.request", {"changes": 1}, "b")
    await client.send("merchant.info.request", {"more": [1, None]}, "c")
    await client.send("order.change.event", {}, "d")
    codes = {}
    for _ in range(4):
        frame = await client.next()
        codes[frame["callbackId"]] = frame["data"].get("error", {}).get("code")
    assert codes == {"a": "UNKNOWN_METHOD", "b": "INVALID_ARGUMENT", "c": None, "d": "UNKNOWN_METHOD"}


async def test_the_reply_comes_before_the_push(client: Client) -> None:
    """H-30, H-33: the causing session gets its reply first, then the push, which it gets too."""
    for number in range(20):
        await client.send("catalog-category.add.request", {"category": {"title": f"{number}"}}, f"w{number}")
    first_at = {}
    for place in range(40):
        frame = await client.next()
        if "callbackId" in frame:
            first_at[frame["data"]["category"]["id"]] = place
        else:
            assert first_at[frame["data"]["category"]["id"]] < place


async def test_pushes_rise(served: Served, client: Client) -> None:
    """H-32, OFF-8: store events carry rising `seq`, in journal order, to everybody with the scope."""
    reader = await served.desk.token(name="reader", scopes=["catalog:read"])
    async with served.connect(reader) as other:
        for number in range(5):
            await add_category(client, f"{number}")
        seen = [await other.push() for _ in range(5)]
        assert [push["name"] for push in seen] == [CATEGORY] * 5
        numbers = [push["seq"] for push in seen]
        assert numbers == sorted(set(numbers))


async def test_pushes_need_a_scope(served: Served, client: Client) -> None:
    """H-76: without the scope the push is withheld; a refused write pushes nothing (H-31)."""
    blind = await served.desk.token(name="blind", scopes=["payment-method"])
    async with served.connect(blind) as other:
        await add_category(client, "A")
        with pytest.raises(Refused):
            await client.ask("catalog-category.add", category={"title": 5})
        await other.ask("session.ping")
        assert other.pushes == []


async def test_narrowing(client: Client) -> None:
    """wire §9, H-33: subscribe.request limits pushes of this socket; an empty list stops them."""
    narrowed = await client.ask("subscribe", names=[CATEGORY, "no.such.event"])
    assert narrowed["names"] == [CATEGORY]
    await add_category(client, "A")
    assert (await client.push())["name"] == CATEGORY
    await client.ask("subscribe", names=[])
    await add_category(client, "B")
    await client.ask("session.ping")
    assert client.pushes == []


async def test_resume(served: Served, client: Client) -> None:
    """H-38, OFF-9: after a lost connection everything missed comes in order, once, then live events."""
    token = await served.desk.token(name="reader", scopes=["catalog:read"])
    async with served.connect(token) as first:
        await add_category(client, "A")
        last = (await first.push())["seq"]
    for number in range(30):
        await add_category(client, f"{number}")
    async with served.connect(token, resumeAfter=last) as second:
        assert second.opened["resumed"] is True  # type: ignore[attr-defined]
        await add_category(client, "live")
        seen = [(await second.push())["seq"] for _ in range(31)]
        assert seen == sorted(set(seen))
        assert min(seen) > last
        await second.ask("session.ping")
        assert second.pushes == []


async def test_resume_while_writing(served: Served, client: Client) -> None:
    """H-38: a replay under way misses nothing that is written meanwhile."""
    for number in range(600):
        await client.send("catalog-category.add.request", {"category": {"title": f"{number}"}}, f"a{number}")
    await client.ask("session.ping")

    async def write_on() -> None:
        for number in range(200):
            await client.send(
                "catalog-category.add.request", {"category": {"title": f"{number}"}}, f"b{number}"
            )

    writing = asyncio.create_task(write_on())
    token = await served.desk.token(name="reader", scopes=["catalog:read"])
    async with served.connect(token, resumeAfter=0) as reader:
        seen = [(await reader.push())["data"]["category"]["id"] for _ in range(800)]
        assert sorted(seen) == seen
        assert len(set(seen)) == 800
    await writing


async def test_a_session_that_cannot_be_brought_up_to_date_ends(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-38: it would hear of nothing more; its client comes back and resumes."""
    token = await served.desk.token(name="reader", scopes=["catalog:read"])

    async def away(self: Replay, after: int) -> None:
        raise HostUnavailable("없음", "away", reason="DATABASE_AWAY")

    monkeypatch.setattr(Replay, "run", away)
    async with served.connect(token, resumeAfter=0) as reader:
        assert await reader.closed() == (1012, "HOST_UNAVAILABLE")


@pytest.mark.parametrize("facts", [1, PAGE])
async def test_a_replay_over_which_an_epoch_begins_ends(
    served: Served, monkeypatch: pytest.MonkeyPatch, facts: int
) -> None:
    """H-38, wire §9: what comes after belongs to another past, so nothing of the journal is told from its beginning."""
    memory = served.shop.store.memory  # type: ignore[attr-defined]  # of this store
    told: list[Push] = []

    async def many(tx: Transaction) -> Done:
        for _ in range(facts):
            tx.record(Fact("staff.login", "x"))
        return Done()

    await served.shop.store.execute(Command(caller=OWNER, name="test", body=b"", run=many))
    read, after = served.shop.store.reader, served.shop.store.reader().seq - facts

    def put_back_meanwhile() -> Reader:
        given = read()
        memory.epoch = 1
        return given

    monkeypatch.setattr(served.shop.store, "reader", put_back_meanwhile)
    replay = Replay(served.shop, told.append, lambda: 0)
    with pytest.raises(HostUnavailable, match="put back to an earlier state"):
        await replay.run(after)
    replay.take(Push(CATEGORY, b"{}", 10**15))
    assert told == []


async def test_a_push_that_cannot_be_made_is_resumed(
    served: Served, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-38: while the database is away a push is not left out: who should have it comes back for it."""
    token = await served.desk.token(name="reader", scopes=["catalog:read"])
    deaf = await served.desk.token(name="deaf", scopes=["order:read"])
    async with served.connect(token) as reader, served.connect(deaf) as other:
        with monkeypatch.context() as patched:
            patched.setattr(publish, "push_of", no_push)
            await client.send("catalog-category.add.request", {"category": {"title": "A"}}, "a")
            assert await reader.closed() == (1012, "HOST_UNAVAILABLE")
        await other.ask("session.ping")
        last = reader.opened["seq"]  # type: ignore[attr-defined]
    async with served.connect(token, resumeAfter=last) as again:
        assert (await again.push())["name"] == CATEGORY


def no_push(_: Fact) -> None:
    raise HostUnavailable("없음", "away", reason="DATABASE_AWAY")


async def test_a_shop_that_is_over_opens_no_session(served: Served) -> None:
    """OFF-a: its memory grows old; whoever comes is told to come back."""
    token = await served.desk.token(scopes=["all"])
    served.shop.is_over = True
    async with served.connect() as late:
        await late.send(
            "session.open.request", {"token": token, "client": {"name": "x", "version": "1"}}, "o"
        )
        assert await late.closed() == (1012, "HOST_UNAVAILABLE")


async def test_a_number_from_elsewhere(served: Served) -> None:
    """wire §9: a number this journal has not reached is answered `resumed: false`."""
    token = await served.desk.token(scopes=["all"])
    async with served.connect(token, resumeAfter=10**9) as client:
        assert client.opened["resumed"] is False  # type: ignore[attr-defined]


async def test_order_inside_a_namespace(client: Client) -> None:
    """H-39, H-17: writes run as they arrive, a read behind them waits and shows them."""
    for number in range(10):
        await client.send("catalog-category.add.request", {"category": {"title": f"{number}"}}, f"w{number}")
        await client.send("catalog-category.list.request", {}, f"r{number}")
    replies = []
    while len(replies) < 20:
        frame = await client.next()
        if "callbackId" in frame:
            replies.append(frame)
    assert [frame["callbackId"] for frame in replies] == [f"{kind}{n}" for n in range(10) for kind in "wr"]
    for number in range(10):
        assert len(replies[2 * number + 1]["data"]["categories"]) == number + 1


async def test_malformed_messages(served: Served, client: Client) -> None:
    """H-70: dropped, answered when their callbackId can be read; a hundred in a minute close the session."""
    await client.socket.send("{")
    await client.socket.send(json.dumps({"name": 5, "callbackId": "x"}))
    frame = await client.next()
    assert frame["callbackId"] == "x"
    assert frame["data"]["error"]["code"] == "INVALID_ARGUMENT"
    assert (await client.ask("session.ping"))["complete"] is True
    for _ in range(98):
        await client.socket.send("nonsense")
    assert (await client.closed())[0] == 1008
    token = await served.desk.token(name="next", scopes=["all"])
    assert (await served.post("merchant.info", token)).status_code == 200


async def test_too_much_waits_for_one_answer(
    served: Served, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-71, H-77: what waits behind a slow message of its namespace is bounded; each is answered in the end."""
    monkeypatch.setattr(turns, "MAX_WAITING_BYTES", 1_000_000)
    go_on = asyncio.Event()

    async def slow(ask: Ask, data: object) -> Done:
        await go_on.wait()
        return Done()

    served.shop.live["staff.logout.request"] = slow
    await client.send("staff.logout.request", {}, "slow")
    for number in range(20):
        await client.send("staff.list.request", {"x": "x" * 100_000}, f"w{number}")
    frames = [await client.next() for _ in range(11)]
    assert {frame["data"]["error"]["code"] for frame in frames} == {"RATE_LIMITED"}
    go_on.set()
    frames = [await client.next() for _ in range(10)]
    assert all(frame["data"]["complete"] for frame in frames)
    assert (await client.ask("staff.list"))["complete"] is True


async def test_a_long_replay_holds_nobody_up(served: Served) -> None:
    """H-77: others have their turn while one client is told what it missed."""
    shop = served.shop

    async def many(tx: Transaction) -> Done:
        for _ in range(5_000):
            tx.record(Fact("staff.login", "x"))
        return Done()

    await shop.store.execute(Command(caller=OWNER, name="test", body=b"", run=many))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    delivered: list[Push] = []
    counting = asyncio.create_task(others())
    await asyncio.sleep(0)
    turns = 0
    await Replay(shop, delivered.append, lambda: 0).run(0)
    counting.cancel()
    assert turns >= 5


async def test_a_push_that_cannot_be_made(
    served: Served, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-33: a bug in one push costs nobody the pushes after it."""
    bugs = [ValueError("a bug")]
    real_of, real_for = publish.push_of, publish.push_for

    def broken_of(fact: Fact) -> object:
        if bugs:
            raise bugs.pop()
        return real_of(fact)

    async def broken_for(read: Reader, entry: Entry) -> object:
        if bugs:
            raise bugs.pop()
        return await real_for(read, entry)

    monkeypatch.setattr(publish, "push_of", broken_of)
    monkeypatch.setattr(publish, "push_for", broken_for)
    ask = served.desk.ask
    await asyncio.gather(*(ask("catalog-category.add", category={"title": title}) for title in ("A", "B")))
    assert (await client.push())["data"]["category"]["id"]
    assert bugs == []


async def test_a_slow_client(served: Served, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-77, wire §9: who does not read is closed with HOST_UNAVAILABLE and holds nobody up."""
    monkeypatch.setattr(outbox, "MAX_FRAMES", 50)
    token = await served.desk.token(name="slow", scopes=["catalog:read"])
    async with served.connect(token) as slow:
        slow.socket.transport.pause_reading()
        (connection,) = served.shop.connections.of("slow")
        long = "x" * 500_000
        for _ in range(100):
            served.shop.connections.push_to("slow", CATEGORY, {"event": long})
        assert connection not in served.shop.connections.all
        assert await add_category(client, "A") > 0
        slow.socket.transport.resume_reading()
        assert await slow.closed() == (1013, "HOST_UNAVAILABLE")


async def test_revoked_at_once(served: Served, client: Client) -> None:
    """SEC-1, H-75: revoking a token closes its open connections and no new one opens."""
    token = await served.desk.token(name="lamp", scopes=["catalog:read"])
    async with served.connect(token) as lamp:
        devices = (await client.ask("device.list"))["devices"]
        (device,) = [each for each in devices if each["name"] == "lamp"]
        await client.ask("device.revoke", id=device["id"])
        assert await lamp.closed() == (1008, "UNAUTHENTICATED")
    assert (await served.post("merchant.info", token)).status_code == 401


async def test_commands_are_remembered_across_doors(served: Served, client: Client) -> None:
    """PAY-7, H-78: one identity, one id, one effect, whether by socket or HTTP, header or body."""
    token = await served.desk.token(name="two-doors", scopes=["all"])
    async with served.connect(token) as socket:
        first = await socket.ask("catalog-category.add", commandId="k", category={"title": "A"})
        asked = {"category": {"title": "A"}}
        again = (await served.post("catalog-category.add", token, asked, Idempotency_Key="k")).json()
        assert again == first
        assert len((await socket.ask("catalog-category.list"))["categories"]) == 1


async def test_same_reply_at_both_doors(served: Served, client: Client) -> None:
    """H-78: WebSocket and HTTP give the same reply data."""
    token = await served.desk.token(name="two-doors", scopes=["all"])
    async with served.connect(token) as socket:
        for name in ("merchant.info", "device.info", "shop-setting.get", "catalog-item.list", "order.get"):
            data = {"id": "nothing"} if name == "order.get" else {}
            over_http = (await served.post(name, token, data)).json()
            try:
                over_socket = await socket.ask(name, **data)
            except Refused as refused:
                over_socket = refused.body
            if name != "device.info":
                assert over_socket == over_http


async def test_drift(client: Client) -> None:
    """OFF-8: the server's time tells a device how far its clock is off."""
    ping = await client.ask("session.ping")
    assert ping["serverTime"] == "2026-02-01T03:00:00.000Z"


async def test_the_server_stops_cleanly(desk: Desk, tmp_path: Path) -> None:
    """H-77: connections are told before the sockets close."""
    async with served_by(desk, tmp_path) as running:
        token = await desk.token(scopes=["all"])
        async with running.connect(token) as client:
            running.shop.end_connections()
            assert (await client.closed())[0] == 1012


async def test_only_what_carries_a_body_may_be_long(served: Served) -> None:
    """H-70, plugin-runtime §7: 10 MB for another server pass both doors to the allow-list; other messages do not."""
    token = await served.desk.token(name="far", scopes=["network"])
    call = {"url": "https://example.com", "method": "POST", "headers": [], "payload": "x" * 10_000_000}
    answer = await served.post("http.request", token, call)
    assert answer.json()["error"]["code"] == "ACL_DENIED"
    answer = await served.post("storage.set", token, {"key": "k", "value": "x" * 10_000_000})
    assert answer.json()["error"]["code"] == "INVALID_ARGUMENT"
    async with served.connect(token) as client:
        with pytest.raises(Refused) as caught:
            await client.ask("http", **call)
        assert caught.value.code == "ACL_DENIED"
        with pytest.raises(Refused) as caught:
            await client.ask("storage.set", key="k", value="x" * 10_000_000)
        assert caught.value.code == "INVALID_ARGUMENT"


async def test_asking_a_client(served: Served) -> None:
    """H-12: the shop asks a client and gets its answer; a lost connection or silence ends the question."""
    token = await served.desk.token(name="payer", scopes=["payment-method"])
    async with served.connect(token) as payer:
        (asked,) = served.shop.connections.of("payer")
        assert isinstance(asked, session.Session)
        question = asyncio.create_task(asked.ask("session.ping.request", {"event": "pay"}))
        frame = await payer.next()
        assert frame["data"] == {"event": "pay"}
        await payer.socket.send(
            json.dumps(
                {"name": "x", "callbackId": frame["callbackId"], "data": {"complete": True, "id": "m"}}
            )
        )
        assert await question == {"complete": True, "id": "m"}
        with pytest.raises(TimedOut):
            await asked.ask("session.ping.request", {}, timeout_s=0.01)
        with pytest.raises(PermissionDenied):
            await asked.ask("device.list.request", {})
        question = asyncio.create_task(asked.ask("session.ping.request", {}))
        await payer.next()
        await payer.next()
    with pytest.raises(HostUnavailable):
        await question


async def test_the_language_of_a_session(served: Served) -> None:
    """H-11: sentences are Korean unless the client's page is read in English."""
    token = await served.desk.token(scopes=["plugin"])
    async with served.connect(token) as korean, served.connect() as english:
        client = {"name": "test", "version": "1", "language": "en"}
        await english.ask("session.open", token=token, client=client)
        said = []
        for one in (korean, english):
            with pytest.raises(Refused) as refused:
                await one.ask("order.get", id="nowhere")
            said.append(refused.value.body["errorMessage"].isascii())
    assert said == [False, True]
