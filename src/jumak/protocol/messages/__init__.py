"""Messages by noun: one module each, with the structs of its messages and their `ROWS`."""

from __future__ import annotations

import importlib
import pkgutil

from jumak.protocol.row import Row

ROWS: tuple[Row, ...] = tuple(
    row
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__))
    for row in importlib.import_module(f"{__name__}.{module}").ROWS
)
"""Rows of every noun."""
