"""What can be wrong with a shop's folder, file or database.

StoreError
├── ShopInUse      another process has it open
├── ShopMissing    there is no shop in this folder
├── ShopExists     there is one already
├── NewerFile      written by a newer program
└── Unrecorded     a bug: an order changed and no fact tells of it
"""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do this; the text is for people."""


class ShopInUse(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """Another process writes to this shop; there is never a second writer."""


class ShopMissing(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """There is no shop in this folder."""


class ShopExists(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """There is a shop in this folder already."""


class NewerFile(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """The file was written by a newer program; this one could only harm it."""


class Unrecorded(StoreError):  # noqa: N818  # named for what is so, as the trade would
    """A bug of a use case: it changed what plugins see of an order and recorded no fact that names it."""
