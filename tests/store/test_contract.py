"""What every store has to keep (`service/ports.py`)."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from msgspec import Raw
from msgspec.structs import replace

from jumak.domain.attempt import Attempt, PartPrice
from jumak.domain.caller import Caller, StaffRef
from jumak.domain.catalog import Category
from jumak.domain.errors import DuplicateKey, InvalidState
from jumak.domain.fact import Fact
from jumak.domain.table import TableRecord
from jumak.service.ports import Announcement, OrderQuery, TicketQuery, Transaction
from jumak.store.errors import Unrecorded
from tests.store.conftest import SHOP, Counter
from tests.store.orders import facts_of_add, make_order, make_ticket, paid, revised
from tests.web.waiting import until

OID, OID2, OID3 = (f"{n:032x}" for n in (0xA1, 0xA2, 0xA3))


def add(order, ticket=None):
    def run(tx: Transaction) -> None:
        tx.save_order(order)
        if ticket is not None:
            tx.save_ticket(ticket)
        tx.record(*facts_of_add(order, ticket))

    return run


def update(order, name="order.update"):
    def run(tx: Transaction) -> None:
        tx.save_order(order)
        tx.record(Fact(name, order.id, {"order": {"id": order.id}}))

    return run


def refuse(tx: Transaction) -> None:
    tx.save_order(make_order(OID3))
    tx.put(Category(id=9, title="x", order=1, enabled=True, version=1))
    tx.put_value("p", "storage", "k", "v")
    tx.record(Fact("order.add", OID3, {}))
    raise InvalidState("아니요", "no", reason="NO")


async def test_an_order_comes_back_as_it_was_saved(shop: Counter) -> None:
    """NUM-1: an order, its backing, ticket and facts are there after the commit."""
    order = make_order(OID, table_id=5)
    ticket = make_ticket("t1", order)
    await shop.do(add(order, ticket))
    read = shop.store.reader()
    assert await read.order(OID) == order
    assert await read.ticket("t1") == ticket
    assert list(await read.tickets_of(OID)) == [ticket]
    assert [entry.fact.name for entry in await read.facts(0, 10)] == [
        "order.add",
        "table.order-add",
        "kds.open",
    ]
    assert await read.orders_on_table(5) == [order]
    assert read.seq == 3
    assert shop.commits[0].orders == (order,)
    assert [entry.seq for entry in shop.commits[0].entries] == [1, 2, 3]


async def test_a_refusal_changes_nothing_and_spoils_no_batch(shop: Counter) -> None:
    """A refused command changes nothing; its neighbours in the batch are not touched."""
    results = await shop.batch(add(make_order(OID)), refuse, add(make_order(OID2)))
    assert [type(result.error) for result in results] == [type(None), InvalidState, type(None)]
    read = shop.store.reader()
    assert await read.order(OID3) is None
    assert await read.get(Category, 9) is None
    assert await read.value("p", "storage", "k") is None
    assert [entry.fact.subject for entry in await read.facts(0, 10)] == [OID, OID2]


async def test_later_commands_of_a_batch_see_earlier_ones(shop: Counter) -> None:
    """Reads of a command see the commands before it, committed or not."""
    seen: list[object] = []

    async def look(tx: Transaction) -> None:
        seen.append(await tx.order(OID))
        seen.append(await tx.order_by_key("com.example.qr", "key-1"))
        seen.append(len(await tx.orders(OrderQuery())))
        seen.append(len(await tx.open_orders()))
        seen.append((await tx.tickets(TicketQuery()))[1])
        seen.append(await tx.next_number("A"))
        seen.append((await tx.all(Category)).get(3))

    def first(tx: Transaction) -> None:
        add(order, make_ticket("t1", order))(tx)
        tx.put(category)

    order = make_order(OID, key="key-1")
    category = Category(id=3, title="안주", order=1, enabled=True, version=1)
    await shop.batch(first, look, look)
    assert seen == [order, order, 1, 1, 1, 1, category, order, order, 1, 1, 1, 2, category]


async def test_a_command_sees_its_own_writes(shop: Counter) -> None:
    """Point reads and lists of what is open see the command's own writes."""

    async def run(tx: Transaction) -> None:
        order = make_order(OID, table_id=4, key="mine")
        tx.save_order(order)
        tx.record(*facts_of_add(order))
        assert await tx.orders_on_table(4) == [order]
        assert await tx.order_by_key("com.example.qr", "mine") == order
        tx.save_order(moved := replace(order, table_id=6))
        assert await tx.orders_on_table(4) == []
        assert await tx.orders_on_table(6) == [moved]
        tx.put(TableRecord(id=6, hall_id=1, title="6", version=1))
        assert list(await tx.all(TableRecord)) == [6]
        tx.drop(TableRecord, 6)
        assert await tx.get(TableRecord, 6) is None
        assert list(await tx.all(TableRecord)) == []

    await shop.do(run)


