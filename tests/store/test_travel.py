"""Time travel, patches, the hash chain: the journal as the truth."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.catalog import Category
from jumak.domain.fact import Fact
from jumak.domain.order.types import Order
from jumak.service.ports import Transaction
from jumak.store.codec import public, to_json
from jumak.store.errors import ShopInUse, StoreError
from jumak.store.export import export
from jumak.store.patch import apply, canonical, difference
from jumak.store.postgres import PostgresStore
from jumak.store.postgres.whole import whole_shop
from jumak.store.sqlite.backup import DamagedBackup, backup, restore
from jumak.store.sqlite.check import check
from jumak.store.sqlite.export import export as export_file
from jumak.store.sqlite.file import FILE_NAME, create_file
from jumak.store.sqlite.migrations.upgrade import upgrade
from jumak.store.sqlite.travel import order_at
from tests.store.conftest import SHOP, Counter, findings, opened
from tests.store.orders import START, make_line, make_order, make_ticket, paid, revised
from tests.store.test_contract import OID, OID2, OID3, add, update
from tests.store.test_durable import assert_private


@st.composite
def next_version(draw: st.DrawFn, order: Order) -> Order:
    """A change of any kind a use case could make."""
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return revised(order, memo=draw(st.sampled_from([None, "창가", "빨리"])))
    if kind == 1:
        return revised(
            order,
            table_id=draw(st.sampled_from([None, 1, 2])),
            num_guests=draw(st.none() | st.integers(1, 9)),
        )
    if kind == 2 and len(order.line_items) > 1:
        index = draw(st.integers(0, len(order.line_items) - 1))
        return revised(order, line_items=order.line_items[:index] + order.line_items[index + 1 :])
    if kind == 3:
        number = draw(st.integers(20, 40))
        lines = {line.id: line for line in order.line_items} | {(n := make_line(order.id, number)).id: n}
        return revised(order, line_items=tuple(lines.values()))
    if kind == 4:
        return revised(order, line_items=tuple(draw(st.permutations(order.line_items))))
    return revised(order, order_state=draw(st.sampled_from(["OPENED", "COMPLETED", "CANCELLED"])))


@given(st.data())
@settings(max_examples=60, deadline=None)
async def test_every_version_comes_back_byte_for_byte(data: st.DataObject) -> None:
    """OFF-a: replaying the journal gives each version an order ever had, by number and by instant."""
    shop = opened(None)
    order = make_order(OID, lines=3)
    await shop.do(add(order))
    history = [(1, shop.clock.at, to_json(public(order)))]
    for step in range(data.draw(st.integers(0, 6))):
        shop.clock.jump(minutes=1)
        order = data.draw(next_version(order))
        if step == 2:
            order = paid(order, f"p{step}", 100)
        await shop.batch(update(order), add(make_order(f"{step:032x}", number=f"B-{step}")))
        history.append((shop.store.memory.order(OID).fact, shop.clock.at, to_json(public(order))))
    connection = shop.store._connection
    for seq, at, document in history:
        assert order_at(connection, OID, seq=seq) == document
        assert order_at(connection, OID, at=at) == document
        assert order_at(connection, OID, at=at + timedelta(seconds=59)) == document
    assert order_at(connection, OID) == history[-1][2]
    assert order_at(connection, OID, seq=0) is None
    assert order_at(connection, OID, at=START - timedelta(days=1)) is None
    assert order_at(connection, "unknown") is None
    await shop.store.close()


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_patch_makes_the_new_version_of_the_old(data: st.DataObject) -> None:
    """OFF-a: apply(old, difference(old, new)) = new, bytes included; equal versions have no difference."""
    old = make_order(OID, lines=4, memo="m")
    new = old
    for _ in range(data.draw(st.integers(0, 3))):
        new = data.draw(next_version(new))
    patch = difference(old, new)
    before = msgspec.json.decode(to_json(public(old)))
    if patch is None:
        assert public(old) == public(new)
    else:
        after = apply(before, msgspec.json.decode(to_json(patch)))
        assert canonical(after) == to_json(public(new))
    assert difference(new, new) is None


async def some_history(shop: Counter) -> None:
    order = make_order(OID, table_id=1, key="k1")
    category = Category(id=3, title="안주", order=1, enabled=True, version=1)
    await shop.do(add(order, make_ticket("t1", order)), command_id="c1")
    await shop.batch(
        update(paid(order, "p1", 10_000), "payment.paid"),
        lambda tx: (tx.put(category), tx.record(Fact("category.add", "3", {}))),
    )
    second = make_order(OID2, number="A-002")
    await shop.do(add(second, make_ticket("t2", second)))
    after = replace(SHOP, name="새 주막", version=2)
    await shop.do(lambda tx: (tx.put_shop(after), tx.record(Fact("shop.update", "1"))))


async def test_a_sound_shop_has_no_findings(file_shop: Counter) -> None:
    """MON-a, KDS-a, OFF-a: check finds nothing wrong in a shop nobody tampered with, also while it runs."""
    await some_history(file_shop)
    assert check(file_shop.folder) == []
    await file_shop.store.close()
    assert check(file_shop.folder / FILE_NAME) == []


TAMPERED: dict[str, tuple[str, str]] = {
    "a changed fact": ("UPDATE journal SET data = '{}' WHERE seq = 1", "journal"),
    "a renamed fact": ("UPDATE journal SET name = 'order.cancel' WHERE seq = 1", "journal"),
    "a moved fact": ("UPDATE journal SET at = at + 1 WHERE seq = 2", "journal"),
    "a missing fact": ("DELETE FROM journal WHERE seq = 2", "journal"),
    "a missing last fact": ("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)", "journal"),
    "a missing commit": ("DELETE FROM commits WHERE last_seq = (SELECT min(last_seq) FROM commits)", "journal"),
    "another actor": ("UPDATE actors SET caller = 'somebody'", "journal"),
    "a changed commit": ("UPDATE commits SET hash = zeroblob(32) WHERE last_seq = 3", "journal"),
    "a fact added": (
        "INSERT INTO journal SELECT seq + 1, at, name, subject, actor, command, data, NULL FROM journal"
        " ORDER BY seq DESC LIMIT 1",
        "commits",
    ),
    "an order's document": (f"UPDATE orders SET doc = (SELECT doc FROM orders WHERE id <> '{OID}') WHERE id = '{OID}'", "orders"),
    "an order's state": (f"UPDATE orders SET state = 2 WHERE id = '{OID}'", "orders"),
    "an order's number": (f"UPDATE orders SET number = 'Z-9' WHERE id = '{OID}'", "orders"),
    "a broken document": (f"UPDATE orders SET doc = x'00' WHERE id = '{OID}'", "orders"),
    "a missing payment": ("DELETE FROM payments", "payments"),
    "a payment of nobody": ("INSERT INTO payments VALUES ('px', 1, 1, 'x')", "payments"),
    "a ticket's document": ("UPDATE tickets SET doc = (SELECT doc FROM tickets WHERE id = 't2') WHERE id = 't1'", "tickets"),
    "a missing ticket": ("DELETE FROM tickets WHERE id = 't1'", "tickets"),
    "a ticket's state": ("UPDATE tickets SET state = 1 WHERE id = 't1'", "tickets"),
    "a document": ("UPDATE documents SET doc = (SELECT doc FROM tickets LIMIT 1) WHERE kind = 'category'", "documents"),
    "counts": ("UPDATE slots SET s1 = s1 + 1 WHERE kind = 0", "slots"),
    "settings": ("UPDATE shop SET value = replace(CAST(value AS TEXT), '새 주막', '딴 주막') WHERE name = 'settings'", "shop"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
async def test_tampering_is_found(file_shop: Counter, what: str) -> None:
    """SEC-2: a change behind the program's back is found in every table, naming the row."""
    await some_history(file_shop)
    await file_shop.store.close()
    sql, table = TAMPERED[what]
    with sqlite3.connect(file_shop.folder / FILE_NAME) as connection:
        connection.execute(sql)
    connection.close()
    findings = check(file_shop.folder)
    assert table in {finding.table for finding in findings}, [str(finding) for finding in findings]


