"""Copying a shop: what the source holds, its rows into the target, and the proof that both hold the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from jumak.store.check import Check
from jumak.store.copying.contents import Adding, Contents, Days, Sum
from jumak.store.copying.folder import Files, FilesSum
from jumak.store.copying.ports import Kept, Source, Steps, Target
from jumak.store.copying.record import NAMES, Mark, Place
from jumak.store.copying.tables import COMMITS, NAMED, ORDERS, PLUGIN_VALUES, SHOP, TABLES, Key, Row, Table
from jumak.store.epoch import NAME as EPOCH
from jumak.store.epoch import epoch_in, next_epoch
from jumak.store.errors import CopyDiffers, CopyRefused, StoreError
from jumak.store.vault import Vault

_CHECKED: Final = ("journal", "orders", "tickets", "documents")
"""Tables whose rows a check counts."""


class Proof(Struct, frozen=True):
    """What was read back of both and is the same. files: None when they lie in one folder.

    secrets: of plugins: how many the key in the target's folder opens, and how many there are.  went_on_from: rows an
    earlier run had copied.  source_told: whether the source, too, has begun an epoch.
    """

    contents: Contents
    files: FilesSum | None
    secrets: tuple[int, int]
    went_on_from: int
    source_told: bool


async def copy(source: Source, target: Target, files: Files, steps: Steps, *, restart: bool = False) -> Proof:
    """Copies a shop, or goes on with the same copy; the target is a shop once everything was found to be the same.

    restart: an unfinished copy is thrown away first.  Whatever ends this, the next call goes on after the last batch.
    Raises ShopExists, CopyRefused, which have changed nothing, CopyDiffers, StoreError.
    """
    if restart:
        await target.discard()
    known = await target.record()
    await asyncio.to_thread(files.check)
    mark = Mark(source.kind, await contents_of(source, "reading the source", steps))
    place: Place | None = None
    if known is None:
        await target.begin(mark)
    else:
        _check_same(known[0], mark, target)
        place = known[1]
    await _copy_rows(source, target, mark, place, steps)
    await target.complete(lambda: steps.done(0))
    await asyncio.to_thread(files.copy)
    there = await contents_of(target, "reading the copy", steps, mark.contents.rows)
    await _compare(source, target, mark.contents, there)
    files_sum = await asyncio.to_thread(files.compare)
    secrets = await _secrets(target, Vault(files.target))
    # Asked twice: what was written while rows were copied need not wait for the check, which takes the longest.
    await source.check_unchanged()
    steps.begin("checking the copy", sum(there.tables[name].rows for name in _CHECKED))
    epoch = next_epoch(await _epoch(source))
    async with target.released(epoch) as shop:
        await _check(Check(shop, _CheckSteps(steps)))
        await source.check_unchanged()
    # Numbers rise also for whoever goes back, and no later copy repeats an epoch of this one.
    told = await source.begin_epoch(next_epoch(epoch))
    return Proof(mark.contents, files_sum, secrets, 0 if place is None else place.rows, told)


async def _epoch(kept: Kept) -> int:
    row = await kept.row(SHOP, (EPOCH,))
    return epoch_in(None if row is None else row[1])


async def contents_of(kept: Kept, what: str, steps: Steps, rows: int | None = None) -> Contents:
    """Reads a shop from beginning to end. rows: how many there are, if that is known."""
    if rows is None:
        rows = 0
        for table in TABLES:
            rows += await kept.count(table)
    steps.begin(what, rows)
    sums: dict[str, Sum] = {}
    chain: tuple[int, str] | None = None
    days: Days | None = None
    for table in TABLES:
        adding = Adding(table)
        async for some in kept.rows(table):
            ours = _of_the_shop(table, some)
            adding.add(ours)
            if table is SHOP:
                days = _days(ours)
            elif table is ORDERS:
                assert days is not None, "a shop has settings, which come first"
                days.add(ours)
            elif table is COMMITS:
                last_seq, _, chained = ours[-1]
                chain = last_seq, chained.hex()
            await _advance(steps, len(ours))
        sums[table.name] = adding.sum()
    return Contents(sums, {} if days is None else days.sum(), chain)


def _days(values: Sequence[Row]) -> Days:
    for name, value in values:
        if name == "dictionary":
            return Days(value)
    raise StoreError("the shop has lost the dictionary its documents are packed with")


async def _copy_rows(source: Source, target: Target, mark: Mark, place: Place | None, steps: Steps) -> None:
    steps.begin("copying", mark.contents.rows)
    done = 0 if place is None else place.rows
    await _advance(steps, done)
    tables = TABLES if place is None else TABLES[TABLES.index(NAMED[place.table]) :]
    for table in tables:
        after: Key = place.after if place is not None and place.table == table.name else ()
        async for some in source.rows(table, after):
            rows = _of_the_shop(table, some)
            if rows:
                done += len(rows)
                await target.write(table, rows, Place(table.name, rows[-1][: table.key], done))
                await _advance(steps, len(rows))


async def _advance(steps: Steps, rows: int) -> None:
    steps.done(rows)
    # Files never suspend: whoever wants this to end is heard here.
    await asyncio.sleep(0)


def _of_the_shop(table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    """Without what a copy or a database knows of itself."""
    return [row for row in rows if row[0] not in NAMES] if table is SHOP else rows


def _check_same(known: Mark, mark: Mark, target: Target) -> None:
    if known == mark:
        return
    changed = known.contents.changed(mark.contents)
    if changed:
        what = ", ".join(
            f"{name} (had {known.contents.rows_of(name):,} rows, has {mark.contents.rows_of(name):,})"
            for name in changed
        )
    else:
        what = f"it was in {known.kind} then"
    raise CopyRefused(
        f"the source is not what it was when the copy in {target.where} began: {what}; with --restart that copy is thrown"
        " away and made anew"
    )


async def _compare(source: Source, target: Target, ours: Contents, theirs: Contents) -> None:
    for name in ours.changed(theirs):
        here, there = ours.tables[name], theirs.tables[name]
        where = await _first_difference(source, target, NAMED[name])
        raise CopyDiffers(
            f"the copy differs from its source in {name}: {where} ({here.rows} rows with hash {here.hash[:16]}, the copy"
            f" has {there.rows} with {there.hash[:16]})"
        )
    for date in sorted(ours.days | theirs.days):
        if ours.days.get(date) != theirs.days.get(date):
            raise CopyDiffers(f"the copy adds up to something else on {date}")


async def _first_difference(source: Kept, target: Kept, table: Table) -> str:
    """In which row, by its key."""
    for one, other, missing in (
        (source, target, "is missing in the copy"),
        (target, source, "is in the copy alone"),
    ):
        async for some in one.rows(table):
            for row in _of_the_shop(table, some):
                key = row[: table.key]
                counterpart = await other.row(table, key)
                if counterpart is None:
                    return f"row {_shown(key)} {missing}"
                for column, mine, its in zip(table.columns, row, counterpart, strict=True):
                    if mine != its:
                        return f"row {_shown(key)}, column {column}"
    return "a row that is the same now"


def _shown(key: Key) -> str:
    return " ".join(str(part) for part in key)


async def _secrets(kept: Kept, vault: Vault) -> tuple[int, int]:
    """How many can be read, and how many there are: a folder may be without its key, or be another shop's."""
    opened = known = 0
    async for some in kept.rows(PLUGIN_VALUES):
        for owner, area, key, value in some:
            if area == "secret":
                known += 1
                opened += vault.unseal(owner, key, value) is not None
    return opened, known


async def _check(check: Check) -> None:
    findings = await check.run()
    if findings:
        raise CopyDiffers(
            f"the copy has what its source has, and `jumak check` finds {len(findings)} things wrong with it: {findings[0]}"
        )


class _CheckSteps:
    """The progress of a check, which counts rows of each place anew."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._place, self._rows = "", 0

    def __call__(self, place: str, rows: int) -> None:
        if place != self._place:
            self._place, self._rows = place, 0
        self._steps.done(rows - self._rows)
        self._rows = rows
