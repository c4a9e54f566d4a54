"""Wrong values for every place of a message, found by walking its struct."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct, inspect

Json = Any

HOSTILE: tuple[tuple[str, Json], ...] = (
    ("huge", 10**30),
    ("2**63", 2**63),
    ("negative", -1),
    ("zero", 0),
    ("fraction", 0.5),
    ("long text", "가" * 20_000),
    ("NUL", "\x00\ud7ff\u202e'\"; DROP TABLE orders"),
    ("unknown id", "ffffffffffffffffffffffffffffffff"),
    ("empty text", ""),
    ("empty list", []),
    ("empty object", {}),
    ("many", [{}] * 2_000),
    ("deep", [[[[[[[[[[[[[[[[[[[[{"a": [[[[{}]]]]}]]]]]]]]]]]]]]]]]]]]),
    ("null", None),
)
"""What is tried at every place, whatever belongs there: it may be refused, never break."""


class Place:
    """A key of a message. path: `$.order.lineItems[0].memo`.  keys: how to get there.  kind: what belongs there."""

    def __init__(self, path: str, keys: tuple[str | int, ...], kind: inspect.Type, required: bool) -> None:
        self.path, self.keys, self.kind, self.required = path, keys, kind, required


def places(data: type[Struct], example: Json) -> Iterator[Place]:
    """Every key the struct has and the example holds, at any depth."""
    yield from _in(inspect.type_info(data), example, "$", ())


def required_keys(data: type[Struct]) -> tuple[str, ...]:
    """Keys a message cannot do without."""
    info = inspect.type_info(data)
    assert isinstance(info, inspect.StructType)
    return tuple(field.encode_name for field in info.fields if field.required)


def _in(kind: inspect.Type, value: Json, path: str, keys: tuple[str | int, ...]) -> Iterator[Place]:
    if isinstance(kind, inspect.UnionType):
        for one in kind.types:
            if isinstance(one, inspect.StructType | inspect.VarTupleType | inspect.ListType):
                yield from _in(one, value, path, keys)
    elif isinstance(kind, inspect.StructType) and isinstance(value, dict):
        for field in kind.fields:
            name = field.encode_name
            if name in value:
                here = (*keys, name)
                yield Place(f"{path}.{name}", here, field.type, field.required)
                yield from _in(field.type, value[name], f"{path}.{name}", here)
    elif isinstance(kind, inspect.VarTupleType | inspect.ListType) and isinstance(value, list):
        for place, inner in enumerate(value[:1]):
            yield from _in(kind.item_type, inner, f"{path}[{place}]", (*keys, place))


def wrong_type(kind: inspect.Type) -> Json | None:
    """A value that cannot stand there; None when anything can."""
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    if any(isinstance(one, inspect.AnyType | inspect.RawType) for one in kinds):
        return None
    if not any(isinstance(one, inspect.BoolType) for one in kinds):
        return True
    return "neither" if not any(isinstance(one, inspect.StrType) for one in kinds) else [1]


def replaced(value: Json, keys: tuple[str | int, ...], by: Json) -> Json:
    """The same value with another one at a place."""
    if not keys:
        return by
    first, *rest = keys
    inner = replaced(value[first], tuple(rest), by)
    if isinstance(value, dict):
        return {**value, first: inner}
    assert isinstance(first, int)
    return [*value[:first], inner, *value[first + 1 :]]


def removed(value: Json, keys: tuple[str | int, ...]) -> Json:
    """The same value without a key."""
    *outer, last = keys
    holder = value
    for key in outer:
        holder = holder[key]
    return replaced(value, tuple(outer), {key: inner for key, inner in holder.items() if key != last})


def encoded(value: Json) -> bytes:
    """JSON, also of integers no decoder has room for."""
    return msgspec.json.encode(_spelled(value))


def _spelled(value: Json) -> Json:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return msgspec.Raw(str(value).encode())
    if isinstance(value, dict):
        return {key: _spelled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_spelled(inner) for inner in value]
    return value