def spoil_paid(order: Order) -> Order:
    return replace(order, payment_price=replace(order.payment_price, payment_paid_value=5))


def spoil_price(order: Order) -> Order:
    price = order.charge_price
    return replace(
        order,
        charge_price=replace(
            price,
            charge_tax_value=price.charge_tax_value + 1,
            charge_supply_value=price.charge_supply_value - 1,
        ),
    )


def spoil_state(order: Order) -> Order:
    return replace(order, state="PAID", payment_state="PAID")


@pytest.mark.parametrize("spoil", [spoil_paid, spoil_price, spoil_state])
async def test_wrong_money_is_found(kept_shop: Counter, spoil: Callable[[Order], Order]) -> None:
    """MON-a, ORD-1: amounts and states that do not follow from lines and payments are found."""
    await kept_shop.do(add(spoil(make_order(OID))))
    assert [finding.row for finding in await findings(kept_shop)] == [OID]


async def test_orders_older_than_the_settings_are_sound(kept_shop: Counter) -> None:
    """MON-b: an order follows from the settings of its time, also when those were the founding ones."""
    await kept_shop.do(add(make_order(OID)))
    after = replace(SHOP, vat_rate_percent=0, version=2)
    await kept_shop.do(lambda tx: (tx.put_shop(after), tx.record(Fact("shop.update", "1"))))
    assert await findings(kept_shop) == []


