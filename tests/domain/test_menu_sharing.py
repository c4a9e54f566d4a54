"""A head office's menu merged into a shop's (`domain/catalog/sharing.py`)."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.base import LanguagePack
from jumak.domain.catalog import CatalogItem, Category, ItemPrice, Option, OptionChoice, StockQuantity
from jumak.domain.catalog.sharing import Merged, Numbers, SharedMenu, ShopMenu, Twins, merge, shared_part
from jumak.domain.errors import Conflict

AT = "2026-02-02T00:00:00Z"
EMPTY = ShopMenu({}, {}, {})


def category(number: int, title: str, **more: Any) -> Category:
    return replace(Category(id=number, title=title, order=number, enabled=True, version=1), **more)


def choice(number: int, title: str, won: int = 0, **more: Any) -> OptionChoice:
    plain = OptionChoice(
        id=number, title=title, price_value=won, image_url=None, state="ON_SALE", quantity_input_enabled=False
    )
    return replace(plain, **more)


def option(number: int, title: str, *choices: OptionChoice, **more: Any) -> Option:
    plain = Option(
        id=number,
        title=title,
        is_required=False,
        min_choices=0,
        max_choices=-1,
        choices=choices,
        default_choices=(),
        version=1,
    )
    return replace(plain, **more)


def price(number: int, won: int, title: str = "기본", **more: Any) -> ItemPrice:
    plain = ItemPrice(
        id=number,
        title=title,
        is_default=title == "기본",
        state="ON_SALE",
        price_type="FIXED",
        price_unit=1,
        price_value=won,
        is_tax_free=False,
        is_stockable=False,
    )
    return replace(plain, **more)


def item(number: int, title: str, where: int, *prices: ItemPrice, **more: Any) -> CatalogItem:
    plain = CatalogItem(
        id=number,
        title=title,
        state="ON_SALE",
        category_id=where,
        labels=(),
        prices=prices,
        option_ids=(),
        type="ITEM",
        version=1,
    )
    return replace(plain, **more)


def menu(*things: CatalogItem | Category | Option) -> ShopMenu:
    return ShopMenu(
        {each.id: each for each in things if isinstance(each, CatalogItem)},
        {each.id: each for each in things if isinstance(each, Category)},
        {each.id: each for each in things if isinstance(each, Option)},
    )


OFFICE = menu(
    category(1, "식사"),
    option(7, "맵기", choice(71, "순한맛"), choice(72, "매운맛", 500), default_choices=(71,)),
    item(11, "칼국수", 1, price(111, 9_000), price(112, 12_000, "곱빼기"), option_ids=(7,)),
    item(12, "냉면", 1, price(121, 10_000, barcode="8801"), code="N1"),
)


class AShop:
    """A shop's menu with what it remembers."""

    def __init__(self, mine: ShopMenu = EMPTY) -> None:
        self.menu, self.twins = mine, Twins()
        self._new = count(1_000)

    def take(self, shared: SharedMenu) -> Merged:
        numbers = Numbers(
            categories=self._new, options=self._new, choices=self._new, items=self._new, prices=self._new
        )
        merged = merge(shared, self.menu, self.twins, numbers, AT)
        self.menu = ShopMenu(
            {**self.menu.items, **{after.id: after for _, after in merged.items}},
            {**self.menu.categories, **{after.id: after for _, after in merged.categories}},
            {**self.menu.options, **{after.id: after for _, after in merged.options}},
        )
        self.twins = merged.twins
        return merged

    def item(self, title: str) -> CatalogItem:
        (found,) = [
            each for each in self.menu.items.values() if each.title == title and each.state != "DELETED"
        ]
        return found

    def option(self, title: str) -> Option:
        (found,) = [each for each in self.menu.options.values() if each.title == title]
        return found


def test_an_empty_shop_gets_the_whole_menu():
    """CAT-1: with numbers of its own; options, prices and defaults hang together as they did."""
    shop = AShop()
    merged = shop.take(shared_part(OFFICE))
    assert (merged.added(), merged.removed(), merged.left) == (2, 0, ())
    noodles = shop.item("칼국수")
    assert noodles.id >= 1_000
    assert [(each.title, each.price_value, each.is_default) for each in noodles.prices] == [
        ("기본", 9_000, True),
        ("곱빼기", 12_000, False),
    ]
    spice = shop.option("맵기")
    assert noodles.option_ids == (spice.id,)
    assert spice.default_choices == (spice.choices[0].id,)
    assert shop.menu.categories[noodles.category_id].title == "식사"


