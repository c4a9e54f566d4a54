"""Names: every member of the contract, and of the SDK in TypeScript, has its place in Python."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from jumak.protocol.table import TABLE
from jumak.sdk.client import Pos
from jumak.sdk.names import camel, canonical, push_of, snake, topic_of
from jumak.sdk.websocket import Websocket
from tests.tidy.project import ROOT
from tests.web.building import environment

RENAMED = {"storage.del": "storage.delete", "secureStore.del": "secure_store.delete"}
"""`del` is a keyword."""

APART = {"ext", "request"}
"""Members that are no namespace with a list of its own: `ext` is held against the table below."""

OF_A_SOCKET = {"connect", "disconnect", "send", "onOpen", "onMessage", "onError", "onClose"}
"""`websocket.send` and the like belong to what `websocket.create` gives."""

LIST_MEMBERS = """
import { posPluginSdk } from './packages/pos-plugin-sdk/dist/esm/index.js';
const members = [];
for (const [namespace, value] of Object.entries(posPluginSdk)) {
  if (typeof value === 'function') members.push(namespace);
  else for (const name of Object.keys(value)) members.push(`${namespace}.${name}`);
}
console.log(JSON.stringify(members));
"""


@pytest.fixture
async def pos() -> Pos:
    async def nowhere():
        raise ConnectionError

    return Pos(nowhere, "")


@pytest.fixture(scope="module")
def members_in_typescript() -> set[str]:
    """Those of the built package, as it tells them itself."""
    told = subprocess.run(
        ["node", "--input-type=module", "-e", LIST_MEMBERS],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return set(json.loads(told.stdout))


def twin(pos: Pos, member: str) -> object:
    """The member of the Python SDK for one of the contract's; raises AttributeError."""
    namespace, name = member.split(".")
    if namespace == "websocket" and name in OF_A_SOCKET:
        return getattr(Websocket, snake(name))
    path = RENAMED.get(member, f"{snake(namespace)}.{snake(name)}")
    place, word = path.split(".")
    return getattr(getattr(pos, place), word)


def members_of_the_table() -> set[str]:
    """Every member some message belongs to."""
    words = [word for row in TABLE.values() if row.origin != "extension" for word in row.sdk.split("|")]
    found = {match[0] for word in words if (match := re.match(r"\w+\.\w+", word.strip()))}
    assert len(found) > 60
    return found


def members_of_the_page() -> set[str]:
    """Every member of `coverage.md`, those without a message included."""
    page = (ROOT / "docs/contract/coverage.md").read_text(encoding="utf-8").split("## 2.")[0]
    return set(re.findall(r"^\| `([a-z]\w*\.\w+)", page, re.MULTILINE))


async def test_every_member_is_there(pos: Pos):
    """coverage §1: each SDK member of the table and of the page under the same name in snake_case."""
    for member in members_of_the_table() | members_of_the_page():
        assert callable(twin(pos, member)), member


async def test_every_member_in_typescript_has_its_twin(pos: Pos, members_in_typescript: set[str]):
    """python-sdk: same namespaces, same members; what one of the two SDKs has, the other has."""
    of_the_table = {member for member in members_of_the_table() if member.split(".")[1] not in OF_A_SOCKET}
    assert of_the_table <= members_in_typescript
    for member in members_in_typescript:
        if member.split(".")[0] not in APART:
            assert callable(twin(pos, member)), member
    assert callable(pos.request)


async def test_every_extension_is_there(pos: Pos):
    """extensions §1: `noun.verb.request` ↔ `pos.ext.noun.verb`, pushes ↔ `.on`, questions ↔ `.answer`."""
    verbs = {"push": "on", "host-request": "answer"}
    for row in TABLE.values():
        if row.origin == "extension":
            member = pos.ext
            for word in row.member:
                member = getattr(member, snake(word))
            assert callable(getattr(member, verbs[row.kind]) if row.kind in verbs else member), row.name
    with pytest.raises(AttributeError, match="no message"):
        _ = pos.ext.nonsense
    with pytest.raises(AttributeError, match="no message"):
        _ = pos.ext.plugin.nonsense
    with pytest.raises(AttributeError, match="no push"):
        pos.ext.order.find.on(print)


async def test_an_extension_listens_to_the_push_it_names(pos: Pos):
    """extensions §1: the noun's own push, or the one that is named; nothing else is asked for."""
    for subscribe, push in (
        (pos.ext.waiting.on, "waiting.change.event"),
        (pos.ext.plugin.on, "plugin.change.event"),
        (pos.ext.payment_method.on, "payment-method.change.event"),
        (pos.ext.plugin.stopping.on, "plugin.stopping.event"),
        (pos.ext.notice.on, "notice.event"),
        (pos.ext.toast.show.on, "toast.show.event"),
    ):
        off = subscribe(print)
        assert pos.events.wanted() == (push,)
        off()
    off = pos.ext.plugin.on("stopping", print)
    assert pos.events.wanted() == ("plugin.stopping.event",)
    off()
    assert pos.events.wanted() == ()


def test_every_push_is_found_from_its_topic():
    """wire §6: whatever arrives has a topic, and asking for the topic asks for it."""
    for name, row in TABLE.items():
        if row.kind == "push":
            assert push_of(topic_of(name, {"event": "add"})) == name


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
        ("barcode.scan", "barcode.event", {}),
        ("toast.button-click", "toast.button.click", {}),
        ("websocket.event", "websocket.event", {"event": "open"}),
        ("notice.event", "notice.event", {}),
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
