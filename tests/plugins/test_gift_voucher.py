"""The gift-voucher sample on a simulated shop: a code pays once, and is never lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumak.sdk import Pos
from jumak.testing import SimulatedShop
from tests.server.screen import Wire
from tests.service.asking import Asking, a_line
from tests.service.paying import CASHIER, MANAGER, OTHER_TILL, Counter

from .samples import load

Json = dict[str, Any]
SCOPES = ("order:read", "payment-method", "payment:read", "ui")
CODES = ("GV-AAAA", "GV-BBBB")


class Desk:
    """Two tills, and what staff do there with vouchers of 5,000 won, the price of the rice wine."""

    def __init__(self, shop: SimulatedShop) -> None:
        self.shop, self.counter = shop, Counter(Asking(shop))
        self.screens = {caller.id: Wire(shop, caller) for caller in (CASHIER, OTHER_TILL)}

    async def start(self, amount: int | None = None, *, line: int = 1, caller: Any = CASHIER) -> Json:
        """Somebody chooses the method for a new order."""
        order = await self.counter.asking.add(caller, a_line(line))
        self.screens[caller.id].frames.clear()
        method = {"pluginId": "gift-voucher", "id": "gift-voucher"}
        return await self.counter.start(order, amount, caller=caller, method=method)

    async def scan(self, attempt: Json, code: str, *, caller: Any = CASHIER) -> Json:
        """The guest's voucher is scanned; how the attempt stands then."""
        screen = self.screens[caller.id]
        asked = await screen.asked("popup.open.request")
        answer = {"result": "SUCCESS", "barcode": code} if code else {"result": "CANCELLED"}
        screen.answer(asked, {"complete": True, "type": "barcode", "data": answer})
        return await self.counter.get(attempt)

    async def pay(self, code: str, amount: int | None = None, *, line: int = 1) -> Json:
        """Both."""
        return await self.scan(await self.start(amount, line=line), code)

    async def cancel(self, paid: Json) -> None:
        """Staff take the payment back."""
        back = {"order": {"id": paid["orderId"]}, "payment": {"id": paid["payment"]["id"]}}
        await self.shop.request("payment.cancel.request", back, caller=MANAGER)

    async def save(self, **values: Any) -> None:
        """The plugin's form is filled in and saved."""
        await self.shop.request(
            "plugin-setting.update.request", {"pluginId": "gift-voucher", "values": values}
        )
        await self.shop.settle()

    def alerts(self) -> list[str]:
        """What staff were told."""
        pushes = self.screens[CASHIER.id].pushes("alert.show.event")
        return [each["alert"]["message"] for each in pushes]


@pytest.fixture
async def desk(shop: SimulatedShop) -> Desk:
    return Desk(shop)


async def begun(desk: Desk, sample: ModuleType, pos: Pos) -> None:
    """Two vouchers of known codes are out."""
    await desk.shop.settle()
    kept = {"vouchers": {code: {"worth": 5_000} for code in CODES}}
    await pos.storage.set(sample.STORED, msgspec.json.encode(kept).decode())


async def test_a_voucher_pays_once(desk: Desk):
    """payment.md §6.2: exactly its worth, once, over restarts; a cancel frees it, and every refusal says what to do."""
    sample = load("gift-voucher")
    async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES) as pos:
        await begun(desk, sample, pos)
        assert (await desk.pay(""))["state"] == "CANCELED"
        paid = await desk.pay(" gv-aaaa")
        assert (paid["state"], paid["payment"]["amountMoney"]) == ("APPROVED", 5_000)
    sample = load("gift-voucher")
    async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES):
        await desk.shop.settle()
        for code, line, amount, reason in (
            ("GV-AAAA", 1, None, "이미 사용한"),
            ("GV-NONE", 1, None, "이 가게의 상품권이 아닙니다"),
            ("GV-BBBB", 3, None, "먼저 5,000원을 나누어"),
            ("GV-BBBB", 1, 4_000, "5,000원 이상에만"),
        ):
            refused = await desk.pay(code, amount, line=line)
            assert (refused["state"], reason in refused["error"]["message"]) == ("DECLINED", True), refused
        part = await desk.pay("GV-BBBB", 5_000, line=3)
        assert part["state"] == "APPROVED", "a part of a larger bill"
        await desk.cancel(paid)
        assert (await desk.pay("GV-AAAA"))["state"] == "APPROVED"


async def test_two_tills_at_the_same_moment(desk: Desk):
    """payment.md §6.2: one voucher scanned at both pays at one; asked at once from everywhere it is taken once."""
    sample = load("gift-voucher")
    async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES) as pos:
        await begun(desk, sample, pos)
        first, second = await desk.start(), await desk.start(caller=OTHER_TILL)
        states = [
            (await desk.scan(first, "GV-AAAA"))["state"],
            (await desk.scan(second, "GV-AAAA", caller=OTHER_TILL))["state"],
        ]
        assert states == ["APPROVED", "DECLINED"]

        async def take(number: int) -> object:
            return await sample.change(pos, lambda held: held.take("GV-BBBB", 5_000, f"order-{number}"))

        taken = await asyncio.gather(*[take(number) for number in range(20)], return_exceptions=True)
        assert [isinstance(each, ValueError) for each in taken].count(False) == 1


