"""Named statements: each store keeps its own in `.sql` files beside its modules."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

_NAMED: Final = re.compile(r"^-- name: (\w+)\n((?:--.*\n)*)", re.MULTILINE)


@cache
def text(package: str, name: str) -> str:
    """A whole file of a package, e.g. `schema.sql` of `jumak.store.sqlite`."""
    return files(package).joinpath(name).read_text("utf-8")


def statements(package: str, name: str = "queries.sql") -> dict[str, str]:
    """Statement by name; the comments in the file say what each is for."""
    parts = _NAMED.split(text(package, name))[1:]
    return {name: sql.strip().removesuffix(";") for name, sql in zip(parts[::3], parts[2::3], strict=True)}
