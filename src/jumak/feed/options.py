"""Where the hub of a chain is, and what a shop is called there. Read at every start, so nothing of NATS is imported."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

_SHOP = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def is_shop(name: str) -> bool:
    """Whether a shop can be called that in a chain: letters, digits, `-` and `_`, at most 64."""
    return _SHOP.match(name) is not None


class Link(Struct, frozen=True):
    """How to reach NATS.

    url: `nats://…` or `tls://…`, those of a cluster's servers with commas between.
    auth: a file with a token, or `user:password`, in its first line.
    """

    url: str
    auth: Path | None = None

    @property
    def urls(self) -> tuple[str, ...]:
        """Of each server."""
        return tuple(url.strip() for url in self.url.split(",") if url.strip())

    def __str__(self) -> str:
        """The addresses without a password."""
        parts = [urlsplit(url) for url in self.urls]
        return ",".join(f"{part.scheme}://{part.hostname}:{part.port or 4222}" for part in parts)

    __repr__ = __str__

    def credentials(self) -> dict[str, str]:
        """As `nats.connect` takes them. Raises OSError."""
        if self.auth is None:
            return {}
        first = self.auth.read_text("utf-8").partition("\n")[0].strip()
        user, colon, password = first.partition(":")
        return {"user": user, "password": password} if colon else {"token": first}


class FeedOptions(Struct, frozen=True):
    """shop: what the shop is called in its chain, see `is_shop`."""

    link: Link
    shop: str
