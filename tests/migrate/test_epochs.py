"""Source and copy are two futures of one past: what was heard of one is not resumed from at the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from jumak.server.replay import can_resume
from jumak.service.event_number import number_of
from jumak.store.copying.ends import End
from jumak.store.opening import InDatabase
from jumak.store.sqlite import copying as file
from tests.migrate.everything import copy, store_of
from tests.migrate.test_going_on import words
from tests.migrate.test_refusals import jumak

Place = Callable[[], End]


async def heard(end: End) -> int:
    """The number of the newest event, as a client is told it."""
    async with store_of(end) as store:
        return number_of(store.reader(), store.reader().seq)


async def resumes(end: End, after: int) -> bool:
    async with store_of(end) as store:
        return await can_resume(store.reader(), after)


async def test_both_ends_begin_an_epoch(evening: End, a_number: Place, tmp_path: Path) -> None:
    """Wire §9: also within the hour that an epoch is; numbers rise whichever is served."""
    there, other = a_number(), End(tmp_path / "other")
    told = [await heard(evening)]
    for target in (there, other):
        assert (await copy(evening, target)).source_told
        told += [await heard(target), await heard(evening)]
    assert told == sorted(set(told))
    for end, its in ((there, told[1]), (other, told[3]), (evening, told[4])):
        assert [number for number in told if await resumes(end, number)] == [its]


async def test_the_way_back_begins_one_too(evening: End, a_number: Place, tmp_path: Path) -> None:
    """A database is a source like any other."""
    there, back = a_number(), End(tmp_path / "back")
    await copy(evening, there)
    first = await heard(there)
    assert (await copy(there, back)).source_told
    assert first < await heard(back) < await heard(there)


async def test_a_database_that_cannot_be_written(evening: End, a_number: Place, tmp_path: Path) -> None:
    """A standby, say, is copied all the same, and keeps the epoch it has, which is not the copy's."""
    source, target = a_number(), End(tmp_path / "other")
    await copy(evening, source)
    assert source.database is not None
    read_only = (
        f"{source.database.url}{'&' if '?' in source.database.url else '?'}default_transaction_read_only=on"
    )
    before = await heard(source)
    proof = await copy(replace(source, database=InDatabase(read_only, source.database.shop_id)), target)
    assert not proof.source_told
    assert await heard(source) == before
    assert not await resumes(source, await heard(target))


def test_a_file_that_cannot_be_written(
    evening: End, a_number: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says that it must not be served again."""
    connect = file.connect
    monkeypatch.setattr(file, "connect", lambda path: connect(path, read_only=True))
    assert jumak(monkeypatch, *words(evening, a_number())) is None
    assert "cannot be written, so it knows nothing of its copy" in capsys.readouterr().out
