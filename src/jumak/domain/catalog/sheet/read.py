"""A table somebody made: which of its columns are known, and what stands in its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from jumak.domain.catalog.sheet.columns import Column, column_named
from jumak.domain.catalog.sheet.texts import plain
from jumak.domain.errors import InvalidArgument

MAX_ROWS = 60_000


class Row(Struct, frozen=True):
    """A row that says something. number: as a spreadsheet counts.  cells: by key of the column."""

    number: int
    cells: dict[str, str]


class Table(Struct, frozen=True, kw_only=True):
    """A table as it was read.

    columns: the known ones by key.  ignored: headings nobody knows.  given: everything, as it came.
    """

    columns: dict[str, Column]
    headings: dict[str, str]
    rows: tuple[Row, ...]
    ignored: tuple[str, ...]
    given: dict[int, Sequence[str]]
    first: Sequence[str]


def read_table(lines: Iterable[Sequence[str]]) -> Table:
    """The rows below the headings. lines: all of the file, from the top.

    Raises InvalidArgument when there are no headings, one stands there twice, or nothing below them.
    """
    numbered = iter(enumerate(lines, start=1))
    first: Sequence[str] = ()
    for _, line in numbered:
        if any(map(plain, line)):
            first = line
            break
    places, columns, headings, ignored = _columns(first)
    rows: list[Row] = []
    given: dict[int, Sequence[str]] = {}
    for number, line in numbered:
        cells = {key: plain(line[place]) if place < len(line) else "" for key, place in places.items()}
        if not any(cells.values()):
            continue
        if len(rows) == MAX_ROWS:
            raise InvalidArgument(
                f"한 번에 {MAX_ROWS:,}줄까지 가져올 수 있습니다. 파일을 나누어 주세요.",
                f"A file holds at most {MAX_ROWS:,} rows; split it.",
                path="$.upload",
                reason="TOO_MANY_ROWS",
            )
        rows.append(Row(number, cells))
        given[number] = line
    if not rows:
        raise InvalidArgument(
            "파일에 상품이 없습니다. 첫 줄에는 제목을, 그 아래에는 상품을 한 줄에 하나씩 적어 주세요.",
            "There are no items in the file: headings go in the first row, items below it.",
            path="$.upload",
            reason="NO_ROWS",
        )
    return Table(
        columns=columns,
        headings=headings,
        rows=tuple(rows),
        ignored=ignored,
        given=given,
        first=first,
    )


def _columns(
    first: Sequence[str],
) -> tuple[dict[str, int], dict[str, Column], dict[str, str], tuple[str, ...]]:
    places: dict[str, int] = {}
    columns: dict[str, Column] = {}
    headings: dict[str, str] = {}
    ignored: list[str] = []
    for place, text in enumerate(first):
        name = plain(text)
        column = column_named(name)
        if column is None:
            if name:
                ignored.append(name[:100])
        elif column.key in places:
            raise InvalidArgument(
                f"같은 제목이 두 번 있습니다: {headings[column.key]}, {name[:50]}. 하나를 지워 주세요.",
                f"Two columns mean the same: {headings[column.key]}, {name[:50]}. Remove one of them.",
                path="$.upload",
                reason="HEADINGS",
            )
        else:
            places[column.key], columns[column.key], headings[column.key] = place, column, name
    if "title" not in columns and "id" not in columns:
        raise InvalidArgument(
            "첫 줄에서 '상품명' 제목을 찾지 못했습니다. 먼저 내보내기한 파일의 첫 줄을 그대로 써 주세요.",
            "The first row has no heading 'Title': begin with an exported file and keep its first row.",
            path="$.upload",
            reason="HEADINGS",
        )
    return places, columns, headings, tuple(ignored[:20])
