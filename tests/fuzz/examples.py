"""Valid-looking messages made from the table itself, and ways to spoil them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

Json = Any
Path = tuple[str | int, ...]

HUGE = 10**30
WRONG: dict[type, tuple[Json, ...]] = {
    str: (7, True, [], {}),
    int: ("7", 1.5, True, [], {}, HUGE, -HUGE, 2**63),
    float: ("7", [], {}),
    bool: ("true", 1, []),
    list: ({}, "list", 7),
    dict: ([], "object", 7),
}
"""What does not fit, by what is expected."""


def example(kind: inspect.Type, *, everything: bool) -> Json:
    """A value this type takes. everything: optional fields too."""
    match kind:
        case inspect.Metadata():
            return example(kind.type, everything=everything)
        case inspect.UnionType():
            return example(_first(kind), everything=everything)
        case inspect.StructType():
            tag = {} if kind.tag_field is None else {kind.tag_field: kind.tag}
            return tag | {
                field.encode_name: example(field.type, everything=everything)
                for field in kind.fields
                if field.required or (everything and not _is_unset(field.type))
            }
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.StrType():
            return _text(kind)
        case inspect.IntType():
            return max(1, kind.ge or 1)
        case inspect.FloatType():
            return 1.5
        case inspect.BoolType():
            return True
        case inspect.CollectionType() | inspect.VarTupleType():
            return [example(kind.item_type, everything=everything)] * max(1, kind.min_length or 1)
        case inspect.TupleType():
            return [example(item, everything=everything) for item in kind.item_types]
        case inspect.DictType():
            return {"en": example(kind.value_type, everything=everything)}
        case _:
            return {}


TEXTS = ("x", "1234", "20260201120000", "2026-02-01", "abcdefgh", "12345678", "#3182f6", "1208147521")
"""What fields with a pattern take, one or the other."""


def _text(kind: inspect.StrType) -> str:
    if kind.pattern is None:
        return "x" * max(1, kind.min_length or 1)
    return next(text for text in TEXTS if re.search(kind.pattern, text))


def _first(kind: inspect.UnionType) -> inspect.Type:
    return next(each for each in kind.types if not isinstance(each, inspect.NoneType) and not _is_unset(each))


def _is_unset(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.CustomType) and kind.cls is msgspec.UnsetType


def places(value: Json, path: Path = ()) -> Iterator[Path]:
    """Every place in a value, the root first."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from places(inner, (*path, place))


def at(value: Json, path: Path) -> Json:
    """What stands at a place."""
    for step in path:
        value = value[step]
    return value


def with_value(value: Json, path: Path, new: Json) -> Json:
    """A copy with something else at a place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_value(value[path[0]], path[1:], new)
    return copy


def without(value: Json, path: Path) -> Json:
    """A copy without what stands at a place."""
    *parent, key = path
    holder = at(value, tuple(parent))
    kept = (
        {name: inner for name, inner in holder.items() if name != key}
        if isinstance(holder, dict)
        else [inner for place, inner in enumerate(holder) if place != key]
    )
    return with_value(value, tuple(parent), kept)


def written(path: Path) -> str:
    """A place as refusals name it: `$.order.lineItems[0].quantity`."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def spoiled(value: Json) -> Iterator[tuple[str, Path, Json]]:
    """Every way to spoil a value: (how, where, the spoiled value)."""
    for path in places(value):
        here = at(value, path)
        for wrong in WRONG.get(type(here), ()):
            yield "wrong type", path, with_value(value, path, wrong)
        if path:
            yield "missing", path, without(value, path)
            yield "null", path, with_value(value, path, None)
        if type(here) is int:
            for number in (0, -1, 999_999_999, 2**53):
                yield "number", path, with_value(value, path, number)
        if type(here) is str:
            for text in ("", "x" * 5_000, "\x00\x1f", "없는 것", "../../etc", "' OR 1=1 --"):
                yield "text", path, with_value(value, path, text)
        if type(here) is list:
            yield "empty", path, with_value(value, path, [])
            yield "long", path, with_value(value, path, here * 1_000)
