"""Facts of shops into the database, each exactly once, in their order, many in one transaction.

A shop's row is locked while its facts are added, and moves on in the same transaction: whatever was written before
is left out, whatever lies ahead is not taken. So several processes may take from the same stream, and messages may come
twice, late or out of order.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final, Literal

import asyncpg

from jumak.domain.calendar import from_ms, to_ms
from jumak.feed.messages import About, Facts
from jumak.hub.copy import CopiedOrder, ShopCopy, Wrong
from jumak.hub.database import SCHEMA, is_trouble
from jumak.hub.queries import SQL
from jumak.store.shipping import WholeFact

Outcome = Literal["written", "known", "ahead", "stranger", "refused"]
"""Of a message. known: it was all there.  ahead: facts before it are missing.  stranger: nobody said what is needed to
read this shop's facts.  refused: see `shops.trouble`."""

_JOURNAL: Final = (
    "shop",
    "seq",
    "at",
    "name",
    "subject",
    "caller",
    "kind",
    "device",
    "staff",
    "command",
    "data",
    "state",
    "withheld",
)
_COMMITS: Final = ("shop", "last_seq", "at", "hash", "verified")
_OTHER_JOURNAL: Final = (
    "the shop's journal is not the one that is here: an older copy was put back, or two shops have this name"
)

_log = logging.getLogger(__name__)


async def introduce(pool: asyncpg.Pool, about: About) -> None:
    """A shop may send from now on. One that is known is left alone."""
    await pool.execute(SQL["add_shop"], about.shop, about.founding.decode(), about.dictionary)


async def ingest(pool: asyncpg.Pool, messages: Sequence[Facts]) -> list[Outcome]:
    """Writes what is new of these messages, which need not be in order. Returns what became of each.

    Facts that cannot be written, whatever the reason, stop their shop alone.  Raises what `is_trouble`.
    """
    try:
        return await _ingest_together(pool, messages)
    except Exception as problem:
        if is_trouble(problem):
            raise
        _log.exception("facts of several shops could not be written; each is tried by itself")
    outcomes: list[Outcome] = ["refused"] * len(messages)
    for shop in sorted({each.shop for each in messages}):
        places = [place for place, each in enumerate(messages) if each.shop == shop]
        try:
            alone = await _ingest_together(pool, [messages[place] for place in places])
        except Exception as problem:
            if is_trouble(problem):
                raise
            await stop(pool, shop, f"its facts cannot be written: {type(problem).__name__} {problem}")
            continue
        for place, outcome in zip(places, alone, strict=True):
            outcomes[place] = outcome
    return outcomes


async def stop(pool: asyncpg.Pool, shop: str, why: str) -> None:
    """Nothing more is taken from this shop until somebody has looked. why: for people."""
    await pool.execute(SQL["stop"], shop, why.replace("\0", "\u2400")[:1_000])


async def _ingest_together(pool: asyncpg.Pool, messages: Sequence[Facts]) -> list[Outcome]:
    outcomes: list[Outcome] = ["stranger"] * len(messages)
    places = sorted(range(len(messages)), key=lambda place: (messages[place].shop, messages[place].first))
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(SQL["take_shops"], sorted({each.shop for each in messages}))
        shops = {row["shop"]: row for row in rows}
        copies: list[ShopCopy] = []
        refused: dict[str, str] = {}
        for shop, group in groupby(places, key=lambda place: messages[place].shop):
            if shop not in shops:
                continue
            ours = list(group)
            if shops[shop]["trouble"] is not None:
                for place in ours:
                    outcomes[place] = "refused"
                continue
            try:
                copies.append(await _add(connection, shops[shop], messages, ours, outcomes))
            except Wrong as wrong:
                refused[shop] = str(wrong)
                for place in ours:
                    outcomes[place] = "refused"
        await _write(connection, copies)
        await _advance(connection, copies, refused, shops)
    return outcomes


