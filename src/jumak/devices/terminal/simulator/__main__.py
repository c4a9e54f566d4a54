"""`python -m jumak.devices.terminal.simulator`: see `jumak terminal`."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from jumak.devices.terminal.simulator.serving import SimulatorOptions, simulate


def add_options(parser: argparse.ArgumentParser) -> None:
    """Everything a simulator can be told."""
    parser.add_argument("--folder", type=Path, help="where the card network remembers; without, nowhere")
    parser.add_argument(
        "--port", type=int, default=0, help="of the terminal, on 127.0.0.1; a free one unless given"
    )
    parser.add_argument(
        "--page-port", type=int, default=0, help="of the reader's page; a free one unless given"
    )
    parser.add_argument("--no-page", action="store_true", help="no page: cards come by themselves")
    parser.add_argument("--seed", type=int, default=0, help="of the approval numbers")
    parser.add_argument("--latency-ms", type=int, default=0, metavar="MS", help="before each answer")
    parser.add_argument("--with-parent", action="store_true", help="ends when its input does")


async def run(arguments: argparse.Namespace) -> None:
    """Runs what `add_options` read."""
    options = SimulatorOptions(
        folder=arguments.folder,
        port=arguments.port,
        page_port=None if arguments.no_page else arguments.page_port,
        seed=arguments.seed,
        latency_ms=arguments.latency_ms,
    )
    await simulate(options, with_parent=arguments.with_parent)


def main() -> None:
    """Runs one simulator until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m jumak.devices.terminal.simulator", description=__doc__)
    add_options(parser)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
