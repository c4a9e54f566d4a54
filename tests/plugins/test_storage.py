"""A plugin's own texts."""

from __future__ import annotations

import pytest

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument
from jumak.sdk import PosPluginSdkError
from jumak.testing import SimulatedShop

PLUGIN = Caller(id="p", kind="plugin", name="p")


@pytest.mark.parametrize("noun", ["storage", "secure_store"])
async def test_texts_come_and_go(shop: SimulatedShop, noun: str):
    """plugin-runtime §6: strings by key, absent when missing, delete resolves, other plugins see nothing."""
    first, second = await shop.pos("first"), await shop.pos("second")
    store = getattr(first, noun)
    assert await store.get("k") is None
    await store.set("k", "값")
    await store.set("k", "값")
    assert await store.get("k") == "값"
    assert await getattr(second, noun).get("k") is None
    await store.delete("k")
    await store.delete("k")
    assert await store.get("k") is None


async def test_both_kinds_are_apart(shop: SimulatedShop):
    """A secret is not found among the texts, nor the reverse."""
    pos = await shop.pos()
    await pos.storage.set("k", "open")
    await pos.secure_store.set("k", "secret")
    assert await pos.storage.get("k") == "open"
    assert await pos.secure_store.get("k") == "secret"


async def test_limits(shop: SimulatedShop):
    """plugin-runtime §6: 256 characters a key, 1 MB a value, 5 MB in all; a refusal changes nothing."""
    pos = await shop.pos()
    await pos.storage.set("k" * 256, "x")
    await pos.storage.set("most", "가" * 333_333 + "x")
    await pos.storage.delete("most")
    for key, value in (("k" * 257, "x"), ("k", "x" * 1_000_001)):
        with pytest.raises(InvalidArgument, match="at most"):
            await shop.request("storage.set.request", {"key": key, "value": value}, caller=PLUGIN)
    big = "x" * 990_000
    for number in range(5):
        await shop.request("storage.set.request", {"key": str(number), "value": big}, caller=PLUGIN)
    with pytest.raises(InvalidArgument):
        await shop.request("secure-store.set.request", {"key": "5", "value": big}, caller=PLUGIN)
    await shop.request("storage.set.request", {"key": "4", "value": "small"}, caller=PLUGIN)
    await shop.request("storage.set.request", {"key": "5", "value": big}, caller=PLUGIN)


@pytest.mark.parametrize("value", [1, True, {"a": 1}, None])
async def test_strings_only(shop: SimulatedShop, value: object):
    """plugin-runtime §6: a value that is no string is INVALID_ARGUMENT."""
    pos = await shop.pos()
    with pytest.raises(PosPluginSdkError) as refused:
        await pos.request("storage.set.request", {"key": "k", "value": value})
    assert refused.value.code == "INVALID_ARGUMENT"


async def test_a_till_keeps_its_own(shop: SimulatedShop):
    """plugin-runtime §6: per plugin, store and device."""
    on_first = Caller(id="p", kind="plugin", name="p", device_id="till-1")
    on_second = Caller(id="p", kind="plugin", name="p", device_id="till-2")
    await shop.request("storage.set.request", {"key": "k", "value": "1"}, caller=on_first)
    assert await shop.request("storage.get.request", {"key": "k"}, caller=on_second) == {}
    assert await shop.request("storage.get.request", {"key": "k"}, caller=on_first) == {"value": "1"}


async def test_a_retried_set_has_no_second_effect(shop: SimulatedShop):
    """H-18: the same request under a new callback id answers and changes nothing."""
    pos = await shop.pos()
    before = shop.running.store.reader().seq
    await pos.storage.set("k", "v")
    await pos.storage.set("k", "v")
    assert await pos.storage.get("k") == "v"
    assert shop.running.store.reader().seq == before, "storage is no fact"
