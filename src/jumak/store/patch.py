"""The difference between two versions of an order's public document, and its way back.

A patch is an object of the fields that changed, `null` for one that vanished (a public document
holds no null at its top). `lineItems` and `payments` are keyed by id: `{"ids": [...], "set": {id: document}}`,
where `ids` is left out while the ids and their order stay the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from jumak.domain.order.types import Order, OrderItem
from jumak.domain.payment import Payment

_KEYED: Final = frozenset(("line_items", "payments"))
_HIDDEN: Final = frozenset(("backing", "table"))
_FIELDS: Final = tuple(
    (field.name, field.encode_name, field.default)
    for field in msgspec.structs.fields(Order)
    if field.name not in _HIDDEN
)


def difference(old: Order, new: Order) -> dict[str, Any] | None:
    """The patch that makes `new` of `old`, ready for encoding; None when plugins would see no change."""
    patch: dict[str, Any] = {}
    for name, wire_name, default in _FIELDS:
        before, after = getattr(old, name), getattr(new, name)
        if before is after or before == after:
            continue
        if name in _KEYED:
            patch[wire_name] = _difference_by_id(before, after)
        else:
            patch[wire_name] = None if after == default else after
    return patch or None


def _difference_by_id(
    old: Sequence[OrderItem | Payment], new: Sequence[OrderItem | Payment]
) -> dict[str, Any]:
    before = {part.id: part for part in old}
    changes: dict[str, Any] = {"set": {part.id: part for part in new if before.get(part.id) != part}}
    ids = [part.id for part in new]
    if ids != list(before):
        changes["ids"] = ids
    return changes


def apply(document: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The next version of a decoded document; neither argument is changed."""
    after = dict(document)
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        elif name in ("lineItems", "payments"):
            parts = {part["id"]: part for part in document[name]} | value["set"]
            after[name] = [parts[part_id] for part_id in value.get("ids", [p["id"] for p in document[name]])]
        else:
            after[name] = value
    return after


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document's bytes as they were first written: keys in the order of the struct."""
    return msgspec.json.encode(msgspec.convert(document, Order))
