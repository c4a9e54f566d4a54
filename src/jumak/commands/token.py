"""`jumak token`: tokens of services."""

from __future__ import annotations

import argparse
from typing import Any

from jumak.commands.reach import Refused, add_data, administration, database_of


async def _token_create(arguments: argparse.Namespace) -> None:
    wanted = {"kind": "service", "name": arguments.name}
    if arguments.scope:
        wanted["scopes"] = arguments.scope
    async with administration(arguments.data, database_of(arguments)) as ask:
        print((await ask("device.pair.request", wanted))["token"])


async def _token_list(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data, database_of(arguments)) as ask:
        for device in (await ask("device.list.request", {}))["devices"]:
            state = "revoked" if "revokedAt" in device else "valid"
            scopes = " ".join(device["scopes"])
            print(
                f"{device['id']}  {state:8}{device['kind']:9}{device['name']}  {device['createdAt']}  {scopes}"
                f"{_reach(device)}"
            )


def _reach(device: dict[str, Any]) -> str:
    """Of a head office's token: the shops it is good for, by number, and the groups."""
    reach = device.get("reach")
    if reach is None:
        return ""
    if reach.get("all"):
        return "  of every shop"
    return f"  of {', '.join((*map(str, reach.get('shops', ())), *reach.get('groups', ())))}"


async def _token_revoke(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data, database_of(arguments)) as ask:
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


def add(commands: Any) -> None:
    """Adds the commands."""
    token = commands.add_parser("token", help="tokens of services").add_subparsers(
        required=True, metavar="create|list|revoke"
    )
    create = token.add_parser("create", help="print a new token, as the only line")
    create.add_argument("name", metavar="NAME", help="who it is for; tokens of one name are one identity")
    create.add_argument(
        "--scope",
        nargs="+",
        action="extend",
        metavar="S",
        help="plugin = every SDK scope (the default), all = every scope",
    )
    add_data(create)
    create.set_defaults(run=_token_create)
    listing = token.add_parser("list", help="every device and token")
    add_data(listing)
    listing.set_defaults(run=_token_list)
    revoke = token.add_parser("revoke", help="end a token, by name or id")
    revoke.add_argument("token", metavar="NAME|ID")
    add_data(revoke)
    revoke.set_defaults(run=_token_revoke)
