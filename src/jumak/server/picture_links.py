"""Addresses of the shop's own pictures, as whoever is told of them can load them (contract, catalog §2.1).

The shop keeps and its own pages get the path. Plugins get an address below their own origin, which their policy lets
pass and which is no other site to them; services one below the name they called the shop by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jumak.domain.caller import Caller
from jumak.domain.catalog.picture import PICTURES

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

_MARK = f'"imageUrl":"{PICTURES}'.encode()
"""In JSON this stands for the field alone: inside of a text its quotes would have backslashes before them."""


def base_for(shop: RunningShop, caller: Caller) -> str | None:
    """What comes before the path for this caller, who is asking now; None for the shop's own pages."""
    if caller.kind not in ("plugin", "service"):
        return None
    origin = shop.origins(caller.id) if caller.kind == "plugin" else None
    return origin or shop.address()


def with_addresses(body: bytes, base: str | None) -> bytes:
    """A reply or a push with addresses in the place of paths."""
    if base is None or _MARK not in body:
        return body
    return body.replace(_MARK, f'"imageUrl":"{base}{PICTURES}'.encode())
