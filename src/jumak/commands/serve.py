"""`jumak serve` and `jumak demo`."""

from __future__ import annotations

import argparse
import errno
import os
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from jumak.commands.monitoring import add_logs, add_monitor, monitor_of, set_up_logs
from jumak.commands.nats import add_link, link_of, shop_name
from jumak.commands.reach import Refused, add_data, database_of
from jumak.demo import create_demo_shop
from jumak.demo.plugin import install_demo_plugin
from jumak.demo.terminal import practice_terminal
from jumak.devices.receipt import PracticeIssuer
from jumak.feed.options import FeedOptions, Link
from jumak.main import ServeOptions, serve
from jumak.server.transport import MAX_CONNECTIONS, MAX_OF_ONE, Limits
from jumak.service.receipt_issuer import ReceiptIssuer


def options_of(arguments: argparse.Namespace) -> ServeOptions:
    """What `add_options` read."""
    return ServeOptions(
        folder=arguments.data,
        database=database_of(arguments),
        beside=arguments.beside,
        host=arguments.host,
        port=arguments.port,
        names=tuple(arguments.name),
        browser=not arguments.no_browser,
        flood_guard=not arguments.no_flood_guard,
        tls_cert=arguments.tls_cert,
        tls_key=arguments.tls_key,
        feed=feed_of(arguments),
        waking=None if arguments.database_url is None else link_of(arguments),
        monitor=monitor_of(arguments),
        limits=Limits(
            connections=arguments.max_connections,
            of_one=arguments.max_connections_per_client,
            proxies=os.environ.get("FORWARDED_ALLOW_IPS", ""),
        ),
    )


def feed_of(arguments: argparse.Namespace) -> FeedOptions | None:
    """Where the chain's hub is, None for a shop by itself."""
    link = link_of(arguments)
    if link is None:
        return None
    if arguments.database_url is not None and (arguments.hub_shop is None or arguments.beside):
        # There NATS wakes up the processes of the database too; the one with the counter sends.
        return None
    if arguments.hub_shop is None:
        raise Refused("--nats-url needs --hub-shop: what this shop is called in its chain")
    return FeedOptions(link, arguments.hub_shop)


def hub_of(arguments: argparse.Namespace) -> Link | None:
    """Where the journals of many shops go, None for nowhere."""
    if not arguments.hub:
        return None
    if (link := link_of(arguments)) is None:
        raise Refused("--hub needs --nats-url: where the shops and their hub meet")
    return link


def add_options(parser: argparse.ArgumentParser) -> None:
    """Everything a served shop can be told."""
    add_data(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8700, help="port to listen on")
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="NAME",
        help="a host name it is reached by, beside localhost, addresses and this machine's own; repeatable",
    )
    parser.add_argument(
        "--beside",
        action="store_true",
        help="another server has this shop of a database open and does payments and plugins; this one serves beside it",
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open its page in a browser")
    parser.add_argument("--no-flood-guard", action="store_true", help="for benchmarks")
    parser.add_argument(
        "--max-connections",
        type=int,
        default=MAX_CONNECTIONS,
        metavar="N",
        help="connections at a time, in all; more are answered 503",
    )
    parser.add_argument(
        "--max-connections-per-client",
        type=int,
        default=MAX_OF_ONE,
        metavar="N",
        help="of one address; those in FORWARDED_ALLOW_IPS, proxies and other processes, are no client",
    )
    add_monitor(parser)
    add_logs(parser)
    add_link(parser)
    parser.add_argument(
        "--hub-shop",
        type=shop_name,
        metavar="NAME",
        help="what this shop is called in its chain, for as long as it lives: letters, digits, - and _",
    )
    parser.add_argument("--tls-cert", type=Path, help="certificate chain, PEM")
    parser.add_argument("--tls-key", type=Path, help="private key, PEM")


async def _serve_many(arguments: argparse.Namespace) -> None:
    options = options_of(arguments)
    if options.database is None:
        raise Refused("many shops are in a database: name it with --database-url")
    if options.tls_cert is not None:
        raise Refused(
            "with --shops TLS ends at the load balancer in front, which says X-Forwarded-Proto: https"
        )
    # Asyncpg takes a moment to import, which a shop in a file need not pay.
    from jumak.shops import ManyOptions, serve_shops

    # A load balancer and the other processes are a few clients for everybody behind them.
    limits = replace(options.limits, of_one=options.limits.connections)
    await serve_shops(
        ManyOptions(
            serve=replace(options, limits=limits),
            hosts=tuple(host.lower().rstrip(".") for host in arguments.shops),
            address=arguments.address,
            hub=hub_of(arguments),
        )
    )


async def _serve(arguments: argparse.Namespace, issuer: ReceiptIssuer | None = None) -> None:
    set_up_logs(arguments)
    if arguments.beside and arguments.database_url is None:
        raise Refused("only a shop of a database (--database-url) has room for a second server")
    try:
        if getattr(arguments, "shops", None):
            await _serve_many(arguments)
        else:
            await serve(replace(options_of(arguments), issuer=issuer))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise Refused(
            f"port {arguments.port} of {arguments.host} is taken; choose another with --port (make: PORT=…)"
        ) from None


async def _demo(arguments: argparse.Namespace) -> None:
    database = database_of(arguments)
    if await create_demo_shop(arguments.data, database):
        if not arguments.menu_only:
            await install_demo_plugin(arguments.data, database)
        print(f"Made a demo shop in {arguments.data}", flush=True)
    if arguments.menu_only:
        await _serve(arguments)
        return
    async with practice_terminal(arguments.data, database, beside=arguments.port) as reader:
        print(f"Card reader to practise with: {reader}", flush=True)
        await _serve(arguments, PracticeIssuer(arguments.data / "receipts"))


def add(commands: Any) -> None:
    """Adds the commands."""
    serving = commands.add_parser("serve", help="serve a shop")
    add_options(serving)
    serving.add_argument(
        "--shops",
        action="append",
        metavar="HOST",
        help="serve every shop of the database, each at <name>.HOST; --shop is the head office, which keeps the "
        "directory (jumak shop); repeatable",
    )
    serving.add_argument(
        "--address",
        metavar="URL",
        help="with --shops: where other such servers reach this one, http://HOST:PORT; where it listens unless given",
    )
    serving.add_argument(
        "--hub",
        action="store_true",
        help="with --shops: send every shop's journal to the chain's hub over --nats-url, under the shop's name",
    )
    serving.set_defaults(run=_serve)
    demo = commands.add_parser("demo", help="serve a demo shop, made when there is none")
    add_options(demo)
    demo.add_argument(
        "--menu-only", action="store_true", help="without a payment method and a card reader to practise with"
    )
    demo.set_defaults(run=_demo)
