"""The journal of a shop of a database as it leaves the shop."""

from __future__ import annotations

from typing import Any

import msgspec

from jumak.store.codec import Codec
from jumak.store.memory import Actor
from jumak.store.postgres.asking import away
from jumak.store.postgres.connection import TROUBLE
from jumak.store.postgres.database import Database
from jumak.store.postgres.queries import SQL
from jumak.store.shipping import CommitEnd, Shipment, shippable

_actor = msgspec.json.Decoder(Actor).decode


class DatabaseJournal:
    """Implements `shipping.Journal` on connections of the pool. Raises HostUnavailable while the database is away."""

    def __init__(self, database: Database, shop_id: int) -> None:
        self._database, self._shop = database, shop_id
        self._codec: Codec | None = None

    async def about(self) -> tuple[bytes, bytes]:
        """See `shipping.Journal`."""
        return await self._one("shop_value", "founding"), await self._dictionary()

    async def newest(self) -> int:
        """See `shipping.Journal`."""
        return await self._one("last_fact") or 0

    async def hash_at(self, seq: int) -> bytes | None:
        """See `shipping.Journal`."""
        found: bytes | None = await self._one("commit_at", seq)
        return found

    async def after(self, seq: int, limit: int, most_bytes: int) -> Shipment:
        """See `shipping.Journal`."""
        if self._codec is None:
            self._codec = Codec(await self._dictionary())
        try:
            async with self._database.snapshot() as connection:
                rows = await connection.fetch(SQL["whole_facts_after"], self._shop, seq, limit)
                facts = shippable(self._codec, map(_whole, rows), most_bytes)
                if not facts:
                    return Shipment([], [])
                ends = await connection.fetch(SQL["commits_between"], self._shop, seq, facts[-1].seq)
        except TROUBLE as trouble:
            raise away() from trouble
        return Shipment(facts, [CommitEnd(*end) for end in ends])

    def close(self) -> None:
        """See `shipping.Journal`. The database stays open."""

    async def _dictionary(self) -> bytes:
        dictionary: bytes = await self._one("shop_value", "dictionary")
        return dictionary

    async def _one(self, name: str, *values: Any) -> Any:
        try:
            return await self._database.pool.fetchval(SQL[name], self._shop, *values)
        except TROUBLE as trouble:
            raise away() from trouble


def _whole(row: Any) -> tuple[Any, ...]:
    seq, at, name, subject, actor, command, data, state = row
    return (
        seq, at, name, subject.decode(), tuple(_actor(actor)), None if command is None else command.decode(), data, state,
    )  # fmt: skip
