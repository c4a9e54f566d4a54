"""Bring older tables to this program's schema, step by step, while other servers go on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg
from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection


LOCK_WITHIN: Final = "2s"
"""A step that would have to wait longer for a table gives way, so that nobody queues behind it."""

ATTEMPTS: Final = 30


class Statements:
    """Takes what Alembic would print: one statement per write, comments and empty lines apart."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def write(self, text: str) -> None:
        """See `io.TextIOBase`."""
        lines = [line for line in text.splitlines() if not line.startswith("--")]
        statement = "\n".join(lines).strip().removesuffix(";")
        # Alembic's own table exists only on paper: the tables know their version themselves.
        if statement and "alembic_version" not in statement:
            self.all.append(statement)

    def flush(self) -> None:
        """See `io.TextIOBase`."""


def steps(old: int, versions: Path | None = None) -> Iterator[tuple[int, list[str]]]:
    """The statements of each step after `old`, and the version it leads to. versions: folder of steps."""
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    if versions is not None:
        config.set_main_option("version_locations", str(versions))
    revisions = reversed(list(ScriptDirectory.from_config(config).walk_revisions()))
    for number in (int(one.revision) for one in revisions):
        if number > old:
            statements = Statements()
            config.attributes["statements"] = statements
            command.upgrade(config, f"{number - 1}:{number}", sql=True)
            yield number, statements.all


async def upgrade(connection: Connection, old: int, versions: Path | None = None) -> None:
    """Run the steps that are missing, each by itself. Raises whatever a step raises; the steps before it stay."""
    await connection.execute(f"SET lock_timeout = '{LOCK_WITHIN}'")
    try:
        for number, statements in steps(old, versions):
            for attempt in range(ATTEMPTS):
                try:
                    await _run(connection, number, statements)
                    break
                except asyncpg.LockNotAvailableError:
                    if attempt == ATTEMPTS - 1:
                        raise
                    await asyncio.sleep(1)
    finally:
        await connection.execute("SET lock_timeout = DEFAULT")


async def _run(connection: Connection, number: int, statements: list[str]) -> None:
    """One step, its new version in the last transaction. Steps that fail half-way are written to be run again."""
    known = "UPDATE jumak_schema SET version = $1"
    try:
        for index, statement in enumerate(statements):
            if index == len(statements) - 1 and statement == "COMMIT":
                await connection.execute(known, number)
            await connection.execute(statement)
    except BaseException:
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK")
        raise