async def _add(
    connection: Any, row: Any, messages: Sequence[Facts], places: Iterable[int], outcomes: list[Outcome]
) -> ShopCopy:
    """One shop's messages, in order. Raises Wrong."""
    shop, last_seq, hash_seq = row["shop"], row["last_seq"], row["hash_seq"]
    copy = ShopCopy(
        shop,
        last_seq=last_seq,
        hash=row["hash"],
        hash_seq=hash_seq,
        settings=row["settings"].encode(),
        dictionary=row["dictionary"],
    )
    fresh: list[Facts] = []
    doubled: dict[int, bytes] = {}
    reach = last_seq
    for place in places:
        message = messages[place]
        doubled |= {end.last_seq: end.hash for end in message.commits if end.last_seq <= last_seq}
        if message.last <= reach:
            outcomes[place] = "known"
        elif message.first > reach + 1:
            outcomes[place] = "ahead"
        else:
            outcomes[place] = "written"
            fresh.append(message)
            reach = message.last
    if doubled:
        # Every end up to here is known, so one that is not, or has another hash, is of another journal.
        rows = await connection.fetch(SQL["known_hashes"], shop, list(doubled))
        if {known["last_seq"]: known["hash"] for known in rows} != doubled:
            raise Wrong(_OTHER_JOURNAL)
    if not fresh:
        return copy
    if hash_seq < last_seq:
        begun = await connection.fetch(SQL["begun_commit"], shop, hash_seq, last_seq)
        copy.resume([_fact_of(fact) for fact in begun])
    needed = set[str]().union(*(copy.orders_needed(message) for message in fresh))
    if needed:
        for order in await connection.fetch(SQL["orders"], [shop] * len(needed), list(needed)):
            copy.orders[order["id"]] = CopiedOrder.of_row(order)
    for message in fresh:
        copy.add(message)
    return copy


async def _write(connection: Any, copies: Sequence[ShopCopy]) -> None:
    facts = [_columns_of(copy.shop, fact) for copy in copies for fact in copy.facts]
    if not facts:
        return
    await connection.copy_records_to_table("journal", schema_name=SCHEMA, columns=_JOURNAL, records=facts)
    commits = [
        (copy.shop, end.last_seq, from_ms(end.at), end.hash, verified)
        for copy in copies
        for end, verified in copy.commits
    ]
    await connection.copy_records_to_table("commits", schema_name=SCHEMA, columns=_COMMITS, records=commits)
    orders = [
        (copy.shop, order_id, *order.columns()) for copy in copies for order_id, order in copy.changed.items()
    ]
    if orders:
        await connection.execute(SQL["put_orders"], *zip(*orders, strict=True))
    totals = [
        (copy.shop, day, kind, key, *row)
        for copy in copies
        for (day, kind, key), row in copy.totals.rows.items()
    ]
    if totals:
        await connection.execute(SQL["put_totals"], *zip(*totals, strict=True))


async def _advance(
    connection: Any, copies: Sequence[ShopCopy], refused: dict[str, str], shops: dict[str, Any]
) -> None:
    moved = [
        (
            copy.shop,
            copy.last_seq,
            copy.hash if copy.hash_seq else None,
            copy.hash_seq,
            copy.settings.decode(),
            copy.newest,
            None,
        )
        for copy in copies
    ]
    stopped = [
        (shop, row["last_seq"], row["hash"], row["hash_seq"], row["settings"], 0, why)
        for shop, why in refused.items()
        for row in (shops[shop],)
    ]
    if rows := [*moved, *stopped]:
        await connection.execute(SQL["advance_shops"], *zip(*rows, strict=True))


def _columns_of(shop: str, fact: WholeFact) -> tuple[Any, ...]:
    seq, at, name, subject, actor, command, data, state, withheld = fact
    caller, kind, device, staff = actor
    columns = (
        shop,
        seq,
        from_ms(at),
        name,
        subject,
        caller,
        kind,
        device,
        staff,
        command,
        data.decode(),
        state,
        withheld,
    )
    if "\0" in subject or "\0" in caller or (command is not None and "\0" in command):
        # PostgreSQL keeps no NUL in a text; its commit's hash cannot be made again from what is kept then.
        columns = (*map(_storable, columns[:-1]), True)
    return columns


def _storable(value: Any) -> Any:
    return value.replace("\0", "\u2400") if isinstance(value, str) else value


def _fact_of(row: Any) -> WholeFact:
    return WholeFact(
        row["seq"],
        to_ms(row["at"]),
        row["name"],
        row["subject"],
        (row["caller"], row["kind"], row["device"], row["staff"]),
        row["command"],
        row["data"].encode(),
        row["state"],
        row["withheld"],
    )
