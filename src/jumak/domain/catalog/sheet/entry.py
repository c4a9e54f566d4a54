"""What the cells of a row ask for, in the words of the menu's own messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jumak.domain.base import LanguagePack
from jumak.domain.catalog.edit import ItemInput, PriceInput, Reference, StockInput
from jumak.domain.catalog.sheet.columns import TRANSLATED
from jumak.domain.catalog.sheet.read import Row
from jumak.domain.catalog.sheet.texts import (
    Names,
    flag_of,
    listed,
    looks_rounded,
    quantity_of,
    state_of,
    value_of,
    whole_of,
)
from jumak.domain.catalog.types import CatalogItem

_TYPES = ("FIXED", "VARIABLE", "UNIT")


class Wrong(Exception):  # noqa: N818  # named for what is so
    """A row cannot be taken in. key: of the column.  row: None for the item's first.  ko, en: what to mend."""

    def __init__(self, key: str, row: Row | None, ko: str, en: str) -> None:
        super().__init__(en)
        self.key, self.row, self.ko, self.en = key, row, ko, en


def item_input(row: Row, said: Mapping[str, str], options: Names, before: CatalogItem | None) -> ItemInput:
    """What a row says of its item. said: the cells that say something else than the menu. Raises Wrong.

    The category is left to the caller, who knows which there are.
    """
    fields: dict[str, Any] = {key: said[key] for key in ("code", "description") if key in said}
    if "title" in said or before is None:
        fields["title"] = said.get("title", "")
        if not fields["title"]:
            raise _needed("title", row, "상품명", "a title")
    if not said.get("category", "" if before is None or "category" in said else "stays"):
        raise _needed("category", row, "분류", "a category")
    if said.get("state"):
        fields["state"] = state_of(said["state"])
        if fields["state"] is None:
            raise Wrong(
                "state", row,
                f"'{said['state'][:30]}'은(는) 판매상태가 아닙니다. 판매중, 품절, 숨김 가운데 하나를 적어 주세요.",
                f"{said['state'][:30]!r} is no state: write On sale, Sold out or Hidden.",
            )  # fmt: skip
    if "options" in said:
        fields["options"] = tuple(_options(row, said["options"], options))
    if said.get("order"):
        fields["order"] = _whole("order", row, said["order"])
    for key in TRANSLATED:
        texts = {name.partition(":")[2]: text for name, text in said.items() if name.startswith(f"{key}:")}
        if any(texts.values()) or (texts and before is not None):
            stands = getattr(before, f"{key}_i18n", None) if before is not None else None
            pack = {**(stands.languages if stands else {}), **texts}
            fields[f"{key}_i18n"] = LanguagePack(languages={tag: text for tag, text in pack.items() if text})
    return ItemInput(**fields)


def price_input(row: Row, said: Mapping[str, str], *, is_new: bool) -> PriceInput:
    """What a row says of its price, without saying which one it is. Raises Wrong."""
    fields: dict[str, Any] = {}
    for key, name in (("priceTitle", "title"), ("sku", "sku"), ("barcode", "barcode")):
        if key in said:
            fields[name] = said[key]
    if looks_rounded(said.get("barcode", "")):
        raise Wrong(
            "barcode", row,
            "바코드가 엑셀에서 줄어들어 끝자리가 사라졌습니다. 셀 서식을 '텍스트'로 바꾸고 다시 적어 주세요.",
            "A spreadsheet rounded this barcode and its digits are lost. Make the cell text and write it again.",
        )  # fmt: skip
    if said.get("priceType"):
        fields["price_type"] = value_of(said["priceType"], _TYPES)
        if fields["price_type"] is None:
            raise Wrong(
                "priceType", row,
                f"'{said['priceType'][:30]}'은(는) 가격방식이 아닙니다. 고정, 싯가, 단위 가운데 하나를 적어 주세요.",
                f"{said['priceType'][:30]!r} is no type of price: write Fixed, Asked at sale or Per unit.",
            )  # fmt: skip
    if "price" in said or is_new:
        _amount(row, said.get("price", ""), fields, is_new=is_new)
    if said.get("priceUnit"):
        fields["price_unit"] = _whole("priceUnit", row, said["priceUnit"])
    for key, name in (("isDefault", "is_default"), ("isTaxFree", "is_tax_free")):
        if key in said:
            fields[name] = flag_of(said[key])
            if fields[name] is None:
                raise Wrong(key, row, "'예' 또는 '아니오'로 적어 주세요.", "Write yes or no.")
    if "stock" in said:
        quantity = quantity_of(said["stock"]) if said["stock"] else None
        if said["stock"] and quantity is None:
            raise Wrong(
                "stock", row,
                f"'{said['stock'][:30]}'은(는) 수량이 아닙니다. 0 이상의 숫자를 적거나, 재고를 관리하지 않으면 비워 주세요.",
                f"{said['stock'][:30]!r} is no quantity: write a number, or nothing to track no stock.",
            )  # fmt: skip
        fields["is_stockable"] = quantity is not None
        if quantity is not None:
            fields["stock_quantity"] = StockInput(remain_quantity=quantity)
    return PriceInput(**fields)


def _amount(row: Row, said: str, fields: dict[str, Any], *, is_new: bool) -> None:
    if value_of(said, ("VARIABLE",)) or said == "시가":
        # Menus say 싯가 where the price stands.
        fields.setdefault("price_type", "VARIABLE")
        said = ""
    if said:
        fields["price_value"] = _whole("price", row, said)
    elif fields.get("price_type") != "VARIABLE":
        raise _needed("price", row, "가격", "a price")
    elif is_new:
        fields["price_value"] = 0


def _options(row: Row, said: str, names: Names) -> list[Reference]:
    found = []
    for name in listed(said):
        try:
            option_id = names.find(name)
        except LookupError:
            raise Wrong(
                "options", row,
                f"'{name[:50]}' 옵션이 여럿입니다. '{name[:50]} #번호'로 적어 주세요.",
                f"There are several options {name[:50]!r}: write {name[:50]} #number.",
            ) from None  # fmt: skip
        if option_id is None:
            raise Wrong(
                "options", row,
                f"'{name[:50]}' 옵션이 없습니다. 메뉴 화면의 옵션에서 먼저 만들어 주세요.",
                f"There is no option {name[:50]!r}. Make it on the menu screen first.",
            )  # fmt: skip
        found.append(Reference(id=option_id))
    return found


def _whole(key: str, row: Row, said: str) -> int:
    number = whole_of(said)
    if number is None:
        raise Wrong(
            key, row, f"'{said[:30]}'은(는) 숫자가 아닙니다. 9000처럼 적어 주세요.", f"{said[:30]!r} is no whole number: write 9000."
        )  # fmt: skip
    return number


def _needed(key: str, row: Row, ko: str, en: str) -> Wrong:
    return Wrong(key, row, f"{ko}을(를) 적어 주세요. 비워 둘 수 없습니다.", f"It needs {en}.")
