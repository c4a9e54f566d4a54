"""What a head office reads in several of its shops, and gives them (contract: extensions §11.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from jumak.domain.base import CatalogId
from jumak.domain.catalog import CatalogItemView, Category, Option
from jumak.domain.order.types import Order, OrderState
from jumak.protocol.messages.shop_directory import GroupName, ShopNumber, ShopState
from jumak.protocol.row import Data, Nothing, Reply, Row

Shops = Annotated[tuple[ShopNumber, ...], Meta(min_length=1, max_length=500)]
Names = Annotated[tuple[GroupName, ...], Meta(min_length=1, max_length=50)]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Instant = Annotated[str, Meta(max_length=40)]
Cursor = Annotated[str, Meta(max_length=100)]
"""Where the page before ended: `next` of its reply."""

PushId = Annotated[str, Meta(min_length=1, max_length=64)]
Numbers = Annotated[tuple[CatalogId, ...], Meta(min_length=1, max_length=1_000)]


class BranchView(Struct, frozen=True, kw_only=True, rename="camel"):
    """A shop within the reach of whoever asks. name: its host label.  title: what people call it."""

    id: int
    name: str
    title: str
    state: ShopState
    groups: tuple[str, ...] = ()


class BranchesReply(Reply, frozen=True, kw_only=True):
    """The oldest first."""

    shops: tuple[BranchView, ...]


class Among(Data, frozen=True, kw_only=True):
    """Which shops: these and those in these groups; with neither every shop within reach."""

    shops: Shops | None = None
    groups: Names | None = None


class GetBranchReport(Among, frozen=True, kw_only=True):
    """Sales of the trading days from … to, both included, at most 31; so many shops a page, 10 unless said otherwise."""

    from_: Day
    to: Day
    after: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] | None = None


class BranchTender(Struct, frozen=True, kw_only=True, rename="camel"):
    """Payments of one kind. amount: won, less what was given back."""

    source_type: str
    payments: int
    amount: int


class BranchDay(Struct, frozen=True, kw_only=True, rename="camel"):
    """A trading day (RPT-2). orders: first paid in full that day.  net: won without tips, VAT within."""

    date: str
    orders: int
    net: int
    vat: int
    tenders: tuple[BranchTender, ...]


class BranchReport(Struct, frozen=True, kw_only=True, rename="camel"):
    """A shop's days, those with nothing in the books left out."""

    shop: BranchView
    days: tuple[BranchDay, ...]


class BranchReportReply(Reply, frozen=True, kw_only=True):
    """By the numbers of the shops. next: there are more shops."""

    shops: tuple[BranchReport, ...]
    next: str | UnsetType = UNSET


class FindBranchOrders(Among, frozen=True, kw_only=True):
    """Orders made from … to, the last seven days unless said otherwise, at most 92 days."""

    from_: Instant | None = None
    to: Instant | None = None
    number: Annotated[str, Meta(max_length=32)] | None = None
    states: Annotated[tuple[OrderState, ...], Meta(max_length=4)] | None = None
    after: Cursor | None = None
    size: Annotated[int, Meta(ge=1, le=100)] | None = None


class BranchOrder(Struct, frozen=True, kw_only=True, rename="camel"):
    """An order of a shop, as plugins of that shop see it, without its table."""

    shop_id: int
    order: Order | Raw


class BranchOrdersReply(Reply, frozen=True, kw_only=True):
    """The newest first. next: there are more; orders made meanwhile stand before the first page and move none."""

    orders: tuple[BranchOrder, ...]
    next: str | UnsetType = UNSET


class GetBranchMenu(Data, frozen=True, kw_only=True):
    """A shop's menu, so many items a page by number, 200 unless said otherwise."""

    shop: ShopNumber
    after: CatalogId | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] | None = None


class BranchMenuReply(Reply, frozen=True, kw_only=True):
    """categories, options: with the first page only.  next: the last item, when there are more.

    pushed: the head office's menu that was decided about last.
    """

    categories: tuple[Category, ...]
    options: tuple[Option, ...]
    catalogs: tuple[CatalogItemView, ...]
    pushed: str | UnsetType = UNSET
    next: int | UnsetType = UNSET


class Part(Data, frozen=True, kw_only=True):
    """A part of the head office's menu, by its own numbers; the whole of it when no part is named.

    categories: with all their items.  items: with what they need; one the head office has deleted goes from the shops.
    only: `PRICES` changes prices of what a shop has, and nothing else.
    """

    categories: Numbers | None = None
    items: Numbers | None = None
    options: Numbers | None = None
    only: Literal["PRICES"] | None = None


class CompareBranchMenu(Part, frozen=True, kw_only=True):
    """What pushing this part now would do in a shop."""

    shop: ShopNumber


