"""What a head office reads in its shops and gives them (contract, extensions §11.1): within a token's reach alone.

Reads look into a shop beside whoever runs it (`service/look.py`); pushes are kept here and carried by `menu_pushing.py`.
No message of a shop ever comes this way.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from weakref import WeakValueDictionary

import msgspec
from msgspec import UNSET, Struct

from jumak.domain.base import wire_name
from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.catalog import CatalogItem, Category, Option, in_menu_order, item_view
from jumak.domain.catalog.sharing import merge
from jumak.domain.day_book import BookedDay
from jumak.domain.errors import InvalidArgument, InvalidState, PermissionDenied
from jumak.domain.stock import stamp
from jumak.protocol.messages.branch import (
    BranchDay,
    BranchesReply,
    BranchMenuReply,
    BranchOrder,
    BranchOrdersReply,
    BranchReport,
    BranchReportReply,
    BranchTender,
    BranchView,
    CompareBranchMenu,
    ComparedItem,
    CompareReply,
    FindBranchOrders,
    GetBranchMenu,
    GetBranchReport,
    GetPush,
    Part,
    PushesReply,
    PushMenu,
    PushReply,
)
from jumak.protocol.row import Nothing
from jumak.server.directory import Branches, branches_of
from jumak.server.live import Ask, live
from jumak.service import menu_push, shop_directory
from jumak.service.chain_menu import NOT_YET, menu_in, newest_in, placeholders
from jumak.service.documents import ShopEntry
from jumak.service.look import OrderPlace, OrderSpan, Sales
from jumak.service.ports import Reader
from jumak.service.turn import in_turn

MOST_DAYS: Final = 31
MOST_ORDER_DAYS: Final = 92
MOST_FACTS: Final = 20_000
"""A page of a report ends with the day that brings it above this: some seconds of work in small pieces."""

WAIT_S: Final = 10.0
"""A caller's next read waits so long for the one before."""

REPORT_SHOPS: Final = 10
ORDERS: Final = 20
ITEMS: Final = 200
_HIGHEST: Final = 2**62


@live("branch.list.request")
async def list_branches(ask: Ask, data: Nothing) -> BranchesReply:  # noqa: ARG001 (it has no keys)
    """The shops within reach."""
    entries = await _within(ask)
    return BranchesReply(shops=tuple(map(_view, entries.values())))


# -- reports ---------------------------------------------------------------------------------------


@live("branch-report.get.request")
async def report(ask: Ask, data: GetBranchReport) -> BranchReportReply:
    """Shop by shop in the order of their numbers, suspended ones too."""
    first, last = _day(data.from_, "$.from"), _day(data.to, "$.to")
    if not 0 <= (last - first).days < MOST_DAYS:
        raise InvalidArgument(
            f"기간은 최대 {MOST_DAYS}일입니다.", f"$.to: a report is of 1 to {MOST_DAYS} days", path="$.to"
        )
    chosen = await _chosen(ask, data.shops, data.groups)
    async with _alone(ask):
        return await reported(branches_of(ask), chosen, first, last, data.limit or REPORT_SHOPS, data.after)


async def reported(
    branches: Branches,
    chosen: Sequence[ShopEntry],
    first: date,
    last: date,
    limit: int,
    after: str | None = None,
) -> BranchReportReply:
    """A page of a report of these shops, which come by number: at most `limit`. after: the `next` of the page before."""
    through, begun = (0, None) if after is None else _report_place(after, first, last)
    left = [entry for entry in chosen if entry.id > through]
    reports: list[BranchReport] = []
    read = 0
    for place, entry in enumerate(left, 1):
        begin = begun[1] if begun is not None and begun[0] == entry.id else first
        async with branches.look(entry) as look:
            sales = Sales((), last, 0) if look is None else await look.sales(begin, last, MOST_FACTS - read)
        reports.append(BranchReport(shop=_view(entry), days=tuple(map(_day_view, sales.days))))
        read += sales.facts
        if sales.through < last:
            # The rest of this shop's days is the next page's.
            following = (sales.through + timedelta(days=1)).toordinal()
            return BranchReportReply(shops=tuple(reports), next=f"{entry.id}.{following}")
        if place < len(left) and (len(reports) == limit or read >= MOST_FACTS):
            return BranchReportReply(shops=tuple(reports), next=str(entry.id))
    return BranchReportReply(shops=tuple(reports))


