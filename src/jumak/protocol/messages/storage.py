"""A plugin's own texts: `storage` and `secureStore` (contract, plugin-runtime §6)."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from jumak.protocol.row import Data, Done, Reply, Row


class KeyData(Data, frozen=True, kw_only=True):
    """Which text."""

    key: str


class SetData(Data, frozen=True, kw_only=True):
    """Which text, and what it becomes. Strings only."""

    key: str
    value: str


class ValueReply(Reply, frozen=True, kw_only=True):
    """The text; absent when there is none."""

    value: str | UnsetType = UNSET


PAGE = "plugin-runtime.md"
SDK = "sdk-0.0.27"

ROWS = (
    Row(name="storage.get.request", kind="request", data=KeyData, reply=ValueReply,
        sdk="storage.get", origin=SDK, page=PAGE, about="a text the plugin kept"),
    Row(name="storage.set.request", kind="request", data=SetData, reply=Done, write=True,
        sdk="storage.set", origin=SDK, page=PAGE, about="keep a text: 1 MB each, 5 MB in all"),
    Row(name="storage.delete.request", kind="request", data=KeyData, reply=Done, write=True,
        sdk="storage.del", origin=SDK, page=PAGE, about="forget a text"),
    Row(name="secure-store.get.request", kind="request", data=KeyData, reply=ValueReply,
        sdk="secureStore.get", origin=SDK, page=PAGE, about="a secret the plugin kept"),
    Row(name="secure-store.set.request", kind="request", data=SetData, reply=Done, write=True,
        sdk="secureStore.set", origin=SDK, page=PAGE, about="keep a secret, encrypted at rest"),
    Row(name="secure-store.delete.request", kind="request", data=KeyData, reply=Done, write=True,
        sdk="secureStore.del", origin=SDK, page=PAGE, about="forget a secret"),
)  # fmt: skip
