"""The menu: what may be sold, how options are chosen, and what a saved item must satisfy (rulebook §6)."""

from __future__ import annotations

from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.base import LanguagePack
from jumak.domain.catalog import (
    CatalogItem,
    Category,
    ItemPrice,
    Option,
    OptionChoice,
    at_day_open,
    choose,
    effective_state,
    guest_categories,
    in_menu_order,
    item_view,
    option_view,
    require_sellable,
    set_choice_state,
    set_state,
    text_for,
    visible_to_guests,
)
from jumak.domain.catalog.edit import (
    CategoryInput,
    ItemInput,
    OptionInput,
    check_version,
    delete_item,
    without_option,
    write_category,
    write_item,
    write_option,
)
from jumak.domain.catalog.news import item_facts, option_facts
from jumak.domain.catalog.state import option_at_day_open
from jumak.domain.errors import Conflict, InvalidArgument, InvalidState, NotFound

AT = "2026-02-01T03:00:00Z"
STATES = ("ON_SALE", "SOLD_OUT", "UNAVAILABLE", "DELETED")


class PlainMenu:
    """A menu from lists."""

    def __init__(
        self,
        items: tuple[CatalogItem, ...] = (),
        categories: tuple[Category, ...] = (),
        options: tuple[Option, ...] = (),
    ) -> None:
        self.items = {each.id: each for each in items}
        self.categories = {each.id: each for each in categories}
        self.options = {each.id: each for each in options}

    def item(self, item_id: int) -> CatalogItem | None:
        return self.items.get(item_id)

    def category(self, category_id: int) -> Category | None:
        return self.categories.get(category_id)

    def option(self, option_id: int) -> Option | None:
        return self.options.get(option_id)


def a_price(price_id: int = 10, **more: Any) -> ItemPrice:
    return ItemPrice(
        **{
            "title": "기본",
            "is_default": True,
            "state": "ON_SALE",
            "price_type": "FIXED",
            "price_unit": 1,
            "price_value": 4_500,
            "is_tax_free": False,
            "is_stockable": False,
        }
        | more,
        id=price_id,
    )


def a_menu_item(**more: Any) -> CatalogItem:
    return CatalogItem(
        **{
            "id": 1,
            "title": "아메리카노",
            "state": "ON_SALE",
            "category_id": 1,
            "labels": (),
            "prices": (a_price(),),
            "option_ids": (),
            "type": "ITEM",
            "version": 1,
        }
        | more
    )


def a_choice(choice_id: int, price: int = 0, **more: Any) -> OptionChoice:
    return OptionChoice(
        **{
            "title": f"선택 {choice_id}",
            "image_url": None,
            "state": "ON_SALE",
            "quantity_input_enabled": False,
        }
        | more,
        id=choice_id,
        price_value=price,
    )


def an_option(option_id: int = 7, *choices: OptionChoice, **more: Any) -> Option:
    return Option(
        **{
            "title": f"옵션 {option_id}",
            "is_required": False,
            "min_choices": 0,
            "max_choices": -1,
            "default_choices": (),
            "version": 1,
        }
        | more,
        id=option_id,
        choices=choices,
    )


COFFEE = Category(id=1, title="커피", order=2, enabled=True, version=1)
BREAD = Category(id=2, title="빵", order=1, enabled=True, version=1)
SIZE = an_option(7, a_choice(71), a_choice(72, 500), is_required=True, min_choices=1, max_choices=1)
SHOTS = an_option(8, a_choice(81, 500, quantity_input_enabled=True), a_choice(82, 300), max_choices=3)
LATTE = a_menu_item(id=2, title="라떼", option_ids=(7, 8))
MENU = PlainMenu((a_menu_item(), LATTE), (COFFEE, BREAD), (SIZE, SHOTS))


# -- order, visibility, language -------------------------------------------------------------------


def test_categories_stand_by_order_then_id():
    """CAT-1: `order` decides, ties by id."""
    tie = replace(BREAD, id=9, order=2)
    assert [each.id for each in in_menu_order([tie, COFFEE, BREAD])] == [2, 1, 9]


