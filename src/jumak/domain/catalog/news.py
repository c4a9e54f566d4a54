"""What a change of the menu is called in the journal (contract, catalog §1, §2.5, §3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from jumak.domain.catalog.state import effective_state
from jumak.domain.catalog.types import CatalogItem, Menu, Option
from jumak.domain.fact import Fact


def item_facts(before: CatalogItem, after: CatalogItem, menu: Menu) -> tuple[Fact, ...]:
    """`catalog.update`, then `sold-out` or `on-sale` when that changed; none when nothing did.

    menu: its options are the same before and after.
    """
    if after is before:
        return ()
    return _item_facts(after.id, _sellable(before, menu), _sellable(after, menu), changes(before, after))


def option_facts(
    before: Option, after: Option, users: Iterable[CatalogItem], menu: Menu, menu_after: Menu
) -> tuple[Fact, ...]:
    """`option.update`, then `sold-out`, `on-sale` for its choices, then the items that use it (contract, catalog §3.4).

    users: items with this option, not DELETED.  menu, menu_after: before and after the change.
    """
    if after is before:
        return ()
    data = {"option": {"id": after.id}}
    facts = [Fact("option.update", str(after.id), {**data, "changes": changes(before, after)})]
    was = {choice.id: choice.state for choice in before.choices}
    now = {choice.id: choice.state for choice in after.choices}
    if any(state == "SOLD_OUT" and was.get(choice_id) != state for choice_id, state in now.items()):
        facts.append(Fact("option.sold-out", str(after.id), data))
    if any(state == "ON_SALE" and was.get(choice_id) == "SOLD_OUT" for choice_id, state in now.items()):
        facts.append(Fact("option.on-sale", str(after.id), data))
    for item in users:
        facts += _item_facts(item.id, _sellable(item, menu), _sellable(item, menu_after))
    return tuple(facts)


@cache
def _fields(kind: type[Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Worked out from annotations, which takes a while."""
    return msgspec.structs.fields(kind)


def changes(before: Struct, after: Struct) -> dict[str, Any]:
    """What an edit changed, for the audit (SEC-2): field → [before, after]."""
    return {
        field.encode_name: [msgspec.to_builtins(was), msgspec.to_builtins(now)]
        for field in _fields(type(after))
        if field.name != "version"
        and (was := getattr(before, field.name)) != (now := getattr(after, field.name))
    }


def _sellable(item: CatalogItem, menu: Menu) -> bool:
    return effective_state(item, item.default_price, menu) == "ON_SALE"


def _item_facts(
    item_id: int, was_on_sale: bool, is_on_sale: bool, changed: dict[str, Any] | None = None
) -> tuple[Fact, ...]:
    subject, data = str(item_id), {"catalog": {"id": item_id}}
    update = Fact("catalog.update", subject, {**data, "changes": changed} if changed else data)
    if was_on_sale == is_on_sale:
        return (update,)
    return update, Fact("catalog.on-sale" if is_on_sale else "catalog.sold-out", subject, data)
