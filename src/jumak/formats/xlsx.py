"""Tables as XLSX. openpyxl reads XML through defusedxml, so entities expand into nothing."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from jumak.formats.csv_table import MAX_CELL
from jumak.formats.errors import BadFile

MAX_UNPACKED = 200_000_000
MAX_PARTS = 1_000
MAX_COLUMNS = 200
OLE = b"\xd0\xcf\x11\xe0"
"""How an old .xls begins, and an encrypted .xlsx."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?")
_TAKEN_FOR_ANOTHER = re.compile(r"[=#+\-@]|[0-9]")
"""Beginnings of texts that are a formula, an error or a number to somebody who edits them."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\r|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError,
    AttributeError, IndexError, EOFError, NotImplementedError, RuntimeError, OSError, MemoryError,
)  # fmt: skip
"""What reading a damaged or unusual file raises; openpyxl checks little by itself."""


def write_xlsx(rows: Iterable[Sequence[str]], *, numbers: Sequence[bool], sheet: str) -> bytes:
    """One sheet, its first row bold and always in sight. numbers: columns to count with; the rest is text."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    for place, is_number in enumerate(numbers):
        column = page.column_dimensions[get_column_letter(place + 1)]
        column.width = 10 if is_number else 18
        if not is_number:
            # What people add below is text as well: a barcode keeps its digits and its zeros.
            column.number_format = "@"
    bold = Font(bold=True)
    for number, row in enumerate(rows):
        cells: list[Any] = []
        for place, text in enumerate(row):
            if number and numbers[place] and _NUMBER.fullmatch(text):
                cells.append(float(text) if "." in text else int(text))
            elif number == 0 or _TAKEN_FOR_ANOTHER.match(text):
                cell = WriteOnlyCell(page, "")
                cell.value = _escaped(text)
                # A text stays one, also when it begins with "=".
                cell.data_type = "s"
                cell.number_format = "@"
                if number == 0:
                    cell.font = bold
                cells.append(cell)
            else:
                cells.append(_escaped(text) or None)
        page.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_xlsx(content: bytes) -> Iterator[list[str]]:
    """The rows of its first sheet, from the top, values of formulas as last computed. Raises BadFile."""
    try:
        _check_size(content)
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False, rich_text=False
        )
        page = book.worksheets[0]
        # What a sheet says about its own size may be wrong in either direction.
        page.reset_dimensions()
        for row in page.iter_rows(max_col=MAX_COLUMNS, values_only=True):
            texts = [_text(value) for value in row]
            if any(len(text) > MAX_CELL for text in texts):
                raise BadFile(
                    "칸 하나에 글자가 너무 많습니다. 그 칸을 줄여 주세요.",
                    f"A cell holds more than {MAX_CELL} characters: shorten it.",
                    "TOO_MUCH",
                )
            while texts and not texts[-1]:
                texts.pop()
            yield texts
    except BadFile:
        raise
    except _BROKEN:
        raise BadFile(
            "엑셀 파일을 읽을 수 없습니다. 엑셀에서 열어 xlsx로 다시 저장해 주세요.",
            "The spreadsheet cannot be read: open it and save it as xlsx again.",
            "XLSX",
        ) from None


def _check_size(content: bytes) -> None:
    """Measured by what the parts say of themselves: zipfile reads none further than that."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise BadFile(
                "압축을 풀면 너무 큰 파일입니다. 상품이 있는 시트만 남기고 다시 저장해 주세요.",
                "The file is too large once unpacked: keep only the sheet with the items.",
                "TOO_MUCH",
            )


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