def test_guests_see_no_hidden_and_no_empty_category():
    """CAT-1, CAT-2: hidden or empty categories stay out; sold-out items still fill one, unavailable ones do not."""
    hidden = replace(COFFEE, id=3, enabled=False)
    empty = replace(COFFEE, id=4)
    items = [
        a_menu_item(id=1, category_id=1, state="SOLD_OUT"),
        a_menu_item(id=2, category_id=2, state="UNAVAILABLE"),
        a_menu_item(id=3, category_id=3),
    ]
    assert guest_categories([COFFEE, BREAD, hidden, empty], items) == [COFFEE]


def test_what_guests_see():
    """CAT-2: SOLD_OUT is visible, UNAVAILABLE and DELETED are not."""
    assert [state for state in STATES if visible_to_guests(state)] == ["ON_SALE", "SOLD_OUT"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("en", "Latte"), ("en-US", "Latte"), ("JA", "ラテ"), ("fr", "카페 라떼"), ("ko", "카페 라떼")],
)
def test_language_falls_back_to_the_shop_then_the_plain_title(asked: str, shown: str):
    """CAT-8: asked language → shop default → base title."""
    pack = LanguagePack(languages={"en": "Latte", "ja": "ラテ", "ko": "카페 라떼"})
    assert text_for("라떼", pack, asked, "ko") == shown


def test_a_title_without_the_language_is_the_plain_one():
    """CAT-8: without a pack, or with one that lacks both languages, the base title is used."""
    assert text_for("라떼", None, "en", "ko") == "라떼"
    assert text_for("라떼", LanguagePack(languages={"ja": "ラテ"}), "en", "ko") == "라떼"


# -- states ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("price_state", STATES)
@pytest.mark.parametrize("item_state", STATES)
def test_the_worse_of_item_and_price_counts(item_state: str, price_state: str):
    """CAT-2, CAT-4: every pair of states; an item none of whose prices is on sale is not sold."""
    price = a_price(state=price_state)
    item = a_menu_item(state=item_state, prices=(price,))
    worse = max(item_state, price_state, key=STATES.index)
    assert effective_state(item, price, MENU) == worse
    assert item_view(item, MENU).state == worse


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_only_what_is_on_sale_joins_an_order(state: str, *, staff: bool):
    """CAT-3: plugins sell ON_SALE only; staff may override SOLD_OUT, nothing else."""
    item = a_menu_item(state=state)
    if state == "ON_SALE" or (staff and state == "SOLD_OUT"):
        require_sellable(item, item.default_price, MENU, allow_sold_out=staff)
        return
    with pytest.raises(InvalidState) as refusal:
        require_sellable(item, item.default_price, MENU, allow_sold_out=staff, path="$.x")
    assert refusal.value.reason == "ITEM_NOT_ON_SALE"
    assert refusal.value.data == {"path": "$.x", "itemId": 1, "state": state}


def test_what_is_not_on_the_menu_is_not_found():
    """CAT-3: an unknown item or price answers NOT_FOUND."""
    with pytest.raises(NotFound):
        require_sellable(None, None, MENU)


def test_an_item_whose_required_option_ran_out_is_sold_out():
    """CAT-5: fewer sellable choices than the minimum of a required option."""
    one_left = set_choice_state(SIZE, 71, "SOLD_OUT")
    none_left = set_choice_state(one_left, 72, "SOLD_OUT")
    for option, state in ((SIZE, "ON_SALE"), (one_left, "ON_SALE"), (none_left, "SOLD_OUT")):
        menu = PlainMenu((LATTE,), (COFFEE,), (option, SHOTS))
        assert effective_state(LATTE, LATTE.default_price, menu) == state
    optional = PlainMenu((LATTE,), (COFFEE,), (replace(none_left, is_required=False, min_choices=0), SHOTS))
    assert effective_state(LATTE, LATTE.default_price, optional) == "ON_SALE"


def test_marks_until_the_day_opens_go_by_themselves():
    """CAT-2: `day-open` resets, `manual` stays; prices likewise; a tombstone stays one."""
    item = a_menu_item(prices=(a_price(10), a_price(11, is_default=False)))
    marked = set_state(item, "SOLD_OUT", until="day-open")
    marked = set_state(marked, "UNAVAILABLE", price_id=11, until="day-open")
    opened = at_day_open(marked)
    assert (opened.state, opened.prices) == ("ON_SALE", item.prices)
    assert opened.version == marked.version + 1
    by_hand = set_state(item, "SOLD_OUT")
    assert by_hand.state_until == "manual"
    assert at_day_open(by_hand) is by_hand
    deleted = delete_item(marked)
    assert at_day_open(replace(deleted, prices=item.prices)).state == "DELETED"


