"""TypeScript of every message, for `packages/pos-plugin-sdk`: generated from the table.

Three files: the values (`types.ts`), message name → what it carries and answers (`messages.ts`), and the
extensions as members (`ext.ts`). Values the plugin SDK names carry its names (`PluginOrder`). Where the
SDK promises a type the table cannot say (`PluginPaymentDto<'EXTERNAL'>`), the plain fields are written as
`…Fields` and `src/types.ts` of the package refines them; references mean the refined type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from jumak.protocol.row import Nothing, Row
from jumak.protocol.schema import Components, Json

FOLDER = "packages/pos-plugin-sdk/src/generated"

SDK_NAMES: dict[str, str] = {
    "Discount": "PluginDiscount",
    "LanguagePack": "PluginLanguagePack",
    "CategoryRef": "PluginCategoryRef",
    "ItemOptionChoice": "PluginOrderItemOptionChoice",
    "OptionChoice": "PluginCatalogItemOptionChoice",
    "Option": "PluginCatalogItemOption",
    "Category": "PluginCatalogCategory",
    "ItemPrice": "PluginCatalogItemPrice",
    "CatalogItemView": "PluginCatalogItem",
    "ChoiceDto": "PluginOptionChoiceDto",
    "OrderItemDto": "PluginOrderItemDto",
    "OrderDto": "PluginOrderDto",
    "OrderItem": "PluginOrderItem",
    "Order": "PluginOrder",
    "PaymentDto": "PluginPaymentDto",
    "Payment": "PluginPayment",
    "TableGroup": "PluginTableGroup",
    "Table": "PluginTable",
    "Hall": "PluginHall",
    "KdsLineItem": "PluginKdsLineItem",
    "KdsOrderItem": "PluginKdsOrderItem",
    "DraftOrder": "PluginDraftOrder",
    "Merchant": "TossMerchant",
    "DeviceInfo": "DeviceInfo",
}
"""Name in the schema → name in the SDK."""

REFINED = frozenset(
    {
        "PluginCatalogItem",
        "PluginCatalogItemPrice",
        "PluginDraftOrder",
        "PluginKdsOrderItem",
        "PluginOrder",
        "PluginOrderDto",
        "PluginOrderItem",
        "PluginOrderItemDto",
        "PluginPayment",
        "PluginPaymentDto",
        "DeviceInfo",
    }
)
"""SDK types that `src/types.ts` completes; each says there why."""

EXTRAS: dict[str, frozenset[str]] = {
    "Category": frozenset({"order", "enabled", "version"}),
    "Option": frozenset({"version"}),
    "CatalogItemView": frozenset({"prices", "type", "version"}),
    "ItemSnapshot": frozenset({"priceValue"}),
    "Order": frozenset({"state", "discounts", "number", "version"}),
    "Payment": frozenset({"taxExemptMoney", "autocomplete"}),
}
"""Keys the shop always sends and the SDK does not promise: optional, so that values a plugin makes itself
(a category for a line, an order in its tests) need only what they always needed."""

HEADER = "// Generated from the table of messages by `make gen`; do not edit.\n"

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")


def typescript_files(table: Mapping[str, Row]) -> dict[str, str]:
    """Every generated TypeScript file: path below the project's root → text."""
    rows = sorted(table.values(), key=lambda row: row.name)
    components = Components(rows, "{name}")
    return {
        f"{FOLDER}/types.ts": _types(rows, components),
        f"{FOLDER}/messages.ts": _messages(rows, components),
        f"{FOLDER}/ext.ts": _extensions([row for row in rows if row.origin == "extension"], components),
    }


# -- values --------------------------------------------------------------------------------------


def _types(rows: list[Row], components: Components) -> str:
    sent = _sent(rows, components)
    refined = sorted(name for name in REFINED if _schema_name(name) in components.schemas)
    parts = [HEADER, "\n", _imports(refined, "../types.js")]
    for name, schema in sorted(components.schemas.items(), key=lambda pair: _interface(pair[0])):
        parts.append(_value(name, schema, optional=" | undefined" if name in sent else ""))
    return "".join(parts)


