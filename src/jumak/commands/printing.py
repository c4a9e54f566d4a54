"""What commands print: tables, and JSON for programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import msgspec


def print_json(found: object) -> None:
    """Something as JSON for people and programs."""
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Rows under each other, headings first."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