async def test_a_repeated_command_answers_the_same(shop: Counter) -> None:
    """PAY-7: same id and body, same answer and no second effect; other body, conflict."""
    order = make_order(OID)

    def run(tx: Transaction) -> object:
        add(order)(tx)
        return replace(order, backing=None)

    first = await shop.do(run, command_id="c1", body=b'{"a":1}')
    again = await shop.do(run, command_id="c1", body=b'{"a":1}')
    assert again.repeated
    assert again.reply == first.reply
    other = await shop.result(run, command_id="c1", body=b'{"a":2}')
    assert isinstance(other.error, DuplicateKey)
    assert other.error.reason == "COMMAND_KEY_CONFLICT"
    assert shop.store.reader().seq == 1
    assert await shop.store.reader().command_reply("com.example.qr", "c1") == first.reply
    assert await shop.store.reader().command_reply("someone else", "c1") is None


async def test_the_message_is_part_of_a_command(shop: Counter) -> None:
    """PAY-7: the same id and body under another message is a conflict, however alike the names begin."""
    first = shop.command(lambda tx: 1, command_id="c1")
    results = await shop.batch(
        msgspec.structs.replace(first, name="catalog-category.update.request"),
        msgspec.structs.replace(first, name="catalog-category.delete.request"),
    )
    assert results[0].error is None
    assert isinstance(results[1].error, DuplicateKey)


async def test_a_repeat_in_the_same_batch(shop: Counter) -> None:
    """PAY-7: a repeat that overtakes the commit is a repeat too."""
    command = shop.command(add(make_order(OID)), command_id="c1")
    first, second = await shop.batch(command, command)
    assert (first.repeated, second.repeated) == (False, True)
    assert first.reply == second.reply


async def test_a_repeat_after_the_order_changed_answers_the_old_version(shop: Counter) -> None:
    """PAY-7: the stored answer holds the order as it was then, with its table, byte for byte."""
    order = make_order(OID, table_id=2)

    def run(tx: Transaction) -> object:
        add(order)(tx)
        table = {"id": 2, "hallId": 1, "title": "둘"}
        return msgspec.convert(
            {**msgspec.to_builtins(replace(order, backing=None)), "table": table}, type(order)
        )

    first = await shop.do(run, command_id="c1")
    assert b'"table":{' in first.reply
    await shop.do(update(revised(order, memo="창가")))
    assert (await shop.do(run, command_id="c1")).reply == first.reply


async def test_a_refusal_is_not_remembered(shop: Counter) -> None:
    """PAY-7: only what was done is answered again; a refused command may be sent again."""
    assert (await shop.result(refuse, command_id="c1")).error is not None
    assert not (await shop.do(add(make_order(OID)), command_id="c1")).repeated


async def test_answers_are_kept_a_day(shop: Counter) -> None:
    """PAY-7: answers are kept for at least 24 h and go after that."""
    await shop.do(add(make_order(OID)), command_id="c1")
    shop.clock.jump(hours=24)
    await shop.do(add(make_order(OID2)))
    assert await shop.store.reader().command_reply("com.example.qr", "c1") is not None
    shop.clock.jump(hours=2)
    await shop.do(add(make_order(OID3)))

    async def is_gone() -> bool:
        await shop.do(lambda tx: tx.next_number("till"))
        return await shop.store.reader().command_reply("com.example.qr", "c1") is None

    # A database drops it beside the commands, which do not wait for that; while it is still dropping, the next one asks for it.
    await until(is_gone, "the answer is gone")


