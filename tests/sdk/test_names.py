"""Names: every member of the contract has its place in Python."""

from __future__ import annotations

import re

import pytest

from jumak.protocol.table import TABLE
from jumak.sdk.client import Pos
from jumak.sdk.names import camel, canonical, push_of, snake, topic_of

LATER = {"http", "websocket", "ui", "toast", "alert", "sound", "navigation", "powerSaver", "barcode", "error", "paymentMethod"}  # fmt: skip
"""Namespaces of the bridges and the UI."""

RENAMED = {"storage.del": "storage.delete", "secureStore.del": "secure_store.delete"}


@pytest.fixture
async def pos() -> Pos:
    async def nowhere():
        raise ConnectionError

    return Pos(nowhere, "")


async def test_every_member_is_there(pos: Pos):
    """coverage §1: each SDK member of the table under the same name in snake_case."""
    for row in TABLE.values():
        for member in row.sdk.split("|"):
            found = re.fullmatch(r"\s*(\w+)\.(\w+).*", member)
            if found is None or row.origin == "extension" or found[1] in LATER:
                continue
            path = RENAMED.get(f"{found[1]}.{found[2]}", f"{snake(found[1])}.{snake(found[2])}")
            namespace, name = path.split(".")
            assert hasattr(getattr(pos, namespace), name), member


async def test_every_extension_is_there(pos: Pos):
    """extensions §1: `noun.verb.request` ↔ `pos.ext.noun.verb`."""
    for name, row in TABLE.items():
        if row.origin == "extension" and row.kind == "request" and name.count(".") == 2:
            noun, verb, _ = name.split(".")
            member = getattr(getattr(pos.ext, snake(noun)), snake(verb))
            assert member._path == f"{noun}.{verb}"
    with pytest.raises(AttributeError, match="no message"):
        _ = pos.ext.nonsense
    with pytest.raises(AttributeError, match="no message"):
        _ = pos.ext.plugin.nonsense


@pytest.mark.parametrize(
    ("topic", "push", "data"),
    [
        ("order.cancel", "order.change.event", {"event": "cancel"}),
        ("kds_order.open", "kds-order-item.change.event", {"event": "open"}),
        ("table.order-add", "table.change.event", {"event": "order-add"}),
        ("catalog.sold-out", "catalog-item.change.event", {"event": "sold-out"}),
        ("setting.change", "setting.change.event", {}),
        ("setting.button", "setting.button.event", {"id": "b"}),
        ("plugin_unicast.message", "plugin.unicast.event", {}),
        ("plugin.stopping", "plugin.stopping.event", {}),
        ("kds_board.change", "kds-board.change.event", {}),
    ],
)
def test_topics_and_pushes(topic: str, push: str, data: dict[str, str]):
    """wire §6: a topic asks for its push and is found from it again."""
    assert push_of(topic) == push
    assert topic_of(push, data) == topic


def test_spellings():
    """Both spellings of a topic are one; words turn back and forth."""
    assert canonical("kdsOrder.open") == "kds_order.open"
    assert canonical("table.order_add") == "table.order-add"
    assert canonical("ext.waiting.change") == "waiting.change"
    assert camel("kds_order_item") == "kdsOrderItem"
    assert snake("kdsOrderItem") == snake("kds-order-item") == "kds_order_item"
