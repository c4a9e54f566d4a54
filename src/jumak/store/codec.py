"""How values become bytes in a store.

Documents are JSON in the shape plugins see, compressed by Zstandard with a dictionary of typical
documents: a tenth of the size for two microseconds, and fewer bytes to wait for at each commit.
The dictionary is copied into each shop, so that a shop can be read whatever a later program ships.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import msgspec
import zstandard
from msgspec.structs import replace

from jumak.domain.kitchen import Ticket
from jumak.domain.order.types import Order, OrderBacking
from jumak.store.queries import text

ORDER_STATES: Final = ("REQUESTED", "OPENED", "COMPLETED", "CANCELLED")
TICKET_STATES: Final = ("OPENED", "COMPLETED", "CANCELLED")
ORDER_CODE: Final[dict[str, int]] = {name: code for code, name in enumerate(ORDER_STATES)}
TICKET_CODE: Final[dict[str, int]] = {name: code for code, name in enumerate(TICKET_STATES)}

ORDER_FULL, ORDER_PATCH, TICKET, DOCUMENT, SHOP = range(5)
"""What an entry of a fact's `state` holds."""

LEVEL: Final = -1
"""Half the time of level 1 for a twentieth more bytes."""

to_json = msgspec.json.Encoder().encode
to_pack = msgspec.msgpack.Encoder().encode
from_json = msgspec.json.decode
_order = msgspec.json.Decoder(Order).decode
_ticket = msgspec.json.Decoder(Ticket).decode
_backing = msgspec.msgpack.Decoder(OrderBacking).decode


class StateEntry(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What one fact made of one thing.

    kind: ORDER_FULL ... SHOP.  id: of the order or ticket; a document's kind and id.  body: compressed JSON,
    empty for a dropped document.  previous: number of the fact that holds the order's version before.
    """

    kind: int
    id: Any
    body: bytes
    previous: int = 0


_entries = msgspec.msgpack.Decoder(list[StateEntry]).decode


def public(order: Order) -> Order:
    """The order as it is stored: what plugins see, the table left out (it is put in on the way out)."""
    return replace(order, backing=None, table=None)


class Codec:
    """Packs and unpacks with one dictionary. Not for several threads at once."""

    def __init__(self, dictionary: bytes) -> None:
        self.dictionary = dictionary
        shared = _prepared(dictionary)
        self.pack = zstandard.ZstdCompressor(
            level=LEVEL, dict_data=shared, write_dict_id=False, write_checksum=False
        ).compress
        self._decompressor = zstandard.ZstdDecompressor(dict_data=shared)
        self.unpack = self._decompressor.decompress

    def order(self, doc: bytes, backing: bytes) -> Order:
        """An order with its backing."""
        return replace(_order(self.unpack(doc)), backing=_backing(self.unpack(backing)))

    def backing(self, blob: bytes) -> OrderBacking:
        """What plugins do not see of an order."""
        return _backing(self.unpack(blob))

    def ticket(self, doc: bytes) -> Ticket:
        """A ticket."""
        return _ticket(self.unpack(doc))

    def entries(self, state: bytes | None) -> list[StateEntry]:
        """What a fact made of things; a fact without state changed none."""
        return [] if state is None else _entries(state)


@lru_cache(maxsize=4)
def _prepared(dictionary: bytes) -> zstandard.ZstdCompressionDict:
    prepared = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    prepared.precompute_compress(level=LEVEL)
    return prepared


def shipped_dictionary() -> bytes:
    """The dictionary new shops get."""
    return text("jumak.store", "dictionary.txt").encode()
