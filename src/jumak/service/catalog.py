"""Reading and writing the menu (contract, catalog; extensions §9; rulebook §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from msgspec import UNSET
from msgspec.structs import replace

from jumak.domain.barcode import canonical
from jumak.domain.caller import Caller
from jumak.domain.catalog import (
    CatalogItem,
    Category,
    Option,
    at_day_open,
    in_menu_order,
    item_view,
    option_view,
    set_choice_state,
    set_state,
)
from jumak.domain.catalog.edit import (
    ItemInput,
    OptionInput,
    check_unit_price,
    check_version,
    delete_item,
    without_option,
    write_category,
    write_item,
    write_option,
)
from jumak.domain.catalog.holding import remaining
from jumak.domain.catalog.news import changes, item_facts, option_facts
from jumak.domain.catalog.state import option_at_day_open, price_of
from jumak.domain.errors import Conflict, InvalidArgument, InvalidState, NotFound
from jumak.domain.fact import Fact
from jumak.domain.money import from_milli, milli
from jumak.domain.stock import adjust, stamp
from jumak.protocol.messages.catalog import (
    AddCategory,
    AddItem,
    AddOption,
    AdjustStock,
    CategoriesReply,
    CategoryById,
    CategoryCount,
    CategoryReply,
    FindItems,
    FindItemsReply,
    ItemById,
    ItemReply,
    ItemsReply,
    OptionById,
    OptionReply,
    OptionsReply,
    PageItems,
    PageItemsReply,
    SetChoiceState,
    SetItemState,
    UpdateCategory,
    UpdateItem,
    UpdateOption,
)
from jumak.protocol.row import Done, Nothing
from jumak.service.menu import MenuIndex, index_of, page_of
from jumak.service.menu_listing import listing_of
from jumak.service.ports import Documents, MenuOf, Reader, Transaction, menu_of
from jumak.service.registry import command, query

FIND_LIMIT = 100
"""Most items a search answers."""
PAGE_SIZE = 60


# -- reads ---------------------------------------------------------------------------------------


@query("catalog-category.list.request")
async def list_categories(read: Reader, caller: Caller, data: Nothing) -> CategoriesReply:
    """All categories in menu order, disabled ones included (CAT-1)."""
    return CategoriesReply(categories=tuple(in_menu_order((await read.all(Category)).values())))


@query("catalog-category.get.request")
async def get_category(read: Reader, caller: Caller, data: CategoryById) -> CategoryReply:
    """One category; raises NotFound."""
    return CategoryReply(category=await known_category(read, data.category.id))


@query("catalog-item.list.request")
async def list_items(read: Reader, caller: Caller, data: Nothing) -> ItemsReply:
    """The whole menu but what was deleted. `catalogs` is encoded already and kept between requests."""
    page = page_of(read.shop.id).of(
        await read.all(CatalogItem), await read.all(Category), await read.all(Option)
    )
    return ItemsReply(catalogs=cast(Any, page))


@query("catalog-item.get.request")
async def get_item(read: Reader, caller: Caller, data: ItemById) -> ItemReply:
    """One item in any state; raises NotFound."""
    item = await known_item(read, data.catalog.id)
    return ItemReply(catalog=item_view(item, await menu_of(read)))


@query("catalog-item-option.list.request")
async def list_options(read: Reader, caller: Caller, data: Nothing) -> OptionsReply:
    """All option groups by id."""
    options = (await read.all(Option)).values()
    return OptionsReply(options=tuple(map(option_view, sorted(options, key=lambda option: option.id))))


@query("catalog-item-option.get.request")
async def get_option(read: Reader, caller: Caller, data: OptionById) -> OptionReply:
    """One option group; raises NotFound."""
    return OptionReply(option=option_view(await known_option(read, data.option.id)))


@query("catalog-item.find.request")
async def find_items(read: Reader, caller: Caller, data: FindItems) -> FindItemsReply:
    """Items by barcode or text (CAT-10, SCN-2); an unknown code finds nothing."""
    items = await read.all(CatalogItem)
    menu = await menu_of(read)
    index = index_of(read.shop.id)
    index.refresh(items)
    if data.barcode is not None:
        found = index.by_code(data.barcode)
        if found is None:
            return FindItemsReply(catalogs=())
        item = items[found.item_id]
        price = price_of(item, found.price_id)
        if found.price_value is not None:
            price = replace(price, price_value=found.price_value)
        return FindItemsReply(
            catalogs=(item_view(item, menu),),
            price=price,
            quantity=UNSET if found.quantity_milli is None else from_milli(found.quantity_milli),
        )
    if data.text is None:
        raise InvalidArgument("바코드나 검색어를 보내세요", "send barcode or text", path="$.text")
    ids = index.by_text(data.text, FIND_LIMIT)
    return FindItemsReply(catalogs=tuple(item_view(items[item_id], menu) for item_id in ids))


@query("catalog-item.page.request")
async def page_items(read: Reader, caller: Caller, data: PageItems) -> PageItemsReply:
    """A page of the menu, of a category or a search (CAT-1, CAT-2)."""
    items, categories, options = (
        await read.all(CatalogItem),
        await read.all(Category),
        await read.all(Option),
    )
    listing = listing_of(read.shop.id)
    listing.refresh(items, categories, options)
    found = listing.find(data.text or "", data.category_id, data.states or ())
    size = data.size or PAGE_SIZE
    start = ((data.page or 1) - 1) * size
    menu = MenuOf(items, categories, options)
    return PageItemsReply(
        catalogs=tuple(item_view(items[item_id], menu) for item_id in found.ids[start : start + size]),
        total=len(found.ids),
        categories=tuple(CategoryCount(id=of, count=count) for of, count in found.counts.items()),
    )


# -- sold out and stock ----------------------------------------------------------------------------


@command("catalog-item.set-state.request")
async def set_item_state(tx: Transaction, data: SetItemState) -> ItemReply:
    """Mark an item or one of its prices (CAT-2)."""
    item = await known_item(tx, data.catalog.id)
    price_id = None if data.price_id is None else int(data.price_id)
    return await keep_item(tx, item, set_state(item, data.state, price_id=price_id, until=data.until))


@command("catalog-item-option.set-choice-state.request")
async def set_option_choice_state(tx: Transaction, data: SetChoiceState) -> OptionReply:
    """Mark one choice (CAT-5); items that cannot do without it follow."""
    option = await known_option(tx, data.option.id)
    return await keep_option(
        tx, option, set_choice_state(option, int(data.choice.id), data.state, until=data.until)
    )


@command("catalog-item.adjust-stock.request")
async def adjust_stock(tx: Transaction, data: AdjustStock) -> ItemReply:
    """Goods came, went or were counted (CAT-9)."""
    item = await known_item(tx, data.catalog.id)
    price_id = int(data.price_id)
    after = adjust(
        item,
        price_id,
        tx.at,
        delta_milli=None if data.delta is None else milli(data.delta, path="$.delta"),
        counted_milli=None if data.quantity is None else milli(data.quantity, path="$.quantity"),
    )
    if after is not item:
        counts = {
            "before": remaining(price_of(item, price_id)),
            "after": remaining(price_of(after, price_id)),
        }
        tx.record(
            Fact(
                "stock.adjust",
                str(item.id),
                {"catalog": {"id": item.id}, "price": {"id": price_id}, **counts, "reason": data.reason},
            )
        )
    return await keep_item(tx, item, after)


async def open_day(tx: Transaction) -> Done:
    """Marks that hold until the day opens go (CAT-2). For the one who opens the business day."""
    for option in list((await tx.all(Option)).values()):
        await keep_option(tx, option, option_at_day_open(option))
    for item in list((await tx.all(CatalogItem)).values()):
        if (opened := at_day_open(item)) is not item:
            await keep_item(tx, item, opened)
    return Done()


# -- items -----------------------------------------------------------------------------------------


@command("catalog-item.add.request")
async def add_item(tx: Transaction, data: AddItem) -> ItemReply:
    """A new item with ids of our own."""
    items = await tx.all(CatalogItem)
    item_id = await fresh_id(tx, "item", items.__contains__)
    menu = await menu_of(tx)
    prices = await price_ids(tx, data.catalog, None)
    item = write_item(data.catalog, None, item_id, prices, menu, stamp(tx.at))
    await check_barcodes(tx, item)
    tx.put(item)
    tx.record(Fact("catalog.add", str(item.id), {"catalog": {"id": item.id}}))
    return ItemReply(catalog=item_view(item, menu))


@command("catalog-item.update.request")
async def update_item(tx: Transaction, data: UpdateItem) -> ItemReply:
    """Change what was sent; orders made before keep what they had (CAT-6)."""
    item = await known_item(tx, _id_of(data.catalog.id, "$.catalog.id"))
    menu = await menu_of(tx)
    check_version(item.version, data.expected_version, item_view(item, menu))
    prices = await price_ids(tx, data.catalog, item)
    after = write_item(data.catalog, item, item.id, prices, menu, stamp(tx.at))
    if after is not item:
        await check_barcodes(tx, after)
    return await keep_item(tx, item, after)


@command("catalog-item.delete.request")
async def remove_item(tx: Transaction, data: ItemById) -> Done:
    """Leave a tombstone, readable by id (CAT-2); deleted already resolves."""
    item = await known_item(tx, data.catalog.id)
    after = delete_item(item)
    if after is not item:
        tx.put(after)
        tx.record(Fact("catalog.delete", str(item.id), {"catalog": {"id": item.id}}))
    return Done()


# -- categories ------------------------------------------------------------------------------------


@command("catalog-category.add.request")
async def add_category(tx: Transaction, data: AddCategory) -> CategoryReply:
    """A new category with an id of our own."""
    taken = (await tx.all(Category)).__contains__
    category = write_category(data.category, None, await fresh_id(tx, "category", taken))
    tx.put(category)
    tx.record(Fact("category.add", str(category.id), {"category": {"id": category.id}}))
    return CategoryReply(category=category)


@command("catalog-category.update.request")
async def update_category(tx: Transaction, data: UpdateCategory) -> CategoryReply:
    """Change what was sent."""
    category = await known_category(tx, _id_of(data.category.id, "$.category.id"))
    check_version(category.version, data.expected_version, category)
    after = write_category(data.category, category, category.id)
    if after is not category:
        tx.put(after)
        data_of = {"category": {"id": category.id}, "changes": changes(category, after)}
        tx.record(Fact("category.update", str(category.id), data_of))
    return CategoryReply(category=after)


@command("catalog-category.delete.request")
async def remove_category(tx: Transaction, data: CategoryById) -> Done:
    """Delete a category without items. Raises InvalidState CATEGORY_NOT_EMPTY."""
    category = await known_category(tx, data.category.id)
    held = sum(
        item.category_id == category.id and item.state != "DELETED"
        for item in (await tx.all(CatalogItem)).values()
    )
    if held:
        raise InvalidState(
            f"상품이 {held}개 있는 분류는 지울 수 없습니다",
            f"{category.title} holds {held} items; move or delete them first",
            reason="CATEGORY_NOT_EMPTY",
            items=held,
        )
    tx.drop(Category, category.id)
    tx.record(Fact("category.delete", str(category.id), {"category": {"id": category.id}}))
    return Done()


# -- options ---------------------------------------------------------------------------------------


@command("catalog-item-option.add.request")
async def add_option(tx: Transaction, data: AddOption) -> OptionReply:
    """A new option group; choices get ids of our own."""
    taken = (await tx.all(Option)).__contains__
    option_id = await fresh_id(tx, "option", taken)
    option = write_option(data.option, None, option_id, await _choice_ids(tx, data.option, None))
    tx.put(option)
    tx.record(Fact("option.add", str(option.id), {"option": {"id": option.id}}))
    return OptionReply(option=option_view(option))


@command("catalog-item-option.update.request")
async def update_option(tx: Transaction, data: UpdateOption) -> OptionReply:
    """Change what was sent; items that use the group are told too."""
    option = await known_option(tx, _id_of(data.option.id, "$.option.id"))
    check_version(option.version, data.expected_version, option_view(option))
    after = write_option(data.option, option, option.id, await _choice_ids(tx, data.option, option))
    return await keep_option(tx, option, after)


@command("catalog-item-option.delete.request")
async def remove_option(tx: Transaction, data: OptionById) -> Done:
    """Delete an option group; items that used it go without."""
    option = await known_option(tx, data.option.id)
    users = await _users_of(tx, option.id)
    tx.drop(Option, option.id)
    tx.record(Fact("option.delete", str(option.id), {"option": {"id": option.id}}))
    for item in users:
        await keep_item(tx, item, without_option(item, option.id))
    return Done()


# -- shared ----------------------------------------------------------------------------------------


async def known_item(source: Documents, item_id: int | str) -> CatalogItem:
    """The item, tombstones included; raises NotFound."""
    item = await source.get(CatalogItem, int(item_id))
    if item is None:
        raise NotFound(f"없는 상품입니다: {item_id}", f"there is no item {item_id}", path="$.catalog.id")
    return item


async def known_category(source: Documents, category_id: int | str) -> Category:
    """The category; raises NotFound."""
    category = await source.get(Category, int(category_id))
    if category is None:
        raise NotFound(
            f"없는 분류입니다: {category_id}", f"there is no category {category_id}", path="$.category.id"
        )
    return category


async def known_option(source: Documents, option_id: int | str) -> Option:
    """The option group; raises NotFound."""
    option = await source.get(Option, int(option_id))
    if option is None:
        raise NotFound(f"없는 옵션입니다: {option_id}", f"there is no option {option_id}", path="$.option.id")
    return option


async def keep_item(tx: Transaction, before: CatalogItem, after: CatalogItem) -> ItemReply:
    """Writes an item that stood there, and tells of what changed."""
    menu = await menu_of(tx)
    facts = item_facts(before, after, menu)
    view = item_view(after, menu)
    if facts:
        tx.put(after)
        tx.record(*facts)
    return ItemReply(catalog=view)


async def keep_option(tx: Transaction, before: Option, after: Option) -> OptionReply:
    """Writes an option group that stood there, and tells of what changed, to its items too."""
    if after is not before:
        menu = await menu_of(tx)
        options = dict(await tx.all(Option))
        options[after.id] = after
        menu_after = MenuOf(await tx.all(CatalogItem), await tx.all(Category), options)
        users = await _users_of(tx, after.id)
        for item in users:
            check_unit_price(item, menu_after)
        facts = option_facts(before, after, users, menu, menu_after)
        tx.put(after)
        tx.record(*facts)
    return OptionReply(option=option_view(after))


async def _users_of(tx: Transaction, option_id: int) -> list[CatalogItem]:
    return [
        item
        for item in (await tx.all(CatalogItem)).values()
        if option_id in item.option_ids and item.state != "DELETED"
    ]


async def _index(tx: Transaction) -> MenuIndex:
    """The menu's index as this transaction sees it."""
    index = index_of(tx.shop.id)
    index.refresh(await tx.all(CatalogItem))
    return index