async def test_an_unrecorded_change_is_a_bug(shop: Counter) -> None:
    """An order may not change for plugins without a fact; its neighbours are not harmed by the bug."""
    order = make_order(OID)
    await shop.do(add(order))
    silent = lambda tx: tx.save_order(revised(order, memo="몰래"))  # noqa: E731
    results = await shop.batch(add(make_order(OID2)), silent, add(make_order(OID3)))
    assert [type(result.error) for result in results] == [type(None), Unrecorded, type(None)]
    assert await shop.store.reader().order(OID) == order
    assert await shop.store.reader().order(OID3) is not None


async def test_what_plugins_do_not_see_needs_no_fact(shop: Counter) -> None:
    """ADD-4: the shop's own side of an order changes without a fact."""
    order = make_order(OID)
    await shop.do(add(order))
    after = replace(order, backing=replace(order.backing, pickup="12"))
    await shop.do(lambda tx: tx.save_order(after))
    assert await shop.store.reader().order(OID) == after


async def test_a_use_case_with_a_bug_is_answered(shop: Counter) -> None:
    """An unexpected exception is that command's error, rolled back like a refusal."""

    def broken(tx: Transaction) -> None:
        tx.save_order(make_order(OID))
        raise ZeroDivisionError

    results = await shop.batch(broken, add(make_order(OID2)))
    assert isinstance(results[0].error, ZeroDivisionError)
    assert await shop.store.reader().order(OID) is None
    assert await shop.store.reader().order(OID2) is not None


async def test_order_keys(shop: Counter) -> None:
    """NUM-2: a key finds its order until that is cancelled; owners do not share keys."""
    order = make_order(OID, key="k")
    await shop.do(add(order))

    async def by_key(tx: Transaction) -> object:
        found = await tx.order_by_key("com.example.qr", "k")
        return None if found is None else found.id

    async def other(tx: Transaction) -> object:
        return await tx.order_by_key("someone else", "k")

    assert b'"value":"' + OID.encode() in (await shop.do(by_key)).reply
    assert b'"value":null' in (await shop.do(other)).reply
    cancelled = revised(order, order_state="CANCELLED")
    again = make_order(OID2, key="k")
    await shop.batch(update(cancelled, "order.cancel"), by_key, add(again))
    assert b'"value":"' + OID2.encode() in (await shop.do(by_key)).reply


async def test_payment_keys(shop: Counter) -> None:
    """PAY-6: a payment is found by id, and by its recorder's key, cancelled ones included."""
    order = make_order(OID)
    await shop.do(add(order))
    after = paid(order, "p1", 10_000, key="pk")

    async def look(tx: Transaction) -> object:
        found = await tx.payment_by_key("till-1", "pk")
        assert found == (after, "p1")
        assert await tx.payment_by_key("other", "pk") is None
        return (await tx.order_of_payment("p1")).id  # type: ignore[union-attr]  # it is there

    results = await shop.batch(
        lambda tx: (
            tx.save_order(after),
            tx.record(Fact("payment.paid", "p1", {"payment": {"id": "p1"}, "order": {"id": OID}})),
        ),
        look,
    )
    assert [result.error for result in results] == [None, None]
    assert (await shop.do(look)).error is None
    assert await shop.store.reader().order_of_payment("p1") == after
    assert await shop.store.reader().order_of_payment("p2") is None


async def test_what_is_open(shop: Counter) -> None:
    """ORD-8: open is REQUESTED, OPENED, or COMPLETED owing money or holding a table."""
    orders = {
        "requested": make_order("1", state="REQUESTED"),
        "opened": make_order("2"),
        "owing": make_order("3", state="COMPLETED"),
        "holding": paid(make_order("4", state="COMPLETED", table_id=1), "p4", 110_000),
        "done": paid(make_order("5", state="COMPLETED"), "p5", 110_000),
        "cancelled": make_order("6", state="CANCELLED"),
    }
    left = paid(make_order("7", state="COMPLETED", table_id=1), "p7", 110_000)
    orders["released"] = replace(left, backing=replace(left.backing, released=True))
    await shop.batch(*[add(order) for order in orders.values()])
    found = await shop.store.reader().open_orders()
    assert [order.id for order in found] == ["1", "2", "3", "4"]


