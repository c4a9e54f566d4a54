"""`jumak link`: a fresh link with which a browser becomes a till."""

from __future__ import annotations

import argparse
from typing import Any

from jumak.commands.reach import Refused, add_data, administration, database_of, running_server


async def _link(arguments: argparse.Namespace) -> None:
    access = await running_server(arguments.data)
    if access is None:
        raise Refused(
            f"no server runs for {arguments.data}; start it with `jumak serve`, which prints a link"
        )
    # The owner's own till works without a PIN; at any other somebody signs in.
    scopes = {} if arguments.till is not None else {"scopes": ["staff:own"]}
    wanted = {"kind": "till", "name": arguments.till or "Owner", **scopes}
    async with administration(arguments.data, database_of(arguments)) as ask:
        code = (await ask("device.pair.request", wanted))["code"]
    print(f"{access.page}#claim={code}")


def add(commands: Any) -> None:
    """Adds the command."""
    link = commands.add_parser("link", help="print a link that signs the owner in, once, within 5 minutes")
    link.add_argument("--till", metavar="NAME", help="for a till of this name, at which staff sign in by PIN")
    add_data(link)
    link.set_defaults(run=_link)
