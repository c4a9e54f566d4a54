"""The statements of a hub's database."""

from __future__ import annotations

from typing import Final

from jumak.store.queries import statements

SQL: Final[dict[str, str]] = statements("jumak.hub")
"""Statement by name; the comments in `queries.sql` say what each is for."""