class ComparedItem(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """id: at the head office.  here: in the shop.  fields: what would be another."""

    id: int | None = None
    here: int | None = None
    title: str
    fields: tuple[str, ...] = ()


class CompareReply(Reply, frozen=True, kw_only=True):
    """unchanged: items that are as they should be.  own: items of the shop's own.

    left: items that would be left out: deleted by the shop, or not there when only prices are pushed.
    """

    added: tuple[ComparedItem, ...]
    changed: tuple[ComparedItem, ...]
    removed: tuple[ComparedItem, ...]
    left: tuple[ComparedItem, ...]
    own: tuple[ComparedItem, ...]
    categories: tuple[ComparedItem, ...]
    options: tuple[ComparedItem, ...]
    unchanged: int


class PushMenu(Part, frozen=True, kw_only=True):
    """Give a part of the head office's menu to shops. id: of this push, made by the caller; again it changes nothing.

    name: for people.  shops, groups: see `Among`; shops added later are none of it.
    """

    id: PushId
    name: Annotated[str, Meta(max_length=100)] = ""
    shops: Shops | None = None
    groups: Names | None = None


class PushResultView(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What became of a push in one shop. why: of `PENDING`, what it waits for.

    added, changed, removed, left: items.  reason, message: of `REFUSED`; nothing was changed then.
    """

    shop_id: int
    state: Literal["PENDING", "DONE", "REFUSED"]
    why: Literal["QUEUED", "SUSPENDED", "TROUBLE"] | None = None
    added: int = 0
    changed: int = 0
    removed: int = 0
    left: int = 0
    reason: str | None = None
    message: str | None = None


class PushView(Struct, frozen=True, kw_only=True, rename="camel"):
    """A push. version: goes up from push to push.  items: how many it holds.  by: who gave it."""

    id: str
    name: str
    version: int
    at: str
    by: str
    items: int
    pending: int
    done: int
    refused: int


class PushReply(Reply, frozen=True, kw_only=True):
    """results: of the shops within reach, by number."""

    push: PushView
    results: tuple[PushResultView, ...]


class GetPush(Data, frozen=True, kw_only=True):
    """Which push."""

    id: PushId


class PushesReply(Reply, frozen=True, kw_only=True):
    """The newest first; the last twenty, and older ones that are not done."""

    pushes: tuple[PushView, ...]


PAGE = "extensions.md §11.1"
ANY = ("branch-report:read", "branch-order:read", "branch-menu:read", "branch-menu:push")

ROWS: tuple[Row, ...] = (
    Row(
        name="branch.list.request",
        kind="request",
        data=Nothing,
        reply=BranchesReply,
        scopes=ANY,
        sdk="ext.branch.list",
        page=PAGE,
        about="The shops within reach of whoever asks.",
    ),
    Row(
        name="branch-report.get.request",
        kind="request",
        data=GetBranchReport,
        reply=BranchReportReply,
        scopes=("branch-report:read",),
        apart=True,
        sdk="ext.branchReport.get",
        page=PAGE,
        about="Sales and tenders of several shops by trading day.",
    ),
    Row(
        name="branch-order.find.request",
        kind="request",
        data=FindBranchOrders,
        reply=BranchOrdersReply,
        scopes=("branch-order:read",),
        apart=True,
        sdk="ext.branchOrder.find",
        page=PAGE,
        about="Orders of several shops by number, state and time, the newest first.",
    ),
    Row(
        name="branch-menu.get.request",
        kind="request",
        data=GetBranchMenu,
        reply=BranchMenuReply,
        scopes=("branch-menu:read",),
        apart=True,
        sdk="ext.branchMenu.get",
        page=PAGE,
        about="A shop's menu.",
    ),
    Row(
        name="branch-menu.compare.request",
        kind="request",
        data=CompareBranchMenu,
        reply=CompareReply,
        scopes=("branch-menu:read",),
        apart=True,
        sdk="ext.branchMenu.compare",
        page=PAGE,
        about="What a push would change in a shop.",
    ),
    Row(
        name="menu-push.add.request",
        kind="request",
        data=PushMenu,
        reply=PushReply,
        scopes=("branch-menu:push",),
        write=True,
        sdk="ext.menuPush.add",
        page=PAGE,
        about="Gives the head office's menu, or a part of it, to shops.",
    ),
    Row(
        name="menu-push.get.request",
        kind="request",
        data=GetPush,
        reply=PushReply,
        scopes=("branch-menu:push", "branch-menu:read"),
        sdk="ext.menuPush.get",
        page=PAGE,
        about="What became of a push, shop by shop.",
    ),
    Row(
        name="menu-push.list.request",
        kind="request",
        data=Nothing,
        reply=PushesReply,
        scopes=("branch-menu:push", "branch-menu:read"),
        sdk="ext.menuPush.list",
        page=PAGE,
        about="The last pushes.",
    ),
)