def test_a_price_that_ran_out_does_not_come_back_with_the_day():
    """CAT-9: a mark until day-open over an empty stock leaves SOLD_OUT."""
    stock = {"remainQuantity": 0, "lastChangeDateTime": AT}
    price = msgspec.convert(
        msgspec.to_builtins(a_price(is_stockable=True, state="UNAVAILABLE", state_until="day-open"))
        | {"stockQuantity": stock},
        ItemPrice,
    )
    assert at_day_open(a_menu_item(prices=(price,))).default_price.state == "SOLD_OUT"
    with pytest.raises(InvalidState) as refusal:
        set_state(a_menu_item(prices=(price,)), "ON_SALE", price_id=10)
    assert refusal.value.reason == "OUT_OF_STOCK"


def test_choices_until_the_day_opens():
    """CAT-2, CAT-5: choices reset likewise."""
    marked = set_choice_state(SHOTS, 81, "SOLD_OUT", until="day-open")
    assert option_at_day_open(marked).choices == SHOTS.choices
    assert option_at_day_open(SHOTS) is SHOTS
    with pytest.raises(NotFound):
        set_choice_state(SHOTS, 71, "SOLD_OUT")


def test_marking_twice_changes_nothing():
    """H-36: the same mark again is the same item, so nothing is pushed."""
    marked = set_state(a_menu_item(), "SOLD_OUT")
    assert set_state(marked, "SOLD_OUT") is marked
    assert item_facts(marked, marked, MENU) == ()
    with pytest.raises(InvalidState):
        set_state(delete_item(marked), "ON_SALE")
    with pytest.raises(NotFound):
        set_state(marked, "ON_SALE", price_id=99)


def test_deleted_is_a_tombstone():
    """CAT-2: DELETED keeps the item readable; deleting again changes nothing."""
    gone = delete_item(LATTE)
    assert (gone.state, gone.title) == ("DELETED", "라떼")
    assert delete_item(gone) is gone
    assert item_view(gone, PlainMenu()).category.id == 1


# -- what the journal says -------------------------------------------------------------------------


def names(facts: Any) -> list[str]:
    return [fact.name for fact in facts]


def test_going_out_and_coming_back_are_told_after_the_update():
    """CAT-2: `update`, then `sold-out` or `on-sale`; other changes are `update` alone."""
    item = a_menu_item()
    out = set_state(item, "SOLD_OUT")
    assert names(item_facts(item, out, MENU)) == ["catalog.update", "catalog.sold-out"]
    assert names(item_facts(out, set_state(out, "ON_SALE"), MENU)) == ["catalog.update", "catalog.on-sale"]
    renamed = replace(item, title="콜드브루", version=2)
    facts = item_facts(item, renamed, MENU)
    assert names(facts) == ["catalog.update"]
    assert facts[0].data == {"catalog": {"id": 1}, "changes": {"title": ["아메리카노", "콜드브루"]}}


def test_an_option_tells_of_the_items_that_use_it():
    """CAT-5: a choice going out fires option `update`, `sold-out`, then `catalog` `update` for each item."""
    first = set_choice_state(SIZE, 71, "SOLD_OUT")
    last = set_choice_state(first, 72, "SOLD_OUT")
    before = PlainMenu((LATTE,), (COFFEE,), (first, SHOTS))
    after = PlainMenu((LATTE,), (COFFEE,), (last, SHOTS))
    assert names(option_facts(SIZE, first, [LATTE], MENU, before)) == [
        "option.update",
        "option.sold-out",
        "catalog.update",
    ]
    assert names(option_facts(first, last, [LATTE], before, after)) == [
        "option.update",
        "option.sold-out",
        "catalog.update",
        "catalog.sold-out",
    ]
    assert names(option_facts(last, first, [LATTE], after, before)) == [
        "option.update",
        "option.on-sale",
        "catalog.update",
        "catalog.on-sale",
    ]
    assert option_facts(SIZE, SIZE, [LATTE], MENU, MENU) == ()


# -- choosing --------------------------------------------------------------------------------------


