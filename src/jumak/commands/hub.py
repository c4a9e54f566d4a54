"""`jumak hub`: what the shops of a chain send, kept in PostgreSQL."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
from typing import Any

from jumak.commands.nats import add_link, link_of, shop_name
from jumak.commands.reach import Refused
from jumak.server.ids import UuidIds


async def _run(arguments: argparse.Namespace) -> None:
    from jumak.hub.database import opened
    from jumak.hub.receiver import Receiver, ReceiverOptions

    link = link_of(arguments)
    if link is None:
        raise Refused("name the NATS server with --nats-url or JUMAK_NATS_URL")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    async with opened(_database(arguments)) as pool:
        receiver = Receiver(pool, ReceiverOptions(link=link), UuidIds())
        print("Jumak hub is ready", flush=True)
        running = asyncio.ensure_future(receiver.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
        await asyncio.gather(running, return_exceptions=True)


def _database(arguments: argparse.Namespace) -> str:
    if arguments.database_url is None:
        raise Refused("name the hub's database with --database-url or JUMAK_DATABASE_URL")
    url: str = arguments.database_url
    return url


def _add_database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database-url",
        default=os.environ.get("JUMAK_DATABASE_URL") or None,
        metavar="URL",
        help="the hub's PostgreSQL database (postgresql://…); its tables have a schema of their own, jumak_hub",
    )


def add(commands: Any) -> None:
    """Adds the commands."""
    hub = commands.add_parser("hub", help="the hub of a chain: what its shops send, in PostgreSQL")
    verbs = hub.add_subparsers(required=True, metavar="WHAT")
    running = verbs.add_parser("run", help="take what the shops send; any number of these share the work")
    _add_database(running)
    add_link(running)
    running.set_defaults(run=_run)


_ = shop_name
