"""The difference between two versions of an order's public document, and its way back.

A patch is an object of the fields that changed, `null` for one that vanished (a public document
holds no null at its top). `lineItems` and `payments` are keyed by id: `{"ids": [...], "set": {id: document}}`,
where `ids` is left out while the ids and their order stay the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from jumak.domain.order.types import Order, OrderItem
from jumak.domain.payment import Payment

_KEYED: Final = frozenset(("line_items", "payments"))
_HIDDEN: Final = frozenset(("backing", "table"))
_FIELDS: Final = tuple(
    (field.name, field.encode_name, field.default)
    for field in msgspec.structs.fields(Order)
    if field.name not in _HIDDEN
)


_ORDER_OF_NAMES: Final = tuple(name for _, name, _ in _FIELDS)


class _Part(msgspec.Struct):
    id: str


class _Change(msgspec.Struct):
    set: dict[str, Raw]
    ids: list[str] | UnsetType = UNSET


_decode_change = msgspec.json.Decoder(_Change).decode
_decode_id = msgspec.json.Decoder(_Part).decode
_decode_parts = msgspec.json.Decoder(list[Raw]).decode


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


def apply_raw(document: Mapping[str, Raw], patch: Mapping[str, Raw]) -> dict[str, Raw]:
    """`apply`, reading no more of a document than its top and the ids of what changed below: for many at a time."""
    after = dict(document)
    for name, value in patch.items():
        if bytes(value) == b"null":
            after.pop(name, None)
        elif name in ("lineItems", "payments"):
            change = _decode_change(value)
            parts = {_decode_id(part).id: part for part in _decode_parts(document[name])} | change.set
            ids = parts if change.ids is UNSET else change.ids
            after[name] = Raw(b"[" + b",".join([bytes(parts[part_id]) for part_id in ids]) + b"]")
        else:
            after[name] = value
    return after


def joined_raw(document: Mapping[str, Raw]) -> bytes:
    """The document's bytes as they were first written: keys in the order of the struct."""
    return msgspec.json.encode({name: document[name] for name in _ORDER_OF_NAMES if name in document})


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document's bytes as they were first written: keys in the order of the struct."""
    return msgspec.json.encode(msgspec.convert(document, Order))