async def test_numbers_are_never_given_twice(shop: Counter) -> None:
    """NUM-3: counters rise across batches."""
    count = lambda tx: tx.next_number("2026-02-01")  # noqa: E731
    results = await shop.batch(count, count)
    results += await shop.batch(count)
    assert [msgspec.json.decode(result.reply)["value"] for result in results] == [1, 2, 3]


async def test_values_and_secrets(shop: Counter) -> None:
    """A plugin's texts are its own; deleting works within a batch and after it."""

    def keep(tx: Transaction) -> None:
        tx.put_value("p", "storage", "k", "값")
        tx.put_value("p", "secret", "k", "비밀")

    async def look(tx: Transaction) -> object:
        return [await tx.value("p", "storage", "k"), await tx.value("p", "secret", "k")]

    results = await shop.batch(keep, look)
    assert msgspec.json.decode(results[1].reply)["value"] == ["값", "비밀"]
    read = shop.store.reader()
    assert await read.value("p", "secret", "k") == "비밀"
    assert await read.value("q", "storage", "k") is None
    await shop.do(lambda tx: tx.put_value("p", "storage", "k", None))
    assert await shop.store.reader().value("p", "storage", "k") is None


async def test_personal_data_can_be_erased(shop: Counter) -> None:
    """SEC-4: personal data stands beside the journal and can be erased."""
    await shop.do(lambda tx: tx.put_personal("w1", {"phone": "01012345678"}))
    assert await shop.store.reader().personal("w1") == {"phone": "01012345678"}
    await shop.do(lambda tx: tx.put_personal("w1", None))
    assert await shop.store.reader().personal("w1") is None


async def test_settings_of_the_shop(shop: Counter) -> None:
    """OFF-4: settings are replaced as a whole; the next command and reader see them."""
    after = replace(SHOP, name="새 주막", version=2)
    results = await shop.batch(
        lambda tx: (tx.put_shop(after), tx.record(Fact("shop.update", "1"))), lambda tx: tx.shop.name
    )
    assert msgspec.json.decode(results[1].reply)["value"] == "새 주막"
    assert shop.store.reader().shop == after


async def test_who_did_it(shop: Counter) -> None:
    """SEC-2: the journal names identity, device, person and command of each fact."""
    person = StaffRef(id="s1", name="김", role="cashier")
    till = Caller(id="till-1", kind="device", name="Till", device_id="d1", staff=person)
    await shop.do(add(make_order(OID)), caller=till, command_id="c9")
    entry = (await shop.store.reader().facts(0, 1))[0]
    assert (entry.caller, entry.kind, entry.device, entry.staff, entry.command) == (
        "till-1",
        "device",
        "d1",
        "s1",
        "c9",
    )
    assert entry == shop.commits[0].entries[0]


async def test_replies_come_in_order_and_before_listeners(shop: Counter) -> None:
    """H-30: replies leave in order once they are on disk, listeners hear after them."""
    heard: list[str] = []
    done = asyncio.get_running_loop().create_future()
    shop.store.on_commit(lambda committed: done.set_result(heard.append("commit")))
    for name, do in (("a", add(make_order(OID))), ("b", refuse), ("c", add(make_order(OID2)))):
        shop.store.submit(shop.command(do), lambda result, name=name: heard.append(name))
    assert heard == []
    await done
    assert heard == ["a", "b", "c", "commit"]


async def test_announcements_need_no_commit(shop: Counter) -> None:
    """Carts and unicasts are told after the command and never replayed."""
    await shop.do(lambda tx: tx.announce(Announcement(name="draft-order.change.event", data={})))
    assert [committed.announcements[0].name for committed in shop.commits] == ["draft-order.change.event"]
    assert await shop.store.reader().facts(0, 10) == []


async def test_facts_by_name(shop: Counter) -> None:
    """Wire §9: facts after a number, in order, of the names asked for."""
    order = make_order(OID, table_id=1)
    await shop.do(add(order, make_ticket("t", order)))
    read = shop.store.reader()
    assert [entry.seq for entry in await read.facts(1, 10)] == [2, 3]
    assert [entry.seq for entry in await read.facts(0, 10, ["kds.open", "order.add"])] == [1, 3]
    assert [entry.seq for entry in await read.facts(0, 1, ["kds.open", "order.add"])] == [1]
    assert [entry.seq for entry in await read.facts(0, -1)] == [1, 2, 3]


