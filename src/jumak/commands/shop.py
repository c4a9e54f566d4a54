"""`jumak shop`: the shops of a database that one address serves; works beside running servers, which follow."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from jumak.commands.day import day
from jumak.commands.printing import print_json, print_table
from jumak.commands.reach import Refused, add_data, database_of
from jumak.domain.errors import PosError
from jumak.protocol.messages.branch import BranchReport, PushMenu
from jumak.protocol.messages.device import DevicePairData
from jumak.protocol.messages.shop_directory import AddShop, Groups
from jumak.server.branches import MOST_DAYS, REPORT_SHOPS, compared, reported
from jumak.server.credentials import mark_of, new_code, new_token
from jumak.server.directory import done_in, invited
from jumak.server.ids import UuidIds
from jumak.server.menu_pushing import MenuPushing
from jumak.server.owner import COMMAND_LINE
from jumak.service import device, menu_push, shop_directory
from jumak.service.documents import ShopEntry

if TYPE_CHECKING:
    from jumak.shops import Branches
    from jumak.store.postgres import PostgresStore


MAY: Final = {
    "report": "branch-report:read",
    "order": "branch-order:read",
    "menu": "branch-menu:read",
    "push": "branch-menu:push",
}
"""What a token of the head office may be for: reading sales, orders or menus, pushing menus."""


WRONG: Final = {
    "$.name": "NAME is the first part of its host name: small letters, digits and -, at most 40, with no - at an end",
    "$.title": "--title has at most 200 characters",
    "$.businessNumber": "--business-number has ten digits",
    "$": "a shop is in at most 20 groups; a group's name has at most 40 characters, no comma, and no space in front",
}
"""What a value has to be like, by where it stands in `AddShop`; what is left are the groups."""


@contextlib.asynccontextmanager
async def _directory(arguments: argparse.Namespace) -> AsyncIterator[tuple[PostgresStore, Branches]]:
    """The head office's store, and its shops."""
    where = database_of(arguments)
    if where is None:
        raise Refused("many shops are in a database: name it with --database-url")
    # Asyncpg takes a moment to import, which other commands need not pay.
    from jumak.shops import Branches, office_of
    from jumak.store.postgres import Database

    async with Database.connected(where.url) as database:
        branches = Branches(database)
        try:
            async with branches.opened(office_of(where.shop_id)) as store:
                yield store, branches
        finally:
            await branches.close()


async def _create(arguments: argparse.Namespace) -> None:
    wanted = {
        "name": arguments.name,
        "title": arguments.title or arguments.name,
        "businessNumber": arguments.business_number,
        "businessType": arguments.type,
        "paymentTiming": arguments.timing,
        "tablesEnabled": arguments.tables,
        "groups": arguments.group,
    }
    try:
        data = msgspec.convert(wanted, AddShop)
    except msgspec.ValidationError as problem:
        raise Refused(_sentence(str(problem))) from None
    async with _directory(arguments) as (store, branches):
        made = await done_in(
            store, "shop-directory.add.request", lambda tx: shop_directory.add(tx, data), COMMAND_LINE
        )
        entry = await shop_directory.shop_of(store.reader(), made.shop.id)
        code = await invited(branches, entry, "Owner", COMMAND_LINE)
    print(f"made {made.shop.name} ({made.shop.id})")
    print(f"Owner sign-in (once, within 5 minutes): code {code}")


def _sentence(problem: str) -> str:
    """What a person can do about a value that was typed wrongly."""
    return next((sentence for path, sentence in WRONG.items() if f"`{path}" in problem), problem)


async def _list(arguments: argparse.Namespace) -> None:
    async with _directory(arguments) as (store, _):
        for entry in await shop_directory.shops_of(store.reader()):
            view = shop_directory.view_of(store.reader().shop, entry)
            print(
                f"{view.id}  {view.state:11}{view.name:24}{view.title}  {view.created_at}  "
                f"{', '.join(view.groups)}  {entry.reason or ''}".rstrip()
            )


async def _suspend(arguments: argparse.Namespace) -> None:
    async with _directory(arguments) as (store, _):
        number = (await _named(store, arguments.name)).id
        await done_in(
            store,
            "shop-directory.suspend.request",
            lambda tx: shop_directory.suspend(tx, number, arguments.reason),
            COMMAND_LINE,
        )
    print(f"suspended {arguments.name}")


async def _resume(arguments: argparse.Namespace) -> None:
    async with _directory(arguments) as (store, _):
        number = (await _named(store, arguments.name)).id
        await done_in(
            store, "shop-directory.resume.request", lambda tx: shop_directory.resume(tx, number), COMMAND_LINE
        )
    print(f"resumed {arguments.name}")


async def _invite(arguments: argparse.Namespace) -> None:
    from jumak.shops import office_of

    async with _directory(arguments) as (store, branches):
        entry = (
            office_of(arguments.shop)
            if arguments.name == shop_directory.OFFICE
            else await _named(store, arguments.name)
        )
        print(await invited(branches, entry, arguments.till, COMMAND_LINE))


