"""What can be wrong with a shop's folder, file or database.

StoreError
├── ShopInUse      another process has it open
├── ShopMissing    there is no shop in this folder
├── ShopExists     there is one already
├── CopyUnfinished a copy of a shop, not whole and proven yet
├── CopyRefused    a shop cannot be copied there: nothing was changed
├── CopyDiffers    a copy is not what it is a copy of
├── NewerFile      written by a newer program
└── Unrecorded     a bug: an order changed and no fact tells of it
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit


class StoreError(Exception):
    """The store cannot do this; the text is for people."""


class ShopInUse(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """Another process writes to this shop; there is never a second writer."""


class ShopMissing(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """There is no shop in this folder."""


class ShopExists(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """There is a shop in this folder already."""


class CopyUnfinished(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """What is here is a copy that has not come to its end, and no shop yet."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} is a copy that is not finished: run the same `jumak migrate` again, which goes on where it stopped "
            "(with --restart it begins anew)"
        )


class CopyRefused(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """A shop cannot be copied like this; nothing was changed."""


class CopyDiffers(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """A copy is not what it is a copy of, and stays unfinished. The text says where."""


class NewerFile(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """The file was written by a newer program; this one could only harm it."""


class Unrecorded(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """A bug of a use case: it changed what plugins see of an order and recorded no fact that names it."""


def unreachable(url: str, error: Exception) -> StoreError:
    """Why there is no connection to a database, and where it was looked for: host or socket, nothing else of the URL."""
    try:
        parts = urlsplit(url)
        where = parts.netloc.rpartition("@")[2] or ", ".join(parse_qs(parts.query).get("host", ()))
    except ValueError:
        where = ""
    return StoreError(f"the database cannot be reached{where and f' at {where}'}: {error}")