async def test_the_journal_of_one_order(shop: Counter) -> None:
    """SEC-2: every fact that names the order, once, newest first, with what it made of the order."""
    order, other = make_order(OID), make_order(OID2)
    ticket = make_ticket("t1", order)
    changed = revised(order, memo="창가")
    merged = Fact("table.merge", "1", {"from": {"order": {"id": OID2}}, "to": {"order": {"id": OID}}})
    bumped = Fact("kds.bump", "t1", {"kdsOrder": {"id": "t1"}, "order": OID})

    def together(tx: Transaction) -> None:
        update(changed)(tx)
        tx.record(merged, bumped, Fact("table.clear", "1", {"table": {"id": 1}}))

    await shop.batch(add(order, ticket), add(other), together)
    read = shop.store.reader()
    story = await read.journal_of(OID, limit=10)
    assert [(each.entry.seq, each.entry.fact.name) for each in story] == [
        (6, "kds.bump"),
        (5, "table.merge"),
        (4, "order.update"),
        (2, "kds.open"),
        (1, "order.add"),
    ]
    entries = {entry.seq: entry for entry in await read.facts(0, 10)}
    assert [each.entry for each in story] == [entries[each.entry.seq] for each in story]
    assert [each.entry.seq for each in await read.journal_of(OID2, limit=10)] == [5, 3]
    bare = [replace(each, backing=None) for each in (order, changed)]
    assert [(each.before, each.after) for each in story if each.after is not None] == [
        (bare[0], bare[1]),
        (None, bare[0]),
    ]


async def test_pages_of_the_journal_of_an_order(shop: Counter) -> None:
    """SEC-2: pages go on before a number; each knows the version before its first change."""
    order = make_order(OID)
    await shop.do(add(order))
    versions = [order]
    for number in range(6):
        versions.append(revised(versions[-1], memo=f"{number}"))
        await shop.batch(add(make_order(f"{0xB0 + number:032x}")), update(versions[-1]))
    read = shop.store.reader()
    whole = await read.journal_of(OID, limit=100)
    assert [each.entry.seq for each in whole] == [13, 11, 9, 7, 5, 3, 1]
    pages: list[object] = []
    before = None
    while page := await read.journal_of(OID, limit=2, before=before):
        pages += page
        before = page[-1].entry.seq
    assert pages == list(whole)
    assert await read.journal_of(OID, limit=10, before=1) == []
    assert await read.journal_of(OID3, limit=10) == []


async def test_the_journal_of_an_order_within_a_command(shop: Counter) -> None:
    """A command reads of an order what is committed, not what its own batch is about to."""
    order = make_order(OID)
    await shop.do(add(order))
    seen: list[int] = []

    async def look(tx: Transaction) -> None:
        await tx.orders(OrderQuery())  # writes the batch into the open transaction
        seen.extend([each.entry.seq for each in await tx.journal_of(OID, limit=10)])

    await shop.batch(update(revised(order, memo="창가")), look)
    assert seen == [1]


async def test_pages_put_no_table_in(shop: Counter) -> None:
    """Orders without a table leave as stored bytes, the others as values to put the table in."""
    await shop.batch(add(make_order("1")), add(make_order("2", table_id=3)))
    with_table, without = await shop.store.reader().orders(OrderQuery())
    assert isinstance(without, Raw)
    assert msgspec.json.decode(without)["id"] == "1"
    assert with_table == make_order("2", table_id=3)


