"""The SDK's namespaces: the members of `coverage.md` in snake_case, typed.

Each member names its message; what it sends is checked against that message's own declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from jumak.protocol.messages.setting import PluginInput
from jumak.sdk.errors import PosPluginSdkError
from jumak.sdk.types import (
    CatalogItem,
    Category,
    DeviceInfo,
    Hall,
    KdsOrderItem,
    Merchant,
    Option,
    Order,
    OrderDraft,
    Payment,
    PaymentDraft,
    Table,
)
from jumak.sdk.values import Record, View, check, read

if TYPE_CHECKING:
    from jumak.sdk.client import Pos

Json = Mapping[str, Any]
Moment = datetime | date | str


class Namespace:
    """Members around one noun."""

    def __init__(self, pos: Pos) -> None:
        self._pos = pos

    async def _call(self, name: str, data: Any, **options: Any) -> dict[str, Any]:
        return await self._pos.call(name, data, **options)


class Watched(Namespace):
    """A namespace with events. `on` takes several handlers and returns what ends this one."""

    topic = ""

    def on(self, event: str, handler: Callable[..., Any]) -> Callable[[], None]:
        """Calls `handler`, which may be async, for each event. Returns the unsubscribe function."""
        return self._pos.on(f"{self.topic}.{event}", handler)


def id_of(thing: Any) -> Any:
    """The id of a struct, a dict or the id itself."""
    if isinstance(thing, Mapping):
        return thing["id"]
    return getattr(thing, "id", thing)


def _day(moment: Moment | None) -> str | None:
    if isinstance(moment, datetime):
        return moment.isoformat()
    return moment.strftime("%Y%m%d") if isinstance(moment, date) else moment


class MerchantNamespace(Namespace):
    """The store."""

    async def get_merchant(self) -> Merchant:
        """Name, ids; asked once."""
        return read(Merchant, (await self._pos.once("merchant.info.request"))["merchant"])


class DeviceNamespace(Namespace):
    """The POS this runs on."""

    async def get_device_info(self) -> DeviceInfo:
        """Version, platform and the shop's mode; asked once."""
        return read(DeviceInfo, (await self._pos.once("device.info.request"))["device"])


class PluginInfo(View, frozen=True, kw_only=True):
    """This plugin as the shop knows it; `name` is its address for unicast."""

    name: str
    version: str
    id: str | None = None
    profile: str | None = None


class PluginNamespace(Namespace):
    """This plugin."""

    async def get_plugin_info(self) -> PluginInfo:
        """Name, version, id, profile; asked once."""
        return read(PluginInfo, await self._pos.once("plugin.info.request"))


class CategoryNamespace(Watched):
    """Groups of the menu."""

    topic = "category"

    async def get_categories(self) -> tuple[Category, ...]:
        """All, in menu order."""
        return read(
            tuple[Category, ...], (await self._call("catalog-category.list.request", {}))["categories"]
        )

    async def get_category(self, category_id: int) -> Category:
        """One. NOT_FOUND."""
        data = {"category": {"id": category_id}}
        return read(Category, (await self._call("catalog-category.get.request", data))["category"])


class CatalogNamespace(Watched):
    """The menu."""

    topic = "catalog"

    async def get_catalogs(self) -> tuple[CatalogItem, ...]:
        """The whole menu, all states but DELETED."""
        return read(tuple[CatalogItem, ...], (await self._call("catalog-item.list.request", {}))["catalogs"])

    async def get_catalog(self, catalog_id: int | str) -> CatalogItem:
        """One item, deleted ones too. NOT_FOUND."""
        data = {"catalog": {"id": catalog_id}}
        return read(CatalogItem, (await self._call("catalog-item.get.request", data))["catalog"])


class OptionNamespace(Watched):
    """Groups of choices."""

    topic = "option"

    async def get_options(self) -> tuple[Option, ...]:
        """All groups of the store."""
        return read(tuple[Option, ...], (await self._call("catalog-item-option.list.request", {}))["options"])

    async def get_option(self, option_id: int) -> Option:
        """One group. NOT_FOUND."""
        data = {"option": {"id": option_id}}
        return read(Option, (await self._call("catalog-item-option.get.request", data))["option"])


