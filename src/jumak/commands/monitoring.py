"""How commands that run for long are told what to write down, and who may read their figures."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from jumak.commands.reach import Refused
from jumak.logs import FORMATS, LEVELS, set_up
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


def add_logs(parser: argparse.ArgumentParser) -> None:
    """What is written to stderr, and how."""
    parser.add_argument(
        "--log-format",
        choices=FORMATS,
        default=os.environ.get("JUMAK_LOG_FORMAT") or "human",
        help="lines for people, or one JSON object per line",
    )
    parser.add_argument(
        "--log-level",
        choices=LEVELS,
        default=os.environ.get("JUMAK_LOG_LEVEL") or None,
        help="what is written down; unless given, warnings for people, and what is usual too as JSON or from a hub",
    )


def set_up_logs(arguments: argparse.Namespace, level: str | None = None) -> None:
    """As `add_logs` was told. level: where nothing was said."""
    set_up(arguments.log_format, arguments.log_level or level)
