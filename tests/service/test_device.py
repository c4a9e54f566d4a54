"""Devices, codes and tokens."""

from __future__ import annotations

import pytest

from jumak.domain.caller import Caller, Reach
from jumak.server.http import NOBODY
from jumak.service.documents import Device
from tests.server.conftest import Desk, Refused


async def test_pairing(desk: Desk) -> None:
    """H-75, SEC-1: the token is shown once and only its hash is kept; each kind gets its own scopes."""
    paired = await desk.ask("device.pair", kind="kitchen", name="Grill")
    assert paired["device"]["scopes"] == ["kds:read", "kds:write"]
    caller = desk.shop.credentials.caller_of(paired["token"])
    assert (caller.kind, caller.scopes) == ("device", frozenset({"kds:read", "kds:write"}))
    (device,) = (await desk.shop.store.reader().all(Device)).values()
    kept = str(device) + str(await desk.facts()) + str(await desk.ask("device.list"))
    assert paired["token"] not in kept
    assert paired["code"] not in kept


async def test_services_of_one_name_are_one_identity(desk: Desk) -> None:
    """H-2: a service acts as a plugin whose id is its name, whatever its token."""
    one, two = await desk.token(name="lamp"), await desk.token(name="lamp", scopes=["catalog:read"])
    callers = [desk.shop.credentials.caller_of(token) for token in (one, two)]
    assert [caller.id for caller in callers] == ["lamp", "lamp"]
    assert callers[0].kind == "service"
    assert "order:write" in callers[0].scopes
    assert "staff:order" not in callers[0].scopes
    assert callers[1].scopes == {"catalog:read"}


@pytest.mark.parametrize("name", ["system", "command-line", "hub", "office", "office:본사", ""])
async def test_names_that_are_taken(desk: Desk, name: str) -> None:
    """H-2: no service goes by an identity of the shop."""
    with pytest.raises(Refused) as refused:
        await desk.token(name=name)
    assert refused.value.code == "INVALID_ARGUMENT"


async def test_unknown_scopes(desk: Desk) -> None:
    """H-76: a scope that does not exist is refused by name."""
    with pytest.raises(Refused) as refused:
        await desk.token(scopes=["catalog:read", "cash:print"])
    assert refused.value.data["path"] == "$.scopes[1]"


async def test_groups_of_scopes(desk: Desk) -> None:
    """H-76: `plugin` is every SDK scope, `all` every scope."""
    everything = desk.shop.credentials.caller_of(await desk.token(scopes=["all"]))
    assert {"staff:own", "till", "order:manage", "ui"} <= everything.scopes
    assert everything.is_staff
    assert not desk.shop.credentials.caller_of(await desk.token(name="p", scopes=["plugin"])).is_staff


async def test_letters(desk: Desk) -> None:
    """NUM-3: tills carry A, B, C …; one that is revoked frees its letter."""
    paired = [(await desk.ask("device.pair", kind="till", name=f"Till {n}"))["device"] for n in range(3)]
    assert [device["letter"] for device in paired] == ["A", "B", "C"]
    await desk.ask("device.revoke", id=paired[1]["id"])
    assert (await desk.ask("device.pair", kind="till", name="New"))["device"]["letter"] == "B"
    more = [(await desk.ask("device.pair", kind="till", name="More"))["device"]["letter"] for _ in range(25)]
    assert more[-4:] == ["Y", "Z", "AA", "AB"]


async def test_a_code_counts_once(desk: Desk) -> None:
    """H-75: one use, any case and dashes; a wrong code looks like a used one."""
    code = (await desk.ask("device.pair", kind="till", name="Counter"))["code"]
    typed = f"{code[:5].lower()}-{code[5:]}"
    claimed = await desk.ask("device.claim", NOBODY, code=typed)
    assert claimed["device"]["name"] == "Counter"
    assert desk.shop.credentials.caller_of(claimed["token"]).id == claimed["device"]["id"]
    errors = []
    for wrong in (code, "ABCDEFGHJK"):
        with pytest.raises(Refused) as refused:
            await desk.ask("device.claim", NOBODY, code=wrong)
        errors.append(refused.value.body)
    assert errors[0] == errors[1]
    assert errors[0]["error"]["code"] == "NOT_FOUND"


async def test_a_code_lasts_five_minutes(desk: Desk) -> None:
    """H-75: afterwards it opens nothing."""
    code = (await desk.ask("device.pair", kind="till", name="Counter"))["code"]
    desk.clock.jump(minutes=5)
    with pytest.raises(Refused):
        await desk.ask("device.claim", NOBODY, code=code)


async def test_codes_are_throttled(desk: Desk) -> None:
    """H-71, H-75: ten wrong codes in a minute, then nobody may try until it has passed."""
    code = (await desk.ask("device.pair", kind="till", name="Counter"))["code"]
    for _ in range(10):
        with pytest.raises(Refused):
            await desk.ask("device.claim", NOBODY, code="WRONGWRONG")
    with pytest.raises(Refused) as refused:
        await desk.ask("device.claim", NOBODY, code=code)
    assert refused.value.code == "RATE_LIMITED"
    assert refused.value.data["retryAfterMs"] == 60_001
    desk.clock.jump(seconds=61)
    assert (await desk.ask("device.claim", NOBODY, code=code))["complete"]