async def _group(arguments: argparse.Namespace) -> None:
    try:
        groups = msgspec.convert(arguments.groups, Groups)
    except msgspec.ValidationError as problem:
        raise Refused(_sentence(str(problem))) from None
    async with _directory(arguments) as (store, _):
        number = (await _named(store, arguments.name)).id
        await done_in(
            store,
            "shop-directory.set-groups.request",
            lambda tx: shop_directory.set_groups(tx, number, groups),
            COMMAND_LINE,
        )
    print(f"{arguments.name} is in {', '.join(groups) or 'no group'}")


async def _token(arguments: argparse.Namespace) -> None:
    if arguments.all == bool(arguments.of or arguments.group):
        raise Refused("say which shops the token is good for: --of NAME, --group G, or --all for every shop")
    async with _directory(arguments) as (store, _):
        numbers = [(await _named(store, name)).id for name in arguments.of]
        wanted = {
            "kind": "service",
            "name": arguments.name,
            "scopes": [MAY[word] for word in arguments.may],
            "reach": {"all": arguments.all, "shops": numbers, "groups": arguments.group},
        }
        try:
            data = msgspec.convert(wanted, DevicePairData)
        except msgspec.ValidationError as problem:
            raise Refused(str(problem)) from None
        token = new_token(mark_of(arguments.shop))
        await done_in(
            store, "device.pair.request", lambda tx: device.pair(tx, data, token, new_code()), COMMAND_LINE
        )
    print(token.text)


async def _report(arguments: argparse.Namespace) -> None:
    last: date = arguments.last or datetime.now().astimezone().date()
    first: date = arguments.first or last - timedelta(days=6)
    if not first <= last < first + timedelta(days=MOST_DAYS):
        raise Refused(f"a report is of 1 to {MOST_DAYS} days")
    found: list[BranchReport] = []
    async with _directory(arguments) as (store, branches):
        chosen = await _among(store, arguments)
        after: str | None = None
        while True:
            page = await reported(branches, chosen, first, last, REPORT_SHOPS, after)
            for each in page.shops:
                if found and found[-1].shop.id == each.shop.id:
                    # A shop that sold much comes in several pages.
                    found[-1] = replace(found[-1], days=(*found[-1].days, *each.days))
                else:
                    found.append(each)
            if isinstance(page.next, UnsetType):
                break
            after = page.next
    if arguments.json:
        print_json({"shops": found})
        return
    print_table(
        [
            ("day", "shop", "orders", "net", "VAT", "tenders"),
            *(
                (
                    day.date,
                    each.shop.name,
                    f"{day.orders:,}",
                    f"{day.net:,}",
                    f"{day.vat:,}",
                    ", ".join(f"{one.source_type} {one.amount:,}" for one in day.tenders),
                )
                for each in found
                for day in each.days
            ),
        ]
    )


async def _push_menu(arguments: argparse.Namespace) -> None:
    wanted = {
        "id": arguments.id or UuidIds().new(),
        "name": arguments.name,
        "items": arguments.item or None,
        "categories": arguments.category or None,
        "options": arguments.option or None,
        "only": "PRICES" if arguments.prices else None,
        "shops": None,
    }
    try:
        data = msgspec.convert(wanted, PushMenu)
    except msgspec.ValidationError as problem:
        raise Refused(str(problem)) from None
    async with _directory(arguments) as (store, branches):
        chosen = await _among(store, arguments)
        data = replace(data, shops=tuple(entry.id for entry in chosen) or None)
        if arguments.compare:
            for entry in chosen:
                await _print_compared(store, branches, entry, data)
            return
        await done_in(
            store, "menu-push.add.request", lambda tx: menu_push.add(tx, data, chosen), COMMAND_LINE
        )
        # A server that runs the head office does the same meanwhile; each shop takes it once.
        await MenuPushing(store, branches).carry()
        read = store.reader()
        push = await menu_push.known_push(read, data.id, {entry.id: entry for entry in chosen})
        reply = await menu_push.reply_of(read, push, {entry.id: entry for entry in chosen}, branches.troubled)
        names = {entry.id: entry.name for entry in chosen}
    if arguments.json:
        print_json(reply)
        return
    print(f"push {reply.push.id}")
    print_table(
        [
            ("shop", "state", "new", "changed", "gone", "left out", "why"),
            *(
                (
                    names[each.shop_id],
                    each.state,
                    str(each.added),
                    str(each.changed),
                    str(each.removed),
                    str(each.left),
                    each.message or each.why or "",
                )
                for each in reply.results
            ),
        ]
    )


async def _print_compared(store: PostgresStore, branches: Branches, entry: ShopEntry, data: PushMenu) -> None:
    try:
        found = await compared(store.reader(), branches, entry, data)
    except PosError as refused:
        print(f"{entry.name}: {refused}")
        return
    print(f"{entry.name}: {found.unchanged} as they should be, {len(found.own)} of its own")
    for word, items in (
        ("new", found.added),
        ("changed", found.changed),
        ("gone", found.removed),
        ("left out", found.left),
        ("category", found.categories),
        ("option", found.options),
    ):
        for item in items:
            print(f"  {word:9} {item.title}  {' '.join(item.fields)}".rstrip())


