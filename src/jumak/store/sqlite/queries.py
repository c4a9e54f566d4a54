"""The named statements of the `.sql` files beside this module."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

_NAMED: Final = re.compile(r"^-- name: (\w+)\n((?:--.*\n)*)", re.MULTILINE)


@cache
def text(name: str) -> str:
    """A whole file of this package, e.g. `schema.sql`."""
    return files("jumak.store.sqlite").joinpath(name).read_text("utf-8")


def _load() -> dict[str, str]:
    parts = _NAMED.split(text("queries.sql"))[1:]
    return {name: sql.strip().removesuffix(";") for name, sql in zip(parts[::3], parts[2::3], strict=True)}


SQL: Final[dict[str, str]] = _load()
"""Statement by name; the comments in `queries.sql` say what each is for."""
