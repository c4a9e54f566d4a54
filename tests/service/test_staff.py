"""Staff: PINs, sign-in, approvals."""

from __future__ import annotations

import pytest

from jumak.domain.caller import Caller
from jumak.service import staff
from jumak.service.documents import Staff
from tests.server.conftest import Desk, Refused, Served

TILL = Caller(id="till-1", kind="device", name="Counter", scopes=frozenset({"till"}), device_id="till-1")


@pytest.fixture(autouse=True)
def quick_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretching takes 40 ms by design; one test looks at the real thing."""
    monkeypatch.setattr(staff, "derive", lambda pin, salt: staff.PinDigest(f"{pin}:{salt}", salt))


async def hire(desk: Desk, name: str, role: str, pin: str) -> str:
    saved = await desk.ask("staff.save", staff={"name": name, "role": role, "pin": pin})
    return saved["staff"]["id"]


def test_a_pin_is_stretched_with_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-1: scrypt, another salt gives another digest, the PIN is not in it."""
    monkeypatch.undo()
    one, two = staff.derive("1234", "00" * 16), staff.derive("1234", "01" * 16)
    assert one.hash != two.hash
    assert len(one.hash) == 64
    assert one == staff.derive("1234", "00" * 16)


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "", "１２３４", "1234\n"])
async def test_pins_have_four_to_eight_digits(desk: Desk, pin: str) -> None:
    """SEC-1: 4–8 digits."""
    with pytest.raises(Refused) as refused:
        await hire(desk, "Kim", "server", pin)
    assert refused.value.code == "INVALID_ARGUMENT"


async def test_pins_are_unique(desk: Desk) -> None:
    """SEC-1: unique per shop; one's own may stay."""
    kim = await hire(desk, "Kim", "owner", "1234")
    with pytest.raises(Refused) as refused:
        await hire(desk, "Lee", "server", "1234")
    assert refused.value.reason == "PIN_TAKEN"
    same = await desk.ask("staff.save", staff={"id": kim, "name": "Kim", "role": "owner", "pin": "1234"})
    assert same["staff"] == {"id": kim, "name": "Kim", "role": "owner"}
    with pytest.raises(Refused):
        await desk.ask("staff.save", staff={"name": "New", "role": "server"})


async def test_no_pin_leaves_the_store(desk: Desk) -> None:
    """H-75, SEC-2: neither the list nor the journal nor a stored reply holds PIN, hash or salt."""
    await desk.ask("staff.save", command_id="k", staff={"name": "Kim", "role": "owner", "pin": "87654321"})
    (kim,) = (await desk.shop.store.reader().all(Staff)).values()
    seen = str(await desk.facts()) + str(await desk.ask("staff.list")) + str(await desk.ask("audit.list"))
    seen += str(await desk.ask("command.get", commandId="k"))
    for secret in ("87654321", kim.pin_hash, kim.pin_salt):
        assert secret not in seen


async def test_repeated_save(desk: Desk) -> None:
    """PAY-7: the same id adds nobody twice."""
    asked = {"name": "Kim", "role": "owner", "pin": "1234"}
    first = await desk.ask("staff.save", command_id="k", staff=asked)
    assert await desk.ask("staff.save", command_id="k", staff=asked) == first
    assert len((await desk.ask("staff.list"))["staff"]) == 1
    with pytest.raises(Refused) as refused:
        await desk.ask("staff.save", command_id="k", staff={**asked, "pin": "4321"})
    assert refused.value.code == "DUPLICATE_KEY"


async def test_the_last_owner_stays(desk: Desk) -> None:
    """SEC-1: somebody owns the shop."""
    kim = await hire(desk, "Kim", "owner", "1111")
    with pytest.raises(Refused) as refused:
        await desk.ask("staff.delete", id=kim)
    assert refused.value.reason == "LAST_OWNER"
    with pytest.raises(Refused):
        await desk.ask("staff.save", staff={"id": kim, "name": "Kim", "role": "server"})
    lee = await hire(desk, "Lee", "owner", "2222")
    await desk.ask("staff.delete", id=kim)
    assert [person["id"] for person in (await desk.ask("staff.list"))["staff"]] == [lee]


