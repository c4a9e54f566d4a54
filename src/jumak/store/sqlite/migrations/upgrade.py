"""Bring an older file to this program's schema, all or nothing, with a copy of the old file kept beside it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from jumak.store.sqlite.file import connect, make_private, version_of


def upgrade(path: Path, to: str = "head") -> None:
    """Run the steps that are missing. The copy is `shop.db.v<old>`.

    Raises whatever a step raises; then the file is as it was.
    """
    old = version_of(path)
    connection = connect(path)
    try:
        make_private(path.with_name(f"{path.name}.v{old}"))
        with sqlite3.connect(f"{path}.v{old}") as copy:
            connection.backup(copy)
        copy.close()
        _run(connection, old, to)
    finally:
        connection.close()


def _run(connection: sqlite3.Connection, old: int, to: str) -> None:
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    # One transaction around all steps, committed or rolled back when the block is left.
    with engine.connect() as handle, handle.begin():
        # Here and not earlier: SQLAlchemy rolls back whatever a connection brings along when it first sees it.
        handle.exec_driver_sql("BEGIN EXCLUSIVE")
        # The file itself knows its version; Alembic's own table exists only while it runs.
        config.attributes["connection"] = handle
        command.stamp(config, str(old))
        command.upgrade(config, to)
        version = handle.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        handle.exec_driver_sql("DROP TABLE alembic_version")
        handle.exec_driver_sql(f"PRAGMA user_version = {int(version)}")
