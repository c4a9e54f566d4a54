"""How commands are told where NATS is."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from jumak.feed.options import Link, is_shop


def add_link(parser: argparse.ArgumentParser) -> None:
    """Where a chain's shops and its hub meet."""
    parser.add_argument(
        "--nats-url",
        default=os.environ.get("JUMAK_NATS_URL") or None,
        metavar="URL",
        help="NATS with JetStream between a chain's shops and its hub (nats://… or tls://…)",
    )
    parser.add_argument(
        "--nats-auth",
        type=Path,
        default=os.environ.get("JUMAK_NATS_AUTH") or None,
        metavar="FILE",
        help="a file whose first line is the token for it, or user:password",
    )


def link_of(arguments: argparse.Namespace) -> Link | None:
    """What `add_link` read."""
    if arguments.nats_url is None:
        return None
    return Link(arguments.nats_url, None if arguments.nats_auth is None else Path(arguments.nats_auth))


def shop_name(text: str) -> str:
    """A shop's name in its chain."""
    if not is_shop(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 64 letters, digits, - and _")
    return text