async def test_ticket_lists(shop: Counter) -> None:
    """KDS-11: filters are AND-ed, oldest first, with the number of all that match."""
    order = make_order(OID)
    tickets = [make_ticket(f"t{n}", order) for n in range(5)]
    tickets[1] = replace(tickets[1], state="COMPLETED")

    def run(tx: Transaction) -> None:
        add(order)(tx)
        for ticket in tickets:
            tx.save_ticket(ticket)

    await shop.do(run)
    read = shop.store.reader()
    assert await read.tickets(TicketQuery(size=2, page=2)) == (tickets[2:4], 5)
    assert await read.tickets(TicketQuery(states=("OPENED",), size=2, page=2)) == (tickets[3:5], 4)
    assert await read.tickets(TicketQuery(ids=("t1", "t3"), states=("COMPLETED",))) == ([tickets[1]], 1)
    assert (await read.tickets(TicketQuery(order_ids=(OID,), item_ids=(102,))))[1] == 5
    assert await read.tickets(TicketQuery(category_ids=(99,))) == ([], 0)
    assert await read.tickets(TicketQuery(page=9)) == ([], 5)
    assert await read.open_tickets() == [tickets[0], *tickets[2:]]
    assert await read.open_tickets((OID, "nobody")) == [tickets[0], *tickets[2:]]
    assert await read.open_tickets(()) == []

    async def moved(tx: Transaction) -> None:
        tx.save_ticket(replace(tickets[2], order_id="other"))
        assert await tx.open_tickets({OID}) == [tickets[0], *tickets[3:]]
        assert [ticket.id for ticket in await tx.open_tickets({"other"})] == [tickets[2].id]
        tx.save_ticket(tickets[2])

    await shop.do(moved)
    await shop.do(lambda tx: tx.save_ticket(replace(tickets[0], state="COMPLETED")))
    assert (await shop.store.reader().tickets(TicketQuery(states=("COMPLETED",))))[1] == 2
    await shop.do(lambda tx: tx.save_ticket(tickets[1 - 1]))
    assert await shop.store.reader().open_tickets() == [tickets[0], *tickets[2:]]


async def test_a_use_case_may_not_wait_for_the_world(shop: Counter) -> None:
    """A command runs to its end in one go; one that waits for something else is refused."""

    async def waits(tx: Transaction) -> None:
        await asyncio.sleep(0)

    assert isinstance((await shop.result(waits)).error, RuntimeError)


async def test_nothing_is_taken_after_close(shop: Counter) -> None:
    """A closing shop finishes what is queued and takes nothing more."""
    results: list[object] = []
    shop.store.submit(shop.command(add(make_order(OID))), results.append)
    await shop.store.close()
    assert len(results) == 1
    with pytest.raises(Exception, match="closing"):
        shop.store.submit(shop.command(refuse), results.append)


def _attempt(attempt_id: str, order_id: str, state: str = "SENT") -> Attempt:
    price = PartPrice(amount_money=1_000, tax_money=91, supply_money=909, tip_money=0, tax_exempt_money=0)
    about = {"tender": "CARD", "amount": 1_000, "price": price, "caller": "till", "at_ms": 1}
    return Attempt(id=attempt_id, order_id=order_id, state=state, **about)


async def test_documents_of_an_order_are_found_by_it(shop: Counter) -> None:
    """NET-5: those that name the order, and those without an end, as they are within the command, within its batch and once committed."""
    seen: list[list[tuple[str, str]]] = []

    def ids(found) -> list[tuple[str, str]]:
        return sorted((each.id, each.state) for each in found)

    async def begin(tx: Transaction) -> None:
        for name, of in (("a", OID), ("b", OID), ("c", OID2)):
            tx.put(_attempt(name, of))
        tx.record(Fact("attempt.start", OID, {}))
        seen.append(ids(await tx.of_order(Attempt, OID)))

    async def go_on(tx: Transaction) -> None:
        tx.put(_attempt("a", OID, "APPROVED"))
        tx.drop(Attempt, "b")
        tx.put(_attempt("c", OID))
        tx.record(Fact("attempt.start", OID, {}))
        seen.append(ids(await tx.of_order(Attempt, OID)))
        seen.append(ids(await tx.of_order(Attempt, OID2)))
        seen.append(ids(await tx.unfinished(Attempt)))

    assert [each.error for each in await shop.batch(begin, go_on)] == [None, None]
    after = [("a", "APPROVED"), ("c", "SENT")]
    assert seen == [[("a", "SENT"), ("b", "SENT")], after, [], [("c", "SENT")]]
    assert ids(await shop.store.reader().of_order(Attempt, OID)) == after
    assert ids(await shop.store.reader().of_order(Attempt, OID2)) == []
    assert ids(await shop.store.reader().unfinished(Attempt)) == [("c", "SENT")]