def test_the_shop_keeps_what_is_its_own():
    """CAT-2, CAT-9: sold out, hidden, stock, pictures, and whatever has no twin: items, prices, choices, groups."""
    own = option(30, "우리 고명", choice(31, "김", 300))
    mine = menu(
        category(5, "식사", order=9),
        category(6, "동네 메뉴"),
        own,
        option(20, "맵기", choice(21, "매운맛", 300, state="SOLD_OUT"), choice(22, "아주 매운맛", 900)),
        item(
            41,
            "칼국수",
            5,
            price(
                411,
                8_000,
                is_stockable=True,
                stock_quantity=StockQuantity(remain_quantity=3, last_change_date_time=AT),
            ),
            price(412, 6_000, "반 그릇"),
            state="SOLD_OUT",
            state_until="manual",
            image_url="/pictures/noodles.webp",
            option_ids=(20, 30),
        ),
        item(42, "동네 국밥", 6, price(421, 7_000)),
    )
    shop = AShop(mine)
    shop.take(shared_part(OFFICE))
    noodles, spice = shop.item("칼국수"), shop.option("맵기")
    assert (noodles.id, noodles.state, noodles.state_until) == (41, "SOLD_OUT", "manual")
    assert noodles.image_url == "/pictures/noodles.webp"
    assert [(each.id == 411, each.title, each.price_value) for each in noodles.prices] == [
        (True, "기본", 9_000),
        (False, "곱빼기", 12_000),
        (False, "반 그릇", 6_000),
    ]
    assert noodles.prices[0].stock_quantity == mine.items[41].prices[0].stock_quantity
    assert noodles.option_ids == (20, 30)
    assert [(each.title, each.price_value, each.state) for each in spice.choices] == [
        ("순한맛", 0, "ON_SALE"),
        ("매운맛", 500, "SOLD_OUT"),
        ("아주 매운맛", 900, "ON_SALE"),
    ]
    assert shop.menu.items[42] is mine.items[42]
    assert shop.menu.options[30] is own
    assert shop.menu.categories[6] is mine.categories[6]


def test_twins_are_known_by_number_afterwards():
    """CAT-1: renamed on either side it stays the same item; what the head office says of it holds."""
    shop = AShop()
    shop.take(shared_part(OFFICE))
    before = shop.item("냉면")
    shop.menu = menu(*shop.menu.categories.values(), *shop.menu.options.values(), *shop.menu.items.values())
    shop.menu.items[before.id] = replace(before, title="시원한 냉면", version=2)  # type: ignore[index]
    renamed = replace(OFFICE.items[12], title="물냉면", code=None)
    shop.take(SharedMenu(categories=(OFFICE.categories[1],), items=(renamed,)))
    assert (shop.item("물냉면").id, shop.item("물냉면").code) == (before.id, None)
    assert len(shop.menu.items) == 2


def test_what_the_head_office_deletes_goes_and_may_come_back():
    """CAT-2: a tombstone, as for every deleted item; coming back it is a new one."""
    shop = AShop(menu(category(5, "식사"), item(40, "비빔면", 5, price(401, 5_000))))
    shop.take(shared_part(OFFICE))
    old = shop.item("냉면").id
    gone = menu(
        *OFFICE.categories.values(),
        *OFFICE.options.values(),
        OFFICE.items[11],
        replace(OFFICE.items[12], state="DELETED"),
    )
    merged = shop.take(shared_part(gone))
    assert merged.removed() == 1
    assert shop.menu.items[old].state == "DELETED"
    assert shop.menu.items[40].state == "ON_SALE"
    assert shop.take(shared_part(gone)).items == ()
    assert shop.take(shared_part(OFFICE)).added() == 1
    assert shop.item("냉면").id != old


def test_what_the_shop_deletes_stays_away():
    """CAT-2: the head office is told that it was left out."""
    shop = AShop()
    shop.take(shared_part(OFFICE))
    known = shop.item("냉면")
    shop.menu.items[known.id] = replace(known, state="DELETED")  # type: ignore[index]
    merged = shop.take(shared_part(OFFICE))
    assert (merged.items, merged.left) == ((), (12,))


def test_prices_alone():
    """CAT-4: nothing but prices of what is there; names, groups and what is missing stay as they are."""
    shop = AShop()
    shop.take(shared_part(OFFICE, items=[11]))
    dearer = menu(
        category(1, "밥"),
        option(7, "매운 정도", choice(71, "순함"), choice(72, "매움", 700)),
        item(11, "손칼국수", 1, price(111, 9_500), price(112, 13_000, "곱"), option_ids=(7,)),
        OFFICE.items[12],
    )
    merged = shop.take(shared_part(dearer, prices_only=True))
    assert merged.left == (12,)
    assert [(each.title, each.price_value) for each in shop.item("칼국수").prices] == [
        ("기본", 9_500),
        ("곱빼기", 13_000),
    ]
    assert [(each.title, each.price_value) for each in shop.option("맵기").choices] == [
        ("순한맛", 0),
        ("매운맛", 700),
    ]
    assert [each.title for each in shop.menu.categories.values()] == ["식사"]


def test_a_part_brings_what_it_needs():
    """CAT-1: an item its category and groups, a category all its items."""
    wide = menu(
        *OFFICE.categories.values(), *OFFICE.options.values(), *OFFICE.items.values(), category(2, "술")
    )
    part = shared_part(wide, items=[11])
    assert ([each.id for each in part.items], [each.id for each in part.options]) == ([11], [7])
    assert [each.id for each in part.categories] == [1]
    assert [each.id for each in shared_part(wide, categories=[1]).items] == [11, 12]
    assert shared_part(wide, options=[7]).items == ()