def test_choices_are_kept_as_they_were():
    """CAT-6: a line holds snapshots, which later edits of the catalog do not reach."""
    (choice,), warnings = choose(replace(LATTE, option_ids=(8,)), [(81, 2)], MENU)
    assert (choice.id, choice.price_value, choice.quantity, choice.state) == (81, 500, 2, "ON_SALE")
    assert warnings == ()
    dearer = PlainMenu((LATTE,), (COFFEE,), (replace(SHOTS, choices=(a_choice(81, 900),)),))
    assert choose(replace(LATTE, option_ids=(8,)), [(81, 1)], dearer)[0][0].price_value == 900
    assert choice.price_value == 500


def test_the_same_choice_twice_is_one_with_both_quantities():
    """CAT-5: the same choice id once per line; duplicates are added up, in the order they were asked for."""
    choices, _ = choose(LATTE, [(72, 1), (81, 1), (81, 1)], MENU)
    assert [(each.id, each.quantity) for each in choices] == [(72, 1), (81, 2)]


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param([], id="required is missing"),
        pytest.param([(71, 1), (72, 1)], id="above the maximum"),
        pytest.param([(71, 1), (81, 4)], id="quantities count"),
        pytest.param([(71, 1), (82, 2)], id="takes no quantity"),
    ],
)
def test_a_missed_rule_warns_plugins_and_stops_staff(chosen: list[tuple[int, int]]):
    """CAT-5: minimum, maximum, requirement and quantity input; counted as Σ choice quantities."""
    choices, warnings = choose(LATTE, chosen, MENU)
    assert sum(each.quantity for each in choices) == sum(quantity for _, quantity in chosen)
    assert len(warnings) == 1
    with pytest.raises(InvalidArgument) as refusal:
        choose(LATTE, chosen, MENU, path="$.line", strict=True)
    assert refusal.value.data["path"] == "$.line.optionChoices"


def test_structural_errors_stop_everybody():
    """CAT-5: a foreign choice id and a quantity below one are refused, naming the field."""
    with pytest.raises(InvalidArgument) as refusal:
        choose(LATTE, [(71, 1), (99, 1)], MENU, path="$.line")
    assert refusal.value.data["path"] == "$.line.optionChoices[1].id"
    with pytest.raises(InvalidArgument) as refusal:
        choose(LATTE, [(71, 0)], MENU, path="$.line")
    assert refusal.value.data["path"] == "$.line.optionChoices[0].quantity"
    with pytest.raises(InvalidArgument):
        choose(a_menu_item(), [(71, 1)], MENU)


def test_a_sold_out_choice_is_refused_unless_it_was_there_before():
    """CAT-3, CAT-5: new lines are refused, lines already on an order are not affected."""
    menu = PlainMenu((LATTE,), (COFFEE,), (set_choice_state(SIZE, 72, "SOLD_OUT"), SHOTS))
    with pytest.raises(InvalidState) as refusal:
        choose(LATTE, [(72, 1)], menu)
    assert refusal.value.reason == "ITEM_NOT_ON_SALE"
    assert choose(LATTE, [(72, 1)], menu, check_sale=False)[0][0].id == 72


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from([71, 72, 81, 82]), st.integers(1, 3)), max_size=6))
def test_choosing_loses_and_invents_nothing(chosen: list[tuple[int, int]]):
    """CAT-5: every chosen id comes back once, with the sum of its quantities; strict accepts exactly what warns not."""
    choices, warnings = choose(LATTE, chosen, MENU)
    wanted: dict[int, int] = {}
    for choice_id, quantity in chosen:
        wanted[choice_id] = wanted.get(choice_id, 0) + quantity
    assert {each.id: each.quantity for each in choices} == wanted
    if warnings:
        with pytest.raises(InvalidArgument):
            choose(LATTE, chosen, MENU, strict=True)
    else:
        assert choose(LATTE, chosen, MENU, strict=True)[0] == choices


# -- writing ---------------------------------------------------------------------------------------


def written(sent: dict[str, Any], before: CatalogItem | None = None, menu: PlainMenu = MENU) -> CatalogItem:
    return write_item(msgspec.convert(sent, ItemInput), before, 5, iter(count(50)), menu, AT)


NEW = {"title": "모카", "category": {"id": 1}, "price": {"priceValue": 5_000}}


