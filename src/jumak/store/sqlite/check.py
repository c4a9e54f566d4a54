"""Checking a shop's file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from jumak.store.check import Check, Progress
from jumak.store.sqlite.file import FILE_NAME, missing, open_for_reading
from jumak.store.sqlite.run import run_at_once
from jumak.store.sqlite.whole import WholeFile
from jumak.store.whole import Finding


def check(path: Path, progress: Progress | None = None) -> list[Finding]:
    """Check a shop's folder or file, also while its server runs. Empty: all is well.

    Raises ShopMissing, CopyUnfinished, NewerFile.
    """
    file = path / FILE_NAME if path.is_dir() else path
    if not file.exists():
        raise missing(path)
    connection = open_for_reading(file)
    try:
        # One snapshot, whatever is written meanwhile.
        connection.execute("BEGIN")
        return run_at_once("check", Check(WholeFile(connection), progress).run())
    except sqlite3.DatabaseError as error:
        return [Finding("file", file.name, f"cannot be read: {error}")]
    finally:
        connection.close()
