"""Pictures the shop keeps itself (contract, catalog §2.1).

An item has the path alone: tills, plugins and services reach the shop by different names, and each is told the
address it can load from.
"""

from __future__ import annotations

import re
from typing import Final

PICTURES: Final = "/.jumak/pictures/"
"""Below the shop's origin, and below each plugin's own: what is ours there begins with `.jumak`."""

_NAME = r"[0-9a-f]{64}\.webp"
NAME: Final = re.compile(_NAME)
_OURS: Final = re.compile(rf"(?:https?://[^/?#\s]+)?({re.escape(PICTURES)}{_NAME})")


def own_path(url: str) -> str:
    """What is kept of an address: of our own pictures the path, however the shop was called; else all of it."""
    found = _OURS.fullmatch(url)
    return found[1] if found else url


def picture_name(url: str | None) -> str | None:
    """The file of a picture the shop keeps, None for any other address."""
    found = _OURS.fullmatch(url or "")
    return found[1].removeprefix(PICTURES) if found else None
