"""The `jumak` command.

A command on a shop whose server runs goes through that server; otherwise it opens the shop itself,
under the folder's lock, so that there is never a second writer.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from jumak import __version__
from jumak.domain.errors import PosError
from jumak.main import ServeOptions, opened_shop, serve
from jumak.protocol.envelope import canonical_body
from jumak.protocol.table import row_of
from jumak.server.owner import COMMAND_LINE, OwnerAccess, read_access
from jumak.server.shop import RunningShop
from jumak.store.sqlite import ShopInUse, StoreError

DEFAULT_DATA = Path(os.environ.get("JUMAK_DATA", "demo-shop"))
TIMEOUT_S = 60.0

Asking = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


class Refused(Exception):
    """The command cannot be done; the text is for the person who typed it."""


def main() -> None:
    """Runs one command; exits 1 with a sentence when it cannot be done."""
    arguments = _parser().parse_args()
    try:
        asyncio.run(arguments.run(arguments))
    except (Refused, StoreError, OSError) as error:
        sys.exit(f"jumak: {error}")
    except PosError as error:
        sys.exit(f"jumak: {error.en}")
    except KeyboardInterrupt:
        sys.exit(130)


# -- reaching the shop ---------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def administration(folder: Path) -> AsyncIterator[Asking]:
    """Asks the shop of a folder for things, through its server when one runs."""
    access = await _running_server(folder)
    if access is not None:
        yield lambda name, data: asyncio.to_thread(_over_http, access, name, data)
        return
    try:
        async with opened_shop(folder) as shop:
            yield lambda name, data: _in_process(shop, name, data)
    except ShopInUse as error:
        raise Refused(f"{error}, and its server does not answer") from None


async def _running_server(folder: Path) -> OwnerAccess | None:
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
    return _post(access, name.removesuffix(".request"), msgspec.json.encode(data), "application/json")


def _post(access: OwnerAccess, path: str, body: bytes, kind: str) -> dict[str, Any]:
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


# -- commands ------------------------------------------------------------------------------------


async def _serve(arguments: argparse.Namespace) -> None:
    await serve(
        ServeOptions(
            folder=arguments.data,
            host=arguments.host,
            port=arguments.port,
            browser=not arguments.no_browser,
            flood_guard=not arguments.no_flood_guard,
            tls_cert=arguments.tls_cert,
            tls_key=arguments.tls_key,
        )
    )


async def _token_create(arguments: argparse.Namespace) -> None:
    wanted = {"kind": "service", "name": arguments.name}
    if arguments.scope:
        wanted["scopes"] = arguments.scope
    async with administration(arguments.data) as ask:
        print((await ask("device.pair.request", wanted))["token"])


async def _token_list(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data) as ask:
        for device in (await ask("device.list.request", {}))["devices"]:
            state = "revoked" if "revokedAt" in device else "valid"
            scopes = " ".join(device["scopes"])
            print(
                f"{device['id']}  {state:8}{device['kind']:9}{device['name']}  {device['createdAt']}  {scopes}"
            )


async def _token_revoke(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data) as ask:
        devices = (await ask("device.list.request", {}))["devices"]
        found = [
            device
            for device in devices
            if arguments.token in (device["id"], device["name"]) and "revokedAt" not in device
        ]
        if not found:
            raise Refused(f"no valid token has the name or id {arguments.token!r}")
        for device in found:
            await ask("device.revoke.request", {"id": device["id"]})
            print(f"revoked {device['name']} ({device['id']})")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jumak", description="Jumak: an open point of sale.")
    parser.add_argument("--version", action="version", version=f"jumak {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_token(commands)
    return parser


def _add_serve(commands: Any) -> None:
    serving = commands.add_parser("serve", help="serve a shop")
    _add_data(serving)
    serving.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serving.add_argument("--port", type=int, default=8700)
    serving.add_argument("--no-browser", action="store_true", help="open no page")
    serving.add_argument("--no-flood-guard", action="store_true", help="for benchmarks")
    serving.add_argument("--tls-cert", type=Path, help="certificate chain, PEM")
    serving.add_argument("--tls-key", type=Path, help="private key, PEM")
    serving.set_defaults(run=_serve)


def _add_token(commands: Any) -> None:
    token = commands.add_parser("token", help="tokens of services").add_subparsers(
        required=True, metavar="create|list|revoke"
    )
    create = token.add_parser("create", help="print a new token, as the only line")
    create.add_argument("name", metavar="NAME", help="who it is for; tokens of one name are one identity")
    create.add_argument(
        "--scope", nargs="+", action="extend", metavar="S", help="plugin = every SDK scope, all = every scope"
    )
    _add_data(create)
    create.set_defaults(run=_token_create)
    listing = token.add_parser("list", help="every device and token")
    _add_data(listing)
    listing.set_defaults(run=_token_list)
    revoke = token.add_parser("revoke", help="end a token, by name or id")
    revoke.add_argument("token", metavar="NAME|ID")
    _add_data(revoke)
    revoke.set_defaults(run=_token_revoke)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, metavar="DIR", help="folder of the shop")
