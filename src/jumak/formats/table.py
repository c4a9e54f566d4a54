"""Reads a table from a file or writes one, CSV or XLSX; what does so is `table_work`, in a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from jumak.formats.apart import apart

Kind = Literal["csv", "xlsx"]
TIMEOUT_S = 100.0


class ReadRequest(Struct, frozen=True, tag="read"):
    """Read this file."""

    path: str


class WriteRequest(Struct, frozen=True, tag="write"):
    """Write this file. numbers: the columns to count with."""

    path: str
    kind: Kind
    rows: list[list[str]]
    numbers: list[bool]
    sheet: str


class Rows(Struct, frozen=True):
    """The rows of a table, from the top; none of a file that was written."""

    rows: list[list[str]]


async def read(path: Path) -> list[list[str]]:
    """The rows of a file. Raises BadFile."""
    reply = await apart("jumak.formats.table_work", ReadRequest(str(path)), Rows, timeout_s=TIMEOUT_S)
    return reply.rows


async def write(path: Path, kind: Kind, rows: list[list[str]], numbers: list[bool], sheet: str) -> None:
    """Writes a file; a spreadsheet's only sheet has the name `sheet`."""
    request = WriteRequest(str(path), kind, rows, numbers, sheet)
    await apart("jumak.formats.table_work", request, Rows, timeout_s=TIMEOUT_S)
