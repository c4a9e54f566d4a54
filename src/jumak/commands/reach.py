"""Reaching a shop from the command line.

A command on a shop whose server runs goes through that server; otherwise it opens the shop itself,
under the folder's lock, so that there is never a second writer.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from jumak.main import opened_shop
from jumak.protocol.envelope import canonical_body
from jumak.protocol.table import row_of
from jumak.server.owner import COMMAND_LINE, OwnerAccess, read_access
from jumak.server.shop import RunningShop
from jumak.store.opening import InDatabase
from jumak.store.sqlite import ShopInUse

DEFAULT_DATA = Path(os.environ.get("JUMAK_DATA", "demo-shop"))
TIMEOUT_S = 60.0

Asking = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


class Refused(Exception):  # noqa: N818  # named for what is so
    """The command cannot be done; the text is for the person who typed it."""


def add_data(parser: argparse.ArgumentParser) -> None:
    """Where the shop is, for every command on one."""
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, metavar="DIR", help="folder of the shop")
    parser.add_argument(
        "--database-url",
        default=os.environ.get("JUMAK_DATABASE_URL") or None,
        metavar="URL",
        help="the shop is in this PostgreSQL database (postgresql://…), only its files are in the folder; better "
        "named in JUMAK_DATABASE_URL when it holds a password",
    )
    parser.add_argument(
        "--shop",
        type=shop_number,
        default=1,
        metavar="N",
        help="number of the shop in the database; 1 unless given",
    )


def shop_number(text: str) -> int:
    """An argument that names a shop of a database. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)


def database_of(arguments: argparse.Namespace) -> InDatabase | None:
    """Where the shop is, if not in its folder."""
    return None if arguments.database_url is None else InDatabase(arguments.database_url, arguments.shop)


@contextlib.asynccontextmanager
async def administration(folder: Path, database: InDatabase | None = None) -> AsyncIterator[Asking]:
    """Asks the shop of a folder for things, through its server when one runs. database: see `opened_shop`."""
    access = await running_server(folder)
    if access is not None:
        yield lambda name, data: asyncio.to_thread(_over_http, access, name, data)
        return
    try:
        async with opened_shop(folder, database=database) as shop:
            yield lambda name, data: _in_process(shop, name, data)
    except ShopInUse as error:
        raise Refused(f"{error}, and its server does not answer") from None


async def running_server(folder: Path) -> OwnerAccess | None:
    """How to reach the server of this folder, None when none answers."""
    access = read_access(folder)
    if access is None:
        return None
    try:
        await asyncio.to_thread(_over_http, access, "session.ping.request", {})
    except (OSError, Refused):
        # A server that was killed leaves its file behind; its token opens nothing any more.
        return None
    return access


def _over_http(access: OwnerAccess, name: str, data: dict[str, Any]) -> dict[str, Any]:
    return post(access, name.removesuffix(".request"), msgspec.json.encode(data), "application/json")


def post(access: OwnerAccess, path: str, body: bytes, kind: str) -> dict[str, Any]:
    """One request to a running server. Raises Refused with the server's own sentence."""
    request = urllib.request.Request(  # noqa: S310  # the address stands in our own file
        f"{access.url}/v1/{path}",
        data=body,
        headers={
            "Authorization": f"Bearer {access.token}",
            "Content-Type": kind,
            "Accept-Language": "en",
        },
    )
    # The server is on this machine: no proxy of the environment stands between.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_S) as response:
            answer: dict[str, Any] = msgspec.json.decode(response.read())
            return answer
    except urllib.error.HTTPError as error:
        raise Refused(_message(error.read())) from None


def _message(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body)["errorMessage"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return "the server gave no readable answer"


async def _in_process(shop: RunningShop, name: str, data: dict[str, Any]) -> dict[str, Any]:
    result = await shop.ask(COMMAND_LINE, row_of(name), canonical_body(data))
    if result.error is not None:
        raise result.error
    answer: dict[str, Any] = msgspec.json.decode(result.reply)
    return answer
