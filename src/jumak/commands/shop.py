"""`jumak shop`: the shops of a database that one address serves; works beside running servers, which follow."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import msgspec

from jumak.commands.reach import Refused, add_data, database_of
from jumak.protocol.messages.shop_directory import AddShop
from jumak.server.directory import done_in, invited
from jumak.server.owner import COMMAND_LINE
from jumak.service import shop_directory
from jumak.service.documents import ShopEntry

if TYPE_CHECKING:
    from jumak.shops import Branches
    from jumak.store.postgres import PostgresStore


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
        async with branches.opened(office_of(where.shop_id)) as store:
            yield store, branches


async def _create(arguments: argparse.Namespace) -> None:
    wanted = {
        "name": arguments.name,
        "title": arguments.title or arguments.name,
        "businessNumber": arguments.business_number,
        "businessType": arguments.type,
        "paymentTiming": arguments.timing,
        "tablesEnabled": arguments.tables,
    }
    try:
        data = msgspec.convert(wanted, AddShop)
    except msgspec.ValidationError as problem:
        raise Refused(str(problem)) from None
    async with _directory(arguments) as (store, branches):
        made = await done_in(
            store, "shop-directory.add.request", lambda tx: shop_directory.add(tx, data), COMMAND_LINE
        )
        entry = await shop_directory.shop_of(store.reader(), made.shop.id)
        code = await invited(branches, entry, "Owner", COMMAND_LINE)
    print(f"made {made.shop.name} ({made.shop.id})")
    print(f"Owner sign-in (once, within 5 minutes): code {code}")


async def _list(arguments: argparse.Namespace) -> None:
    async with _directory(arguments) as (store, _):
        for entry in await shop_directory.shops_of(store.reader()):
            view = shop_directory.view_of(store.reader().shop, entry)
            print(
                f"{view.id}  {view.state:11}{view.name:24}{view.title}  {view.created_at}  {entry.reason or ''}"
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


async def _named(store: PostgresStore, name: str) -> ShopEntry:
    for entry in await shop_directory.shops_of(store.reader()):
        if name in (entry.name, str(entry.id)):
            return entry
    raise Refused(f"no shop has the name or number {name!r}")


def add(commands: Any) -> None:
    """Adds the commands."""
    shop = commands.add_parser(
        "shop", help="the shops one address serves (jumak serve --shops)"
    ).add_subparsers(required=True, metavar="create|list|suspend|resume|invite")
    create = shop.add_parser("create", help="a new shop, and a code for its owner")
    create.add_argument("name", metavar="NAME", help="first label of its host name")
    create.add_argument("--title", metavar="TEXT", help="what people call it; the name unless given")
    create.add_argument("--business-number", required=True, metavar="N", help="ten digits")
    create.add_argument("--type", choices=("CAFE", "RESTAURANT", "RETAIL", "SERVICE"), default="CAFE")
    create.add_argument("--timing", choices=("PAY_FIRST", "PAY_LATER"), default="PAY_FIRST")
    create.add_argument("--tables", action="store_true", help="it has tables")
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
    for each in (create, listing, suspend, resume, invite):
        add_data(each)