async def test_two_orders_with_one_number_are_found(kept_shop: Counter) -> None:
    """OFF-a: no two orders share a number in a business day."""
    await kept_shop.batch(add(make_order(OID)), add(make_order(OID2)))
    assert [finding.row for finding in await findings(kept_shop)] == ["2026-02-01 A-001"]


async def test_a_ledger_that_does_not_add_up_is_found(kept_shop: Counter) -> None:
    """KDS-a: tickets of a line add up to what was ordered."""
    order = make_order(OID)
    ticket = make_ticket("t1", order)
    wrong = replace(ticket, lines=(replace(ticket.lines[0], current=1_000), *ticket.lines[1:]))
    await kept_shop.do(add(order, wrong))
    assert [str(finding).startswith(f"tickets {OID}") for finding in await findings(kept_shop)] == [True]


async def test_a_split_moves_the_ledger(kept_shop: Counter) -> None:
    """KDS-a: a split moves a line's tally without a ticket; check does not call that wrong."""
    order = make_order(OID)
    await kept_shop.do(add(order, make_ticket("t1", order)))
    kept_shop.clock.jump(seconds=1)
    kept = revised(order, backing=replace(order.backing, tallies=order.backing.tallies[:1]), memo="half")
    kept = replace(
        kept, backing=replace(kept.backing, tallies=(replace(kept.backing.tallies[0], ordered=1_000),))
    )

    def split(tx: Transaction) -> None:
        update(kept)(tx)
        add(make_order(OID2, number="A-002"))(tx)

    await kept_shop.do(split)
    assert await findings(kept_shop) == []


async def test_a_backup_while_writing(file_shop: Counter, tmp_path: Path) -> None:
    """OFF-1: a copy made in the middle of the day is one whole moment of it, and opens as a shop."""
    shop = file_shop
    await some_history(shop)
    await shop.do(lambda tx: tx.put_value("p", "secret", "k", "비밀"))
    steps: list[tuple[int, int]] = []
    running = [shop.command(add(make_order(f"{n:032x}", number=f"B-{n}"))) for n in range(30)]
    for command in running[:15]:
        shop.store.submit(command, lambda result: None)
    backup(shop.folder, tmp_path / "copy.db", lambda done, total: steps.append((done, total)))
    await shop.batch(*running[15:])
    assert steps[-1][0] == steps[-1][1] > 0
    assert check(tmp_path / "copy.db") == []
    with pytest.raises(StoreError, match="exists"):
        backup(shop.folder, tmp_path / "copy.db")
    restore(tmp_path / "copy.db", tmp_path / "second")
    assert check(tmp_path / "second") == []
    with pytest.raises(ShopInUse):
        restore(tmp_path / "copy.db", shop.folder)
    before = shop.store.reader().seq
    await shop.store.close()
    (shop.folder / "secret.key").write_bytes(b"another shop's key")
    restore(tmp_path / "copy.db", shop.folder)
    assert (shop.folder / "secret.key.before-restore").read_bytes() == b"another shop's key"
    assert_private(tmp_path / "second")
    assert_private(shop.folder)
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    shop.folder = tmp_path / "second"
    shop = await shop.reopened()
    assert shop.store.reader().seq < before
    assert await shop.store.reader().value("p", "secret", "k") == "비밀"
    await shop.do(add(make_order(OID3, number="C-1")))
    await shop.store.close()
    assert check(tmp_path / "second") == []


async def test_a_damaged_backup_is_not_put_back(file_shop: Counter, tmp_path: Path) -> None:
    """A copy that breaks what always holds is refused and names what is wrong."""
    await some_history(file_shop)
    backup(file_shop.folder, tmp_path / "copy.db")
    with sqlite3.connect(tmp_path / "copy.db") as connection:
        connection.execute("UPDATE journal SET data = '{}'")
    connection.close()
    with pytest.raises(DamagedBackup, match="journal"):
        restore(tmp_path / "copy.db", tmp_path / "second")
    assert not (tmp_path / "second").exists()


