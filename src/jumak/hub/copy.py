"""A shop's copy while facts are added to it: nothing here touches the database.

What is wrong with the facts of a shop is found before anything of it is written (`Wrong`).
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Raw

from jumak.domain.books import Books, Totals, book_order, book_refund
from jumak.domain.calendar import ShopCalendar, calendar_of, from_ms
from jumak.domain.merchant import Shop
from jumak.feed.messages import Facts
from jumak.store.codec import ORDER_FULL, ORDER_PATCH, SHOP, Codec, StateEntry
from jumak.store.journal import chained
from jumak.store.patch import apply_raw, joined_raw
from jumak.store.shipping import CommitEnd, WholeFact

FIRST_HASH: Final = b"\0" * 32
"""What the first commit's hash is chained to."""

_decode_order = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_state = msgspec.json.Decoder(str).decode
_decode_settings = lru_cache(256)(msgspec.json.Decoder(Shop).decode)
_decode_books = msgspec.msgpack.Decoder(Books).decode
_encode_books = msgspec.msgpack.Encoder().encode
_decode_data = msgspec.json.Decoder(dict[str, Any]).decode
codec_of = lru_cache(256)(Codec)


class Wrong(Exception):  # noqa: N818  # named for what is so
    """A shop's facts cannot be added to what is here; the text is for people."""


class CopiedOrder:
    """An order of a shop: the top of its document, each part as it is written."""

    __slots__ = ("books", "created", "day", "document", "fact")

    def __init__(
        self, fact: int, document: dict[str, Raw], books: Books, created: datetime, day: date
    ) -> None:
        self.fact, self.document, self.books, self.created, self.day = fact, document, books, created, day

    @classmethod
    def of_row(cls, row: Any) -> CopiedOrder:
        """As the database has it."""
        document = _decode_order(row["doc"])
        return cls(row["fact"], document, _decode_books(row["books"]), row["created"], row["day"])

    def columns(self) -> tuple[int, datetime, date, str, bytes, str]:
        """fact, created, day, state, books, doc."""
        state = _decode_state(self.document["orderState"])
        doc = joined_raw(self.document).decode()
        return self.fact, self.created, self.day, state, _encode_books(self.books), doc


class ShopCopy:
    """One shop, from `last_seq` on."""

    def __init__(
        self,
        shop: str,
        *,
        last_seq: int,
        hash: bytes | None,  # as the column
        hash_seq: int,
        settings: bytes,
        dictionary: bytes,
    ) -> None:
        self.shop, self.last_seq = shop, last_seq
        self.hash, self.hash_seq = hash or FIRST_HASH, hash_seq
        self.settings = settings
        self._calendar: ShopCalendar = calendar_of(_decode_settings(settings))
        self._codec = codec_of(dictionary)
        self.newest = 0
        self.orders: dict[str, CopiedOrder] = {}
        """Orders the facts tell of: put here before, those that are in the database."""
        self.changed: dict[str, CopiedOrder] = {}
        self.totals = Totals()
        self.facts: list[WholeFact] = []
        self.commits: list[tuple[CommitEnd, bool]] = []
        self._begun: list[WholeFact] = []

    def resume(self, begun: list[WholeFact]) -> None:
        """The facts after `hash_seq`: of a commit whose end was not here yet."""
        self._begun = begun

    def entries(self, fact: WholeFact) -> list[StateEntry]:
        """What a fact made of things."""
        return self._codec.entries(fact.state)

    def orders_needed(self, facts: Facts) -> set[str]:
        """Ids of the orders that have to be known before these facts are added."""
        needed: set[str] = set()
        for fact in facts.facts:
            if fact.seq > self.last_seq:
                if fact.state is not None:
                    needed.update(
                        entry.id for entry in self.entries(fact) if entry.kind in (ORDER_FULL, ORDER_PATCH)
                    )
                if fact.name == "payment.refund":
                    needed.add(_decode_data(fact.data)["order"]["id"])
        return needed

    def add(self, facts: Facts) -> None:
        """The facts that are new of these; they follow what is here. Raises Wrong; then the copy is unusable."""
        assert facts.first <= self.last_seq + 1, "a gap"
        self.newest = max(self.newest, facts.newest)
        ends = iter([end for end in facts.commits if end.last_seq > self.last_seq])
        end = next(ends, None)
        for fact in facts.facts:
            if fact.seq <= self.last_seq:
                continue
            if fact.seq != self.last_seq + 1:
                raise Wrong(f"fact {self.last_seq + 1} is missing inside a message")
            self._begun.append(fact)
            self.facts.append(fact)
            self.last_seq = fact.seq
            if fact.state is not None:
                self._take(fact)
            if fact.name == "payment.refund":
                self._refund(fact)
            if end is not None and end.last_seq == fact.seq:
                self._end(end)
                end = next(ends, None)
        if end is not None:
            raise Wrong(f"a commit ends with fact {end.last_seq}, which is not there")

    def _end(self, end: CommitEnd) -> None:
        """Check a commit against its hash; one of which something was withheld is taken at its word."""
        whole = not any(fact.withheld for fact in self._begun)
        if whole and chained(self.hash, end.at, [fact[:8] for fact in self._begun]) != end.hash:
            raise Wrong(f"the commit that ends with fact {end.last_seq} is not what the shop wrote")
        self.commits.append((end, whole))
        self.hash, self.hash_seq = end.hash, end.last_seq
        self._begun.clear()

    def _take(self, fact: WholeFact) -> None:
        for entry in self.entries(fact):
            if entry.kind == ORDER_FULL:
                if entry.id in self.orders:
                    raise Wrong(f"order {entry.id} is made a second time by fact {fact.seq}")
                created = from_ms(fact.at)
                order = CopiedOrder(
                    fact.seq,
                    _decode_order(self._codec.unpack(entry.body)),
                    Books(),
                    created,
                    self._calendar.business_date(created),
                )
                self.orders[entry.id] = order
                self._changed(entry.id, order, fact)
            elif entry.kind == ORDER_PATCH:
                known = self.orders.get(entry.id)
                if known is None or known.fact != entry.previous:
                    raise Wrong(f"fact {fact.seq} changes a version of order {entry.id} that is not here")
                known.document = apply_raw(known.document, _decode_order(self._codec.unpack(entry.body)))
                known.fact = fact.seq
                self._changed(entry.id, known, fact)
            elif entry.kind == SHOP:
                self.settings = self._codec.unpack(entry.body)
                self._calendar = calendar_of(_decode_settings(self.settings))

    def _changed(self, order_id: str, order: CopiedOrder, fact: WholeFact) -> None:
        self.changed[order_id] = order
        book_order(order.books, order.document, from_ms(fact.at), self._calendar, self.totals)

    def _refund(self, fact: WholeFact) -> None:
        data = _decode_data(fact.data)
        order_id = data["order"]["id"]
        order = self.orders.get(order_id)
        if order is None:
            raise Wrong(f"fact {fact.seq} gives money of order {order_id} back, which is not here")
        book_refund(order.books, fact.subject, data["amount"], from_ms(fact.at), self._calendar, self.totals)
        self.changed[order_id] = order
