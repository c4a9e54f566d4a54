"""Notices that a shop's rows are another past than they were: put back to an earlier moment, or out of a dump.

Whoever puts a database back does it without us. But a point-in-time restore, like a failover, begins a new timeline of
PostgreSQL, another cluster has another identifier, and tables made anew by a dump have other numbers. All three together are
kept beside the shop; when they differ as it is opened, it begins a new epoch.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import asyncpg

from jumak.logs import fields
from jumak.store.epoch import NAME as EPOCH
from jumak.store.epoch import PAST, epoch_in, next_epoch, stored
from jumak.store.postgres.queries import SQL

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection
    from jumak.store.postgres.database import Database

# Of the database as a whole, no shop's rows. The timeline of the log that is being written: what the control file says lags behind after a restore.
WHICH_PAST: Final = (
    "SELECT (SELECT system_identifier FROM pg_control_system()) || '.' || "
    "substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || '.' || to_regclass('heads')::oid"
)

_log = logging.getLogger(__name__)


async def which(connection: Connection) -> bytes | None:
    """Which past the database is; None when it does not say, as an engine that is only compatible may not."""
    try:
        said: str | None = await connection.fetchval(WHICH_PAST)
    except (
        asyncpg.SyntaxOrAccessError,
        asyncpg.FeatureNotSupportedError,
        asyncpg.ObjectNotInPrerequisiteStateError,
    ):
        return None
    return None if said is None else said.encode()


async def settle(database: Database, shop_id: int) -> None:
    """A new epoch, if the shop was put back since it was opened last."""
    async with database.pool.acquire() as connection:
        now = await which(connection)
        if now is None or await connection.fetchval(SQL["shop_value"], shop_id, PAST) == now:
            return
        async with connection.transaction():
            if await connection.fetchval(SQL["lock_head"], shop_id) is None:
                return
            before = await connection.fetchval(SQL["shop_value"], shop_id, PAST)
            if before == now:
                # Another process was first.
                return
            if before is not None:
                epoch = next_epoch(epoch_in(await connection.fetchval(SQL["shop_value"], shop_id, EPOCH)))
                await connection.execute(SQL["put_shop_value"], shop_id, EPOCH, stored(epoch))
                _log.warning(
                    "a shop was put back: clients read anew", extra=fields(shop_id=shop_id, epoch=epoch)
                )
            await connection.execute(SQL["put_shop_value"], shop_id, PAST, now)
