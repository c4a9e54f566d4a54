"""Taking a planned table into the menu, so many items in one commit (contract, extensions §9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.catalog.edit import CategoryInput, Reference, write_category, write_item
from jumak.domain.catalog.news import item_facts
from jumak.domain.catalog.sheet import Change
from jumak.domain.catalog.sheet.texts import plain
from jumak.domain.errors import Conflict, PosError
from jumak.domain.fact import Fact
from jumak.domain.stock import stamp
from jumak.protocol.messages.menu_file import ApplyReply
from jumak.service.catalog import check_barcodes, fresh_id, price_ids
from jumak.service.menu import index_of
from jumak.service.ports import MenuOf, Transaction

BATCH = 250
"""Items in one commit: a menu of a usual size is one, and sales wait a moment only."""

_NAMED = 20
"""How many items a refusal names."""


class Import(Struct, frozen=True, kw_only=True):
    """A plan to be taken in.

    stood: the items it changes, as the plan found them.  live: stock and state follow the table too.
    """

    changes: tuple[Change, ...]
    stood: Mapping[int, CatalogItem]
    live: bool


async def take_in(tx: Transaction, planned: Import, done: int, *, at_once: bool = False) -> ApplyReply:
    """Writes the next items of a plan. at_once: all that are left instead of `BATCH`.

    Raises Conflict VERSION, naming them, when items of what is left were changed since the plan was made; then
    nothing of this step was written. What sales change, stock and sold out, does not count unless `live`.
    """
    items = dict(await tx.all(CatalogItem))
    left = planned.changes[done:]
    meanwhile = [change for change in left if _is_other(change, planned, items)]
    if meanwhile:
        raise _changed_meanwhile(meanwhile, done, len(planned.changes))
    batch = left if at_once else left[:BATCH]
    categories = dict(await tx.all(Category))
    made = await _categories(tx, categories, {change.category for change in batch if change.category})
    menu = MenuOf(items, categories, await tx.all(Option))
    index = index_of(tx.shop.id)
    index.refresh(items)
    at = stamp(tx.at)
    for change in batch:
        sent = change.sent
        if change.category:
            sent = replace(sent, category=Reference(id=made[change.category]))
        before = None if change.item_id is None else items[change.item_id]
        try:
            prices = await price_ids(tx, sent, before, index)
            item_id = before.id if before is not None else await fresh_id(tx, "item", items.__contains__)
            after = write_item(sent, before, item_id, prices, menu, at)
            if after is before:
                continue
            await check_barcodes(tx, after, index)
        except PosError as refused:
            refused.data |= {"row": change.row, "title": change.title, "done": done}
            raise
        tx.put(after)
        if before is None:
            tx.record(Fact("catalog.add", str(after.id), {"catalog": {"id": after.id}}))
        else:
            tx.record(*item_facts(before, after, menu))
    return ApplyReply(done=done + len(batch), total=len(planned.changes))


async def _categories(
    tx: Transaction, categories: dict[str | int, Category], wanted: set[str]
) -> dict[str, int]:
    """Ids of these titles; those nobody has yet are made, behind the others."""
    ids: dict[str, int] = {}
    for category in categories.values():
        ids.setdefault(plain(category.title), category.id)
    for title in sorted(wanted - ids.keys()):
        last = max((category.order for category in categories.values()), default=0)
        number = await fresh_id(tx, "category", categories.__contains__)
        category = write_category(CategoryInput(title=title, order=min(last + 1, 1_000_000)), None, number)
        categories[number], ids[title] = category, number
        tx.put(category)
        tx.record(Fact("category.add", str(number), {"category": {"id": number}}))
    return ids


def _is_other(change: Change, planned: Import, items: Mapping[str | int, CatalogItem]) -> bool:
    """Whether somebody changed the item since it was planned for."""
    if change.item_id is None:
        return False
    stood, now = planned.stood[change.item_id], items.get(change.item_id)
    if now is None or now is stood:
        return now is None
    return planned.live or _as_edited(now) != _as_edited(stood)


def _as_edited(item: CatalogItem) -> CatalogItem:
    """The item without what selling changes."""
    prices = tuple(
        replace(price, stock_quantity=None, state="ON_SALE", state_until=None) for price in item.prices
    )
    state = item.state if item.state == "DELETED" else "ON_SALE"
    return replace(item, prices=prices, state=state, state_until=None, version=0)


def _changed_meanwhile(changes: Sequence[Change], done: int, total: int) -> PosError:
    named = ", ".join(change.title for change in changes[:_NAMED])
    more = len(changes) - _NAMED
    return Conflict(
        f"미리 본 뒤에 다른 곳에서 바꾼 상품이 있습니다: {named}{f' 외 {more}개' if more > 0 else ''}. 다시 미리 보고 적용해 주세요.",
        f"Changed meanwhile: {named}{f' and {more} more' if more > 0 else ''}. Preview the file again.",
        reason="VERSION",
        catalogs=[{"id": change.item_id, "title": change.title} for change in changes[:_NAMED]],
        done=done,
        total=total,
    )
