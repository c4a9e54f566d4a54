"""The statements of a shop in PostgreSQL. The first argument of each is the shop."""

from __future__ import annotations

from typing import Final

from jumak.store.queries import statements

SQL: Final[dict[str, str]] = statements("jumak.store.postgres")
"""Statement by name; the comments in `queries.sql` say what each is for."""
