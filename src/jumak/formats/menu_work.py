"""The process that reads tables, compares them with a menu and writes them (`menu`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.catalog.sheet import menu_table, plan_of, read_table
from jumak.domain.catalog.sheet.plan import Catalogue
from jumak.domain.errors import PosError
from jumak.formats.apart import answer
from jumak.formats.csv_table import read_csv, write_csv
from jumak.formats.errors import BadFile
from jumak.formats.menu import (
    Compared,
    CompareRequest,
    ExportRequest,
    Kind,
    MenuData,
    WriteRequest,
    Written,
)
from jumak.formats.xlsx import OLE, read_xlsx, write_xlsx

MAX_FILE = 30_000_000
MAX_ROWS = 100_000
"""Rows at all, empty ones included."""

DocT = TypeVar("DocT", CatalogItem, Category, Option)


def compared(request: CompareRequest) -> Compared:
    """What the table in a file would do. Raises BadFile."""
    try:
        table = read_table(read_rows(Path(request.path)))
    except PosError as refused:
        raise BadFile(refused.ko, refused.en, refused.reason or "TABLE") from None
    plan = plan_of(table, _menu(request.menu), live=request.live, lang=request.lang)
    return Compared(
        plan=plan, first=table.first, bad_lines={bad.row: table.given[bad.row] for bad in plan.bad}
    )


def exported(request: ExportRequest) -> Written:
    """Writes a menu."""
    menu = _menu(request.menu)
    places = {category.id: category.order for category in menu.categories.values()}
    items = [item for item in menu.items.values() if item.state != "DELETED"]
    items.sort(key=lambda item: (places.get(item.category_id, 0), item.category_id, item.order, item.id))
    columns, lines = menu_table(items, menu.categories, menu.options, request.lang)
    numbers = [column.number for column in columns]
    return _write(Path(request.path), request.kind, list(lines), numbers, request.sheet)


def read_rows(path: Path) -> list[list[str]]:
    """The rows of a file, CSV or XLSX, told by its content. Raises BadFile."""
    if path.stat().st_size > MAX_FILE:
        raise BadFile(
            f"파일이 너무 큽니다. {MAX_FILE // 1_000_000}MB까지 가져올 수 있습니다.",
            f"The file is larger than {MAX_FILE // 1_000_000} MB; split it.",
            "TOO_MUCH",
        )
    content = path.read_bytes()
    if content[:4] == OLE:
        raise BadFile(
            "예전 엑셀 형식(xls)이거나 암호가 걸린 파일입니다. 암호 없이 xlsx로 다시 저장해 주세요.",
            "This is an old spreadsheet (xls), or one with a password: save it as xlsx without one.",
            "XLS",
        )
    lines = read_xlsx(content) if content[:4] == b"PK\x03\x04" else read_csv(content)
    rows: list[list[str]] = []
    for line in lines:
        if len(rows) == MAX_ROWS:
            raise BadFile(
                f"줄이 너무 많습니다. {MAX_ROWS:,}줄까지 읽을 수 있습니다.",
                f"The file has more than {MAX_ROWS:,} rows; split it.",
                "TOO_MANY_ROWS",
            )
        rows.append(line)
    return rows


def _menu(data: MenuData) -> Catalogue:
    return Catalogue(
        _by_id(data.items, CatalogItem), _by_id(data.categories, Category), _by_id(data.options, Option)
    )


def _by_id(encoded: msgspec.Raw, kind: type[DocT]) -> dict[str | int, DocT]:
    docs: list[Any] = msgspec.json.decode(encoded, type=list[kind])  # type: ignore[valid-type]  # a type as a value
    return {doc.id: doc for doc in docs}


def _write(path: Path, kind: Kind, rows: list[list[str]], numbers: list[bool], sheet: str) -> Written:
    content = write_csv(rows) if kind == "csv" else write_xlsx(rows, numbers=numbers, sheet=sheet)
    path.write_bytes(content)
    return Written()


def _work(request: CompareRequest | ExportRequest | WriteRequest) -> Compared | Written:
    match request:
        case CompareRequest():
            return compared(request)
        case ExportRequest():
            return exported(request)
        case WriteRequest():
            width = max(map(len, request.rows), default=0)
            return _write(Path(request.path), request.kind, request.rows, [False] * width, request.sheet)


if __name__ == "__main__":
    answer(CompareRequest | ExportRequest | WriteRequest, _work)