def test_two_that_could_be_meant_are_refused():
    """CAT-1: which one it is, is for people to say."""
    shop = AShop(
        menu(category(5, "식사"), item(40, "냉면", 5, price(401, 1)), item(41, "냉면", 5, price(411, 1)))
    )
    with pytest.raises(Conflict) as refused:
        shop.take(shared_part(OFFICE))
    assert refused.value.reason == "AMBIGUOUS"


def test_texts_in_other_languages_follow():
    """CAT-8: also when the head office takes them away."""
    shop = AShop()
    english = replace(OFFICE.items[12], title_i18n=LanguagePack(languages={"en": "Cold noodles"}))
    shop.take(SharedMenu(categories=(OFFICE.categories[1],), items=(english,)))
    assert shop.item("냉면").title_i18n == english.title_i18n
    shop.take(SharedMenu(categories=(OFFICE.categories[1],), items=(OFFICE.items[12],)))
    assert shop.item("냉면").title_i18n == LanguagePack(languages={})


# -- any menu in any shop --------------------------------------------------------------------------

TITLES = st.sampled_from(["국수", "만두", "전", "술"])
WON = st.integers(0, 9).map(lambda tens: tens * 1_000)


@st.composite
def menus(draw: st.DrawFn, first: int) -> ShopMenu:
    """A menu of a few things whose titles meet those of another; of one title in one place there is one."""
    number = count(first)
    categories = [category(next(number), title) for title in draw(st.sets(TITLES, min_size=1, max_size=3))]
    options = []
    for title in draw(st.sets(TITLES, max_size=2)):
        choices = [
            choice(next(number), each, draw(WON), state=draw(st.sampled_from(["ON_SALE", "SOLD_OUT"])))
            for each in draw(st.sets(TITLES, max_size=3))
        ]
        sellable = [each.id for each in choices if each.state == "ON_SALE"]
        defaults = draw(st.sampled_from([(), tuple(sellable[:1])]))
        options.append(option(next(number), title, *choices, default_choices=defaults))
    items = []
    places = st.tuples(st.sampled_from(categories), TITLES)
    for where, title in draw(st.lists(places, max_size=4, unique_by=lambda one: (one[0].id, one[1]))):
        more = draw(st.sets(st.sampled_from(["곱빼기", "반"]), max_size=2))
        prices = [price(next(number), draw(WON)), *(price(next(number), draw(WON), each) for each in more)]
        groups = draw(st.lists(st.sampled_from(options), unique=True)) if options else []
        items.append(
            item(
                next(number),
                title,
                where.id,
                *prices,
                option_ids=tuple(each.id for each in groups),
                state=draw(st.sampled_from(["ON_SALE", "SOLD_OUT", "UNAVAILABLE", "DELETED"])),
            )
        )
    return menu(*categories, *options, *items)


@settings(max_examples=60)
@given(menus(1), menus(500), st.booleans())
def test_twice_is_once(office: ShopMenu, mine: ShopMenu, prices_only: bool):
    """CAT-1: merged again, the same menu changes nothing."""
    shop = AShop(mine)
    shared = shared_part(office, prices_only=prices_only)
    shop.take(shared)
    again = shop.take(shared)
    assert (again.categories, again.options, again.items) == ((), (), ())


@settings(max_examples=60)
@given(menus(1), menus(500))
def test_what_has_no_twin_is_left_alone(office: ShopMenu, mine: ShopMenu):
    """CAT-2: states are the shop's, and things of its own are the very same afterwards."""
    shop = AShop(mine)
    shop.take(shared_part(office))
    for kind in ("items", "categories", "options"):
        twins = set(getattr(shop.twins, kind).values())
        for number, thing in getattr(mine, kind).items():
            after = getattr(shop.menu, kind)[number]
            if number not in twins:
                assert after is thing or after == thing
            elif isinstance(thing, CatalogItem):
                assert after.state == thing.state
    for shared in office.items.values():
        if shared.state != "DELETED":
            twin = shop.menu.items[shop.twins.items[shared.id]]
            assert (twin.title, twin.default_price.price_value) == (
                shared.title,
                shared.default_price.price_value,
            )
            assert sum(each.is_default for each in twin.prices) == 1


@settings(max_examples=40)
@given(menus(1), menus(500), st.data())
def test_part_after_part_is_the_whole(office: ShopMenu, mine: ShopMenu, data: st.DataObject):
    """CAT-1: pushed item by item, in any order, a shop has what the whole menu would have given it."""
    at_once, bit_by_bit = AShop(mine), AShop(mine)
    at_once.take(shared_part(office))
    parts = [
        *(shared_part(office, items=[number]) for number in office.items),
        *(shared_part(office, categories=[number]) for number in office.categories),
        *(shared_part(office, options=[number]) for number in office.options),
    ]
    for part in data.draw(st.permutations(parts)):
        bit_by_bit.take(part)

    def said(shop: AShop) -> list[Any]:
        return sorted(
            (
                shop.menu.categories[each.category_id].title,
                each.title,
                each.state,
                tuple((one.title, one.price_value) for one in each.prices),
            )
            for each in shop.menu.items.values()
        )

    assert said(bit_by_bit) == said(at_once)
