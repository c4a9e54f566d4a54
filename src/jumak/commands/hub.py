"""`jumak hub`: what the shops of a chain send, in PostgreSQL, and what can be read there."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jumak import metrics
from jumak.commands.day import day
from jumak.commands.monitoring import add_logs, add_monitor, monitor_of, set_up_logs
from jumak.commands.nats import add_link, link_of, shop_name
from jumak.commands.printing import print_json, print_table
from jumak.commands.reach import Refused
from jumak.domain.calendar import to_ms
from jumak.ending import end_within, ended
from jumak.feed.options import Link
from jumak.main import monitored, settle_memory
from jumak.server.clock import SystemClock
from jumak.server.ids import UuidIds
from jumak.server.monitoring import Monitor, MonitorApp

if TYPE_CHECKING:
    import asyncpg

    from jumak.hub.receiver import Receiver

MOST_FILE = 700_000
"""Bytes of a menu file: it travels in one message."""


async def _run(arguments: argparse.Namespace) -> None:
    from jumak.hub.receiver import Receiver, ReceiverOptions

    link, monitor = _link(arguments), monitor_of(arguments)
    set_up_logs(arguments, level="info")
    async with _opened(arguments) as pool:
        receiver = Receiver(pool, ReceiverOptions(link=link), UuidIds())
        async with _watched(pool, receiver, monitor, arguments.listen):
            told = asyncio.Event()
            running, stopping = (asyncio.ensure_future(work) for work in (receiver.run(), told.wait()))
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
            settle_memory()
            print("Jumak hub is ready", flush=True)
            await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
            end_within()
            await ended(running, stopping)
        if not running.cancelled():
            running.result()


@asynccontextmanager
async def _watched(
    pool: asyncpg.Pool, receiver: Receiver, monitor: Monitor, listen: tuple[str, int] | None
) -> AsyncIterator[None]:
    """`/healthz`, `/readyz` and `/metrics` at an address, if there is one."""
    if listen is None:
        yield
        return
    from jumak.hub.database import TROUBLE
    from jumak.hub.report import Standing, standing

    last = Standing()

    async def look() -> None:
        nonlocal last
        with contextlib.suppress(*TROUBLE):
            last = await standing(pool)

    async def ready() -> bool:
        try:
            await pool.fetchval("SELECT 1")
        except TROUBLE:
            return False
        return receiver.is_connected

    metrics.hub_behind.follow(receiver, lambda _: last.behind)
    metrics.hub_shops.follow(receiver, lambda _: last.taking, "taking")
    metrics.hub_shops.follow(receiver, lambda _: last.stopped, "stopped")
    async with monitored(MonitorApp(monitor, ready, look), *listen):
        yield


async def _shops(arguments: argparse.Namespace) -> None:
    from jumak.hub.report import menus, shops

    async with _opened(arguments) as pool:
        found, sent = await shops(pool), await menus(pool)
    if arguments.json:
        print_json({"shops": found, "menus": sent})
        return
    rows = [("shop", "facts", "behind", "heard", "trouble")]
    rows += [
        (one.shop, f"{one.last_seq:,}", f"{one.behind:,}", _when(one.heard), one.trouble or "")
        for one in found
    ]
    print_table(rows)
    if sent:
        print()
        print_table(
            [
                ("shop", "menu", "sent", "new", "changed", "refused"),
                *(
                    (
                        menu.shop,
                        menu.name,
                        _when(menu.sent),
                        "…" if menu.taken is None else str(menu.added),
                        "…" if menu.taken is None else str(menu.changed),
                        menu.refused or "",
                    )
                    for menu in sent
                ),
            ]
        )


async def _report(arguments: argparse.Namespace) -> None:
    from jumak.hub.report import newest_day, report

    async with _opened(arguments) as pool:
        # The shops' own newest day: this machine may be in another time zone, or past a cut-off.
        last: date = arguments.last or await newest_day(pool) or datetime.now().astimezone().date()
        first: date = arguments.first or last - timedelta(days=6)
        found = await report(pool, first, last, of=arguments.shop, top=arguments.top)
    if arguments.json:
        print_json(found)
        return
    sales = [("day", "shop", "orders", "net", "VAT")]
    sales += [
        (str(day.day), day.shop, f"{day.orders:,}", f"{day.net:,}", f"{day.vat:,}") for day in found.sales
    ]
    print_table(sales)
    for title, quantity, sums in (
        ("tender", "payments", found.tenders),
        ("category", "quantity", found.categories),
        ("item", "quantity", found.items),
        ("hour", "orders", found.hours),
    ):
        thousandths = 1_000 if quantity == "quantity" else 1
        print()
        print_table(
            [
                (title, "shops", quantity, "won"),
                *(
                    (each.key, str(each.shops), f"{each.quantity / thousandths:,g}", f"{each.amount:,}")
                    for each in sums
                ),
            ]
        )


async def _menu(arguments: argparse.Namespace) -> None:
    from jumak.feed.link import LOST, connected
    from jumak.feed.messages import Menu
    from jumak.hub.menus import send_menu
    from jumak.hub.report import known_shops
    from jumak.hub.streams import prepare

    file: Path = arguments.file
    data = await asyncio.to_thread(file.read_bytes)
    if len(data) > MOST_FILE:
        raise Refused(f"{file} has more than {MOST_FILE:,} bytes; split it")
    menu = Menu(
        UuidIds().new(),
        file.name,
        "xlsx" if file.suffix == ".xlsx" else "csv",
        data,
        arguments.live,
        to_ms(SystemClock().now()),
    )
    async with _opened(arguments) as pool:
        known = await known_shops(pool)
        if unknown := set(arguments.shop) - set(known):
            raise Refused(f"no such shop: {', '.join(sorted(unknown))}")
        link = _link(arguments)
        try:
            async with connected(link, "jumak hub menu") as there:
                await prepare(there.stream)
                await send_menu(pool, there.stream, arguments.shop or known, menu)
        except LOST as trouble:
            raise Refused(f"NATS cannot be reached at {link}: {type(trouble).__name__}") from None
    print(f"Sent to {len(arguments.shop or known)} shops; `jumak hub shops` shows what becomes of it")


async def _resume(arguments: argparse.Namespace) -> None:
    from jumak.hub.report import resume

    async with _opened(arguments) as pool:
        if not await resume(pool, arguments.name):
            raise Refused(f"no such shop: {arguments.name}")
    print(f"{arguments.name} is taken from again")


async def _forget(arguments: argparse.Namespace) -> None:
    from jumak.hub.report import forget

    async with _opened(arguments) as pool:
        if not await forget(pool, arguments.name):
            raise Refused(f"no such shop: {arguments.name}")
    print(f"The copy of {arguments.name} is empty; it fills again when the shop is there")


@asynccontextmanager
async def _opened(arguments: argparse.Namespace) -> AsyncIterator[asyncpg.Pool]:
    from jumak.hub.database import opened

    if arguments.database_url is None:
        raise Refused("name the hub's database with --database-url or JUMAK_DATABASE_URL")
    async with opened(arguments.database_url) as pool:
        yield pool


def _link(arguments: argparse.Namespace) -> Link:
    link = link_of(arguments)
    if link is None:
        raise Refused("name the NATS server with --nats-url or JUMAK_NATS_URL")
    return link


def _when(at: datetime | None) -> str:
    return "never" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65_536):
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST:PORT")
    return host.strip("[]"), int(port)


def _add_database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database-url",
        default=os.environ.get("JUMAK_DATABASE_URL") or None,
        metavar="URL",
        help="the hub's PostgreSQL database (postgresql://…); its tables have a schema of their own, jumak_hub",
    )


def _verb(verbs: Any, word: str, about: str, run: Any, *, nats: bool = False) -> argparse.ArgumentParser:
    """A command below `jumak hub`. Where things are may be said before or after its word."""
    parser: argparse.ArgumentParser = verbs.add_parser(word, help=about)
    _add_database(parser)
    if nats:
        add_link(parser)
    for action in parser._actions:  # argparse has no other way to leave what was said before
        action.default = argparse.SUPPRESS
    parser.set_defaults(run=run)
    return parser


def add(commands: Any) -> None:
    """Adds the commands."""
    hub = commands.add_parser("hub", help="the hub of a chain: takes what its shops send into PostgreSQL")
    _add_database(hub)
    add_link(hub)
    add_monitor(hub)
    add_logs(hub)
    hub.add_argument(
        "--listen",
        type=_address,
        metavar="HOST:PORT",
        help="serve /healthz, /readyz and /metrics here; nothing unless given",
    )
    hub.set_defaults(run=_run)
    verbs = hub.add_subparsers(metavar="WHAT")
    shops = _verb(verbs, "shops", "how far the copy of each shop is, and what became of menus", _shops)
    report = _verb(verbs, "report", "sales, tenders and what sold best, over all shops", _report)
    report.add_argument("--first", type=day, metavar="DATE", help="first trading day; a week before the last")
    report.add_argument(
        "--last",
        type=day,
        metavar="DATE",
        help="last trading day; the newest one anything is known of",
    )
    report.add_argument("--top", type=int, default=20, metavar="N", help="so many items")
    for reading in (shops, report):
        reading.add_argument("--json", action="store_true", help="as JSON")
    menu = _verb(verbs, "menu", "send a menu file, CSV or XLSX without numbers of items", _menu, nats=True)
    menu.add_argument("file", type=Path, metavar="FILE")
    menu.add_argument("--live", action="store_true", help="stock and sold-out states follow the file too")
    for parser in (report, menu):
        parser.add_argument(
            "--shop",
            action="append",
            default=[],
            type=shop_name,
            metavar="NAME",
            help="only this shop; repeatable",
        )
    for word, about, run in (
        ("resume", "take from a shop again that was in trouble", _resume),
        ("forget", "empty the copy of a shop, so that it is filled anew", _forget),
    ):
        _verb(verbs, word, about, run).add_argument("name", type=shop_name, metavar="SHOP")