def _report_place(after: str, first: date, last: date) -> tuple[int, tuple[int, date] | None]:
    """The shop up to which a report was read, and of the next one from which day on, when it was begun."""
    if "." not in after:
        return _cursor(after, 1)[0], None
    shop, day = _cursor(after, 2)
    if not first.toordinal() < day <= last.toordinal():
        raise _no_cursor()
    return shop - 1, (shop, date.fromordinal(day))


def _day_view(day: BookedDay) -> BranchDay:
    return BranchDay(
        date=day.day.isoformat(),
        orders=day.orders,
        net=day.net,
        vat=day.vat,
        tenders=tuple(
            BranchTender(source_type=each.source_type, payments=each.payments, amount=each.amount)
            for each in day.tenders
        ),
    )


# -- orders ----------------------------------------------------------------------------------------


@live("branch-order.find.request")
async def find_orders(ask: Ask, data: FindBranchOrders) -> BranchOrdersReply:
    """The newest first; of one moment by the shops' numbers, then by the shop's own order."""
    async with _alone(ask):
        return await _found_orders(ask, data)


async def _found_orders(ask: Ask, data: FindBranchOrders) -> BranchOrdersReply:
    branches, size = branches_of(ask), data.size or ORDERS
    span = _span(ask, data)
    made, at_shop, seq = (_HIGHEST, 0, 0) if data.after is None else _cursor(data.after, 3)
    chosen = {entry.id: entry for entry in await _chosen(ask, data.shops, data.groups)}
    found: list[tuple[int, int, int]] = []
    for number, entry in chosen.items():
        # Of the moment the page before ended at, shops before its last one are through.
        below = OrderPlace(made, seq if number == at_shop else _HIGHEST if number > at_shop else 0)
        async with branches.look(entry) as look:
            if look is not None:
                found += [
                    (-place.created, number, -place.seq) for place in await look.places(span, below, size)
                ]
        found = sorted(found)[: size + 1]
    page, more = found[:size], len(found) > size
    orders = await _orders(branches, chosen, page)
    end = page[-1] if page else (0, 0, 0)
    return BranchOrdersReply(orders=tuple(orders), next=f"{-end[0]}.{end[1]}.{-end[2]}" if more else UNSET)


async def _orders(
    branches: Branches, chosen: Mapping[int, ShopEntry], page: Sequence[tuple[int, int, int]]
) -> list[BranchOrder]:
    found: dict[tuple[int, int, int], BranchOrder] = {}
    for number in dict.fromkeys(number for _, number, _ in page):
        mine = [place for place in page if place[1] == number]
        async with branches.look(chosen[number]) as look:
            if look is not None:
                places = [OrderPlace(-created, -seq) for created, _, seq in mine]
                documents = await look.orders(places)
                for place, document in zip(mine, documents, strict=True):
                    found[place] = BranchOrder(shop_id=number, order=document)
    return [found[place] for place in page]


def _span(ask: Ask, data: FindBranchOrders) -> OrderSpan:
    read = ask.shop.store.reader()
    calendar = calendar_of(read.shop)
    try:
        end = (
            read.at + timedelta(days=1)
            if data.to is None
            else calendar.parse_bound(data.to, path="$.to", end=True)
        )
        start = (
            end - timedelta(days=8)
            if data.from_ is None
            else calendar.parse_bound(data.from_, path="$.from", end=False)
        )
    except OverflowError:
        raise InvalidArgument(
            "날짜가 올바르지 않습니다.", "$.to is at the end of all days", path="$.to"
        ) from None
    if not timedelta() < end - start <= timedelta(days=MOST_ORDER_DAYS):
        raise InvalidArgument(
            f"기간은 최대 {MOST_ORDER_DAYS}일입니다.",
            f"$.to: orders are looked for in at most {MOST_ORDER_DAYS} days",
            path="$.to",
        )
    return OrderSpan(
        start_ms=to_ms(start), end_ms=to_ms(end), number=data.number, states=tuple(data.states or ())
    )


