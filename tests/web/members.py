"""Message → the SDK's member that sends it, its arguments, and which key of the reply it hands out (contract, wire §4)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.tidy.project import ROOT

Json = dict[str, Any]
Arguments = Callable[[Json], list[Any]]

CONTRACT: dict[str, Json] = {
    message["name"]: message
    for message in json.loads((ROOT / "docs/contract/messages.json").read_text(encoding="utf-8"))
}

WHOLE = "*"
"""The member hands out every key of the reply."""


def _none(data: Json) -> list[Any]:
    return []


def _keys(*names: str) -> Arguments:
    return lambda data: [data[name] for name in names if name in data]


def _all(data: Json) -> list[Any]:
    return [data]


def _inputs(data: Json) -> list[Any]:
    return [list(data.values())]


MEMBERS: dict[str, tuple[str, Arguments, str]] = {
    "plugin.info.request": ("plugin.getPluginInfo", _none, WHOLE),
    "merchant.info.request": ("merchant.getMerchant", _none, "merchant"),
    "device.info.request": ("device.getDeviceInfo", _none, "device"),
    "catalog-category.list.request": ("category.getCategories", _none, "categories"),
    "catalog-category.get.request": ("category.getCategory", lambda data: [data["category"]["id"]], "category"),
    "catalog-item.list.request": ("catalog.getCatalogs", _none, "catalogs"),
    "catalog-item.get.request": ("catalog.getCatalog", lambda data: [data["catalog"]["id"]], "catalog"),
    "catalog-item-option.list.request": ("option.getOptions", _none, "options"),
    "catalog-item-option.get.request": ("option.getOption", lambda data: [data["option"]["id"]], "option"),
    "hall.list.request": ("table.getHalls", _none, "halls"),
    "table.list.request": ("table.getTables", _none, "tables"),
    "table.get.request": ("table.getTable", lambda data: [data["table"]["id"]], "table"),
    "table.clear.request": (
        "table.clearTable",
        lambda data: [data["table"]["id"], *([data["order"]["id"]] if "order" in data else [])],
        "",
    ),
    "order.add.request": ("order.add", _keys("order"), "order"),
    "order.add-menu.request": ("order.addMenu", _keys("id", "order"), "order"),
    "order.cancel.request": ("order.cancel", _keys("id"), ""),
    "order.complete.request": ("order.complete", _keys("id"), "order"),
    "order.get.request": ("order.getOrder", _keys("id"), "order"),
    "order.get-list.request": ("order.getOrders", _all, "orders"),
    "order.search.request": ("order.search", _all, "orders"),
    "payment.add.request": ("payment.add", _keys("order", "paymentDto"), "payment"),
    "payment.cancel.request": ("payment.cancel", _keys("order", "payment"), ""),
    "payment.get.request": ("payment.getPayment", _keys("id"), "payment"),
    "cash-receipt.issue.request": ("cashReceipt.add", _all, ""),
    "kds-order-item.get-list.request": ("kdsOrder.getKdsOrderItems", _all, WHOLE),
    "draft-order.get.request": ("draftOrder.get", _none, "draftOrder"),
    "draft-order.clear.request": ("draftOrder.clear", _none, ""),
    "draft-order.add-line-item.request": ("draftOrder.addLineItem", _keys("lineItem"), "draftOrder"),
    "draft-order.delete-line-item.request": ("draftOrder.deleteLineItem", _keys("key"), "draftOrder"),
    "draft-order.delete-discount.request": ("draftOrder.deleteDiscount", _keys("indexOfDiscount"), "draftOrder"),
    "draft-order.delete-item-discount.request": (
        "draftOrder.deleteItemDiscount", _keys("key", "indexOfDiscount"), "draftOrder",
    ),
    "draft-order.update-item-quantity.request": (
        "draftOrder.updateItemQuantity", _keys("key", "quantity"), "draftOrder",
    ),
    "draft-order.update-item-option-choices.request": (
        "draftOrder.updateItemOptionChoice", _keys("key", "optionChoices"), "draftOrder",
    ),
    "draft-order.update-item-memo.request": ("draftOrder.updateItemMemo", _keys("key", "memo"), "draftOrder"),
    "draft-order.update-is-ignore-print.request": (
        "draftOrder.updateIgnorePrint", _keys("ignorePrint"), "draftOrder",
    ),
    "draft-order.start-payment": ("draftOrder.startPayment", _none, ""),
    "setting.set-inputs.request": ("setting.setInputs", _inputs, ""),
    "setting.values.request": ("setting.getValues", _none, "settings"),
    "storage.get.request": ("storage.get", _keys("key"), "value"),
    "storage.set.request": ("storage.set", _keys("key", "value"), ""),
    "storage.delete.request": ("storage.del", _keys("key"), ""),
    "secure-store.get.request": ("secureStore.get", _keys("key"), "value"),
    "secure-store.set.request": ("secureStore.set", _keys("key", "value"), ""),
    "secure-store.delete.request": ("secureStore.del", _keys("key"), ""),
    "barcode.send.request": ("barcode.send", _keys("barcode"), ""),
    "power-saver.start-blocking.request": ("powerSaver.startBlocking", _none, ""),
    "power-saver.stop-blocking.request": ("powerSaver.stopBlocking", _none, ""),
    "power-saver.is-blocked.request": ("powerSaver.isBlocked", _none, "isBlocked"),
}  # fmt: skip
"""The SDK's own members; HTTP, sockets and popups are driven by hand, what is left is an extension."""


def extension(name: str) -> str:
    """`order.add-line.request` → `ext.order.addLine` (contract, extensions §1)."""
    member: str = CONTRACT[name]["sdk"].split("|")[0]
    return member


def snake(member: str) -> str:
    """The same member in Python: `draftOrder.addLineItem` → `draft_order.add_line_item`."""
    name = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1].lower()}", member)
    return {"storage.del": "storage.delete", "secure_store.del": "secure_store.delete"}.get(name, name)
