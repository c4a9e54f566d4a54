"""The hub's database: a schema of its own (`jumak_hub`), so that shops may live in the same one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

import asyncpg

from jumak.store.errors import NewerFile, unreachable
from jumak.store.queries import text

SCHEMA: Final = "jumak_hub"
VERSION: Final = 1
CONNECT_WITHIN_S: Final = 10.0

_LOCK: Final = 0x6A756D61_6B687562
"""Advisory lock of whoever makes the tables."""

TROUBLE: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.TooManyConnectionsError,
    asyncpg.exceptions.CannotConnectNowError,
    asyncpg.exceptions.TransactionRollbackError,
)
"""What is over once the database is back, or at the next try."""


def is_trouble(error: BaseException) -> bool:
    """Whether it is about the database and not about what it was given."""
    # A value that fits no column is an InterfaceError too.
    return isinstance(error, TROUBLE) and not isinstance(error, ValueError)


@contextlib.asynccontextmanager
async def opened(url: str, *, connections: int = 4) -> AsyncIterator[asyncpg.Pool]:
    """A pool on the hub's tables, made when there are none. Raises StoreError, NewerFile."""
    try:
        # Connections are made when they are needed: the library tries to keep a floor of them, aloud.
        pool = await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=connections,
            timeout=CONNECT_WITHIN_S,
            server_settings={"search_path": SCHEMA},
        )
        async with pool.acquire():
            """There is such a database."""
    except (*TROUBLE, asyncpg.PostgresError, ValueError) as error:
        raise unreachable(url, error) from None
    try:
        await _prepare(pool)
        yield pool
    finally:
        await pool.close()


async def _prepare(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        if await connection.fetchval("SELECT to_regclass($1)", f"{SCHEMA}.version") is None:
            await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            await connection.execute(text("jumak.hub", "schema.sql"))
            await connection.execute("INSERT INTO version (version) VALUES ($1)", VERSION)
        elif (version := await connection.fetchval("SELECT version FROM version")) > VERSION:
            raise NewerFile(
                f"this hub was made by a newer Jumak (version {version}, this program knows {VERSION}); install the "
                "newer program"
            )
