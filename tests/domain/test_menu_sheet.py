"""The menu as a table: what was handed out comes back without effect, and what a row would do is said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.base import LanguagePack
from jumak.domain.catalog import CatalogItem, Category, ItemPrice, Option, OptionChoice
from jumak.domain.catalog.holding import holding
from jumak.domain.catalog.sheet import Plan, menu_table, plan_of, read_table
from jumak.domain.catalog.sheet.plan import Catalogue
from jumak.domain.errors import InvalidArgument
from jumak.testing import menu

AT = "2026-03-02T03:00:00Z"
HEADINGS = ["분류", "상품명", "가격", "바코드", "재고", "옵션"]


def by_id(docs: Sequence[Any]) -> dict[str | int, Any]:
    return {doc.id: doc for doc in docs}


def catalogue() -> Catalogue:
    items = [doc for doc in menu.DOCUMENTS if isinstance(doc, CatalogItem)]
    return Catalogue(by_id(items), by_id(menu.CATEGORIES), by_id(menu.OPTIONS))


def lines_of(of: Catalogue, lang: Any = "ko") -> list[list[str]]:
    items = [item for item in of.items.values() if item.state != "DELETED"]
    return list(menu_table(items, of.categories, of.options, lang)[1])


def plan(lines: Sequence[Sequence[str]], of: Catalogue | None = None, **how: Any) -> Plan:
    return plan_of(read_table(lines), of or catalogue(), **how)


def edited(column: str, row: int, text: str, of: Catalogue | None = None) -> list[list[str]]:
    """The menu handed out, with one cell written over."""
    lines = lines_of(of or catalogue())
    lines[row][lines[0].index(column)] = text
    return lines


# -- any menu ------------------------------------------------------------------------------------

texts = st.text(max_size=12) | st.sampled_from(
    [
        "",
        " ",
        "=1+1",
        "a;b",
        "#3",
        "음료 #2",
        "x\ny",
        "싯가",
        "예",
        "'=x",
        "1,000",
        "매운맛",
        "매운맛",
        "-",
        "＝1",
    ]
)
titles = texts.filter(lambda text: text != "")
packs = st.none() | st.dictionaries(
    st.sampled_from(["en", "ja", "zh-Hans", "x y", "EN"]), texts, max_size=3
).map(lambda languages: LanguagePack(languages=languages))


@st.composite
def menus(draw: st.DrawFn) -> Catalogue:
    categories = [
        Category(id=number, title=draw(titles), order=number, enabled=draw(st.booleans()), version=1)
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]
    options = [
        Option(
            id=number, title=draw(titles), is_required=False, min_choices=0, max_choices=-1, default_choices=(), version=1,
            choices=(OptionChoice(id=number * 10, title="가", price_value=0, image_url=None, state="ON_SALE", quantity_input_enabled=False),),
        )
        for number in range(1, draw(st.integers(0, 3)) + 1)
    ]  # fmt: skip
    barcodes = draw(st.lists(st.none() | st.text(min_size=1, max_size=6), min_size=12, max_size=12))
    fresh = iter(barcodes)
    items = []
    for number in range(1, draw(st.integers(0, 4)) + 1):
        prices = []
        count = draw(st.integers(1, 3))
        default = draw(st.integers(0, count - 1))
        for place in range(count):
            price = ItemPrice(
                id=number * 100 + place,
                title=draw(texts),
                is_default=place == default,
                state=draw(st.sampled_from(["ON_SALE", "SOLD_OUT"])),
                sku=draw(st.none() | titles),
                barcode=next(fresh),
                price_type=draw(st.sampled_from(["FIXED", "VARIABLE", "UNIT"])),
                price_unit=draw(st.integers(1, 1000)),
                price_value=draw(st.integers(0, 999_999_999)),
                is_tax_free=draw(st.booleans()),
                is_stockable=False,
            )
            if draw(st.booleans()):
                price = holding(replace(price, is_stockable=True), draw(st.integers(0, 10**9)), AT)
            prices.append(price)
        items.append(
            CatalogItem(
                id=number,
                title=draw(titles),
                title_i18n=draw(packs),
                state=draw(st.sampled_from(["ON_SALE", "SOLD_OUT", "UNAVAILABLE"])),
                description=draw(st.none() | titles),
                description_i18n=draw(packs),
                category_id=draw(st.integers(1, 5)),
                labels=(),
                prices=tuple(prices),
                option_ids=tuple(draw(st.lists(st.integers(1, 4), unique=True, max_size=4))),
                code=draw(st.none() | titles),
                order=draw(st.integers(-1_000_000, 1_000_000)),
                type="ITEM",
                version=1,
            )
        )
    return Catalogue(by_id(items), by_id(categories), by_id(options))


@given(menus(), st.sampled_from(["ko", "en"]), st.sampled_from(["ko", "en"]), st.booleans())
def test_what_was_handed_out_changes_nothing(of: Catalogue, written: Any, read: Any, live: bool):
    """extensions §9: taking a menu's own table in again has no effect, whatever the menu holds."""
    lines = lines_of(of, written)
    if len(lines) == 1:
        return
    found = plan(lines, of, live=live, lang=read)
    assert (found.added, found.changed, found.bad, found.ignored) == ((), (), (), ())
    assert found.unchanged == len(of.items)


