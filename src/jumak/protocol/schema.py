"""JSON Schema of every message, for programs in other languages.

Generated from the table with msgspec; names are the message's own (`OrderAddRequest`,
`OrderAddResponse`), so that they last when a struct is renamed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from jumak.protocol.row import AnyKeys, AnyShape, Done, Nothing, Row

Json = dict[str, Any]

_NEVER_SENT = frozenset({"backing"})
"""Fields that hold the shop's own side of a thing and are taken off before it leaves."""

_WORD = re.compile(r"[A-Za-z0-9]+")


def type_name(message: str, suffix: str = "") -> str:
    """`order.add-line.request` → `OrderAddLineRequest`."""
    return "".join(word[0].upper() + word[1:] for word in _WORD.findall(message)) + suffix


def reply_type_name(message: str) -> str:
    """`order.add-line.request` → `OrderAddLineResponse`."""
    return type_name(message.removesuffix(".request"), "Response")


class Components:
    """Schemas of the data and replies of some rows, sharing the types between them.

    refs: where a schema is found, with `{name}`.
    """

    def __init__(self, rows: Iterable[Row], refs: str) -> None:
        self._rows = tuple(rows)
        answered = [row for row in self._rows if row.kind in ("request", "host-request")]
        kinds = [row.data for row in self._rows] + [row.reply for row in answered]
        found, schemas = msgspec.json.schema_components(
            kinds, schema_hook=_schema_of_custom, ref_template="{name}"
        )
        names = _names(self._rows, answered, kinds, found, schemas)
        self._refs = {kind: names[schema["$ref"]] for kind, schema in zip(kinds, found, strict=True)}
        self._template = refs
        self.schemas: dict[str, Json] = {
            names[name]: self._renamed(schema, names) for name, schema in sorted(schemas.items())
        }
        for row in self._rows:
            if issubclass(row.data, AnyKeys):
                self.schemas[self._refs[row.data]] = _free_keys(self.schemas[self._refs[row.data]])
            elif issubclass(row.data, AnyShape):
                self.schemas[self._refs[row.data]] = _free_shape(self.schemas[self._refs[row.data]])
        reached = self._reached()
        self.schemas = {name: self.schemas[name] for name in sorted(reached)}

    def data(self, row: Row) -> Json:
        """A reference to the schema of what the message carries."""
        return {"$ref": self._template.format(name=self._refs[row.data])}

    def reply(self, row: Row) -> Json:
        """A reference to the schema of what the message answers."""
        return {"$ref": self._template.format(name=self._refs[row.reply])}

    def keys(self, reference: Json) -> Json:
        """The schema a reference of `data` or `reply` means."""
        return next(
            self.schemas[name]
            for name in self._refs.values()
            if self._template.format(name=name) == reference["$ref"]
        )

    def _reached(self) -> set[str]:
        """Types that some message leads to."""
        named = {self._template.format(name=name): name for name in self.schemas}
        reached: set[str] = set()
        waiting = list(self._refs.values())
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting.extend(named[reference] for reference in _references(self.schemas[name]))
        return reached

    def _renamed(self, schema: Any, names: dict[str, str]) -> Any:
        if isinstance(schema, list):
            return [self._renamed(part, names) for part in schema]
        if not isinstance(schema, dict):
            return schema
        renamed = {key: self._renamed(part, names) for key, part in schema.items() if key not in _NEVER_SENT}
        if isinstance(reference := schema.get("$ref"), str):
            renamed["$ref"] = self._template.format(name=names[reference])
        return renamed


def messages_schema(table: dict[str, Row]) -> Json:
    """One JSON Schema document: `$defs` with every type, `messages` telling which message uses which."""
    components = Components(table.values(), "#/$defs/{name}")
    messages = {}
    for name, row in sorted(table.items()):
        entry: Json = {
            "kind": row.kind,
            "data": components.data(row),
            "scopes": list(row.scopes),
            "write": row.write,
        }
        if row.kind in ("request", "host-request"):
            entry["reply"] = components.reply(row)
        messages[name] = entry
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Messages of Jumak",
        "description": "Generated from the table of messages by `make gen`; do not edit.",
        "messages": messages,
        "$defs": components.schemas,
    }


def _names(
    rows: tuple[Row, ...],
    answered: list[Row],
    kinds: list[Any],
    found: tuple[Json, ...],
    schemas: dict[str, Json],
) -> dict[str, str]:
    """msgspec's component name → ours: the message's for its own data and reply, else the class's."""
    uses = Counter(kinds)
    own = [type_name(row.name) for row in rows] + [reply_type_name(row.name) for row in answered]
    names = {
        schema["$ref"]: name
        for kind, schema, name in zip(kinds, found, own, strict=True)
        if uses[kind] == 1 and kind not in (Nothing, Done)
    }
    shared = [name for name in schemas if name not in names]
    short = {name: name.rsplit(".", 1)[-1] for name in shared}
    taken = Counter(short.values()) + Counter(names.values())
    for name in shared:
        # Two classes of one name keep their whole path, spelled as one word.
        names[name] = short[name] if taken[short[name]] == 1 else type_name(name)
    assert len(set(names.values())) == len(names), "two types share a name"
    return names


def _references(schema: Any) -> Iterator[str]:
    """Every `$ref` in a schema, at any depth."""
    if isinstance(schema, dict):
        if isinstance(reference := schema.get("$ref"), str):
            yield reference
        for part in schema.values():
            yield from _references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _references(part)


def _free_keys(schema: Json) -> Json:
    inner = schema["properties"]["keys"]
    return {
        "title": schema.get("title", ""),
        "description": schema.get("description", ""),
        "type": "object",
        "additionalProperties": inner.get("additionalProperties", {}),
    }


def _free_shape(schema: Json) -> Json:
    return {"title": schema.get("title", ""), "description": schema.get("description", "")}


def _schema_of_custom(kind: type) -> Json:
    # JSON that was encoded before and is passed on as it is.
    if kind is msgspec.Raw:
        return {}
    raise NotImplementedError
