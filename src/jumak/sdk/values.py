"""Between Python values and the wire: typed structs in, camelCase JSON out (contract, python-sdk §1).

Reading is forgiving: unknown keys go to `extra`, unknown enum words stay text, a date-time that
cannot be read stays text. Writing is guided by the message's own declaration, so that snake_case
keys are only turned where the declaration has such a key; ids and texts of the plugin stay.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from jumak.sdk.errors import PosPluginSdkValidationError
from jumak.sdk.names import camel, snake

T = TypeVar("T")


class View(Struct, frozen=True, kw_only=True):
    """A value as the shop sent it: attributes in snake_case, unknown keys under `extra`."""

    extra: dict[str, Any] = {}


class Record:
    """The reply of an extension: its keys as attributes in snake_case, or as items as sent.

    A key that is absent reads as None, like every unset value.
    """

    __slots__ = ("_data",)

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = dict(data)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return loosely(self._data.get(name, self._data.get(camel(name))))

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self._data == other._data

    def __repr__(self) -> str:
        return f"Record({self._data!r})"

    def to_dict(self) -> dict[str, Any]:
        """The keys and values as they were sent."""
        return dict(self._data)


def loosely(value: Any) -> Any:
    """A JSON value without a declared type: objects become records."""
    if isinstance(value, dict):
        return Record(value)
    if isinstance(value, list):
        return [loosely(inner) for inner in value]
    return value


def read(kind: type[T], value: Any) -> T:
    """A JSON value as one of the SDK's types."""
    return _read(kind, value)  # type: ignore[no-any-return]  # _read answers any annotation


def _read(kind: Any, value: Any) -> Any:
    if value is None or kind is Any:
        return value
    if isinstance(kind, type) and issubclass(kind, View):
        return _read_view(kind, value) if isinstance(value, Mapping) else value
    if kind is datetime:
        return instant(value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value) if value in kind._value2member_map_ else value
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(_read(arguments[0], inner) for inner in value)
    if origin is dict and isinstance(value, Mapping):
        return {key: _read(arguments[1], inner) for key, inner in value.items()}
    if origin in (Union, types.UnionType):
        return _read(arguments[0], value)
    return value


def _read_view(kind: type[View], value: Mapping[str, Any]) -> View:
    plan, required = _plan(kind)
    fields: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, inner in value.items():
        if (known := plan.get(key)) is not None:
            fields[known[0]] = _read(known[1], inner)
        else:
            extra[key] = inner
    for name in required - fields.keys():
        fields[name] = None
    return kind(**fields, extra=extra)


@cache
def _plan(kind: type[View]) -> tuple[dict[str, tuple[str, Any]], frozenset[str]]:
    hints = get_type_hints(kind)
    fields = [field for field in msgspec.structs.fields(kind) if field.name != "extra"]
    plan = {camel(field.name): (field.name, hints[field.name]) for field in fields}
    return plan, frozenset(field.name for field in fields if field.required)


def instant(value: Any) -> Any:
    """An aware datetime; what cannot be read as one stays as it is."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value


# -- writing -------------------------------------------------------------------------------------


def write(value: Any, declared: Any = Any) -> Any:
    """A value as JSON for a declared type: structs and snake_case keys become camelCase, None vanishes.

    Of the SDK's structs what is at its default vanishes, too: a value that was read is written as it was sent.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Record):
        return write(value.to_dict(), declared)
    if isinstance(value, View):
        own = {
            camel(name): write(inner)
            for name, default in _defaults(type(value)).items()
            if (inner := getattr(value, name)) is not None and inner != default
        }
        return write({**value.extra, **own}, declared)
    if isinstance(value, Mapping):
        return _write_mapping(value, declared)
    if isinstance(value, list | tuple | set | frozenset):
        inner = _element(declared)
        return [write(item, inner) for item in value]
    return value


@cache
def _defaults(kind: type[View]) -> dict[str, Any]:
    """Field → what it is when nothing is said; as in the shop's own words, that is left out."""
    return {field.name: field.default for field in msgspec.structs.fields(kind) if field.name != "extra"}


def _write_mapping(value: Mapping[str, Any], declared: Any) -> dict[str, Any]:
    present = {key: inner for key, inner in value.items() if inner is not None}
    struct = _struct_in(declared)
    if struct is not None:
        keys = _wire_keys(struct)
        written: dict[str, Any] = {}
        for key, inner in present.items():
            wire, kind = keys.get(key, (key, Any))
            written[wire] = write(inner, kind)
        return written
    inner_kind = next((get_args(arm)[1] for arm in _arms(declared) if get_origin(arm) is dict), Any)
    return {key: write(inner, inner_kind) for key, inner in present.items()}


@cache
def _wire_keys(struct: type[Struct]) -> dict[str, tuple[str, Any]]:
    """Either spelling of a key → (wire key, declared type)."""
    hints = get_type_hints(struct, include_extras=True)
    keys: dict[str, tuple[str, Any]] = {}
    for field in msgspec.structs.fields(struct):
        entry = (field.encode_name, hints.get(field.name, Any))
        keys[field.encode_name] = keys[field.name] = keys[snake(field.encode_name)] = entry
    return keys


def _arms(declared: Any) -> tuple[Any, ...]:
    if get_origin(declared) is Annotated:
        return _arms(get_args(declared)[0])
    if get_origin(declared) in (Union, types.UnionType):
        return tuple(arm for part in get_args(declared) for arm in _arms(part))
    return (declared,)


def _struct_in(declared: Any) -> type[Struct] | None:
    return next((arm for arm in _arms(declared) if isinstance(arm, type) and issubclass(arm, Struct)), None)


def _element(declared: Any) -> Any:
    for arm in _arms(declared):
        if get_origin(arm) in (tuple, list, frozenset, set) and get_args(arm):
            return get_args(arm)[0]
    return Any


def check(data: Any, declared: Any) -> None:
    """Holds data against its declared type.

    Raises PosPluginSdkValidationError for a missing key or a value of the wrong type.
    Ranges and rules are the shop's to refuse, which names the reason.
    """
    try:
        msgspec.convert(data, declared)
    except msgspec.ValidationError as problem:
        what, _, path = str(problem).partition(" - at `")
        if ", got `" in what or "missing required field" in what:
            raise PosPluginSdkValidationError([{"message": what, "path": path.rstrip("`") or "$"}]) from None