@given(menus(), st.lists(st.lists(texts, max_size=20), max_size=4))
def test_any_table_is_planned_or_refused(of: Catalogue, lines: list[list[str]]):
    """extensions §9: whatever stands in a table, each of its rows is new, changed, unchanged or bad; none is an accident."""
    known = [
        "상품번호",
        "분류",
        "상품명",
        "가격",
        "옵션",
        "재고",
        "판매상태",
        "기본가격",
        "바코드",
        "Title (en)",
        "순서",
        "가격번호",
    ]
    try:
        table = read_table([known, *lines])
    except InvalidArgument:
        return
    found = plan_of(table, of, live=True)
    rows = {row.number for row in table.rows}
    assert {problem.row for problem in found.bad} <= rows
    assert all(problem.ko and problem.en for problem in found.bad)
    accounted = {change.row for change in (*found.added, *found.changed)} | {bad.row for bad in found.bad}
    assert accounted <= rows


@given(menus())
def test_a_menu_opens_another_shop(of: Catalogue):
    """extensions §9: without numbers a table makes the items of another shop; whatever it cannot make it names."""
    lines = lines_of(of)
    if len(lines) == 1:
        return
    keep = [place for place, name in enumerate(lines[0]) if name not in ("상품번호", "가격번호", "옵션")]
    found = plan([[line[place] for place in keep] for line in lines], Catalogue({}, {}, {}))
    assert found.changed == ()
    assert len(found.added) + len({bad.row for bad in found.bad}) > 0


# -- single rows ---------------------------------------------------------------------------------


def test_a_cell_that_says_something_else_is_a_change_old_to_new():
    """extensions §9: a change names the column, what stands and what would stand."""
    found = plan(edited("가격", 1, "9,500원"))
    (change,) = found.changed
    assert [(cell.column, cell.before, cell.after) for cell in change.cells] == [("가격", "9000", "9500")]
    assert change.item_id == menu.NOODLES


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("가격", "팔천", "숫자가 아닙니다"),
        ("가격", "", "비워 둘 수 없습니다"),
        ("상품명", "", "비워 둘 수 없습니다"),
        ("분류", "", "비워 둘 수 없습니다"),
        ("상품번호", "999999", "없습니다"),
        ("상품번호", "١٢", "없습니다"),
        ("옵션", "없는옵션", "먼저 만들어"),
        ("바코드", "8.80123E+12", "텍스트"),
        ("면세", "아마도", "'예' 또는 '아니오'"),
        ("가격방식", "반값", "고정, 싯가, 단위"),
        ("상품명", "가" * 201, "너무 길거나"),
        ("순서", "첫째", "숫자가 아닙니다"),
        ("가격번호", "1", "이 상품의 가격이 아니거나"),
    ],
)
def test_a_bad_row_says_what_is_wrong_and_what_would_be_right(column: str, text: str, says: str):
    """extensions §9: a bad row is named with its column and the remedy; nothing of its item is taken in."""
    found = plan(edited(column, 1, text))
    (problem,) = found.bad
    assert (problem.row, problem.column) == (2, column)
    assert says in problem.ko
    assert problem.en
    assert found.added == found.changed == ()


def test_stock_and_state_follow_only_when_asked_for():
    """extensions §9: sales go on while somebody edits a table, so an old one does not take them back unasked."""
    lines = edited("재고", 1, "30")
    lines[1][lines[0].index("판매상태")] = "품절"
    assert plan(lines).changed == ()
    (change,) = plan(lines, live=True).changed
    assert {cell.column for cell in change.cells} == {"재고", "판매상태"}


