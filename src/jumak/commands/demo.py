"""`jumak demo`."""

from __future__ import annotations

import argparse
from typing import Any

from jumak.commands.serve import add_options, options_of
from jumak.demo import create_demo_shop
from jumak.main import serve


async def _demo(arguments: argparse.Namespace) -> None:
    if await create_demo_shop(arguments.data):
        print(f"Made a demo shop in {arguments.data}", flush=True)
    await serve(options_of(arguments))


def add(commands: Any) -> None:
    """Adds the command."""
    demo = commands.add_parser(
        "demo", help="make a demo shop with a Korean menu unless it is there, and serve it"
    )
    add_options(demo)
    demo.set_defaults(run=_demo)