async def _among(store: PostgresStore, arguments: argparse.Namespace) -> list[ShopEntry]:
    """The shops that are named, those of the groups that are, every one when none is; by number."""
    named = {entry.id: entry for entry in [await _named(store, name) for name in arguments.of]}
    entries = await shop_directory.shops_of(store.reader())
    for entry in entries:
        if not set(arguments.group).isdisjoint(entry.groups):
            named[entry.id] = entry
    if not (arguments.of or arguments.group):
        named = {entry.id: entry for entry in entries}
    return sorted(named.values(), key=lambda entry: entry.id)


async def _named(store: PostgresStore, name: str) -> ShopEntry:
    for entry in await shop_directory.shops_of(store.reader()):
        if name in (entry.name, str(entry.id)):
            return entry
    raise Refused(f"no shop has the name or number {name!r}")


def add(commands: Any) -> None:
    """Adds the commands."""
    shop = commands.add_parser(
        "shop", help="the shops one address serves (jumak serve --shops)"
    ).add_subparsers(required=True, metavar="create|list|suspend|resume|invite|group|token|report|push-menu")
    create = shop.add_parser("create", help="a new shop, and a code for its owner")
    create.add_argument("name", metavar="NAME", help="first label of its host name")
    create.add_argument("--title", metavar="TEXT", help="what people call it; the name unless given")
    create.add_argument("--business-number", required=True, metavar="N", help="ten digits")
    create.add_argument("--type", choices=("CAFE", "RESTAURANT", "RETAIL", "SERVICE"), default="CAFE")
    create.add_argument("--timing", choices=("PAY_FIRST", "PAY_LATER"), default="PAY_FIRST")
    create.add_argument("--tables", action="store_true", help="it has tables")
    create.add_argument(
        "--group", action="append", default=[], metavar="G", help="a group it is in; repeatable"
    )
    create.set_defaults(run=_create)
    listing = shop.add_parser("list", help="every shop")
    listing.set_defaults(run=_list)
    suspend = shop.add_parser("suspend", help="end a shop's sessions and refuse everything; nothing is lost")
    suspend.add_argument("name", metavar="NAME|NUMBER")
    suspend.add_argument("--reason", metavar="TEXT", help="shown to whoever is refused")
    suspend.set_defaults(run=_suspend)
    resume = shop.add_parser("resume", help="serve a suspended shop again")
    resume.add_argument("name", metavar="NAME|NUMBER")
    resume.set_defaults(run=_resume)
    invite = shop.add_parser("invite", help="print a code that signs an owner in, once, within 5 minutes")
    invite.add_argument("name", metavar="NAME|NUMBER", help="office = the head office")
    invite.add_argument("--till", default="Owner", metavar="NAME", help="what their till is called")
    invite.set_defaults(run=_invite)
    group = shop.add_parser("group", help="put a shop into groups, instead of those before")
    group.add_argument("name", metavar="NAME|NUMBER")
    group.add_argument("groups", nargs="*", metavar="GROUP")
    group.set_defaults(run=_group)
    token = shop.add_parser("token", help="print a token of the head office, good for shops and nothing else")
    token.add_argument("name", metavar="NAME", help="who it is for")
    token.add_argument(
        "--may", nargs="+", action="extend", required=True, choices=tuple(MAY), help="what it is for"
    )
    token.add_argument("--all", action="store_true", help="every shop, those that are added later too")
    token.set_defaults(run=_token)
    report = shop.add_parser("report", help="sales and tenders, shop by shop and day by day")
    report.add_argument("--first", type=day, metavar="DATE", help="a week before the last")
    report.add_argument("--last", type=day, metavar="DATE", help="today unless given")
    report.set_defaults(run=_report)
    push = shop.add_parser("push-menu", help="give the head office's own menu, or parts of it, to shops")
    push.add_argument(
        "--id", metavar="ID", help="of this push: again it changes nothing; a new one unless given"
    )
    push.add_argument("--name", default="", metavar="TEXT", help="what people call it")
    for word in ("category", "item", "option"):
        push.add_argument(
            f"--{word}", action="append", type=int, metavar="N", help="only this one, by number; repeatable"
        )
    push.add_argument("--prices", action="store_true", help="only prices of what is there")
    push.add_argument("--compare", action="store_true", help="only say what it would change")
    push.set_defaults(run=_push_menu)
    for each in (token, report, push):
        each.add_argument("--of", action="append", default=[], metavar="NAME", help="this shop; repeatable")
        each.add_argument(
            "--group", action="append", default=[], metavar="G", help="the shops of this group; repeatable"
        )
    for each in (report, push):
        each.add_argument("--json", action="store_true", help="as JSON")
    for each in (create, listing, suspend, resume, invite, group, token, report, push):
        add_data(each)