# -- menus -----------------------------------------------------------------------------------------


@live("branch-menu.get.request")
async def get_menu(ask: Ask, data: GetBranchMenu) -> BranchMenuReply:
    """A page of a shop's menu, by the numbers of the items."""
    (entry,) = await _chosen(ask, (data.shop,), None, "$.shop")
    async with _alone(ask), branches_of(ask).look(entry) as look:
        if look is None:
            return BranchMenuReply(categories=(), options=(), catalogs=())
        menu, chain = await look.menu()
    after, limit = data.after or 0, data.limit or ITEMS
    left = sorted(each.id for each in menu.items.values() if each.state != "DELETED" and each.id > after)
    page = left[:limit]
    last = newest_in(chain, "office")
    return BranchMenuReply(
        categories=() if data.after else tuple(in_menu_order(menu.categories.values())),
        options=() if data.after else tuple(sorted(menu.options.values(), key=lambda each: each.id)),
        catalogs=tuple(item_view(menu.items[number], menu) for number in page),
        pushed=UNSET if last is None else last.id,
        next=page[-1] if len(left) > limit else UNSET,
    )


@live("branch-menu.compare.request")
async def compare_menu(ask: Ask, data: CompareBranchMenu) -> CompareReply:
    """Merged as a push would be, and not written. Raises what would refuse the push."""
    (entry,) = await _chosen(ask, (data.shop,), None, "$.shop")
    async with _alone(ask):
        return await compared(ask.shop.store.reader(), branches_of(ask), entry, data)


async def compared(read: Reader, branches: Branches, entry: ShopEntry, data: Part) -> CompareReply:
    """What pushing a part of this head office's menu would do in a shop. Raises as `compare_menu`."""
    shared = menu_push.part_of(await menu_in(read), data)
    async with branches.look(entry) as look:
        if look is None:
            raise InvalidState(
                "아직 열지 않은 매장입니다.", "Nobody has opened this shop yet", reason="NOT_SERVED"
            )
        menu, chain = await look.menu()
    merged = merge(shared, menu, chain.twins, placeholders(), stamp(read.at))
    names = {each.id: each.title for each in shared.items}
    office_numbers = {mine: theirs for theirs, mine in merged.twins.items.items()}
    was = {mine: theirs for theirs, mine in chain.twins.items.items()}
    gone = {after.id for _, after in merged.items if after.state == "DELETED"}
    items = [
        (before, after, office_numbers.get(after.id, was.get(after.id))) for before, after in merged.items
    ]
    met = office_numbers.keys() | gone
    return CompareReply(
        added=tuple(_compared(*each) for each in items if each[0] is None),
        changed=tuple(_compared(*each) for each in items if each[0] is not None and each[1].id not in gone),
        removed=tuple(_compared(*each) for each in items if each[1].id in gone),
        left=tuple(
            ComparedItem(id=number, here=merged.twins.items.get(number), title=names[number])
            for number in merged.left
        ),
        own=tuple(
            ComparedItem(here=each.id, title=each.title)
            for each in menu.items.values()
            if each.state != "DELETED" and each.id not in met
        ),
        categories=tuple(_compared(before, after, None) for before, after in merged.categories),
        options=tuple(_compared(before, after, None) for before, after in merged.options),
        unchanged=len(shared.items) - len(merged.left) - (len(items) - len(gone)),
    )


def _compared(
    before: CatalogItem | Category | Option | None,
    after: CatalogItem | Category | Option,
    office_number: int | None,
) -> ComparedItem:
    return ComparedItem(
        id=office_number,
        here=None if after.id >= NOT_YET else after.id,
        title=after.title,
        fields=() if before is None else _fields(before, after),
    )


