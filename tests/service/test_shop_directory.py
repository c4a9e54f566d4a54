"""The directory of shops a head office keeps (contract, extensions §11)."""

from __future__ import annotations

from typing import Any

import pytest

from jumak.domain.caller import Caller
from jumak.domain.errors import Conflict, InvalidArgument, InvalidState, NotFound, PermissionDenied, PosError
from jumak.protocol.scopes import expand
from jumak.service.documents import Device, ShopEntry
from jumak.testing import SimulatedShop

OPERATOR = Caller(id="operator", kind="service", name="operator", scopes=expand(["directory:manage"]))
BRANCH = {"name": "hongdae", "title": "주막 홍대점", "businessNumber": "1208147521"}


async def ask(shop: SimulatedShop, verb: str, **data: Any) -> dict[str, Any]:
    return await shop.request(f"shop-directory.{verb}.request", data, caller=OPERATOR)


async def test_a_shop_is_added_suspended_and_resumed(shop: SimulatedShop) -> None:
    """Each change is one fact and one version; doing it again changes nothing."""
    added = (await ask(shop, "add", **BRANCH))["shop"]
    assert (added["name"], added["title"], added["state"], added["version"]) == (
        "hongdae",
        "주막 홍대점",
        "OPEN",
        1,
    )
    suspended = (await ask(shop, "suspend", id=added["id"], reason="미납"))["shop"]
    assert (suspended["state"], suspended["reason"], suspended["version"]) == ("SUSPENDED", "미납", 2)
    assert (await ask(shop, "suspend", id=added["id"], reason="미납"))["shop"] == suspended
    with pytest.raises(InvalidState):
        await ask(shop, "invite", id=added["id"])
    resumed = (await ask(shop, "resume", id=added["id"]))["shop"]
    assert resumed == added | {"version": 3}
    assert (await ask(shop, "list"))["shops"] == [resumed]
    facts = await shop.running.store.reader().facts(0, 99)
    assert [entry.fact.name for entry in facts if entry.fact.name.startswith("shop-directory.")] == [
        "shop-directory.add",
        "shop-directory.suspend",
        "shop-directory.resume",
    ]


async def test_a_shop_begins_with_its_own_settings(shop: SimulatedShop) -> None:
    """What it is founded with is what was asked for, under a number nobody made by hand."""
    asked = BRANCH | {"businessType": "RESTAURANT", "paymentTiming": "PAY_LATER", "tablesEnabled": True}
    number = (await ask(shop, "add", **asked))["shop"]["id"]
    entry = await shop.running.store.reader().get(ShopEntry, number)
    assert entry is not None
    assert entry.founding.id == number >= 1 << 32
    assert entry.founding.has_tables
    assert entry.founding.version == 1


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"name": "Hongdae"}, InvalidArgument),
        ({"name": "-a"}, InvalidArgument),
        ({"name": "a.b"}, InvalidArgument),
        ({"name": "office"}, Conflict),
        ({"name": "taken"}, Conflict),
        ({"businessNumber": "12"}, InvalidArgument),
        ({"timeZone": "Mars/Olympus"}, InvalidArgument),
        ({"businessType": "RETAIL", "tablesEnabled": True}, InvalidArgument),
    ],
)
async def test_what_cannot_be_added(
    shop: SimulatedShop, wrong: dict[str, Any], error: type[PosError]
) -> None:
    """A refused shop is not there."""
    await ask(shop, "add", **BRANCH | {"name": "taken"})
    with pytest.raises(error):
        await ask(shop, "add", **BRANCH | wrong)
    assert len((await ask(shop, "list"))["shops"]) == 1


async def test_an_owner_is_invited_by_a_code(shop: SimulatedShop) -> None:
    """The code makes one till of the owner, in the shop it is for."""
    number = (await ask(shop, "add", **BRANCH))["shop"]["id"]
    code = (await ask(shop, "invite", id=number, till="사장님"))["code"]
    claimed = await shop.request("device.claim.request", {"code": code})
    device = await shop.running.store.reader().get(Device, claimed["device"]["id"])
    assert device is not None
    assert (device.name, device.kind, "staff:own" in device.scopes) == ("사장님", "till", True)
    with pytest.raises(NotFound):
        await ask(shop, "invite", id=number + 1)


async def test_only_a_head_office_has_a_directory(shop: SimulatedShop) -> None:
    """Whoever holds every scope in another shop changes nothing with it; an owner holds none of these."""
    shop.running.branches = None
    for verb, data in (("list", {}), ("add", BRANCH), ("suspend", {"id": 1}), ("resume", {"id": 1})):
        with pytest.raises(InvalidState) as refused:
            await ask(shop, verb, **data)
        assert refused.value.reason == "NO_DIRECTORY"
    with pytest.raises(PermissionDenied):
        await shop.request("shop-directory.list.request", {})