class TableNamespace(Watched):
    """Tables and halls of a postpaid restaurant."""

    topic = "table"

    async def get_halls(self) -> tuple[Hall, ...]:
        """Rooms, in order."""
        return read(tuple[Hall, ...], (await self._call("hall.list.request", {}))["halls"])

    async def get_tables(self) -> tuple[Table, ...]:
        """Tables; one with an order carries it under `extra["order"]`."""
        return read(tuple[Table, ...], (await self._call("table.list.request", {}))["tables"])

    async def get_table(self, table_id: int) -> Table:
        """One. NOT_FOUND."""
        data = {"table": {"id": table_id}}
        return read(Table, (await self._call("table.get.request", data))["table"])

    async def clear_table(self, table: Table | Json | int, **options: Any) -> None:
        """Empties a table that owes nothing. Takes the table, `{table, order}` or an id."""
        data: dict[str, Any]
        if isinstance(table, Mapping) and "table" in table:
            data = {"table": {"id": id_of(table["table"])}}
            if table.get("order"):
                data["order"] = {"id": id_of(table["order"])}
        else:
            data = {"table": {"id": id_of(table)}}
        await self._call("table.clear.request", data, **options)


class OrderNamespace(Watched):
    """Orders."""

    topic = "order"

    async def add(self, order: OrderDraft | Json, **options: Any) -> Order:
        """Creates an order. The same `order_key` again answers the same order."""
        return read(Order, (await self._call("order.add.request", {"order": order}, **options))["order"])

    async def add_menu(self, order_id: str, order: OrderDraft | Json, **options: Any) -> Order:
        """A further round; what the draft means depends on the profile (contract README §5)."""
        data = {"id": order_id, "order": order}
        return read(Order, (await self._call("order.add-menu.request", data, **options))["order"])

    async def cancel(self, order_id: str, **options: Any) -> None:
        """Cancels an order of one's own."""
        await self._call("order.cancel.request", {"id": order_id}, **options)

    async def complete(self, order_id: str, **options: Any) -> Order:
        """Marks it complete; postpaid shops only."""
        reply = await self._call("order.complete.request", {"id": order_id}, **options)
        return read(Order, reply["order"])

    async def get_order(self, order_id: str) -> Order:
        """One order in any state. NOT_FOUND."""
        return read(Order, (await self._call("order.get.request", {"id": order_id}))["order"])

    async def get_orders(
        self,
        *,
        start: Moment | None = None,
        end: Moment | None = None,
        page: int | None = None,
        size: int | None = None,
        order_states: Sequence[str] | None = None,
    ) -> tuple[Order, ...]:
        """A page, newest first; one shorter than `size` is the last."""
        data = {
            "start": _day(start), "end": _day(end), "page": page, "size": size,
            "orderStates": order_states,
        }  # fmt: skip
        return read(tuple[Order, ...], (await self._call("order.get-list.request", data))["orders"])

    async def search(
        self,
        *,
        table_id: int | None = None,
        order_state: str | None = None,
        order_key: str | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
        page: int | None = None,
        size: int | None = None,
    ) -> tuple[Order, ...]:
        """Orders that match every filter given."""
        data = {
            "tableId": table_id, "orderState": order_state, "orderKey": order_key,
            "start": _day(start), "end": _day(end), "page": page, "size": size,
        }  # fmt: skip
        return read(tuple[Order, ...], (await self._call("order.search.request", data))["orders"])


class PaymentNamespace(Watched):
    """Payments as records of money taken elsewhere."""

    topic = "payment"

    async def add(self, order: Order | Json | str, payment: PaymentDraft | Json, **options: Any) -> Payment:
        """Records a payment that happened; charges nothing."""
        data = {"order": {"id": id_of(order)}, "paymentDto": payment}
        return read(Payment, (await self._call("payment.add.request", data, **options))["payment"])

    async def cancel(self, order: Order | Json | str, payment: Payment | Json | str, **options: Any) -> None:
        """Cancels a payment of one's own, never the order."""
        data = {"order": {"id": id_of(order)}, "payment": {"id": id_of(payment)}}
        await self._call("payment.cancel.request", data, **options)

    async def get_payment(self, payment_id: str) -> Payment:
        """One. NOT_FOUND."""
        return read(Payment, (await self._call("payment.get.request", {"id": payment_id}))["payment"])


class CashReceiptNamespace(Namespace):
    """Cash receipts issued elsewhere."""

    async def add(self, receipt: Json, **options: Any) -> None:
        """Registers one: `order_id` `amount` `issue_date` `issue_number` `card_number`."""
        await self._call("cash-receipt.issue.request", receipt, **options)


class KdsPage(View, frozen=True, kw_only=True):
    """A page of tickets, oldest first; read on until `last`."""

    contents: tuple[KdsOrderItem, ...]
    last: bool
    total_elements: int


class KdsOrderNamespace(Watched):
    """Kitchen tickets."""

    topic = "kds_order"

    async def get_kds_order_items(
        self,
        query: Json | None = None,
        *,
        page: int = 1,
        size: int = 100,
        states: Sequence[str] | None = None,
        **filters: Any,
    ) -> KdsPage:
        """A page of tickets. Filters: `order_ids` `category_ids` `item_ids` `ids`; AND between them."""
        data = {"page": page, "size": size, "states": states, **filters, **(query or {})}
        return read(KdsPage, await self._call("kds-order-item.get-list.request", data))