async def test_the_owners_link(desk: Desk) -> None:
    """H-75: the first start's link makes a till with everything an owner may, once."""
    code = desk.shop.credentials.offer_owner_code()
    claimed = await desk.ask("device.claim", NOBODY, code=code)
    caller = desk.shop.credentials.caller_of(claimed["token"])
    assert {"till", "staff:own", "staff:pay"} <= caller.scopes
    with pytest.raises(Refused):
        await desk.ask("device.claim", NOBODY, code=code)


async def test_revoking(desk: Desk) -> None:
    """H-36: twice is once; an unknown device is NOT_FOUND."""
    token = await desk.token(name="lamp")
    device = desk.shop.credentials.caller_of(token).device_id
    await desk.ask("device.revoke", id=device)
    await desk.ask("device.revoke", id=device)
    assert [name for name, _ in await desk.facts()].count("device.revoke") == 1
    (listed,) = (await desk.ask("device.list"))["devices"]
    assert listed["revokedAt"] == "2026-02-01T12:00:00+09:00"
    with pytest.raises(Refused):
        await desk.ask("device.revoke", id="nothing")


async def test_device_info(desk: Desk) -> None:
    """H-13: the POS and the shop's mode, nothing null (contract, merchant-device §2)."""
    info = (await desk.ask("device.info", Caller(id="p", kind="plugin", name="p")))["device"]
    assert info["name"] == "jumak"
    assert info["platform"] in ("windows", "macos", "linux")
    assert len(info["serialNumber"]) == 15
    assert info["businessType"] == {
        "business": {"type": "RESTAURANT"},
        "operation": {
            "payment": {"type": "PAY_LATER"},
            "table": {"enabled": True},
            "booking": {"enabled": False},
        },
    }
    assert None not in info.values()


async def test_device_info_of_a_retail_shop(desk: Desk) -> None:
    """H-13: retail and service take payment first and have no tables (contract, merchant-device §2)."""
    changes = {"businessType": "RETAIL", "paymentTiming": "PAY_FIRST", "tablesEnabled": False}
    await desk.ask("shop-setting.update", changes=changes, expectedVersion=1)
    operation = (await desk.ask("device.info"))["device"]["businessType"]["operation"]
    assert operation["payment"] == {"type": "PAY_FIRST"}
    assert operation["table"] == {"enabled": False}


async def test_a_head_office_token_holds_nothing_but_what_is_over_several_shops(desk: Desk) -> None:
    """H-76, extensions §11.1: its scopes are `branch-*` ones, and what needs no scope is not its own either."""
    reach = {"shops": [4_294_967_301], "groups": ["서울"]}
    paired = await desk.ask(
        "device.pair", kind="service", name="본사", scopes=["branch-report:read"], reach=reach
    )
    assert paired["device"]["reach"] == reach
    caller = desk.shop.credentials.caller_of(paired["token"])
    assert caller.scopes == {"branch-report:read"}
    service = desk.shop.credentials.caller_of(await desk.token(name="본사"))
    assert (caller.id, caller.name, service.id) == ("office:본사", "본사", "본사")
    assert caller.reach is not None
    assert caller.reach.covers(4_294_967_301, ())
    assert caller.reach.covers(1, ("부산", "서울"))
    assert not caller.reach.covers(1, ("부산",))
    for name in ("storage.get", "secure-store.get", "merchant.info", "order.get-list", "device.list"):
        with pytest.raises(Refused) as refused:
            await desk.ask(name, caller, key="k")
        assert (refused.value.code, refused.value.reason) == ("PERMISSION_DENIED", "SCOPE")


@pytest.mark.parametrize(
    "wanted",
    [
        {"scopes": ["branch-report:read", "payment:write"]},
        {"scopes": ["all"]},
        {"scopes": []},
        {},
        {"kind": "till", "scopes": ["branch-report:read"]},
    ],
)
async def test_no_other_token_has_a_reach(desk: Desk, wanted: dict[str, object]) -> None:
    """H-76: a till, or a token that may do more, is refused."""
    with pytest.raises(Refused) as refused:
        await desk.ask("device.pair", **({"kind": "service", "name": "hq", "reach": {"all": True}} | wanted))
    assert refused.value.code == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("reach", "reason"),
    [({}, "EMPTY_REACH"), ({"shops": [], "groups": []}, "EMPTY_REACH"), ({"all": False}, "EMPTY_REACH")],
)
async def test_a_token_for_no_shop_is_no_token_for_every_shop(
    desk: Desk, reach: dict[str, object], reason: str
) -> None:
    """H-76: a list that came out empty is refused, and so is one beside `all`; every shop is said so."""
    wanted = {"kind": "service", "name": "hq", "scopes": ["branch-report:read"]}
    with pytest.raises(Refused) as refused:
        await desk.ask("device.pair", **wanted, reach=reach)
    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", reason)
    with pytest.raises(Refused):
        await desk.ask("device.pair", **wanted, reach={"all": True, "shops": [4_294_967_301]})
    paired = await desk.ask("device.pair", **wanted, reach={"all": True})
    assert paired["device"]["reach"] == {"all": True}
    caller = desk.shop.credentials.caller_of(paired["token"])
    assert caller.reach is not None
    assert caller.reach.covers(4_294_967_999, ())
    assert not Reach().covers(4_294_967_999, ("서울",))
