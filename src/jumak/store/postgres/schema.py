"""The tables of a database: made when there are none, brought up to date when an older program made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncpg

from jumak.store.errors import NewerFile
from jumak.store.queries import text

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection


SCHEMA_VERSION: Final = 1
"""Of the tables this program reads and writes; see `migrations/`."""

_LOCK: Final = 0x6A756D616B
"""Advisory lock of whoever makes or changes tables; any number, the same in every program."""


async def prepare(pool: asyncpg.Pool) -> None:
    """Make the tables, or bring them to this program's version. Raises NewerFile when a newer program wrote them."""
    async with pool.acquire() as connection:
        if await version_of(connection) == SCHEMA_VERSION:
            return
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        try:
            version = await version_of(connection)
            if version is None:
                async with connection.transaction():
                    await connection.execute(text("jumak.store.postgres", "schema.sql"))
                    await connection.execute("INSERT INTO jumak_schema (version) VALUES ($1)", SCHEMA_VERSION)
            elif version < SCHEMA_VERSION:
                # Alembic and what it needs take a third of a second to import.
                from jumak.store.postgres.migrations.upgrade import upgrade

                await upgrade(connection, version)
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def version_of(connection: Connection) -> int | None:
    """Version of the tables, None when there are none. Raises NewerFile."""
    if await connection.fetchval("SELECT to_regclass('jumak_schema')") is None:
        return None
    version: int = await connection.fetchval("SELECT version FROM jumak_schema")
    if version > SCHEMA_VERSION:
        raise NewerFile(
            f"this database was written by a newer Jumak (version {version}, this program knows"
            f" {SCHEMA_VERSION}); install the newer program to open it"
        )
    return version


async def is_distributed(pool: asyncpg.Pool) -> bool:
    """The tables lie on several nodes, or may (docs/how-to/postgresql.md)."""
    found: bool = await pool.fetchval("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")
    return found