class DraftOrderNamespace(Watched):
    """The cart on the till."""

    topic = "draft_order"

    async def _cart(self, verb: str, data: Any, **options: Any) -> Record:
        return Record((await self._call(f"draft-order.{verb}.request", data, **options))["draftOrder"])

    async def get(self) -> Record:
        """The cart."""
        return await self._cart("get", {})

    async def clear(self, **options: Any) -> None:
        """Empties it, staff's lines included."""
        await self._call("draft-order.clear.request", {}, **options)

    async def add_line_item(self, line_item: Any, **options: Any) -> Record:
        """Adds one line, never merged with another."""
        return await self._cart("add-line-item", {"lineItem": line_item}, **options)

    async def delete_line_item(self, key: str, **options: Any) -> Record:
        """Takes a line out. NOT_FOUND."""
        return await self._cart("delete-line-item", {"key": key}, **options)

    async def delete_discount(self, index: int, **options: Any) -> Record:
        """Takes an order discount out. NOT_FOUND."""
        return await self._cart("delete-discount", {"indexOfDiscount": index}, **options)

    async def delete_item_discount(self, key: str, index: int, **options: Any) -> Record:
        """Takes a discount off a line. NOT_FOUND."""
        return await self._cart("delete-item-discount", {"key": key, "indexOfDiscount": index}, **options)

    async def update_item_quantity(self, key: str, quantity: float, **options: Any) -> Record:
        """Changes how many."""
        return await self._cart("update-item-quantity", {"key": key, "quantity": quantity}, **options)

    async def update_item_option_choice(self, key: str, choices: Sequence[Any], **options: Any) -> Record:
        """Changes the choices."""
        data = {"key": key, "optionChoices": choices}
        return await self._cart("update-item-option-choices", data, **options)

    async def update_item_memo(self, key: str, memo: str, **options: Any) -> Record:
        """Changes the note."""
        return await self._cart("update-item-memo", {"key": key, "memo": memo}, **options)

    async def update_ignore_print(self, ignore_print: bool, **options: Any) -> Record:
        """No kitchen slip for this cart, or one again."""
        return await self._cart("update-is-ignore-print", {"ignorePrint": ignore_print}, **options)

    async def start_payment(self, **options: Any) -> None:
        """Opens the payment screen on the till. Whether it opened is not told here: staff see why not (E-6)."""
        with suppress(PosPluginSdkError):
            await self._call("draft-order.start-payment", {}, **options)


class SettingNamespace(Watched):
    """This plugin's settings page."""

    topic = "setting"

    async def set_inputs(self, inputs: Sequence[Json]) -> None:
        """Replaces the page; values survive. Call it on every start."""
        check([dict(entry) for entry in inputs], list[PluginInput])
        keyed: dict[str, Any] = {}
        for place, entry in enumerate(inputs):
            key = str(entry.get("id", place))
            # The wire is keyed by id; a second entry of the same id must reach the shop to be refused.
            keyed[key if key not in keyed else f"{key}#{place}"] = dict(entry)
        await self._pos.request("setting.set-inputs.request", keyed)

    async def get_values(self) -> dict[str, Any]:
        """What staff entered, by input id; defaults before."""
        settings: dict[str, Any] = (await self._call("setting.values.request", {}))["settings"]
        return settings


class StorageNamespace(Namespace):
    """This plugin's own texts; they survive restart and update."""

    noun = "storage"

    async def get(self, key: str) -> str | None:
        """The text, None when there is none."""
        return (await self._call(f"{self.noun}.get.request", {"key": key})).get("value")

    async def set(self, key: str, value: str) -> None:
        """Keeps a text: 1 MB each, 5 MB in all."""
        await self._call(f"{self.noun}.set.request", {"key": key, "value": value})

    async def delete(self, key: str) -> None:
        """Forgets a text; one that is not there is fine."""
        await self._call(f"{self.noun}.delete.request", {"key": key})


class SecureStoreNamespace(StorageNamespace):
    """As storage, encrypted at rest and never exported."""

    noun = "secure-store"


class PluginUnicastNamespace(Namespace):
    """Messages between plugins of one store."""

    async def send(self, message: Any, to: str) -> None:
        """To the plugin named `to`; dropped when it is not running."""
        self._pos.notify("plugin.unicast.send", {"to": to, "message": message})

    def listen(self, event: str, handler: Callable[..., Any]) -> Callable[[], None]:
        """`listen("message", handler)`: calls `handler(message, sender)`."""
        return self._pos.events.on(f"plugin_unicast.{event}", handler)
