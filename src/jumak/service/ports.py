"""What the use cases need from outside: store, clock, ids, and the live side of the shop.

A use case is an `async def` that awaits nothing but these ports. On SQLite none of them ever
suspends, so a command runs to its end in one go; on a networked store the same code waits.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from msgspec import Raw, Struct, field

from jumak.domain.attempt import MethodRef
from jumak.domain.caller import Caller, CallerKind
from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.fact import Fact
from jumak.domain.kitchen import Ticket
from jumak.domain.merchant import Shop
from jumak.domain.order.types import Order
from jumak.service.card_terminal import Drivers
from jumak.service.presented import PresentedCodes
from jumak.service.receipt_issuer import ReceiptIssuer
from jumak.service.refused_acts import RefusedActs
from jumak.service.sightings import Sightings

DocT = TypeVar("DocT", bound=Struct)


class Clock(Protocol):
    """The time. `jumak.testing.FakeClock` jumps."""

    def now(self) -> datetime:
        """Aware, UTC."""


class Ids(Protocol):
    """New opaque ids: UUIDv7 as 32 hex digits (OFF-3), time-ordered."""

    def new(self) -> str:
        """A fresh id."""


class Documents(Protocol):
    """The small things of the shop, by kind. Kinds and their types: `service/documents.py`.

    A kind is named by its struct type; the id is the struct's `id` unless documents.py says otherwise.
    """

    async def get(self, kind: type[DocT], doc_id: str | int) -> DocT | None:
        """One document, or None."""

    async def all(self, kind: type[DocT]) -> Mapping[str | int, DocT]:
        """All documents of a kind by id. Do not mutate. Costs a dictionary, not a query."""

    async def of_order(self, kind: type[DocT], order_id: str) -> Sequence[DocT]:
        """Those of a kind that name this order (`order_id`), in no order. Costs nothing for those that do not."""

    async def unfinished(self, kind: type[DocT]) -> Sequence[DocT]:
        """Those of a kind of `documents.UNFINISHED` that have not come to their end. Costs nothing for those that have."""


class OrderQuery(Struct, frozen=True, kw_only=True):
    """A page of orders, newest first, then id descending. Instants in ms, half open [start, end)."""

    start_ms: int | None = None
    end_ms: int | None = None
    states: tuple[str, ...] = ()
    table_id: int | None = None
    order_key: str | None = None
    number: str | None = None
    business_date: str | None = None
    text: str | None = None
    text_tables: frozenset[int] = frozenset()
    """Tables whose title holds the text: their orders match too."""
    page: int = 1
    size: int = 20


class TicketQuery(Struct, frozen=True, kw_only=True):
    """A page of tickets, oldest first, then id (KDS-11). Filters are AND-ed; empty = absent."""

    states: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    category_ids: tuple[int, ...] = ()
    item_ids: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    page: int = 1
    size: int = 20


class Reader(Documents, Protocol):
    """What a query may see: only what is committed."""

    at: datetime
    shop: Shop
    live: Live
    epoch: int
    """How often an older copy was put back, as `event_number.py` needs it."""

    seq: int
    """Number of the newest committed fact."""

    async def order(self, order_id: str) -> Order | None:
        """One order with its backing."""

    async def orders(self, query: OrderQuery) -> Sequence[Raw | Order]:
        """A page of orders, `Raw` public documents where no table has to be put in."""

    async def open_orders(self) -> Sequence[Order]:
        """Every order not yet released: REQUESTED, OPENED, or COMPLETED owing money or holding a table."""

    async def orders_on_table(self, table_id: int) -> Sequence[Order]:
        """Unreleased orders of a table, oldest first."""

    async def order_of_payment(self, payment_id: str) -> Order | None:
        """The order that holds this payment."""

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """One ticket."""

    async def tickets(self, query: TicketQuery) -> tuple[Sequence[Ticket], int]:
        """A page of tickets and how many match in all."""

    async def open_tickets(self, order_ids: Collection[str] | None = None) -> Sequence[Ticket]:
        """Every OPENED ticket, or those of some orders, oldest first."""

    async def tickets_of(self, order_id: str) -> Sequence[Ticket]:
        """All tickets of an order, oldest first."""

    async def facts(self, after: int, limit: int, names: Iterable[str] | None = None) -> Sequence[Entry]:
        """Journal entries with seq > after, in order."""

    async def journal_of(
        self, order_id: str, *, limit: int, before: int | None = None
    ) -> Sequence[OrderEntry]:
        """Committed journal entries that name this order (the journal's `data`), seq < before, newest first."""

    async def personal(self, subject: str) -> dict[str, Any] | None:
        """Personal data kept beside the journal under this id, None once erased."""

    async def value(self, owner: str, area: str, key: str) -> str | None:
        """A plugin's own stored text; area `storage` or `secret` (encrypted at rest)."""

    async def value_sizes(self, owner: str) -> Mapping[tuple[str, str], int]:
        """(area, key) → UTF-8 bytes of key and text, for everything `value` keeps for this owner."""

    async def command_reply(self, owner: str, command_id: str) -> bytes | None:
        """The stored reply (JSON of `data`) of a write of this caller."""


class Transaction(Reader, Protocol):
    """One command. Reads see the commands before it, committed or not; writes count only if it succeeds.

    A use case that raises has changed nothing. Every change of an order, ticket or document of
    the trade must come with at least one `record`ed fact (the store checks this for orders).
    """

    ids: Ids
    caller: Caller

    async def order_by_key(self, owner: str, order_key: str) -> Order | None:
        """The order not CANCELLED with this creator and key (NUM-2)."""

    async def payment_by_key(self, owner: str, payment_key: str) -> tuple[Order, str] | None:
        """The order and payment id recorded by this owner under this key, cancelled ones included (PAY-6)."""

    async def next_number(self, counter: str) -> int:
        """1, 2, 3 ... per counter; gaps allowed, never reused (NUM-3)."""

    def save_order(self, order: Order) -> None:
        """Insert or replace; `order.backing` is required."""

    def save_ticket(self, ticket: Ticket) -> None:
        """Insert or replace."""

    def put(self, doc: Struct) -> None:
        """Insert or replace a document (kind = its type)."""

    def drop(self, kind: type[Struct], doc_id: str | int) -> None:
        """Delete a document; absent is fine."""

    def put_personal(self, subject: str, data: dict[str, Any] | None) -> None:
        """Keep or (None) erase personal data under an id the journal may refer to (SEC-4)."""

    def put_value(self, owner: str, area: str, key: str, value: str | None) -> None:
        """Keep or (None) delete a plugin's own text."""

    def put_shop(self, shop: Shop) -> None:
        """Replace the shop's settings."""

    def record(self, *facts: Fact) -> None:
        """Append facts to the journal, in order; they are numbered at the commit."""

    def announce(self, announcement: Announcement) -> None:
        """A push without seq (cart, unicast), sent after the commit and never replayed."""


class Announcement(Struct, frozen=True, kw_only=True):
    """A push that is no fact. to: identity that gets it, None = everybody whose scopes allow.

    device: only sessions of this device get it, None = of any.  main: it is the main till's, which
    sessions without a device work with too.
    """

    name: str
    data: Any
    to: str | None = None
    device: str | None = None
    main: bool = False


class Command(Struct, frozen=True, kw_only=True):
    """A write to be decided. body: the raw JSON of `data`, hashed for repeats (PAY-7)."""

    caller: Caller
    name: str
    body: bytes
    run: Callable[[Transaction], Awaitable[Struct]]
    command_id: str | None = None


class Result(Struct, frozen=True, kw_only=True):
    """What became of a command. Exactly one of reply (JSON of the reply's `data`) and error is set.

    repeated: the stored answer of an earlier, equal command.
    """

    reply: bytes = b""
    error: BaseException | None = None
    repeated: bool = False


class Committed(Struct, frozen=True, kw_only=True):
    """What one commit made durable, in journal order; listeners get it after the callers their replies.

    ended: when it was on disk, by `time.perf_counter`; of another process's, when this one read it.
    """

    entries: tuple[Entry, ...]
    orders: tuple[Order, ...]
    tickets: tuple[Ticket, ...]
    announcements: tuple[Announcement, ...]
    ended: float = field(default_factory=time.perf_counter)


class Store(Protocol):
    """One shop's store: a single writer with group commit, and committed reads."""

    def submit(self, command: Command, done: Callable[[Result], None]) -> None:
        """Queue a command. `done` runs on the event loop once it is on disk (or refused), in order."""

    async def execute(self, command: Command) -> Result:
        """`submit` and wait."""

    def reader(self) -> Reader:
        """A view of what is committed now; use it without awaiting anything but itself."""

    def on_commit(self, listener: Callable[[Committed], None]) -> None:
        """Call this after each commit that recorded facts or announcements, after the replies."""

    async def close(self) -> None:
        """Finish what is queued, checkpoint, close."""


class Entry(Struct, frozen=True, kw_only=True):
    """A fact in the journal with its number and its cause."""

    seq: int
    at: datetime
    fact: Fact
    caller: str
    kind: CallerKind
    device: str | None
    staff: str | None
    command: str | None


class OrderEntry(Struct, frozen=True, kw_only=True):
    """A fact that tells of an order. before, after: its public document around the fact, if that changed it.

    before is None for a new order.
    """

    entry: Entry
    before: Order | None = None
    after: Order | None = None


PluginStateName = Literal["starting", "running", "stopping", "stopped", "crashed"]


class DeviceState(Struct, frozen=True, kw_only=True):
    """How a plugin fares in one till. load_ms: from its start until it was running."""

    device_id: str
    name: str
    state: PluginStateName
    reason: str = ""
    load_ms: int | None = None


class PluginState(Struct, frozen=True, kw_only=True):
    """How a plugin fares (contract, plugin-runtime §4). reason: why it is stopped, for people.

    load_ms: from its start until it was running.  devices: the connected tills that host it.
    """

    state: PluginStateName
    reason: str = ""
    load_ms: int | None = None
    devices: tuple[DeviceState, ...] = ()


class Live(Protocol):
    """The running side of a shop: connections, carts and plugins. Nothing here is stored."""

    sightings: Sightings
    """What each caller has seen of orders (ADD-4)."""

    terminal_drivers: Drivers
    """How card terminals can be spoken to, by name."""

    refunds_asked: set[str]
    """Refunds a terminal is being asked for right now, by id: nobody else says meanwhile how one ended."""

    refused_acts: RefusedActs
    """What callers were refused for want of a manager's approval (SEC-1)."""

    presented: PresentedCodes
    """Codes of guests on their way to a terminal (PAY-9)."""

    receipt_issuer: ReceiptIssuer | None
    """Who issues the shop's cash receipts, None where nobody does."""

    next_tries: dict[str, datetime]
    """When what has no end yet is asked again by itself: attempts, refunds, cash receipts, by id."""

    def till_connected(self) -> bool:
        """A till is there that could open a payment screen."""

    def drop_sessions(self, caller_id: str) -> None:
        """Close every connection of this identity at once (revoked token)."""

    def hears(self, caller_id: str, name: str) -> bool:
        """A session of this identity would get a push of this name."""

    def push_to(self, caller_id: str, name: str, data: Any) -> bool:
        """Send a push without seq to every session of one identity; False when it has none."""

    def payment_method(self, caller: Caller, plugin_id: str, method_id: str) -> MethodRef | None:
        """This method of a running plugin, as this caller may use it; None when nobody is there to ask."""

    def plugin_states(self) -> Mapping[str, PluginState]:
        """How each plugin fares, on the server and in tills, by id; empty where none are hosted."""


class MenuOf:
    """The catalog of a transaction or reader as the rules want it (`domain.catalog.Menu`)."""

    def __init__(
        self,
        items: Mapping[str | int, CatalogItem],
        categories: Mapping[str | int, Category],
        options: Mapping[str | int, Option],
    ) -> None:
        self._items, self._categories, self._options = items, categories, options

    def item(self, item_id: int) -> CatalogItem | None:
        """See `domain.catalog.Menu`."""
        return self._items.get(item_id)

    def category(self, category_id: int) -> Category | None:
        """See `domain.catalog.Menu`."""
        return self._categories.get(category_id)

    def option(self, option_id: int) -> Option | None:
        """See `domain.catalog.Menu`."""
        return self._options.get(option_id)


async def menu_of(source: Documents) -> MenuOf:
    """The menu as this source sees it."""
    return MenuOf(await source.all(CatalogItem), await source.all(Category), await source.all(Option))
