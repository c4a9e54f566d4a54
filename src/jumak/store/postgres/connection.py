"""Connections to the database: how they are made, what a lost one raises, and their type when the pool has lent them.

The library's own name for that type is long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

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
