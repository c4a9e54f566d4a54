"""Many shops in one PostgreSQL database, each written by as many server processes as there are."""

from jumak.store.postgres.database import Database
from jumak.store.postgres.look import Looking
from jumak.store.postgres.placing import UNREACHABLE, Placements
from jumak.store.postgres.store import PostgresStore, found

__all__ = ["UNREACHABLE", "Database", "Looking", "Placements", "PostgresStore", "found"]
