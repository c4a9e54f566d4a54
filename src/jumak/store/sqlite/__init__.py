"""A shop in one SQLite file: durable, exact, quick; no server to look after."""

from jumak.store.errors import NewerFile, ShopExists, ShopInUse, ShopMissing, StoreError, Unrecorded
from jumak.store.sqlite.store import SqliteStore

__all__ = ["NewerFile", "ShopExists", "ShopInUse", "ShopMissing", "SqliteStore", "StoreError", "Unrecorded"]
