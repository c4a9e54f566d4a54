"""Numbers of store events as clients hear them: in which epoch of the shop, and which fact of its journal.

When an older copy of a shop is put back, its journal goes on from there, and gives numbers again that clients have
heard for other facts. So the shop begins a new epoch then (`store/epoch.py`), and every number it tells has the epoch
in its upper bits: one of a past that did not happen is told from any other, and the new ones are all greater. A shop
whose copy was never put back is in epoch 0, where a number is just the fact's. Clients know nothing of this: they
compare numbers and give them back (contract, wire §9).
"""

from __future__ import annotations

from typing import Final, Protocol

SEQ_BITS: Final = 34
"""Of a number for the fact: 17 thousand million of them."""

EPOCH_BITS: Final = 19
"""Both together are the 53 bits that a number has in every language."""

_SEQ: Final = (1 << SEQ_BITS) - 1


class InEpoch(Protocol):
    """A view of the shop."""

    epoch: int


def number_of(read: InEpoch, seq: int) -> int:
    """The number of a fact."""
    return read.epoch << SEQ_BITS | seq


def seq_of(read: InEpoch, number: int) -> int | None:
    """The fact of a number, which the journal may not have reached; None for a number of another epoch.

    0 is before everything, in every epoch.
    """
    return number & _SEQ if number >> SEQ_BITS == read.epoch or not number else None