def _fields(before: Struct, after: Struct) -> tuple[str, ...]:
    return tuple(
        wire_name(name)
        for name in after.__struct_fields__
        if name not in ("version", "state", "state_until") and getattr(before, name) != getattr(after, name)
    )


# -- pushes ----------------------------------------------------------------------------------------


@live("menu-push.add.request")
async def push_menu(ask: Ask, data: PushMenu) -> PushReply:
    """Answered once it is kept; the shops get it afterwards."""
    branches_of(ask)
    shops = await _chosen(ask, data.shops, data.groups)
    return await ask.write(
        lambda tx: menu_push.add(tx, data, shops), body=msgspec.json.encode(data, order="sorted")
    )


@live("menu-push.get.request")
async def get_push(ask: Ask, data: GetPush) -> PushReply:
    """What became of a push in the shops within reach. Raises NotFound, also for one to none of them."""
    read = ask.shop.store.reader()
    entries = await _within(ask)
    push = await menu_push.known_push(read, data.id, entries)
    return await menu_push.reply_of(read, push, entries, branches_of(ask).troubled)


@live("menu-push.list.request")
async def list_pushes(ask: Ask, data: Nothing) -> PushesReply:  # noqa: ARG001 (it has no keys)
    """The pushes to any shop within reach; they count these alone."""
    return await menu_push.pushes_of(ask.shop.store.reader(), await _within(ask))


# -- one read after the other ----------------------------------------------------------------------

_reading: Final = WeakValueDictionary[tuple[int, str], asyncio.Lock]()
"""By head office and caller, as long as somebody reads or waits."""


@contextlib.asynccontextmanager
async def _alone(ask: Ask) -> AsyncIterator[None]:
    """The only read of this caller: nobody takes all the connections there are. Raises RateLimited."""
    turn = _reading.setdefault((id(branches_of(ask)), ask.caller.id), asyncio.Lock())
    async with in_turn(turn, WAIT_S):
        yield


# -- who may reach what ----------------------------------------------------------------------------


async def _within(ask: Ask) -> dict[int, ShopEntry]:
    """The shops a caller reaches, by number, the oldest first."""
    branches_of(ask)
    reach = ask.caller.reach
    return {
        entry.id: entry
        for entry in await shop_directory.shops_of(ask.shop.store.reader())
        if reach is None or reach.covers(entry.id, entry.groups)
    }


async def _chosen(
    ask: Ask, shops: Sequence[int] | None, groups: Sequence[str] | None, path: str = "$.shops"
) -> list[ShopEntry]:
    """The shops that are meant, by number. Raises PermissionDenied `OUT_OF_REACH`, the same for one that is not there."""
    within = await _within(ask)
    for number in shops or ():
        if number not in within:
            raise PermissionDenied(
                f"이 토큰으로 볼 수 없는 매장입니다: {number}",
                f"Shop {number} is none of those this caller reaches",
                reason="OUT_OF_REACH",
                path=path,
            )
    named = set(groups or ())
    return sorted(
        (
            entry
            for entry in within.values()
            if (shops is None and groups is None)
            or entry.id in (shops or ())
            or not named.isdisjoint(entry.groups)
        ),
        key=lambda entry: entry.id,
    )


def _view(entry: ShopEntry) -> BranchView:
    return BranchView(
        id=entry.id, name=entry.name, title=entry.founding.name, state=entry.state, groups=entry.groups
    )


def _day(text: str, path: str) -> date:
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(text)
        # Days around it are looked at too, in any time zone.
        if 1 < day.year < 9_999:
            return day
    raise InvalidArgument(f"날짜가 올바르지 않습니다: {text}", f"{path} is no day of the calendar", path=path)


def _cursor(text: str, parts: int) -> list[int]:
    numbers = text.split(".")
    if len(numbers) != parts or not all(
        each.isascii() and each.isdigit() and len(each) < 19 for each in numbers
    ):
        raise _no_cursor()
    return list(map(int, numbers))


def _no_cursor() -> InvalidArgument:
    return InvalidArgument(
        "다음 쪽 표시가 올바르지 않습니다.", "$.after: send the `next` of the page before", path="$.after"
    )