def test_a_new_item_gets_ids_and_defaults():
    """CAT-4: one price, the default; ids it was sent with are not taken."""
    item = written({**NEW, "id": 999, "code": "M-01"})
    assert (item.id, item.version, item.state, item.type, item.code) == (5, 1, "ON_SALE", "ITEM", "M-01")
    assert [(price.id, price.is_default, price.price_value) for price in item.prices] == [(50, True, 5_000)]


def test_the_plugin_s_key_is_echoed_unchanged():
    """CAT-7: `code` comes back as it was sent, and stays when an edit leaves it out."""
    item = written({**NEW, "code": " M/0311 é"})
    assert item_view(item, MENU).code == " M/0311 é"
    assert written({"title": "다른 이름"}, item).code == " M/0311 é"
    assert written({"code": ""}, item).code is None


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({**NEW, "title": None}, "$.catalog.title"),
        ({**NEW, "category": None}, "$.catalog.category"),
        ({**NEW, "price": None}, "$.catalog.price"),
        ({**NEW, "price": {}}, "$.catalog.price.priceValue"),
        ({**NEW, "prices": [{"priceValue": 1, "isDefault": True}] * 2}, "$.catalog.prices[1].isDefault"),
        ({**NEW, "state": "DELETED"}, "$.catalog.state"),
    ],
)
def test_an_item_needs_title_category_and_one_default_price(sent: dict[str, Any], path: str):
    """CAT-4: at least one price record, exactly one default."""
    with pytest.raises(InvalidArgument) as refusal:
        written(sent)
    assert refusal.value.data["path"] == path


def test_unknown_category_and_options_are_not_found():
    """CAT-4, CAT-5: references must lead somewhere."""
    with pytest.raises(NotFound):
        written({**NEW, "category": {"id": 9}})
    with pytest.raises(NotFound):
        written({**NEW, "options": [{"id": 9}]})


def test_prices_keep_their_ids_and_the_default_leads_the_view():
    """CAT-4: `prices` replaces all; known ids stay, new ones are ours; without a mark the first is the default."""
    item = written(
        {**NEW, "prices": [{"title": "톨", "priceValue": 5_000}, {"title": "그란데", "priceValue": 5_500}]}
    )
    assert [(price.id, price.is_default) for price in item.prices] == [(50, True), (51, False)]
    sent = {
        "prices": [
            {"id": 50},
            {"id": 51, "isDefault": True, "priceValue": 5_800},
            {"id": 77, "priceValue": 1},
        ]
    }
    changed = written(sent, item)
    assert [(price.id, price.price_value) for price in changed.prices] == [(50, 5_000), (51, 5_800), (50, 1)]
    view = item_view(changed, MENU)
    assert view.price.id == view.prices[0].id == 51
    assert written({"price": {"priceValue": 6_000}}, item).default_price.price_value == 6_000


def test_what_a_read_returns_may_be_written_back():
    """CAT-4, H-13: the view of an item, sent back whole, changes nothing."""
    for item in (
        LATTE,
        set_state(LATTE, "SOLD_OUT", price_id=10),
        set_state(LATTE, "SOLD_OUT", until="day-open"),
    ):
        sent = msgspec.json.decode(msgspec.json.encode(item_view(item, MENU)))
        assert written(sent, item) is item


def test_an_edit_is_the_next_version():
    """CAT-6: the new item is another value; what holds the old one keeps it."""
    item = written(NEW)
    dearer = written({"price": {"priceValue": 9_000}}, item)
    assert (item.default_price.price_value, item.version) == (5_000, 1)
    assert (dearer.default_price.price_value, dearer.version) == (9_000, 2)
    with pytest.raises(Conflict) as refusal:
        check_version(dearer.version, 1, dearer)
    assert (refusal.value.reason, refusal.value.data["current"]) == ("VERSION", dearer)


def test_options_may_not_make_a_piece_cost_less_than_nothing():
    """MON-7: a negative option price is allowed, a negative unit price is not."""
    own_cup = an_option(9, a_choice(91, -300), a_choice(92, -100))
    menu = PlainMenu((), (COFFEE,), (own_cup,))
    with_option = {**NEW, "options": [{"id": 9}]}
    assert written({**with_option, "price": {"priceValue": 400}}, menu=menu).option_ids == (9,)
    with pytest.raises(InvalidArgument):
        written({**with_option, "price": {"priceValue": 399}}, menu=menu)
    one_only = PlainMenu((), (COFFEE,), (replace(own_cup, max_choices=1),))
    assert written({**with_option, "price": {"priceValue": 300}}, menu=one_only)
    forced = PlainMenu((), (COFFEE,), (an_option(9, a_choice(91, -300), a_choice(92, 200), min_choices=2),))
    assert written({**with_option, "price": {"priceValue": 100}}, menu=forced)


