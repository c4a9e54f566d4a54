"""What taking in a table would do to the menu: new items, changes old → new, and rows that are wrong with the remedy.

Nothing is written here. What a row would make is found out by the rules that would make it (`edit.write_item`), so a
plan promises nothing the menu would refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.barcode import canonical
from jumak.domain.catalog.edit import ItemInput, PriceInput, Reference, write_item
from jumak.domain.catalog.sheet.columns import BY_KEY, Column, Lang, heading
from jumak.domain.catalog.sheet.entry import Wrong, item_input, price_input
from jumak.domain.catalog.sheet.read import Row, Table
from jumak.domain.catalog.sheet.texts import plain
from jumak.domain.catalog.sheet.write import Cells, Wording
from jumak.domain.catalog.types import CatalogItem, Category, Option
from jumak.domain.errors import PosError

_NO_TIME: Final = "1970-01-01T00:00:00Z"
"""When a plan's stock was counted: nothing of it is stored."""

_NEW: Final = 2**52
"""Numbers from here on stand for what is to be made: no stored thing has one."""

Stands = Mapping[str, tuple[str, str]]
"""What the menu says of an item and one price, by column, in both languages."""


class Problem(Struct, frozen=True, kw_only=True, gc=False):
    """A row that cannot be taken in. column: its heading.  ko, en: what is wrong and what would be right."""

    row: int
    column: str
    ko: str
    en: str


class CellChange(Struct, frozen=True, kw_only=True, gc=False):
    """What one column would say instead. column: its heading."""

    column: str
    before: str
    after: str


class Change(Struct, frozen=True, kw_only=True, gc=False):
    """An item that would be new or another.

    item_id: None for a new one.  category: title of a category to be made for it, else empty.
    sent: as `catalog-item.add.request` and `update.request` take it, without that category.
    """

    row: int
    title: str
    item_id: int | None
    category: str
    sent: ItemInput
    cells: tuple[CellChange, ...] = ()


class Plan(Struct, frozen=True, kw_only=True):
    """What taking in a table would do. categories: titles to be made.  ignored: headings nobody knows."""

    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    unchanged: int
    bad: tuple[Problem, ...]
    categories: tuple[str, ...]
    ignored: tuple[str, ...]


class Catalogue(Struct, frozen=True):
    """The menu a plan is made for."""

    items: Mapping[str | int, CatalogItem]
    categories: Mapping[str | int, Category]
    options: Mapping[str | int, Option]


def plan_of(table: Table, catalogue: Catalogue, *, live: bool = False, lang: Lang = "ko") -> Plan:
    """Compares a table with the menu.

    live: whether stock and state of items that are there already follow the table too; sales go on while somebody
    edits one.  lang: of the words in `cells`.
    """
    return _Planning(table, catalogue, live=live, lang=lang).run()


