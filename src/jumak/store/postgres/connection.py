"""Connections to the database: how they are made, what a lost one raises, and their type when the pool has lent them.

The library's own name for that type is long.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = PoolConnectionProxy[asyncpg.Record]

CONNECT_WITHIN_S: Final = 10.0
ASK_AGAIN_S: Final = 0.25
"""A database that is away is asked so often whether it is back."""

ANSWER_WITHIN_S: Final = 30.0
"""A statement takes milliseconds; one that says nothing for so long has lost its way."""

SETTINGS: Final = {
    "application_name": "jumak",
    # A commit is answered once it is on disk, whatever the database does for others.
    "synchronous_commit": "on",
    # A server that vanishes without a word holds the row of its shop no longer than this.
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""What every connection asks of the database."""

GIVEN_UP: Final = (asyncio.CancelledError, TimeoutError)


class WatchedConnection(asyncpg.Connection):
    """Knows whether a statement of it was given up: by a task that ended, or because its answer took too long.

    What the database still does of such a one may share a transaction with the next statement, so that connection is not lent to
    anybody before it has been set back.
    """

    was_given_up = False

    async def execute(self, *args: Any, **more: Any) -> str:
        """See the library."""
        try:
            return await super().execute(*args, **more)
        except GIVEN_UP:
            self.was_given_up = True
            raise

    async def fetch(self, *args: Any, **more: Any) -> Any:
        """See the library."""
        try:
            return await super().fetch(*args, **more)
        except GIVEN_UP:
            self.was_given_up = True
            raise

    async def fetchrow(self, *args: Any, **more: Any) -> Any:
        """See the library."""
        try:
            return await super().fetchrow(*args, **more)
        except GIVEN_UP:
            self.was_given_up = True
            raise

    async def fetchval(self, *args: Any, **more: Any) -> Any:
        """See the library."""
        try:
            return await super().fetchval(*args, **more)
        except GIVEN_UP:
            self.was_given_up = True
            raise


async def set_back(connection: asyncpg.Connection) -> None:
    """Before it returns to the pool: nobody here sets anything that had to be taken back, so mostly there is nothing to do."""
    assert isinstance(connection, WatchedConnection)
    if connection.was_given_up:
        connection.was_given_up = False
        await connection.reset()


TROUBLE: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # The library's own confusion when a connection is lost between two of its steps.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.TooManyConnectionsError,
    asyncpg.exceptions.CannotConnectNowError,
)
"""What a lost, refused or ended connection raises; what PostgreSQL says about a statement is none of it."""
