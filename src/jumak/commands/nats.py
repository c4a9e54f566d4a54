"""How commands are told where NATS is."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from urllib.parse import urlsplit

from jumak.commands.reach import Refused
from jumak.feed.options import Link, is_shop


def add_link(parser: argparse.ArgumentParser) -> None:
    """Where a chain's shops and its hub meet."""
    parser.add_argument(
        "--nats-url",
        default=os.environ.get("JUMAK_NATS_URL") or None,
        metavar="URL",
        help="NATS (nats://… or tls://…): between a chain's shops and its hub, and between server processes of one database; "
        "several servers with commas between",
    )
    parser.add_argument(
        "--nats-auth",
        type=Path,
        default=os.environ.get("JUMAK_NATS_AUTH") or None,
        metavar="FILE",
        help="a file whose first line is the token for it, or user:password",
    )


def link_of(arguments: argparse.Namespace) -> Link | None:
    """What `add_link` read. Raises Refused for what can never be reached."""
    if arguments.nats_url is None:
        return None
    link = Link(arguments.nats_url, None if arguments.nats_auth is None else Path(arguments.nats_auth))
    try:
        usable = str(link) != "" and all(
            (parts := urlsplit(url)).scheme in ("nats", "tls") and parts.hostname for url in link.urls
        )
        link.credentials()
    except ValueError:
        usable = False
    if not usable:
        raise Refused(
            "--nats-url has the form nats://HOST:PORT or tls://HOST:PORT, with commas between several"
        )
    return link


def shop_name(text: str) -> str:
    """A shop's name in its chain."""
    if not is_shop(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 64 letters, digits, - and _")
    return text
