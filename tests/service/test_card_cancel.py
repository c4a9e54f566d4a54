"""A cancelled order asks for its cards back until each has an end, whatever it meets on the way (CAN-2, CAN-3, CAN-10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jumak.devices.terminal.driver import SimulatorTerminal
from jumak.domain.errors import InvalidState
from jumak.server.refunds import Refunds
from tests.server.screen import Wire
from tests.service.cards import CardCounter
from tests.service.paying import APPROVAL, MANAGER, STAMP, Counter, RawPlugin
from tests.service.test_card_part import a_paid_order

Json = dict[str, Any]


@pytest.fixture
async def counter() -> AsyncIterator[CardCounter]:
    async with CardCounter() as opened:
        yield opened


async def cancel_order(counter: CardCounter, order: Json) -> Json:
    data = {"id": order["id"], "reason": "손님 요청"}
    return await counter.asking.ask("order.cancel.request", data, MANAGER)


async def standing(counter: CardCounter) -> dict[str, str]:
    """How each refund stands, by its id."""
    return {each["id"]: each["state"] for each in await counter.refunds()}


async def is_cancelled(counter: CardCounter, order: Json) -> bool | None:
    now = await counter.asking.get(order["id"])
    return True if now["orderState"] == "CANCELLED" else None


async def a_part_of_unknown_end(counter: CardCounter) -> tuple[Json, Json, Json]:
    """An order, its payment, and a part of it that may have gone back: both answers were lost."""
    order, payment = await a_paid_order(counter)
    counter.terminal.control(cut=2)
    await counter.refund(order, 5_000)
    [part] = await counter.refunds()
    assert part["state"] == "UNKNOWN"
    return order, payment, part


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_cancel_that_meets_a_part_goes_on_by_itself(tmp_path: Path, restarts: bool):
    """CAN-2, CAN-10, NET-1: the rest is asked for once the part has its end, over a restart too; all goes back once."""
    async with CardCounter(folder=tmp_path / "shop") as counter:
        order, payment, part = await a_part_of_unknown_end(counter)
        assert (await cancel_order(counter, order))["cancelPending"] is True
        assert await standing(counter) == {payment["id"]: "QUEUED", part["id"]: "UNKNOWN"}
        with pytest.raises(InvalidState) as busy:
            await counter.cancel(order, payment)
        assert busy.value.reason in ("CANCEL_IN_PROGRESS", "REFUND_UNSETTLED")
        if restarts:
            await counter.kill()
            await counter.restart()
        await counter.until(lambda: is_cancelled(counter, order))
        assert await standing(counter) == {payment["id"]: "RETURNED", part["id"]: "RETURNED"}
        totals = counter.terminal.book.totals()
        assert (totals.net, totals.cancels) == (0, 2)


async def test_a_part_that_is_owed_goes_along(counter):
    """CAN-8, CAN-10: the cancel waits for a person to say that the part did not go back; then both go as one."""
    order, payment = await a_paid_order(counter)
    counter.terminal.control(deaf=2)
    await counter.refund(order, 5_000)
    [part] = await counter.refunds()
    await cancel_order(counter, order)
    assert await standing(counter) == {payment["id"]: "QUEUED", part["id"]: "UNKNOWN"}
    await counter.resolve(part, "CONFIRM_NOT_RETURNED", note="카드사 확인")
    await counter.until(lambda: is_cancelled(counter, order))
    whole = next(each for each in await counter.refunds() if each["id"] == payment["id"])
    assert (whole["amount"], whole["carries"]) == (18_000, [part["id"]])
    totals = counter.terminal.book.totals()
    assert (totals.net, totals.cancels) == (0, 1)


async def unheard(*_: Any, **__: Any) -> None:
    """A listener that did not live to hear of it."""


async def test_killed_before_anybody_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """NET-1, CAN-10: what the cancel has to ask for is on disk with the cancel."""
    async with CardCounter(folder=tmp_path / "shop") as counter:
        order, payment = await a_paid_order(counter)
        # Killed when the cancel is on disk and before its listeners hear of it.
        with monkeypatch.context() as dead:
            dead.setattr(Refunds, "_ask_back", unheard)
            await cancel_order(counter, order)
            assert await standing(counter) == {payment["id"]: "QUEUED"}
            await counter.kill()
        await counter.restart()
        await counter.until(lambda: is_cancelled(counter, order))
        assert counter.terminal.book.totals().net == 0
        assert (await standing(counter))[payment["id"]] == "RETURNED"


async def test_a_terminal_that_is_off_is_asked_again_by_a_second_cancel(counter):
    """CAN-2, CAN-3: the order waits, staff see for whom; once it is on, cancelling goes on with the rest."""
    order, payment = await a_paid_order(counter)
    counter.terminal.switch_off()
    till = Wire(counter.asking.shop, MANAGER)
    assert (await cancel_order(counter, order))["cancelPending"] is True
    [refused] = await counter.refunds()
    assert (refused["state"], refused["error"]["message"].count("연결할 수 없습니다")) == ("DECLINED", 1)
    assert any(order["number"] in push["text"] for push in till.pushes("notice.event"))
    counter.terminal.switch_on()
    await cancel_order(counter, order)
    await counter.until(lambda: is_cancelled(counter, order))
    assert await standing(counter) == {payment["id"]: "RETURNED"}


async def test_a_driver_that_fails_leaves_no_part_behind(counter, monkeypatch: pytest.MonkeyPatch):
    """CAN-10: a mistake in a driver while a part is asked for is an answer that was lost: it is asked for again."""
    order, payment = await a_paid_order(counter)

    async def fails(*of: Any) -> Any:
        raise RuntimeError("a mistake of the driver's")

    with monkeypatch.context() as broken:
        broken.setattr(SimulatorTerminal, "cancel", fails)
        await counter.refund(order, 5_000)
        [part] = await counter.refunds()
        assert part["state"] == "UNKNOWN"

    async def returned() -> bool | None:
        return True if (await standing(counter))[part["id"]] == "RETURNED" else None

    await counter.until(returned)
    assert counter.terminal.book.given_back(payment["paymentKey"]) == 5_000


async def test_a_charge_of_unknown_end_is_taken_back_with_its_order(counter):
    """CAN-2, NET-3: the answer was lost, a manager cancels: what was taken is not adopted, and the cancel stays."""
    order = await counter.order()
    await counter.asking.pay(STAMP, order, 8_000, sourceType="CASH")
    counter.terminal.control(cut=2)
    attempt = await counter.start(order)
    assert (await counter.get(attempt))["state"] == "UNKNOWN"
    assert (await cancel_order(counter, order))["cancelPending"] is True
    ended = await counter.ended(attempt)
    assert (ended["state"], counter.terminal.book.totals().net) == ("NET_CANCELLED", 0)
    [payment] = (await counter.asking.get(order["id"]))["payments"]
    await counter.asking.ask("payment.confirm-refund.request", {"id": payment["id"], "note": "현금"}, MANAGER)
    assert (await counter.asking.get(order["id"]))["orderState"] == "CANCELLED"


async def test_the_rest_of_a_cancelled_order_is_not_charged(counter):
    """CAN-2, CAN-8: the whole goes back to give a part of it back; cancelled before its answer came, nothing is owed."""
    order = await counter.order(18_097)
    await counter.ended(await counter.start(order, 10_097))
    # Cash a plugin entered holds the cancel up.
    await counter.asking.pay(STAMP, order, 8_000, sourceType="CASH")
    card, cash = (await counter.asking.get(order["id"]))["payments"]
    await counter.refund(order, 3_000, card)
    [part] = await counter.refunds()
    counter.terminal.control(cut=2)
    till = Wire(counter.asking.shop, MANAGER)
    await counter.resolve(part, "WHOLE_THEN_REST")
    assert (await standing(counter))[card["id"]] == "UNKNOWN"
    assert (await cancel_order(counter, order))["cancelPending"] is True

    async def is_back() -> bool | None:
        return True if (await standing(counter))[card["id"]] == "RETURNED" else None

    await counter.until(is_back)
    listed = await counter.asking.ask("payment-attempt.list.request", {"orderId": order["id"]}, MANAGER)
    assert [each["amount"] for each in listed["attempts"]] == [10_097]
    # Nor is anybody told to charge it.
    assert [each["text"] for each in till.pushes("notice.event") if "다시 결제" in each["text"]] == []
    assert counter.terminal.book.totals().net == 0
    await counter.asking.ask("payment.confirm-refund.request", {"id": cash["id"], "note": "현금"}, MANAGER)
    assert (await counter.asking.get(order["id"]))["orderState"] == "CANCELLED"


@pytest.mark.parametrize("comes", [True, False], ids=["comes-up", "stays-away"])
async def test_a_plugin_that_comes_up_after_the_shop_is_asked(tmp_path: Path, monkeypatch, comes: bool):
    """NET-1, CAN-10: no plugin is there yet when the shop starts: it has a minute, then a person sees whom it waits for."""
    async with CardCounter(folder=tmp_path / "shop") as till:
        counter = Counter(till.asking)
        plugin = await counter.plugin()
        order = await till.order()
        attempt = await counter.start(order)
        plugin.answer(await plugin.asked("pay"), paymentDto=APPROVAL)
        payment = (await counter.get(attempt))["payment"]
        plugin.kill()
        await till.settle()
        with monkeypatch.context() as dead:
            dead.setattr(Refunds, "_ask_back", unheard)
            await cancel_order(till, order)
            await till.kill()
        await till.restart()
        assert await standing(till) == {payment["id"]: "QUEUED"}
        if comes:
            again = RawPlugin(till.asking.shop.running)
            again.answer(await again.asked("cancel"), cancelledPaymentDto={"cancelledAt": "2026-02-02"})
            await till.until(lambda: is_cancelled(till, order))
            return

        async def refused() -> bool | None:
            return True if await standing(till) == {payment["id"]: "DECLINED"} else None

        await till.until(refused)
        assert (await till.refunds())[0]["error"]["reason"] == "PLUGIN_NOT_RUNNING"
