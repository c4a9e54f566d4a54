"""How the SDK's words and the table's names belong together.

Python says `pos.kds_order.on("open")`, the wire says `kds-order-item.change.event` with
`event: "open"`. Extensions need no list: their members are the table's own (`Row.member`).
"""

from __future__ import annotations

from typing import Any

from jumak.protocol.table import TABLE

CHANGES: dict[str, tuple[str, frozenset[str]]] = {
    "order": (
        "order.change.event",
        frozenset({"add", "update", "accept", "decline", "expire", "complete", "cancel", "call"}),
    ),
    "payment": ("payment.change.event", frozenset({"paid", "cancel"})),
    "catalog": (
        "catalog-item.change.event",
        frozenset({"add", "update", "delete", "sold-out", "on-sale"}),
    ),
    "category": ("catalog-category.change.event", frozenset({"add", "update", "delete"})),
    "option": (
        "catalog-item-option.change.event",
        frozenset({"add", "update", "delete", "sold-out", "on-sale"}),
    ),
    "kds_order": ("kds-order-item.change.event", frozenset({"open", "complete", "cancel"})),
    "table": (
        "table.change.event",
        frozenset({"order-add", "order-update", "clear", "add", "update", "delete", "move", "swap", "merge"}),
    ),
    "draft_order": ("draft-order.change.event", frozenset({"change"})),
}
"""Namespace → its change push and the event words it carries."""

SINGLE: dict[str, str] = {
    "setting.change": "setting.change.event",
    "setting.button": "setting.button.event",
    "plugin_unicast.message": "plugin.unicast.event",
    "barcode.scan": "barcode.event",
    "toast.click": "toast.click",
    "toast.button-click": "toast.button.click",
}
"""Topics whose push carries no event word."""

OWN = "event"
"""The word of a push that is its noun's only one: `notice.event` is the topic and the push."""

_NAMESPACE_OF = {push: namespace for namespace, (push, _) in CHANGES.items()}
_TOPIC_OF = {push: topic for topic, push in SINGLE.items()}


def kebab(word: str) -> str:
    """`kds_order_item` → `kds-order-item`."""
    return word.replace("_", "-")


def snake(word: str) -> str:
    """`kdsOrderItem` and `kds-order-item` → `kds_order_item`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in word).replace("-", "_")


def camel(word: str) -> str:
    """`kds_order_item` → `kdsOrderItem`; a word without underscores stays."""
    head, *rest = word.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def push_of(topic: str) -> str:
    """The push behind a topic such as `order.cancel` or `waiting.change`."""
    topic = canonical(topic)
    if topic in SINGLE:
        return SINGLE[topic]
    namespace, _, event = topic.partition(".")
    extension = f"{kebab(namespace)}.event" if event == OWN else f"{kebab(namespace)}.{kebab(event)}.event"
    if namespace in CHANGES and event not in CHANGES[namespace][1] and extension in TABLE:
        return extension
    return CHANGES[namespace][0] if namespace in CHANGES else extension


def canonical(topic: str) -> str:
    """`kdsOrder.open`, `ext.table.order_add` → `kds_order.open`, `table.order-add`."""
    topic = topic.removeprefix("ext.")
    namespace, _, event = topic.partition(".")
    return f"{snake(namespace)}.{kebab(event)}"


def topic_of(push: str, data: dict[str, Any]) -> str:
    """The topic a push belongs to."""
    if push in _NAMESPACE_OF:
        return f"{_NAMESPACE_OF[push]}.{data.get('event', '')}"
    if push in _TOPIC_OF:
        return _TOPIC_OF[push]
    noun, _, event = push.removesuffix(".event").partition(".")
    return f"{snake(noun)}.{event or OWN}"


def topic_of_extension(push: str) -> str | None:
    """The topic of a push as a member below `ext`; None for one whose topics are event words."""
    return None if push in _NAMESPACE_OF else topic_of(push, {})