def test_a_new_item_makes_its_category():
    """extensions §9: a category nobody has is made; an item without a number is new unless its title is there."""
    found = plan(
        [HEADINGS, ["계절", "팥빙수", "9,000원", "", "12", "맵기"], ["식사", "활어회", "싯가", "", "", ""]]
    )
    assert found.categories == ("계절",)
    assert [change.title for change in found.added] == ["팥빙수", "활어회"]
    assert found.added[0].category == "계절"
    assert found.added[0].sent.category is None
    assert found.bad == ()


def test_an_item_is_known_by_its_title_and_several_prices_by_their_names():
    """extensions §9: rows of one item are its prices; one that is there twice is refused."""
    names = [*HEADINGS, "가격이름"]
    row = ["음료", "수정과", "3000", "", "", ""]
    found = plan([names, [*row, "작은"], [*row[:2], "5000", *row[3:], "큰"]])
    (added,) = found.added
    assert [price.title for price in added.sent.prices or ()] == ["작은", "큰"]
    assert [price.is_default for price in added.sent.prices or ()] == [True, False]
    twice = plan([names, [*row, ""], [*row, ""]])
    assert twice.added == ()
    assert [bad.row for bad in twice.bad] == [2, 3]
    known = catalogue().items[menu.NOODLES]
    (change,) = plan([["상품명", "가격"], [known.title, "1"]]).changed
    assert change.item_id == menu.NOODLES


def test_a_price_is_added_and_none_is_lost():
    """extensions §9: prices a table does not hold stay; one without a number is new, and one alone is the default."""
    lines = lines_of(catalogue())
    extra = list(lines[1])
    for column, text in (("가격번호", ""), ("가격이름", "곱빼기"), ("가격", "11000"), ("기본가격", "예")):
        extra[lines[0].index(column)] = text
    refused = plan([lines[0], lines[1], extra]).bad
    assert {bad.column for bad in refused} == {"기본가격"}
    lines[1][lines[0].index("기본가격")] = ""
    (change,) = plan([lines[0], lines[1], extra]).changed
    prices = change.sent.prices or ()
    assert [(price.title, price.is_default) for price in prices][-1] == ("곱빼기", True)
    assert [price.is_default for price in prices].count(True) == 1


def test_barcodes_belong_to_one_price():
    """CAT-10: a barcode in use, in the menu or in the table, is named; the first row that has it keeps it."""
    of = catalogue()
    taken = plan([HEADINGS, ["음료", "가", "1", "8801", "", ""], ["음료", "나", "1", "8801", "", ""]], of)
    assert [change.title for change in taken.added] == ["가"]
    assert [(bad.row, bad.column) for bad in taken.bad] == [(3, "바코드")]


def test_names_that_could_be_misread_carry_a_number():
    """extensions §9: two categories of one title are told apart by number; without it the row is refused."""
    same: Mapping[str | int, Category] = by_id(
        [
            Category(id=1, title="음료", order=1, enabled=True, version=1),
            Category(id=2, title="음료", order=2, enabled=True, version=1),
        ]
    )
    of = Catalogue({}, same, {})
    assert plan([HEADINGS, ["음료", "차", "1", "", "", ""]], of).bad[0].column == "분류"
    (added,) = plan([HEADINGS, ["음료 #2", "차", "1", "", "", ""]], of).added
    assert added.sent.category is not None
    assert added.sent.category.id == 2


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [["", ""]],
        [["이름표", "값"], ["가", "1"]],
        [["상품명", "상품명"], ["가", "나"]],
        [["상품명", "가격"], ["", ""]],
    ],
)
def test_a_file_that_is_no_menu_is_refused(lines: list[list[str]]):
    """extensions §9: no headings, one twice or nothing below them: refused as a whole, with the remedy."""
    with pytest.raises(InvalidArgument):
        read_table(lines)


def test_headings_are_known_in_both_languages():
    """extensions §9: English headings and words are taken too; what nobody knows is told of."""
    table = [
        ["Category", "TITLE", "Price", "Tax free", "Title (ja)", "Shelf"],
        ["식사", "Soup", "₩7,000", "", "スープ", "3"],
    ]
    found = plan(table)
    assert found.ignored == ("Shelf",)
    (added,) = found.added
    assert added.sent.title_i18n == LanguagePack(languages={"ja": "スープ"})
    assert (added.sent.prices or ())[0].price_value == 7_000