async def check_barcodes(tx: Transaction, item: CatalogItem, index: MenuIndex | None = None) -> None:
    """Each barcode belongs to one price that is sold (CAT-10). Raises Conflict BARCODE_TAKEN.

    index: of the menu without this item's change, where it is at hand.
    """
    barcodes = [price.barcode for price in item.prices if price.barcode]
    index = index or await _index(tx)
    twice = len({canonical(each) for each in barcodes}) < len(barcodes)
    for place, barcode in enumerate(barcodes):
        owner = item.id if twice else index.owner_of(barcode, but=item.id)
        if owner is not None:
            raise Conflict(
                f"이미 쓰고 있는 바코드입니다: {barcode}",
                f"barcode {barcode} already belongs to item {owner}",
                reason="BARCODE_TAKEN",
                path=f"$.catalog.prices[{place}].barcode",
                itemId=owner,
            )


async def fresh_id(tx: Transaction, counter: str, taken: Callable[[int], bool]) -> int:
    """The next id of its kind that nothing has."""
    number = await tx.next_number(counter)
    # A menu that was brought along has ids the counter never gave.
    while taken(number):
        number = await tx.next_number(counter)
    return number


async def price_ids(
    tx: Transaction, sent: ItemInput, before: CatalogItem | None, index: MenuIndex | None = None
) -> Iterator[int]:
    """Ids for the prices of an item that are new."""
    known = {price.id for price in before.prices} if before else set()
    wanted = (sent.price,) if sent.prices is None and before is None else sent.prices or ()
    count = len(wanted) - len(known & {price.id for price in wanted if price})
    if count == 0:
        return iter(())
    index = index or await _index(tx)
    return iter([await fresh_id(tx, "price", index.price_taken) for _ in range(count)])


async def _choice_ids(tx: Transaction, sent: OptionInput, before: Option | None) -> Iterator[int]:
    known = {choice.id for choice in before.choices} if before else set()
    wanted = sent.choices or ()
    count = len(wanted) - len(known & {choice.id for choice in wanted})
    taken = {choice.id for option in (await tx.all(Option)).values() for choice in option.choices}
    return iter([await fresh_id(tx, "choice", taken.__contains__) for _ in range(count)])


def _id_of(sent: int | str | None, path: str) -> int:
    if sent is None or not str(sent).isdigit():
        raise InvalidArgument(f"id가 필요합니다 ({path})", f"{path}: an id is required", path=path)
    return int(sent)
