"""Everything of a shop of a database."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from jumak.store.codec import Codec
from jumak.store.postgres.database import Database
from jumak.store.postgres.memory import no_shop
from jumak.store.postgres.queries import SQL
from jumak.store.postgres.rows import order_at
from jumak.store.travel import FactState, replayed
from jumak.store.whole import STEP, Finding, Row

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection


@contextlib.asynccontextmanager
async def whole_shop(database: Database, shop_id: int) -> AsyncIterator[DatabaseShop]:
    """A shop as of this moment, also while servers run. Raises ShopMissing, CopyUnfinished."""
    async with database.snapshot() as connection:
        if await connection.fetchval(SQL["head_and_fence"], shop_id) is None:
            raise await no_shop(connection, shop_id)
        dictionary = await connection.fetchval(SQL["shop_value"], shop_id, "dictionary")
        yield DatabaseShop(connection, shop_id, Codec(dictionary))


class DatabaseShop:
    """Implements `store.whole.WholeShop` within one transaction."""

    def __init__(self, connection: Connection, shop_id: int, codec: Codec) -> None:
        self._connection = connection
        self._shop = shop_id
        self.codec = codec

    async def _all(self, name: str, *values: Any) -> list[Any]:
        rows: list[Any] = await self._connection.fetch(SQL[name], self._shop, *values)
        return rows

    async def _some(self, name: str) -> AsyncIterator[list[Any]]:
        cursor = await self._connection.cursor(SQL[name], self._shop)
        while some := await cursor.fetch(STEP):
            yield some

    async def integrity(self) -> Iterable[Finding]:
        """See `WholeShop`. The head is where writers take turns: it must say what the journal says."""
        commit, seq, chained = (await self._all("head"))[0]
        last_seq, last_hash = (await self._all("last_commit") or [(0, bytes(32))])[0]
        newest = (await self._all("newest_change"))[0][0]
        findings = []
        if (seq, chained) != (last_seq, last_hash):
            findings.append(Finding("heads", str(seq), f"the newest commit ends with fact {last_seq}"))
        if newest not in (None, commit):
            findings.append(Finding("heads", str(commit), f"the newest change is of commit {newest}"))
        return findings

    async def lines(self) -> int:
        """See `WholeShop`."""
        total: int = (await self._all("count_lines"))[0][0]
        return total

    async def settings(self, name: str) -> bytes | None:
        """See `WholeShop`."""
        rows = await self._all("shop_value", name)
        return rows[0][0] if rows else None

    async def actors(self) -> dict[int, tuple[Any, ...]]:
        """See `WholeShop`."""
        return {number: tuple(msgspec.json.decode(actor)) for number, actor in await self._all("actors")}

    async def owners(self) -> dict[int, str]:
        """See `WholeShop`."""
        return {number: owner.decode() for number, owner in await self._all("owners")}

    async def commits(self) -> Sequence[Row]:
        """See `WholeShop`."""
        return await self._all("all_commits")

    async def facts(self) -> AsyncIterator[Sequence[Row]]:
        """See `WholeShop`."""
        async for some in self._some("all_facts"):
            yield [
                (seq, at, name, subject.decode(), actor, _text(command), data, state)
                for seq, at, name, subject, actor, command, data, state in some
            ]

    async def found_under(self, pairs: Sequence[tuple[int, str]]) -> Sequence[bool | None]:
        """See `WholeShop`."""
        facts, order_ids = [fact for fact, _ in pairs], [order_id for _, order_id in pairs]
        rows = await self._all("found_under", facts, order_ids)
        known = {(fact, order_id): found for fact, order_id, found in rows}
        return [known.get(pair) for pair in pairs]

    async def order_facts(self) -> int | None:
        """See `WholeShop`."""
        count: int = (await self._all("count_order_facts"))[0][0]
        return count

    async def orders(self) -> AsyncIterator[Sequence[Row]]:
        """See `WholeShop`."""
        async for some in self._some("all_orders"):
            yield [(*row[:6], _text(row[6]), *row[7:]) for row in map(tuple, some)]

    async def order_at(
        self, order_id: str, *, seq: int | None = None, at_ms: int | None = None
    ) -> bytes | None:
        """See `rows.order_at`."""
        return await order_at(self._connection, self._shop, self.codec, order_id, seq=seq, at_ms=at_ms)

    async def replayed(self, order_ids: Sequence[str]) -> Sequence[bytes | Exception | None]:
        """See `WholeShop`."""
        chains: dict[str, tuple[int, dict[int, FactState]]] = {}
        for order_id, newest, fact, moment, subject, state in await self._all("states_of_orders", order_ids):
            _, states = chains.setdefault(order_id, (newest, {}))
            states[fact] = moment, subject.decode(), state
        return [self._replayed(order_id, *chains.get(order_id, (0, {}))) for order_id in order_ids]

    def _replayed(self, order_id: str, newest: int, states: dict[int, FactState]) -> bytes | Exception | None:
        try:
            return replayed(self.codec, order_id, newest, states.__getitem__)
        except Exception as error:  # whatever a damaged chain leads to
            return error

    async def payments(self) -> Sequence[Row]:
        """See `WholeShop`."""
        return [(*row[:3], row[3].decode()) for row in await self._all("all_payments")]

    def tickets(self) -> AsyncIterator[Sequence[Row]]:
        """See `WholeShop`."""
        return self._some("all_tickets")

    async def states(self, facts: Iterable[int]) -> dict[int, bytes | None]:
        """See `WholeShop`."""
        return {seq: state for seq, state in await self._all("fact_states", list(facts))}  # noqa: C416  # records are no tuples

    async def documents(self) -> AsyncIterator[Sequence[Row]]:
        """See `WholeShop`."""
        async for some in self._some("all_documents"):
            yield [(kind, msgspec.json.decode(stored), fact, doc) for kind, stored, fact, doc in some]

    async def slots(self, kind: int) -> Sequence[Row]:
        """See `WholeShop`."""
        return [tuple(row) for row in await self._all("slots", kind)]


def _text(key: bytes | None) -> str | None:
    return None if key is None else key.decode()
