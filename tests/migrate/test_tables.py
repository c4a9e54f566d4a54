"""Nothing a store keeps is left behind, also not what will be added to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import asyncpg
from hypothesis import given, settings
from hypothesis import strategies as st

from jumak.store.codec import to_pack
from jumak.store.copying.contents import Adding
from jumak.store.copying.ends import End
from jumak.store.copying.tables import TABLES, Table
from jumak.store.postgres.copying import FORMS, OWN
from tests.migrate.everything import copy, rows_of_file
from tests.postgres import PostgresServer
from tests.store.statements import TABLES as OF_SHOPS

Columns = dict[str, list[str]]


def columns_of_file(evening: End) -> Columns:
    connection = sqlite3.connect(evening.folder / "shop.db")
    try:
        return {
            name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            for name in rows_of_file(evening.folder)
        }
    finally:
        connection.close()


def test_every_table_of_a_file_is_copied(evening: End) -> None:
    """With every column: a new one has to be put on the list, and be read and written."""
    assert columns_of_file(evening) == {table.name: list(table.columns) for table in TABLES}


def test_keys_are_the_keys_of_a_file(evening: End) -> None:
    """What rows are found by when a copy goes on where it stopped."""
    connection = sqlite3.connect(evening.folder / "shop.db")
    try:
        for table in TABLES:
            rows = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
            key = [name for _, name in sorted((row[5], row[1]) for row in rows if row[5])]
            assert tuple(key) == table.columns[: table.key], table.name
    finally:
        connection.close()


async def test_every_table_of_a_database_is_copied(
    postgres: PostgresServer, evening: End, a_number: Callable[[], End]
) -> None:
    """Or is on the short list of what a store keeps for itself."""
    await copy(evening, a_number())
    connection = await asyncpg.connect(postgres.url)
    try:
        found = await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " ORDER BY table_name, ordinal_position"
        )
    finally:
        await connection.close()
    there: Columns = {}
    for table, column in found:
        there.setdefault(table, []).append(column)
    of_shops = {name: columns[1:] for name, columns in there.items() if columns[0] == "shop_id"}
    assert of_shops.keys() == OF_SHOPS
    assert {name: columns for name, columns in of_shops.items() if name not in OWN} == {
        form.name: list(form.columns) for form in FORMS.values()
    }


TEXT = st.text(max_size=8)
VALUES: dict[str, st.SearchStrategy[Any]] = {"documents.id": st.integers(0, 2**53) | TEXT}


def a_value(table: Table, column: str) -> st.SearchStrategy[Any]:
    return VALUES.get(f"{table.name}.{column}", TEXT | st.none() if table.name == "actors" else TEXT)


@settings(max_examples=60)
@given(st.data())
def test_a_row_is_the_same_after_it_was_in_a_database(data: st.DataObject) -> None:
    """Whatever texts and ids hold, NUL included."""
    table = data.draw(st.sampled_from(TABLES))
    form = FORMS[table.name]
    row = tuple(data.draw(a_value(table, column)) for column in table.columns)
    stored = form.stored(row)
    assert len(stored) == len(form.columns)
    assert form.row(stored) == row
    assert form.stored(row[: table.key]) == stored[: table.key]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.binary(max_size=3)), max_size=8),
    st.randoms(use_true_random=False),
)
def test_a_hash_knows_rows_and_not_their_order(rows: list[tuple[int, bytes]], chance: Any) -> None:
    """The same rows in any order and any parts; never other ones."""
    table = Table("t", 1, ("a", "b"))

    def summed(*parts: list[tuple[int, bytes]]) -> object:
        adding = Adding(table)
        for part in parts:
            adding.add(part)
        return adding.sum()

    mixed = chance.sample(rows, len(rows))
    cut = chance.randint(0, len(rows))
    assert summed(rows) == summed(mixed[:cut], mixed[cut:])
    other = [*rows, (0, b"")]
    assert summed(rows) != summed(other)
    if rows:
        changed = [(rows[0][0], rows[0][1] + b"!"), *rows[1:]]
        assert to_pack(rows[0]) != to_pack(changed[0])
        assert summed(rows) != summed(changed)