class _Planning:
    def __init__(self, table: Table, catalogue: Catalogue, *, live: bool, lang: Lang) -> None:
        self._table, self._menu, self._live, self._lang = table, catalogue, live, lang
        self._wording = Wording(catalogue.categories, catalogue.options, lang)
        self._other = Wording(catalogue.categories, catalogue.options, "en" if lang == "ko" else "ko")
        self._made = _Made(catalogue)
        self._by_title: dict[tuple[int | None, str], list[int]] = {}
        """Also without the category, for rows that name none."""
        self._owners: dict[str, int] = {}
        for item in catalogue.items.values():
            if item.state == "DELETED":
                continue
            for category in (item.category_id, None):
                self._by_title.setdefault((category, plain(item.title)), []).append(item.id)
            for price in item.prices:
                if price.barcode:
                    self._owners[canonical(price.barcode)] = item.id
        self._seen: dict[int, int] = {}
        self._bad: list[Problem] = []

    def run(self) -> Plan:
        added: list[Change] = []
        changed: list[Change] = []
        unchanged = 0
        for rows in self._groups():
            try:
                change = self._change(rows)
            except Wrong as wrong:
                self._refuse(rows, wrong)
                continue
            if change is None:
                unchanged += 1
            elif change.item_id is None:
                added.append(change)
            else:
                changed.append(change)
        used = dict.fromkeys(change.category for change in (*added, *changed) if change.category)
        return Plan(
            added=tuple(added),
            changed=tuple(changed),
            unchanged=unchanged,
            bad=tuple(sorted(self._bad, key=lambda problem: problem.row)),
            categories=tuple(used),
            ignored=self._table.ignored,
        )

    # -- which item a row means ----------------------------------------------------------------------

    def _groups(self) -> Iterable[list[Row]]:
        """Rows of one item together, in the order of their first row; a row that means none is told of."""
        groups: dict[Any, list[Row]] = {}
        for row in self._table.rows:
            key: Any
            if row.cells.get("id"):
                key = row.cells["id"]
            else:
                key = (row.cells.get("category", ""), row.cells.get("title", ""))
                if not key[1]:
                    # Nothing to tell it by: a row alone.
                    key = row.number
            groups.setdefault(key, []).append(row)
        return groups.values()

    def _known(self, first: Row) -> CatalogItem | None:
        said = first.cells.get("id", "")
        if said:
            item = self._menu.items.get(int(said)) if said.isdecimal() and len(said) <= 16 else None
            if item is None or item.state == "DELETED":
                raise Wrong(
                    "id", first,
                    f"상품번호 {said[:20]}인 상품이 없습니다. 새 상품이면 상품번호를 비워 주세요.",
                    f"There is no item {said[:20]}. Leave the number empty for a new item.",
                )  # fmt: skip
            return item
        title = first.cells.get("title", "")
        category = self._category(first)
        if category is None and first.cells.get("category"):
            return None
        same = self._by_title.get((category, title), ())
        if len(same) > 1:
            raise Wrong(
                "title", first,
                "같은 이름의 상품이 여럿입니다. 상품번호를 적어 주세요.",
                "Several items have this title. Say which by its number.",
            )  # fmt: skip
        return self._menu.items[same[0]] if same else None

    def _category(self, row: Row) -> int | None:
        """None for one that is to be made."""
        text = row.cells.get("category", "")
        if not text:
            return None
        try:
            return self._wording.categories.find(text)
        except LookupError:
            raise Wrong(
                "category", row,
                f"'{text[:50]}' 분류가 여럿입니다. '{text[:50]} #번호'로 적어 주세요.",
                f"There are several categories {text[:50]!r}: write {text[:50]} #number.",
            ) from None  # fmt: skip

    # -- what it would make of it --------------------------------------------------------------------

    def _change(self, rows: Sequence[Row]) -> Change | None:
        first = rows[0]
        before = self._known(first)
        if before is not None and (earlier := self._seen.setdefault(before.id, first.number)) != first.number:
            raise Wrong(
                "id" if first.cells.get("id") else "title", first,
                f"{earlier}번째 줄과 같은 상품입니다. 한 줄을 지우거나, 가격이 여럿이면 두 줄에 같은 상품번호를 적어 주세요.",
                f"This is the item of row {earlier}. Remove one, or give both its number if it has several prices.",
            )  # fmt: skip
        for row in rows[1:]:
            self._check_same(first, row)
        stands = self._stands(before) if before is not None else []
        own = self._new_cells(first, stands[0] if stands else None)
        sent = item_input(first, own, self._wording.options, before)
        category = 0
        if own.get("category"):
            found = self._category(first)
            category = self._made.make(own["category"]) if found is None else found
            sent = replace(sent, category=Reference(id=category))
        prices, price_rows = self._prices(rows, before, stands)
        if prices is not None:
            sent = replace(sent, prices=prices)
        after = self._write(sent, before, first, price_rows)
        if before is not None and after is before:
            return None
        self._check_barcodes(before, after, price_rows)
        is_made = category in self._made.titles
        return Change(
            row=first.number,
            title=after.title if before is None else before.title,
            item_id=None if before is None else before.id,
            category=self._made.titles[category] if is_made else "",
            sent=replace(sent, category=None) if is_made else sent,
            cells=() if before is None else tuple(self._differences(before, after)),
        )

    def _stands(self, item: CatalogItem) -> list[Stands]:
        """What the menu says now, a row for each price: written in a cell, in either language, it changes nothing."""
        return [
            {key: (said, other.get(key, "")) for key, said in cells.items()}
            for cells, other in zip(self._wording.rows(item), self._other.rows(item), strict=True)
        ]

    def _new_cells(self, row: Row, stands: Stands | None, of: str = "item") -> Cells:
        """The cells of a row that say something else than what stands."""
        found = {}
        for key, column in self._table.columns.items():
            if column.of != of or (stands is not None and column.is_live and not self._live):
                continue
            said = row.cells[key]
            if stands is None or said not in stands.get(key, ("", "")):
                found[key] = said
        return found

    def _check_same(self, first: Row, row: Row) -> None:
        for key, column in self._table.columns.items():
            if column.of == "item" and row.cells[key] not in ("", first.cells[key]):
                raise Wrong(
                    key, row,
                    f"같은 상품의 {first.number}번째 줄과 다릅니다. 똑같이 적거나 비워 주세요.",
                    f"Row {first.number} is the same item and says something else. Write the same or leave it empty.",
                )  # fmt: skip

    def _prices(
        self, rows: Sequence[Row], before: CatalogItem | None, stands: list[Stands]
    ) -> tuple[tuple[PriceInput, ...] | None, list[Row | None]]:
        """All prices of the item as they are to be, None for no change; and the row each comes from."""
        if before is None:
            self._check_names(rows)
            made = [price_input(row, self._new_cells(row, None, "price"), is_new=True) for row in rows]
            return self._one_default(made, rows), list(rows)
        ordered = sorted(before.prices, key=lambda price: not price.is_default)
        cells_of = dict(zip((price.id for price in ordered), stands, strict=True))
        taken: dict[int, tuple[PriceInput, Row]] = {}
        new: list[tuple[PriceInput, Row]] = []
        has_prices = any(column.of == "price" for column in self._table.columns.values())
        for row in rows if has_prices else ():
            price_id = self._price_meant(row, rows, before, taken)
            changes = self._new_cells(row, cells_of[price_id] if price_id else None, "price")
            sent = price_input(row, changes, is_new=price_id is None)
            if price_id is None:
                new.append((sent, row))
            else:
                taken[price_id] = replace(sent, id=price_id), row
        if not new and all(sent == PriceInput(id=sent.id) for sent, _ in taken.values()):
            return None, [None] * len(before.prices)
        kept: list[PriceInput] = []
        sources: list[Row | None] = []
        for price in before.prices:
            sent, source = taken.get(price.id, (PriceInput(id=price.id), None))
            kept.append(sent if sent.is_default is not None else replace(sent, is_default=price.is_default))
            sources.append(source)
        kept += [sent for sent, _ in new]
        sources += [row for _, row in new]
        return self._one_default(kept, [source or rows[0] for source in sources]), sources

    def _check_names(self, rows: Sequence[Row]) -> None:
        """Rows of one new item are its prices, each with a name of its own."""
        names: set[str] = set()
        for row in rows:
            name = row.cells.get("priceTitle", "")
            if len(rows) > 1 and (not name or name in names):
                raise Wrong(
                    "priceTitle" if name else "title", row,
                    "같은 상품이 두 번 있습니다. 한 줄을 지우거나, 가격이 여럿이면 줄마다 다른 가격이름을 적어 주세요.",
                    "This item stands here twice. Remove one, or name each of its prices differently.",
                )  # fmt: skip
            names.add(name)

    def _price_meant(
        self, row: Row, rows: Sequence[Row], before: CatalogItem, taken: Mapping[int, object]
    ) -> int | None:
        """The price a row is about: by number, else by name, else the only one; None for a new one."""
        said = row.cells.get("priceId", "")
        if said:
            found = next((price.id for price in before.prices if str(price.id) == said), None)
            if found is None or found in taken:
                raise Wrong(
                    "priceId", row,
                    f"가격번호 {said[:20]}은(는) 이 상품의 가격이 아니거나 두 번 적혔습니다. 새 가격이면 비워 주세요.",
                    f"Price {said[:20]} is none of this item's, or stands here twice. Leave it empty for a new price.",
                )  # fmt: skip
            return found
        if len(rows) == 1 and len(before.prices) == 1:
            return before.prices[0].id
        title = row.cells.get("priceTitle", "")
        same = [price.id for price in before.prices if plain(price.title) == title and price.id not in taken]
        if "priceTitle" not in self._table.columns or len(same) > 1:
            raise Wrong(
                "title", row,
                "가격이 여럿인 상품입니다. 가격번호나 가격이름을 적어 주세요.",
                "This item has several prices. Say which by the price's number or name.",
            )  # fmt: skip
        return same[0] if same else None

    def _one_default(self, prices: list[PriceInput], rows: Sequence[Row]) -> tuple[PriceInput, ...]:
        marked = [place for place, price in enumerate(prices) if price.is_default]
        if len(marked) > 1:
            raise Wrong(
                "isDefault", rows[marked[1]],
                "기본 가격은 한 상품에 하나입니다. 한 줄에만 '예'라고 적어 주세요.",
                "An item has one default price: say yes in one row alone.",
            )  # fmt: skip
        chosen = marked[0] if marked else 0
        return tuple(replace(price, is_default=place == chosen) for place, price in enumerate(prices))

    def _write(
        self, sent: ItemInput, before: CatalogItem | None, first: Row, price_rows: Sequence[Row | None]
    ) -> CatalogItem:
        """The item as the menu's own rules would make it."""
        try:
            msgspec.convert(msgspec.to_builtins(sent), ItemInput)
            item_id = before.id if before is not None else next(self._made.ids)
            return write_item(sent, before, item_id, self._made.ids, self._made, _NO_TIME)
        except msgspec.ValidationError as error:
            path = str(error).rpartition(" - at `")[2].rstrip("`") or "$"
            key, row = _where(path, first, price_rows)
            raise Wrong(
                key, row, "너무 길거나 너무 큰 값입니다. 줄여 주세요.", f"Too long or too large: {str(error).partition(' - at ')[0]}"
            ) from None  # fmt: skip
        except PosError as error:
            key, row = _where(str(error.data.get("path", "$")), first, price_rows)
            raise Wrong(key, row, _without_path(error.ko), _without_path(error.en)) from None

    def _check_barcodes(
        self, before: CatalogItem | None, after: CatalogItem, price_rows: Sequence[Row | None]
    ) -> None:
        """CAT-10. A barcode that another item has now is taken, also when this table would free it."""
        item_id = after.id
        had = {canonical(price.barcode) for price in before.prices if price.barcode} if before else set()
        own: set[str] = set()
        for place, price in enumerate(after.prices):
            if not price.barcode:
                continue
            code = canonical(price.barcode)
            owner = self._owners.get(code, item_id)
            row = price_rows[place] if place < len(price_rows) else None
            if code in own or (owner != item_id and code not in had):
                other = self._menu.items.get(owner) if owner != item_id else None
                raise Wrong(
                    "barcode", row,
                    f"바코드 {price.barcode[:40]}은(는) 이미 {f'{other.title[:40]}에서' if other else '다른 줄에서'} 쓰고 있습니다. "
                    "다른 바코드를 적어 주세요.",
                    f"Barcode {price.barcode[:40]} already belongs to {other.title[:40] if other else 'another row'}. "
                    "Write another one.",
                )  # fmt: skip
            own.add(code)
        for code in own:
            self._owners[code] = item_id

    def _differences(self, before: CatalogItem, after: CatalogItem) -> Iterator[CellChange]:
        had = {price.id: self._wording.price_cells(price) for price in before.prices}
        rows: list[tuple[str, Cells, Cells]] = [
            ("", self._wording.item_cells(before), self._item_cells(after))
        ]
        for price in after.prices:
            name = f"{plain(price.title)[:40]} " if len(after.prices) > 1 and price.title else ""
            rows.append((name, had.get(price.id, {}), self._wording.price_cells(price)))
        for name, was, now in rows:
            for key in dict.fromkeys([*was, *now]):
                # A new price has no number yet that would tell anybody anything.
                if was.get(key, "") != now.get(key, "") and key != "priceId":
                    yield CellChange(
                        column=name + self._heading(key), before=was.get(key, ""), after=now.get(key, "")
                    )

    def _item_cells(self, item: CatalogItem) -> Cells:
        cells = self._wording.item_cells(item)
        if item.category_id in self._made.titles:
            cells["category"] = self._made.titles[item.category_id]
        return cells

    def _heading(self, key: str) -> str:
        column: Column | None = BY_KEY.get(key) or self._table.columns.get(key)
        return key if column is None else heading(column, self._lang)

    def _refuse(self, rows: Sequence[Row], wrong: Wrong) -> None:
        at = wrong.row or rows[0]
        said = self._table.headings.get(wrong.key) or self._heading(wrong.key)
        for row in rows:
            if row is at:
                self._bad.append(Problem(row=row.number, column=said, ko=wrong.ko, en=wrong.en))
            else:
                self._bad.append(
                    Problem(
                        row=row.number,
                        column=said,
                        ko=f"같은 상품의 {at.number}번째 줄을 고치면 함께 들어갑니다.",
                        en=f"Comes along once row {at.number} of the same item is mended.",
                    )
                )


