"""Handing out a shop's file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from jumak.store.export import Progress
from jumak.store.export import export as export_shop
from jumak.store.sqlite.file import FILE_NAME, open_for_reading
from jumak.store.sqlite.run import run_at_once
from jumak.store.sqlite.whole import WholeFile


def export(folder: Path, out: BinaryIO, progress: Progress | None = None) -> int:
    """Write a shop as JSON lines (`store/export.py`); returns how many. Works while it runs.

    Raises ShopMissing, NewerFile.
    """
    connection = open_for_reading(folder / FILE_NAME)
    try:
        connection.execute("BEGIN")
        return run_at_once("export", export_shop(WholeFile(connection), out, progress))
    finally:
        connection.close()
