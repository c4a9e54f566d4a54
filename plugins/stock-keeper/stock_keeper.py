"""Takes items off sale while little is left, puts them back when there is more, warns before.

The shop itself closes an item whose stock is 0 and opens it again; this keeps a reserve beyond that,
e.g. the last two for guests at the counter. It only brings back what it took off itself, and acts when
the stock changes: what staff decide in between stands.
"""

from __future__ import annotations

import json

from jumak.sdk import CatalogItem, Plugin, Pos

INPUTS = [
    {"id": "off", "type": "number", "label": "품절로 바꿀 재고 (개 이하)", "required": True, "default": 0},
    {"id": "low", "type": "number", "label": "재고 부족 알림 (개)", "required": True, "default": 3},
    {
        "id": "comeback",
        "type": "toggle",
        "label": "재고가 생기면 다시 판매",
        "required": False,
        "default": True,
    },
]
TAKEN = "taken-off"

plugin = Plugin("stock-keeper")


class Keeper:
    """taken: items this plugin took off sale, kept in storage.  warned: told of already.

    left: the stock each item had when it was looked at last.
    """

    def __init__(self) -> None:
        self.left: dict[int, float] = {}
        self.taken: set[int] = set()
        self.warned: set[int] = set()

    async def begin(self, pos: Pos) -> None:
        """Declares the settings, remembers, and looks at the whole menu."""
        await pos.setting.set_inputs(INPUTS)
        self.warned, self.left = set(), {}
        self.taken = set(json.loads(await pos.storage.get(TAKEN) or "[]"))
        await self.look_at_all(pos)

    async def look_at_all(self, pos: Pos) -> None:
        """Every item once; events may have been missed."""
        for item in await pos.catalog.get_catalogs():
            await self.look_at(pos, item)

    async def look_at(self, pos: Pos, item: CatalogItem) -> None:
        """Decides about one item."""
        stock = item.price.stock_quantity
        if not item.price.is_stockable or stock is None:
            return
        settings = await pos.setting.get_values()
        left = stock.remain_quantity
        changed = self.left.get(item.id) != left
        self.left[item.id] = left
        if left <= settings["off"] and changed and item.id not in self.taken:
            if item.state == "ON_SALE":
                await self._set(pos, item, "SOLD_OUT")
            print(f"{item.title}: sold out, {left:g} left", flush=True)
        elif left > settings["off"] and item.id in self.taken and settings["comeback"]:
            await self._set(pos, item, "ON_SALE")
            print(f"{item.title}: back on sale, {left:g} left", flush=True)
        if left > settings["low"]:
            self.warned.discard(item.id)
        elif left > 0 and item.id not in self.warned:
            self.warned.add(item.id)
            await pos.toast.warn(f"{item.title} 재고가 {left:g}개 남았습니다.")
            print(f"{item.title}: only {left:g} left", flush=True)

    async def _set(self, pos: Pos, item: CatalogItem, state: str) -> None:
        await pos.ext.catalog_item.set_state(catalog={"id": item.id}, state=state, until="manual")
        if state == "SOLD_OUT":
            self.taken.add(item.id)
        else:
            self.taken.discard(item.id)
        await pos.storage.set(TAKEN, json.dumps(sorted(self.taken)))


keeper = Keeper()


@plugin.on_start
async def begin(pos: Pos) -> None:
    """See `Keeper.begin`."""
    await keeper.begin(pos)


@plugin.on_gap
async def look_again(pos: Pos) -> None:
    """Events were missed."""
    await keeper.look_at_all(pos)


@plugin.on("setting.change")
async def settings_saved(pos: Pos, _values: dict[str, object]) -> None:
    """Another limit may mean another warning."""
    await keeper.look_at_all(pos)


@plugin.on("catalog.update")
async def item_changed(pos: Pos, item_id: int) -> None:
    """Stock, state or anything else of an item changed."""
    await keeper.look_at(pos, await pos.catalog.get_catalog(item_id))


if __name__ == "__main__":
    plugin.run()
