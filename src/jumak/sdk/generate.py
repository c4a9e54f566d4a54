"""Writes `sdk/types.py`: the SDK's structs, from the same declarations the shop uses.

    python -m jumak.sdk.generate

A test fails when the file is stale.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Struct, UnsetType

from jumak.domain import attempt, catalog, discount, kitchen, payment, table
from jumak.domain.order import types as order
from jumak.protocol.messages import admin, device

ROOTS: tuple[type[Struct], ...] = (
    order.Order,
    payment.Payment,
    catalog.CatalogItemView,
    catalog.Category,
    catalog.Option,
    table.Table,
    table.Hall,
    kitchen.KdsOrderItem,
    kitchen.Station,
    admin.Merchant,
    device.DeviceInfo,
    order.OrderDto,
    payment.PaymentDto,
    attempt.PartPrice,
)

NAMES: dict[type[Struct], str] = {
    catalog.CatalogItemView: "CatalogItem",
    admin.Merchant: "Merchant",
    attempt.PartPrice: "Price",
    order.OrderDto: "OrderDraft",
    order.OrderItemDto: "OrderItemDraft",
    order.ItemDto: "ItemDraft",
    order.ChoiceDto: "OptionChoiceDraft",
    order.QuantityDto: "QuantityDraft",
    order.ChannelDto: "Channel",
    payment.PaymentDto: "PaymentDraft",
}
"""Where the SDK's word differs from the declaration's."""

HEADER = '''"""The SDK's values, generated from the shop's own declarations by `python -m jumak.sdk.generate`.

Attributes are snake_case here and camelCase on the wire; absent is None; date-times are aware;
what the SDK does not know yet stands in `extra`. Words of an enumeration it does not know stay text.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from jumak.sdk.values import View
'''


def generated() -> str:
    """The text of `sdk/types.py`."""
    found = _closure(ROOTS)
    enums = _enums(found)
    parts = [HEADER, *(_enum(name, words) for words, name in sorted(enums.items(), key=lambda e: e[1]))]
    parts.extend(_view(struct, enums) for struct in found)
    names = sorted([*enums.values(), *(_name(struct) for struct in found)])
    listed = "".join(f'    "{name}",\n' for name in names)
    return "".join([*parts, f"\n\n__all__ = [\n{listed}]\n"])


def _name(struct: type[Struct]) -> str:
    return NAMES.get(struct, struct.__name__)


def _fields(struct: type[Struct]) -> list[tuple[msgspec.structs.FieldInfo, Any]]:
    hints = get_type_hints(struct, include_extras=True)
    return [(field, hints[field.name]) for field in msgspec.structs.fields(struct) if field.name != "backing"]


def _closure(roots: tuple[type[Struct], ...]) -> list[type[Struct]]:
    """Every struct reachable from the roots, inner ones first."""
    found: dict[type[Struct], None] = {}

    def visit(kind: Any) -> None:
        if isinstance(kind, type) and issubclass(kind, Struct):
            if kind not in found:
                for _, hint in _fields(kind):
                    visit(hint)
                found[kind] = None
            return
        for argument in get_args(kind):
            visit(argument)

    for root in roots:
        visit(root)
    return list(found)


def _enums(structs: list[type[Struct]]) -> dict[tuple[str, ...], str]:
    """Words → name, for the enumerations that have a name where they are declared."""
    named = {
        get_args(value): name
        for module in (catalog, discount, kitchen, payment, table, order)
        for name, value in sorted(vars(module).items())
        if get_origin(value) is Literal and all(isinstance(word, str) for word in get_args(value))
    }
    used: dict[tuple[str, ...], str] = {}

    def visit(kind: Any) -> None:
        if get_origin(kind) is Literal:
            if get_args(kind) in named:
                used[get_args(kind)] = named[get_args(kind)]
            return
        for argument in get_args(kind):
            visit(argument)

    for struct in structs:
        for _, hint in _fields(struct):
            visit(hint)
    return used


def _enum(name: str, words: tuple[str, ...]) -> str:
    lines = "".join(f'    {word.upper().replace("-", "_")} = "{word}"\n' for word in words)
    return f'\n\nclass {name}(StrEnum):\n    """{" ".join(words)}"""\n\n{lines}'


def _view(struct: type[Struct], enums: dict[tuple[str, ...], str]) -> str:
    about = (struct.__doc__ or "").strip().splitlines()[0]
    lines = [f'\n\nclass {_name(struct)}(View, frozen=True, kw_only=True):\n    """{about}"""\n\n']
    for field, hint in _fields(struct):
        optional = not field.required
        kind = _spell(hint, field.name, enums)
        if kind == "datetime" and _name(struct).endswith("Draft"):
            kind = "datetime | str"
        if optional and field.default not in (None, UNSET, msgspec.NODEFAULT):
            lines.append(f"    {field.name}: {kind} = {field.default!r}\n")
        elif optional:
            lines.append(f"    {field.name}: {kind} | None = None\n")
        else:
            lines.append(f"    {field.name}: {kind}\n")
    return "".join(lines)


def _spell(hint: Any, field: str, enums: dict[tuple[str, ...], str]) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _spell(arguments[0], field, enums)
    if origin in (Union, types.UnionType):
        arms = [_spell(arm, field, enums) for arm in arguments if arm not in (type(None), UnsetType)]
        return " | ".join(dict.fromkeys(arms))
    if origin is Literal:
        return f"{enums[arguments]} | str" if arguments in enums else _literal(arguments)
    if origin is tuple:
        return f"tuple[{_spell(arguments[0], field, enums)}, ...]"
    if origin is dict:
        return f"dict[str, {_spell(arguments[1], field, enums)}]"
    if hint is str and (field.endswith("_at") or field.endswith("_date_time")):
        return "datetime"
    if hint is Any:
        return "Any"
    return _name(hint) if issubclass(hint, Struct) else str(hint.__name__)


def _literal(words: tuple[Any, ...]) -> str:
    return "str" if all(isinstance(word, str) for word in words) else "int"


def target() -> Path:
    """Where the file lies."""
    return Path(__file__).with_name("types.py")


if __name__ == "__main__":
    target().write_text(generated(), encoding="utf-8")
    sys.stdout.write(f"wrote {target()}\n")
