"""How commands that run for long are told who may read their figures."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from jumak.commands.reach import Refused
from jumak.server.monitoring import LOCAL_ONLY, Monitor


def add_monitor(parser: argparse.ArgumentParser) -> None:
    """The operator's token for `/metrics`."""
    parser.add_argument(
        "--metrics-token",
        type=Path,
        default=os.environ.get("JUMAK_METRICS_TOKEN") or None,
        metavar="FILE",
        help="a file whose first line is the token that opens /metrics from another machine; programs of this one need none",
    )


def monitor_of(arguments: argparse.Namespace) -> Monitor:
    """What `add_monitor` read. Raises Refused for a token that is none."""
    if arguments.metrics_token is None:
        return LOCAL_ONLY
    try:
        return Monitor.of_file(Path(arguments.metrics_token))
    except ValueError as error:
        raise Refused(str(error)) from None
