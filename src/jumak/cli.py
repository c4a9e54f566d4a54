"""The `jumak` command."""

from __future__ import annotations

import argparse
import asyncio
import sys

from jumak import __version__
from jumak.commands import file, hub, link, migrate, plugin, serve, shop, simulate, terminal, token
from jumak.commands.reach import Refused
from jumak.domain.errors import PosError
from jumak.store.sqlite import StoreError

if sys.platform == "win32":
    new_loop = asyncio.new_event_loop
else:
    from uvloop import new_event_loop as new_loop


def main() -> None:
    """Runs one command; exits 1 with a sentence when it cannot be done."""
    arguments = parser().parse_args()
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(arguments.run(arguments))
    except FileExistsError as error:
        sys.exit(f"jumak: {error.filename} exists already")
    except (Refused, StoreError, OSError) as error:
        sys.exit(f"jumak: {error}")
    except PosError as error:
        sys.exit(f"jumak: {error.en}")
    except KeyboardInterrupt:
        sys.exit(130)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    whole = argparse.ArgumentParser(prog="jumak", description="Jumak: an open point of sale.")
    whole.add_argument("--version", action="version", version=f"jumak {__version__}")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for noun in (serve, shop, link, token, file, migrate, plugin, simulate, terminal, hub):
        noun.add(commands)
    return whole
