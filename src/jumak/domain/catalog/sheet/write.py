"""The menu written as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jumak.domain.catalog.sheet.columns import Column, Lang, columns_of, heading
from jumak.domain.catalog.sheet.texts import Names, joined, plain, word, yes
from jumak.domain.catalog.types import CatalogItem, Category, ItemPrice, Option

Cells = dict[str, str]


class Wording:
    """How the things of one menu are called in its table. lang: of headings and words."""

    def __init__(
        self,
        categories: Mapping[str | int, Category],
        options: Mapping[str | int, Option],
        lang: Lang = "ko",
    ) -> None:
        self.lang: Lang = lang
        self.categories = Names({category.id: category.title for category in categories.values()})
        self.options = Names({option.id: option.title for option in options.values()})

    def rows(self, item: CatalogItem) -> list[Cells]:
        """A row for each price, the default one first; each says everything of the item."""
        own = self.item_cells(item)
        prices = sorted(item.prices, key=lambda price: not price.is_default)
        return [{**own, **self.price_cells(price)} for price in prices]

    def item_cells(self, item: CatalogItem) -> Cells:
        """What is said of the item, whatever it costs."""
        cells = {
            "id": str(item.id),
            "category": self.categories.write(item.category_id),
            "title": plain(item.title),
            "code": plain(item.code or ""),
            "state": word(item.state, self.lang) if item.state != "DELETED" else "",
            "options": joined(item.option_ids, self.options.write),
            "description": plain(item.description or ""),
            "order": str(item.order),
        }
        for key, pack in (("title", item.title_i18n), ("description", item.description_i18n)):
            for tag, text in pack.languages.items() if pack else ():
                cells[f"{key}:{tag}"] = plain(text)
        return cells

    def price_cells(self, price: ItemPrice) -> Cells:
        """What is said of one price."""
        stock = price.stock_quantity
        return {
            "priceId": str(price.id),
            "priceTitle": plain(price.title),
            "price": str(price.price_value),
            "priceType": word(price.price_type, self.lang),
            "priceUnit": str(price.price_unit),
            "isDefault": yes(price.is_default, self.lang),
            "barcode": plain(price.barcode or ""),
            "sku": plain(price.sku or ""),
            "isTaxFree": yes(price.is_tax_free, self.lang),
            "stock": "" if not price.is_stockable else str(stock.remain_quantity if stock else 0),
        }


def menu_table(
    items: Sequence[CatalogItem],
    categories: Mapping[str | int, Category],
    options: Mapping[str | int, Option],
    lang: Lang = "ko",
) -> tuple[list[Column], Iterator[list[str]]]:
    """The columns and rows of a menu, headings first. items: in the order they are to stand in, none DELETED."""
    wording = Wording(categories, options, lang)
    columns = columns_of(items)
    keys = [column.key for column in columns]

    def rows() -> Iterator[list[str]]:
        yield [heading(column, lang) for column in columns]
        for item in items:
            for cells in wording.rows(item):
                yield [cells.get(key, "") for key in keys]

    return columns, rows()
