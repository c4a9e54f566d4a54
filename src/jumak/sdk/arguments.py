"""What a handler of an event is called with (contract, wire §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jumak.sdk.types import Order
from jumak.sdk.values import Record, loosely, read

if TYPE_CHECKING:
    from jumak.sdk.client import Pos
    from jumak.sdk.events import Push


async def arguments(pos: Pos, topic: str, push: Push) -> tuple[Any, ...]:
    """The arguments for a handler of `topic`; what a push does not carry is asked of the shop."""
    data = push.data
    namespace, _, event = topic.partition(".")
    match namespace:
        case "order" if event == "cancel":
            order = data["order"]
            if "lineItems" not in order:
                return (await pos.order.get_order(order["id"]),)
            return (read(Order, order),)
        case "order" if "event" in data:
            return (data["order"]["id"],)
        case "payment" if "event" in data:
            return data["payment"]["id"], data["order"]["id"]
        case "table" if event in ("move", "merge"):
            return (Record({key: value for key, value in data.items() if key not in ("event", "table")}),)
        case "table" if "event" in data:
            return (data["table"]["id"],)
        case "catalog" | "category" | "option" if "event" in data:
            return (data[namespace]["id"],)
        case "kds_order":
            return (data["kdsOrder"]["id"],)
        case "draft_order" if "event" in data:
            return (loosely(data.get("draftOrder")),)
        case "setting" if event == "change":
            return (await pos.setting.get_values(),)
        case "plugin_unicast":
            return data.get("message"), data["from"]
        case "barcode":
            return (data["barcode"],)
        case "toast" if event == "click":
            return ()
        case "toast" if event == "button-click":
            return (data["id"],)
        case "websocket":
            return (data,)
    return (loosely(data),)