async def test_signing_in_and_out(served: Served) -> None:
    """SEC-1: the role's scopes come to the session and leave it; each role holds those below."""
    desk_, token = served.desk, await served.desk.token("till", "Counter")
    await hire(desk_, "Kim", "cashier", "1234")
    async with served.connect(token) as till:
        with pytest.raises(Refused):
            await till.ask("shop-setting.get")
        signed_in = await till.ask("staff.login", pin="1234")
        assert signed_in["staff"]["name"] == "Kim"
        assert {"till", "staff:pay", "staff:order", "order:read"} <= set(signed_in["scopes"])
        assert "staff:manage" not in signed_in["scopes"]
        assert (await till.ask("shop-setting.get"))["complete"]
        assert (await served.post("shop-setting.get", token)).status_code == 200
        await till.ask("staff.logout")
        with pytest.raises(Refused):
            await till.ask("shop-setting.get")
        assert (await served.post("shop-setting.get", token)).status_code == 403
    names = [name for name, _ in await desk_.facts()]
    assert names[-2:] == ["staff.login", "staff.logout"]


async def test_over_http_too(served: Served) -> None:
    """H-78, SEC-1: a till that speaks HTTP signs in with its token."""
    token = await served.desk.token("till", "Counter")
    await hire(served.desk, "Kim", "manager", "1234")
    assert (await served.post("staff.login", token, {"pin": "1234"})).status_code == 200
    assert (await served.post("shop-setting.get", token)).status_code == 200
    assert (await served.post("staff.logout", token)).status_code == 200
    assert (await served.post("shop-setting.get", token)).status_code == 403


async def test_dismissed_while_signed_in(served: Served) -> None:
    """SEC-1: a removed person's scopes leave every session at once."""
    await hire(served.desk, "Owner", "owner", "9999")
    kim = await hire(served.desk, "Kim", "manager", "1234")
    async with served.connect(await served.desk.token("till", "Counter")) as till:
        await till.ask("staff.login", pin="1234")
        await served.desk.ask("staff.delete", id=kim)
        with pytest.raises(Refused) as refused:
            await till.ask("shop-setting.get")
        assert refused.value.reason == "SCOPE"


async def test_five_wrong_pins_lock(desk: Desk) -> None:
    """SEC-1, SEC-2: five failures lock the device for five minutes, each is in the journal; others go on."""
    await hire(desk, "Kim", "manager", "1234")
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Refused) as refused:
            await desk.ask("staff.login", TILL, pin="0000")
        assert refused.value.reason == "WRONG_PIN"
        assert refused.value.data["attemptsLeft"] == left
    with pytest.raises(Refused) as refused:
        await desk.ask("staff.login", TILL, pin="1234")
    assert refused.value.code == "LOCKED"
    assert refused.value.data["until"] == "2026-02-01T03:05:00.000Z"
    elsewhere = Caller(id="till-2", kind="device", name="Bar", scopes=frozenset({"till"}), device_id="till-2")
    assert (await desk.ask("staff.login", elsewhere, pin="1234"))["complete"]
    desk.clock.jump(minutes=5)
    assert (await desk.ask("staff.login", TILL, pin="1234"))["complete"]
    failures = [data for name, data in await desk.facts() if name == "staff.pin-fail"]
    assert [failure["failures"] for failure in failures] == [1, 2, 3, 4, 5]


async def test_a_right_pin_starts_the_count_again(desk: Desk) -> None:
    """SEC-1: four failures, a success, four failures: not locked."""
    await hire(desk, "Kim", "manager", "1234")
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(Refused):
                await desk.ask("staff.login", TILL, pin="0000")
        assert (await desk.ask("staff.login", TILL, pin="1234"))["complete"]


async def test_approval(desk: Desk) -> None:
    """SEC-1: a manager approves one act on somebody's till; the journal names them; a cashier cannot."""
    await hire(desk, "Kim", "manager", "1234")
    await hire(desk, "Lee", "cashier", "5678")
    approved = await desk.ask("staff.approve", TILL, pin="1234", action="order.remove-line", act="a-line")
    assert approved["staff"]["name"] == "Kim"
    assert approved["expiresAt"] == "2026-02-01T03:05:00.000Z"
    name, data = (await desk.facts())[-1]
    assert (name, data["action"], data["staff"]["name"]) == ("staff.approve", "order.remove-line", "Kim")
    with pytest.raises(Refused) as refused:
        await desk.ask("staff.approve", TILL, pin="5678", action="order.remove-line", act="a-line")
    assert refused.value.reason == "ROLE"
    with pytest.raises(Refused) as refused:
        await desk.ask("staff.approve", TILL, pin="0000", action="order.remove-line", act="a-line")
    assert refused.value.reason == "WRONG_PIN"
