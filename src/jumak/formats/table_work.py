"""The process that reads and writes tables, told apart by their content (`table`)."""

from __future__ import annotations

from pathlib import Path

from jumak.formats.apart import answer
from jumak.formats.csv_table import read_csv, write_csv
from jumak.formats.errors import BadFile
from jumak.formats.table import ReadRequest, Rows, WriteRequest
from jumak.formats.xlsx import OLE, read_xlsx, write_xlsx

MAX_FILE = 30_000_000
MAX_ROWS = 100_000
"""Rows at all, empty ones included."""


def read_here(path: Path) -> list[list[str]]:
    """The rows of a file. Raises BadFile."""
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


def _work(request: ReadRequest | WriteRequest) -> Rows:
    if isinstance(request, ReadRequest):
        return Rows(read_here(Path(request.path)))
    if request.kind == "csv":
        content = write_csv(request.rows)
    else:
        content = write_xlsx(request.rows, numbers=request.numbers, sheet=request.sheet)
    Path(request.path).write_bytes(content)
    return Rows([])


if __name__ == "__main__":
    answer(ReadRequest | WriteRequest, _work)  # type: ignore[arg-type]  # msgspec decodes a union by its tags