def hanging(sample: ModuleType, calls: int, *, writes: bool) -> Callable[..., Any]:
    """A `change` after which this program goes no further: the last of so many calls, with its write or without."""
    real, made = sample.change, 0

    async def change(pos: Pos, act: Callable[[Any], Any]) -> Any:
        nonlocal made
        made += 1
        if made < calls:
            return await real(pos, act)
        if writes:
            await real(pos, act)
        return await asyncio.Event().wait()

    return change


@pytest.mark.parametrize("writes", [False, True])
async def test_a_crash_before_the_answer(desk: Desk, writes: bool):
    """NET-1: the shop has no payment, so the guest has the voucher: it pays after the restart, and once."""
    sample = load("gift-voucher")
    async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES) as pos:
        await begun(desk, sample, pos)
        sample.change = hanging(sample, 1, writes=writes)
        attempt = await desk.start()
        assert (await desk.scan(attempt, "GV-AAAA"))["state"] == "SENT"
        kept = msgspec.json.decode(await pos.storage.get(sample.STORED) or "", type=sample.Vouchers)
        assert bool(kept.vouchers["GV-AAAA"].key) == writes
    for _ in range(2):
        sample = load("gift-voucher")
        async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES):
            await desk.shop.settle()
    assert len([text for text in desk.alerts() if "다시 쓸 수 있습니다" in text]) == int(writes)
    assert (await desk.counter.get(attempt))["state"] not in ("SENT", "APPROVED")
    sample = load("gift-voucher")
    async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES):
        await desk.shop.settle()
        assert (await desk.pay("GV-AAAA"))["state"] == "APPROVED"
        assert (await desk.pay("GV-AAAA"))["state"] == "DECLINED"


async def test_a_crash_after_the_answer(desk: Desk):
    """NET-1: the shop has the payment, so the voucher stays spent, whether or not that was noted here."""
    sample = load("gift-voucher")
    async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES) as pos:
        await begun(desk, sample, pos)
        sample.change = hanging(sample, 2, writes=False)
        paid = await desk.pay("GV-AAAA")
        assert paid["state"] == "APPROVED"
        for task in list(sample.under_way):
            task.cancel()
    sample = load("gift-voucher")
    async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES) as pos:
        await desk.shop.settle()
        kept = msgspec.json.decode(await pos.storage.get(sample.STORED) or "", type=sample.Vouchers)
        assert kept.attempts == {}
        assert (await desk.pay("GV-AAAA"))["state"] == "DECLINED"


async def test_a_payment_while_the_last_run_is_settled(desk: Desk):
    """What begins in this run is not given back by its start, however late that looks."""
    sample = load("gift-voucher")
    async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES) as pos:
        await begun(desk, sample, pos)
        order = await desk.counter.asking.add(CASHIER, a_line(1))
        await sample.change(pos, lambda held: held.take("GV-AAAA", 5_000, order["id"]))
        await sample.ready(pos)
        kept = msgspec.json.decode(await pos.storage.get(sample.STORED) or "", type=sample.Vouchers)
        assert kept.vouchers["GV-AAAA"].key


async def test_issuing(desk: Desk, capsys: pytest.CaptureFixture[str]):
    """plugin-runtime §5: a batch is issued by its name, once; its codes are in the console and pay."""
    sample = load("gift-voucher")
    async with desk.shop.running_plugin(sample.plugin, scopes=SCOPES):
        await desk.shop.settle()
        batch = {"batch": "2026 설", "worth": "5000", "count": 3}
        await desk.save(**batch)
        codes = re.findall(r"^(GV-\w{12}),5000$", capsys.readouterr().out, re.M)
        assert len(set(codes)) == 3
        await desk.save(**batch)
        assert capsys.readouterr().out == ""
        await desk.save(batch="추석", worth="5000", count=501)
        assert "500장까지" in desk.alerts()[-1]
        assert (await desk.pay(codes[0]))["state"] == "APPROVED"
        assert (await desk.pay(codes[0]))["state"] == "DECLINED"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.sampled_from(CODES), st.sampled_from([4_000, 5_000, 6_000])),
        st.tuples(st.sampled_from(["confirm", "give_back"]), st.integers(0, 5), st.just(0)),
    ),
    max_size=30,
)


@given(STEPS)
def test_any_life_of_two_vouchers(steps: list[tuple[str, Any, int]]):
    """However it goes, a voucher is free or has one key, which nobody had before; only that key frees it."""
    sample = load("gift-voucher")
    held = sample.Vouchers(vouchers={code: sample.Voucher(5_000) for code in CODES})
    owner: dict[str, str | None] = dict.fromkeys(CODES)
    keys: list[str] = []
    for what, which, amount in steps:
        if what == "take":
            is_free = owner[which] is None and amount == 5_000
            try:
                key = held.take(which, amount, "order")
                assert is_free
                assert key not in keys
                owner[which] = key
                keys.append(key)
            except ValueError:
                assert not is_free
        elif which < len(keys):
            freed = getattr(held, what)(keys[which])
            if what == "give_back":
                expected = next((code for code, key in owner.items() if key == keys[which]), None)
                assert freed == expected
                if expected is not None:
                    owner[expected] = None
        assert {code: voucher.key or None for code, voucher in held.vouchers.items()} == owner