async def test_the_export_is_complete_and_holds_no_secret(kept_shop: Counter) -> None:
    """SEC-4: orders, tickets, documents and journal as JSON lines; no secret, no personal data."""
    await some_history(kept_shop)

    def private(tx: Transaction) -> None:
        tx.put_personal("w", {"phone": "01012341234"})
        tx.put_value("p", "storage", "k", "stored-text")

    await kept_shop.do(private)
    out, steps = io.BytesIO(), []
    written = await exported(kept_shop, out, lambda done, total: steps.append((done, total)))
    lines = [msgspec.json.decode(line) for line in out.getvalue().splitlines()]
    assert len(lines) == written == steps[-1][0]
    counted = {
        kind: sum(line["type"] == kind for line in lines) for kind in ("shop", "order", "ticket", "document")
    }
    assert counted == {"shop": 1, "order": 2, "ticket": 2, "document": 1}
    assert [line["seq"] for line in lines if line["type"] == "fact"] == list(range(1, 9))
    assert b"01012341234" not in out.getvalue()
    assert b"stored-text" not in out.getvalue()


async def exported(shop: Counter, out: BinaryIO, progress: Callable[[int, int], None]) -> int:
    if isinstance(shop.store, PostgresStore):
        async with whole_shop(shop.store.database, shop.store.memory.shop_id) as whole:
            return await export(whole, out, progress)
    assert shop.folder is not None
    return export_file(shop.folder, out, progress)


def test_a_baseline_file_upgrades_to_what_a_fresh_file_is(tmp_path: Path) -> None:
    """A file of version 1, upgraded to head, has the schema and version of a fresh file; its copy stays."""
    old, fresh = tmp_path / "old.db", tmp_path / "fresh.db"
    baseline = (Path(__file__).parent / "baseline.sql").read_text("utf-8")
    connection = sqlite3.connect(old)
    connection.executescript(f"{baseline} PRAGMA user_version = 1;")
    connection.close()
    create_file(fresh, SHOP)
    upgrade(old)
    assert schema_of(old) == schema_of(fresh)
    assert (tmp_path / "old.db.v1").exists()


async def test_an_old_file_gets_the_history_of_its_orders(file_shop: Counter) -> None:
    """SEC-2: a shop of version 1 finds the facts of each order after it was opened; a broken upgrade starts anew."""
    order, other = make_order(OID), make_order(OID2, table_id=3, number="A-002")
    await file_shop.batch(add(order, make_ticket("t1", order)), add(other))
    await file_shop.do(update(revised(order, memo="창가")))
    before = await stories(file_shop)
    await file_shop.store.close()
    assert file_shop.folder is not None
    file = file_shop.folder / FILE_NAME
    connection = sqlite3.connect(file)
    connection.executescript("DROP TABLE order_facts; PRAGMA user_version = 1;")
    connection.close()
    assert check(file) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jumak.store.journal.orders_named", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await file_shop.reopened()
    assert schema_of(file)[0] == 1
    again = await file_shop.reopened()
    assert await stories(again) == before
    await again.do(update(revised(other, memo="빨리")))
    assert [each.entry.fact.name for each in await again.store.reader().journal_of(OID2, limit=9)] == [
        "order.update",
        "order.add",
    ]
    await again.store.close()
    assert check(file) == []


async def stories(shop: Counter) -> list[object]:
    """What each order's history says."""
    read = shop.store.reader()
    return [await read.journal_of(order_id, limit=100) for order_id in (OID, OID2)]


@pytest.mark.parametrize(
    "damage",
    ["DELETE FROM order_facts WHERE fact = 2", "INSERT INTO order_facts SELECT seq, 99 FROM orders LIMIT 1"],
)
async def test_check_finds_a_wrong_history(file_shop: Counter, damage: str) -> None:
    """SEC-2: an order's history lacks no fact that names it and has none beside."""
    order = make_order(OID)
    await file_shop.do(add(order))
    await file_shop.do(update(revised(order, memo="창가")))
    await file_shop.store.close()
    assert file_shop.folder is not None
    connection = sqlite3.connect(file_shop.folder / FILE_NAME)
    connection.execute(damage)
    connection.commit()
    connection.close()
    assert [finding.table for finding in check(file_shop.folder)] == ["order_facts"]


def schema_of(path: Path) -> tuple[int, dict[str, str]]:
    connection = sqlite3.connect(path)
    try:
        objects = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return version, {name: " ".join(sql.split()) for name, sql in objects}
    finally:
        connection.close()