def _value(name: str, schema: Json, *, optional: str) -> str:
    properties = schema.get("properties")
    if properties is None:
        return f"\n{_about(schema)}export type {_interface(name)} = {_spell(schema)};\n"
    lines = []
    for key, part in properties.items():
        if key == "complete":
            continue
        if key in schema.get("required", ()) and key not in EXTRAS.get(name, ()):
            lines.append(f"  {_key(key)}: {_spell(part, nullable=True)};\n")
        else:
            spelled = _spell(part)
            lines.append(f"  {_key(key)}?: {spelled}{'' if spelled == 'unknown' else optional};\n")
    if not lines:
        return f"\n{_about(schema)}export type {_interface(name)} = Record<string, never>;\n"
    return f"\n{_about(schema)}export interface {_interface(name)} {{\n{''.join(lines)}}}\n"


def _sent(rows: Iterable[Row], components: Components) -> set[str]:
    """Types a plugin writes. Their optional keys may also be given as undefined."""
    waiting = [
        reference["$ref"]
        for row in rows
        for reference in (
            [components.data(row)]
            if row.kind in ("request", "notify")
            else [components.reply(row)]
            if row.kind == "host-request"
            else []
        )
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_references(components.schemas[name]))
    return found


def _references(schema: object) -> list[str]:
    if isinstance(schema, list):
        return [name for part in schema for name in _references(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [name for part in schema.values() for name in _references(part)]


def _spell(schema: Json, *, nullable: bool = False) -> str:
    """A schema as a TypeScript type; null is spelled only where it may stand."""
    if "$ref" in schema:
        return _name(schema["$ref"])
    if "enum" in schema or "const" in schema:
        return " | ".join(_literal(value) for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        arms = [_spell(part) for part in schema["anyOf"] if nullable or part.get("type") != "null"]
        # JSON that was encoded before stands for the value it is listed beside.
        arms = [arm for arm in arms if arm != "unknown"] or ["unknown"]
        return " | ".join(dict.fromkeys(arms))
    match schema.get("type"):
        case "array" if "prefixItems" in schema:
            return f"[{', '.join(_spell(part) for part in schema['prefixItems'])}]"
        case "array":
            items = schema.get("items")
            inner = _spell(items) if isinstance(items, dict) else "unknown"
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case "object":
            values = schema.get("additionalProperties")
            return f"Record<string, {_spell(values) if isinstance(values, dict) else 'unknown'}>"
        case "integer" | "number":
            return "number"
        case "string" | "boolean" | "null" as plain:
            return str(plain)
        case _:
            return "unknown"


def _literal(value: object) -> str:
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    return "'" + json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def _name(schema_name: str) -> str:
    """The type a reference means."""
    return SDK_NAMES.get(schema_name, schema_name)


def _interface(schema_name: str) -> str:
    """The name under which the generated fields stand."""
    name = _name(schema_name)
    return f"{name.removeprefix('Plugin')}Fields" if name in REFINED else name


def _schema_name(sdk_name: str) -> str:
    return next(name for name, ours in SDK_NAMES.items() if ours == sdk_name)


def _key(key: str) -> str:
    return key if _IDENTIFIER.match(key) else _quoted(key)


def _about(schema: Json, indent: str = "") -> str:
    """The first sentence of a docstring."""
    text = " ".join(str(schema.get("description", "")).strip().split("\n\n")[0].split())
    return _comment(text, indent) if text else ""


def _comment(text: str, indent: str) -> str:
    return f"{indent}/** {text.replace('*/', '* /')} */\n"


# -- messages ------------------------------------------------------------------------------------


def _messages(rows: list[Row], components: Components) -> str:
    entries = [_message(row, components) for row in rows]
    used = sorted({name for row in rows for name in _used(row, components)})
    imports, refined = _split(used)
    return "".join(
        [
            HEADER,
            "\n",
            _imports(imports, "./types.js"),
            _imports(refined, "../types.js"),
            "\n/** Message name → what it carries, what it answers, and who may send it. */\n",
            "export interface Messages {\n",
            *entries,
            "}\n",
            "\n/** What the SDK must know of a message while it runs, a letter each: `l` rate-limited, `w` write,\n"
            " * `x` extension; `n` notification, `p` push, `h` asked by the host (a request has none of the three). */\n",
            "export const FLAGS: Readonly<Record<string, string>> = {\n",
            *(f"  {_quoted(row.name)}: {_quoted(_flags(row))},\n" for row in rows),
            "};\n",
        ]
    )


def _message(row: Row, components: Components) -> str:
    facts = [f"kind: {_quoted(row.kind)}", f"data: {_data(row, components)}"]
    if row.kind in ("request", "host-request"):
        facts.append(f"reply: {_reply(row, components)}")
    facts.append(f"rateLimited: {'true' if row.rate_limited else 'false'}")
    facts.append(f"scope: {' | '.join(_quoted(scope) for scope in row.scopes) or 'never'}")
    about = _comment(row.summary.strip(), "  ")
    return f"{about}  {_quoted(row.name)}: {{ {'; '.join(facts)} }};\n"


def _data(row: Row, components: Components) -> str:
    return _name(components.data(row)["$ref"])


def _reply(row: Row, components: Components) -> str:
    return _name(components.reply(row)["$ref"])


def _used(row: Row, components: Components) -> set[str]:
    names = {_data(row, components)}
    return names | {_reply(row, components)} if row.kind in ("request", "host-request") else names


def _split(names: list[str]) -> tuple[list[str], list[str]]:
    return [name for name in names if name not in REFINED], [name for name in names if name in REFINED]


def _imports(names: list[str], source: str) -> str:
    listed = "".join(f"  {name},\n" for name in names)
    return f"import type {{\n{listed}}} from '{source}';\n" if names else ""


def _flags(row: Row) -> str:
    kind = {"request": "", "notify": "n", "push": "p", "host-request": "h"}[row.kind]
    return (
        kind
        + ("l" if row.rate_limited else "")
        + ("w" if row.write else "")
        + ("x" if row.origin == "extension" else "")
    )


# -- extensions ----------------------------------------------------------------------------------


class _Member:
    """A noun or a verb of it: what may be called, listened to or answered there."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.about = ""
        self.inner: dict[str, _Member] = {}

    def at(self, path: tuple[str, ...]) -> _Member:
        member = self
        for word in path:
            member = member.inner.setdefault(word, _Member())
        return member

    def spelled(self, indent: str) -> str:
        lines = [
            f"{_comment(member.about, indent + '  ') if member.about else ''}"
            f"{indent}  {_key(word)}: {member.spelled(indent + '  ')};\n"
            for word, member in sorted(self.inner.items())
        ]
        nested = f"{{\n{''.join(lines)}{indent}}}" if lines else ""
        arms = [*self.calls, *([nested] if nested else [])]
        return " & ".join(f"({arm})" if "=>" in arm and len(arms) > 1 else arm for arm in arms)


def _extensions(rows: list[Row], components: Components) -> str:
    root = _Member()
    for row in rows:
        member = root.at(row.member)
        data = _data(row, components)
        match row.kind:
            case "push":
                on = member.at(("on",))
                on.calls.append(f"(listener: Listener<{data}>) => Promise<Unsubscribe>")
                on.about = f"{_upper(row.summary)} (`{row.name}`)"
            case "host-request":
                answer = member.at(("answer",))
                answer.calls.append(f"(answerer: Answerer<{data}, {_reply(row, components)}>) => Unsubscribe")
                answer.about = f"Answers `{row.name}`: {row.summary}"
            case _:
                member.calls.append(_call(row, components))
                member.about = f"{_upper(row.summary)} (`{row.name}`)"
    used = sorted({name for row in rows for name in _used(row, components)})
    imports, refined = _split([name for name in used if name not in ("Nothing", "Done")])
    return "".join(
        [
            HEADER,
            "\nimport type { Answerer, CallOptions, Command, Listener, Unsubscribe } from '../calls.js';\n",
            _imports(imports, "./types.js"),
            _imports(refined, "../types.js"),
            "\n/** What the shop offers beyond the plugin SDK; each member needs its scope. */\n",
            f"export interface Extensions {root.spelled('')}\n",
        ]
    )


def _call(row: Row, components: Components) -> str:
    answer = "void" if row.kind == "notify" or row.reply.__name__ == "Done" else _reply(row, components)
    result = answer if row.kind == "notify" else f"Promise<{answer}>"
    if row.data is Nothing:
        data = "data?: Command" if row.write else "data?: Record<string, never>"
    else:
        needed = components.keys(components.data(row)).get("required")
        data = f"data{'' if needed else '?'}: {_data(row, components)}{' & Command' if row.write else ''}"
    options = "" if row.kind == "notify" else ", options?: CallOptions"
    return f"({data}{options}) => {result}"


def _upper(text: str) -> str:
    text = text.strip().rstrip(".")
    return text[0].upper() + text[1:]
