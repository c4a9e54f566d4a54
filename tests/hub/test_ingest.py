"""What the hub does with messages that come twice, out of order, in pieces, or from somewhere else."""

from __future__ import annotations

import random

from msgspec.structs import replace

from jumak.feed.messages import Facts
from jumak.hub.ingest import ingest
from jumak.hub.report import resume
from jumak.store.shipping import WholeFact
from jumak.store.sqlite.shipping import JournalShipper
from tests.hub.chain import Branch, Chain


def cut(branch: Branch, size: int) -> list[Facts]:
    """A shop's journal in messages of so many facts, commits cut wherever that is."""
    shipper = JournalShipper(branch.folder)
    messages, after = [], 0
    while (shipment := shipper.after(after, size, 10**9)).facts:
        messages.append(Facts(branch.name, shipper.newest(), tuple(shipment.facts), tuple(shipment.commits)))
        after = shipment.facts[-1].seq
    shipper.close()
    return messages


async def test_doubled_reordered_and_overlapping_messages(pools: Chain):
    """Whatever the order, each fact is written once; what lies ahead waits for what is before it."""
    async with pools.branch("gangnam") as branch:
        await branch.sell(8)
        await pools.meet(branch)
        messages = [*cut(branch, 7), *cut(branch, 11), *cut(branch, 50)]
        chance = random.Random(5)
        chance.shuffle(messages)
        for _ in range(100):
            batch = chance.sample(messages, 9)
            outcomes = await ingest(pools.pool, batch)
            assert set(outcomes) <= {"written", "known", "ahead"}
        # Whatever is still ahead comes in the end.
        for message in cut(branch, 50):
            assert await ingest(pools.pool, [message]) in (["written"], ["known"])
        await branch.check()


async def test_a_journal_that_was_tampered_with_is_refused(pools: Chain):
    """SEC-2: a fact changed on the way, or a journal that is another one, stops that shop alone and writes nothing."""
    async with pools.branch("gangnam") as one, pools.branch("busan", seed=2) as two:
        await one.sell(3)
        await two.sell(3, seed=2)
        first, second, *_ = cut(one, 60)
        assert await ingest(pools.pool, [first]) == ["stranger"]
        await pools.meet(one)
        await pools.meet(two)
        changed = replace(
            second,
            facts=tuple(
                fact._replace(data=fact.data.replace(b'"version":1', b'"version":2')) for fact in second.facts
            ),
        )
        assert changed != second
        theirs = cut(two, 10_000)
        assert await ingest(pools.pool, [first, changed, *theirs]) == ["refused", "refused", "written"]
        await two.check()
        assert await pools.last_seq("gangnam") == 0
        assert "is not what the shop wrote" in await trouble(pools, "gangnam")
        assert await ingest(pools.pool, [first]) == ["refused"]
        # Another shop by the same name.
        assert await ingest(pools.pool, [replace(message, shop="busan") for message in cut(one, 10_000)]) == [
            "refused"
        ]
        assert "two shops have this name" in await trouble(pools, "busan")
        await two.check()


async def test_facts_that_cannot_be_written_stop_their_shop_alone(pools: Chain):
    """A shop that sends rubbish costs its own copy, never another's."""
    async with pools.branch("gangnam") as one, pools.branch("busan", seed=2) as two:
        await pools.meet(one)
        await pools.meet(two)
        rubbish = [
            replace(
                message, facts=tuple(fact._replace(state=b"\xc1", withheld=True) for fact in message.facts)
            )
            for message in cut(one, 10_000)
        ]
        far = replace(rubbish[0], newest=2**63)
        rubbish.append(replace(far, facts=tuple(fact._replace(state=None, at=2**62) for fact in far.facts)))
        outcomes = await ingest(pools.pool, [*rubbish, *cut(two, 10_000)])
        assert outcomes[: len(rubbish)] == ["refused"] * len(rubbish)
        assert set(outcomes[len(rubbish) :]) == {"written"}
        assert "cannot be written" in await trouble(pools, "gangnam")
        await two.check()
        assert await resume(pools.pool, "gangnam")
        assert set(await ingest(pools.pool, cut(one, 10_000))) == {"written"}
        await one.check()


async def test_an_older_copy_that_was_put_back_is_noticed(pools: Chain):
    """SEC-2: its new facts have numbers the hub has seen; they are not taken for doubled ones."""
    async with pools.branch("gangnam") as branch:
        await branch.sell(3)
        await pools.meet(branch)
        messages = cut(branch, 10_000)
        assert set(await ingest(pools.pool, messages)) == {"written"}
        *_, last = messages
        ends = {end.last_seq for end in last.commits}
        between = next(fact.seq for fact in reversed(last.facts) if fact.seq not in ends)
        other = replace(
            last,
            facts=tuple(fact for fact in last.facts if fact.seq <= between),
            commits=(last.commits[0]._replace(last_seq=between),),
        )
        assert await ingest(pools.pool, [other]) == ["refused"]
        assert "an older copy was put back" in await trouble(pools, "gangnam")


async def trouble(hub: Chain, shop: str) -> str:
    return await hub.pool.fetchval("SELECT trouble FROM shops WHERE shop = $1", shop) or ""


async def test_what_is_private_stays_in_the_shop(pools: Chain):
    """SEC-1, SEC-4: no PIN, token or personal data is in what leaves, and the chain of hashes goes on around it."""
    async with pools.branch("gangnam") as branch:
        await branch.shop.request(
            "waiting.add.request",
            {"name": "홍길동", "phone": "010-1234-5678", "numGuests": 2},
        )
        facts: list[WholeFact] = [fact for message in cut(branch, 10_000) for fact in message.facts]
        assert any(fact.withheld for fact in facts)
        shipper = JournalShipper(branch.folder)
        bodies = shipper.bodies(facts)
        shipper.close()
        for secret in (b"pinHash", b"pin_hash", b"1234-5678", "홍길동".encode()):
            assert not any(secret in body for body in bodies)
            assert not any(secret in fact.data for fact in facts)