def test_stock_stays_unless_it_is_sent():
    """CAT-9: an edit of the title does not count the stock anew; none left is SOLD_OUT."""
    price = {"priceValue": 5_000, "isStockable": True, "stockQuantity": {"remainQuantity": 3}}
    item = written({**NEW, "price": price})
    assert item.default_price.stock_quantity.remain_quantity == 3
    assert written({"title": "새 이름"}, item).default_price == item.default_price
    empty = written({"price": {"stockQuantity": {"remainQuantity": 0}}}, item)
    assert empty.default_price.state == "SOLD_OUT"
    refilled = written({"price": {"stockQuantity": {"remainQuantity": 2}}}, empty)
    assert refilled.default_price.state == "ON_SALE"
    assert written({"price": {"isStockable": False}}, item).default_price.stock_quantity is None


def option_written(sent: dict[str, Any], before: Option | None = None) -> Option:
    return write_option(msgspec.convert(sent, OptionInput), before, 7, iter(count(70)))


HOT_ICE = {
    "title": "온도",
    "choices": [{"id": 1, "title": "HOT"}, {"id": 2, "title": "ICE", "priceValue": 500}],
}


def test_a_required_option_takes_at_least_one():
    """CAT-5: isRequired ⇒ minChoices ≥ 1; ids are ours, defaults follow them."""
    option = option_written({**HOT_ICE, "isRequired": True, "maxChoices": 1, "defaultChoices": [2]})
    assert (option.min_choices, option.max_choices) == (1, 1)
    assert [choice.id for choice in option.choices] == [70, 71]
    assert option.default_choices == (71,)
    assert option_written({}, option) is option


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"isRequired": True, "minChoices": 0}, "$.option.minChoices"),
        ({"minChoices": 2, "maxChoices": 1}, "$.option.maxChoices"),
        ({"maxChoices": 1, "defaultChoices": [1, 2]}, "$.option.defaultChoices"),
        ({"defaultChoices": [99]}, "$.option.defaultChoices[0]"),
        ({"choices": None}, "$.option.choices"),
        ({"choices": [{}]}, "$.option.choices[0].title"),
        (
            {"choices": [{"id": 1, "title": "HOT", "state": "SOLD_OUT"}], "defaultChoices": [1]},
            "$.option.defaultChoices[0]",
        ),
    ],
)
def test_an_option_that_contradicts_itself_is_refused(sent: dict[str, Any], path: str):
    """CAT-5: min ≤ max, defaults sellable and within max."""
    with pytest.raises(InvalidArgument) as refusal:
        option_written({**HOT_ICE, **sent})
    assert refusal.value.data["path"] == path


def test_a_default_that_sold_out_is_none_meanwhile():
    """CAT-5: defaults must be sellable; they are defaults again when the choice is back."""
    option = option_written({**HOT_ICE, "defaultChoices": [1]})
    out = set_choice_state(option, 70, "SOLD_OUT")
    assert option_view(out).default_choices == ()
    assert option_view(set_choice_state(out, 70, "ON_SALE")).default_choices == (70,)


def test_categories_are_written_like_items():
    """CAT-1: a new one has order 0 and is shown; an edit keeps what it leaves out."""
    made = write_category(CategoryInput(title="음료"), None, 3)
    assert (made.id, made.order, made.enabled, made.version) == (3, 0, True, 1)
    hidden = write_category(CategoryInput(enabled=False), made, 3)
    assert (hidden.title, hidden.enabled, hidden.version) == ("음료", False, 2)
    assert write_category(CategoryInput(title="음료"), made, 3) is made
    with pytest.raises(InvalidArgument):
        write_category(CategoryInput(), None, 3)


def test_a_deleted_option_leaves_its_items():
    """CAT-5: the item goes without it."""
    assert without_option(LATTE, 7).option_ids == (8,)
