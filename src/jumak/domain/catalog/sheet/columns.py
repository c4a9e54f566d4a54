"""The columns of a menu table: what their headings are, in Korean and in English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from jumak.domain.base import LanguagePack
from jumak.domain.catalog.types import CatalogItem

Lang = Literal["ko", "en"]


class Column(Struct, frozen=True, kw_only=True):
    """A column. key: names it inside; texts in another language have its tag: `title:en`.

    of: whether it is about the item or about one of its prices.  also: other headings it is known by.
    """

    key: str
    ko: str
    en: str
    of: Literal["item", "price"]
    also: tuple[str, ...] = ()
    number: bool = False
    is_live: bool = False
    """Changes while the shop sells: an older table would take it back."""


COLUMNS: Final = (
    Column(key="id", ko="상품번호", en="Item no.", of="item", also=("상품id", "id", "itemid", "item number"), number=True),
    Column(key="category", ko="분류", en="Category", of="item", also=("카테고리", "구분")),
    Column(key="title", ko="상품명", en="Title", of="item", also=("이름", "메뉴", "메뉴명", "name", "item")),
    Column(key="code", ko="코드", en="Code", of="item", also=("상품코드",)),
    Column(key="state", ko="판매상태", en="State", of="item", also=("품절", "상태"), is_live=True),
    Column(key="options", ko="옵션", en="Options", of="item", also=("옵션그룹", "option")),
    Column(key="description", ko="설명", en="Description", of="item"),
    Column(key="order", ko="순서", en="Order", of="item", number=True),
    Column(key="priceId", ko="가격번호", en="Price no.", of="price", also=("가격id", "priceid", "price number"), number=True),
    Column(key="priceTitle", ko="가격이름", en="Price name", of="price"),
    Column(key="price", ko="가격", en="Price", of="price", also=("판매가", "단가", "금액", "amount"), number=True),
    Column(key="priceType", ko="가격방식", en="Price type", of="price"),
    Column(key="priceUnit", ko="기준수량", en="Per units", of="price", number=True),
    Column(key="isDefault", ko="기본가격", en="Default price", of="price"),
    Column(key="barcode", ko="바코드", en="Barcode", of="price"),
    Column(key="sku", ko="SKU", en="SKU", of="price"),
    Column(key="isTaxFree", ko="면세", en="Tax-free", of="price"),
    Column(key="stock", ko="재고", en="Stock", of="price", also=("재고수량",), number=True, is_live=True),
)  # fmt: skip
BY_KEY: Final = {column.key: column for column in COLUMNS}
TRANSLATED: Final = ("title", "description")

_TAG = re.compile(r"[A-Za-z0-9-]{1,35}")
_WITH_TAG = re.compile(r"(.+?)\s*\(\s*([A-Za-z0-9-]{1,35})\s*\)")


def columns_of(items: Iterable[CatalogItem]) -> list[Column]:
    """The columns a table of these items needs: all there are, and one for each language texts are in."""
    tags: dict[str, set[str]] = {key: set() for key in TRANSLATED}
    for item in items:
        for key, pack in (("title", item.title_i18n), ("description", item.description_i18n)):
            tags[key].update(_tags_of(pack))
    tags["title"].add("en")
    found = []
    for column in COLUMNS:
        found.append(column)
        found += [in_language(column, tag) for tag in sorted(tags.get(column.key, ()))]
    return found


def in_language(column: Column, tag: str) -> Column:
    """The same texts in the language of a BCP-47 tag."""
    return Column(
        key=f"{column.key}:{tag}", ko=f"{column.ko}({tag})", en=f"{column.en} ({tag})", of=column.of
    )


def column_named(heading: str) -> Column | None:
    """The column with this heading, in Korean or English, blanks and letter case aside; None for another."""
    text = unicodedata.normalize("NFKC", heading).strip()
    column = _BY_HEADING.get(_plain(text))
    if column is None and (tagged := _WITH_TAG.fullmatch(text)) is not None:
        base = _BY_HEADING.get(_plain(tagged[1]))
        if base is not None and base.key in TRANSLATED:
            return in_language(base, tagged[2])
    return column


def heading(column: Column, lang: Lang) -> str:
    """What stands above it."""
    return column.ko if lang == "ko" else column.en


def _tags_of(pack: LanguagePack | None) -> Iterable[str]:
    # Another tag could not be read back out of a heading; such texts stay as they are.
    return () if pack is None else (tag for tag in pack.languages if _TAG.fullmatch(tag))


def _plain(text: str) -> str:
    return re.sub(r"[\s._-]", "", text.casefold())


_BY_HEADING: Final = {
    _plain(name): column for column in COLUMNS for name in (column.key, column.ko, column.en, *column.also)
} | {_plain("영어 이름"): in_language(BY_KEY["title"], "en")}