class _Made:
    """The menu with categories that are to be made. Implements `domain.catalog.Menu`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._menu = catalogue
        self.ids: Iterator[int] = count(_NEW)
        self.titles: dict[int, str] = {}
        self._of: dict[str, int] = {}

    def make(self, title: str) -> int:
        """The number of a category that is to be made, the same for the same title."""
        if title not in self._of:
            self._of[title] = next(self.ids)
            self.titles[self._of[title]] = title
        return self._of[title]

    def item(self, item_id: int) -> CatalogItem | None:
        """See `domain.catalog.Menu`."""
        return self._menu.items.get(item_id)

    def category(self, category_id: int) -> Category | None:
        """See `domain.catalog.Menu`."""
        if (title := self.titles.get(category_id)) is not None:
            return Category(id=category_id, title=title, order=0, enabled=True, version=1)
        return self._menu.categories.get(category_id)

    def option(self, option_id: int) -> Option | None:
        """See `domain.catalog.Menu`."""
        return self._menu.options.get(option_id)


_ITEM_KEYS: Final = {"category": "category", "options": "options", "code": "code", "state": "state",
                     "description": "description", "order": "order", "title": "title"}  # fmt: skip
_PRICE_KEYS: Final = {"priceValue": "price", "title": "priceTitle", "priceUnit": "priceUnit", "barcode": "barcode",
                      "sku": "sku", "stockQuantity": "stock", "priceType": "priceType"}  # fmt: skip


def _where(path: str, first: Row, price_rows: Sequence[Row | None]) -> tuple[str, Row | None]:
    """The column and row a refusal is about. path: as messages name it."""
    names = path.removeprefix("$.").removeprefix("catalog.")
    if (found := re.match(r"prices\[([0-9]+)\](?:\.(\w+))?", names)) is not None:
        place = int(found[1])
        row = price_rows[place] if place < len(price_rows) else None
        return _PRICE_KEYS.get(found[2] or "", "price"), row
    name = re.split(r"[.\[]", names)[0]
    if name in ("titleI18n", "descriptionI18n"):
        key = name.removesuffix("I18n")
        return next((each for each in first.cells if each.startswith(f"{key}:")), key), first
    return _ITEM_KEYS.get(name, "title"), first


def _without_path(text: str) -> str:
    return re.sub(r"^\$[^:]*: |\s*\(\$[^)]*\)$", "", text)
