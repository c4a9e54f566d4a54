"""The menu as a file; what reads, compares and writes it is `menu_work`, in a process of its own.

A menu of 50,000 items takes seconds to be compared with a table; inside of the server every sale would wait meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.catalog.sheet import Plan
from jumak.domain.catalog.sheet.columns import Lang
from jumak.domain.catalog.sheet.plan import Catalogue
from jumak.formats.apart import apart

Kind = Literal["csv", "xlsx"]
TIMEOUT_S = 280.0
_WORK = "jumak.formats.menu_work"
_AT_ONCE = 500
"""Items encoded in one go: others get their turn in between."""


class MenuData(Struct, frozen=True):
    """A menu on its way to the process: each a list in JSON."""

    items: Raw
    categories: Raw
    options: Raw


class CompareRequest(Struct, frozen=True, tag="compare"):
    """Compare the table in the file at `path` with a menu (`plan_of`)."""

    path: str
    menu: MenuData
    live: bool
    lang: Lang


class ExportRequest(Struct, frozen=True, tag="export"):
    """Write a menu to the file at `path`. sheet: name of a spreadsheet's only sheet."""

    path: str
    kind: Kind
    menu: MenuData
    lang: Lang
    sheet: str


class WriteRequest(Struct, frozen=True, tag="write"):
    """Write rows to the file at `path`."""

    path: str
    kind: Kind
    rows: list[list[str]]
    sheet: str


class Compared(Struct, frozen=True, kw_only=True):
    """What a table would do. first: its headings; bad_lines: its rows that are wrong, as they came."""

    plan: Plan
    first: Sequence[str] = ()
    bad_lines: Mapping[int, Sequence[str]] = {}


class Written(Struct, frozen=True):
    """The file is there."""


async def compare(path: Path, catalogue: Catalogue, *, live: bool, lang: Lang) -> Compared:
    """Reads a table and compares it with the menu. Raises BadFile."""
    request = CompareRequest(str(path), await _data(catalogue), live, lang)
    return await apart(_WORK, request, Compared, timeout_s=TIMEOUT_S)


async def export(path: Path, kind: Kind, catalogue: Catalogue, *, lang: Lang, sheet: str) -> None:
    """Writes the whole menu but what was deleted, in menu order."""
    request = ExportRequest(str(path), kind, await _data(catalogue), lang, sheet)
    await apart(_WORK, request, Written, timeout_s=TIMEOUT_S)


async def write(path: Path, kind: Kind, rows: list[list[str]], *, sheet: str) -> None:
    """Writes rows of text."""
    await apart(_WORK, WriteRequest(str(path), kind, rows, sheet), Written, timeout_s=TIMEOUT_S)


async def _data(catalogue: Catalogue) -> MenuData:
    return MenuData(
        await _encoded(catalogue.items.values()),
        await _encoded(catalogue.categories.values()),
        await _encoded(catalogue.options.values()),
    )


async def _encoded(things: Iterable[CatalogItem | Category | Option]) -> Raw:
    encode, left, parts = msgspec.json.Encoder().encode, iter(things), []
    while some := list(islice(left, _AT_ONCE)):
        parts.append(encode(some)[1:-1])
        await asyncio.sleep(0)
    return Raw(b"[" + b",".join(parts) + b"]")
