"""Money taken by card: every row of SIM-1 through messages, and what happens when answers stay away (§3.3, §3.4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jumak.devices.terminal import DRIVERS
from jumak.devices.terminal.driver import SimulatorTerminal
from jumak.devices.terminal.simulator.faults import FAULTS
from jumak.devices.terminal.simulator.network import Answer
from jumak.devices.terminal.simulator.reader import Act, Shown
from jumak.domain.errors import (
    HostUnavailable,
    InvalidArgument,
    InvalidState,
    Locked,
    NotFound,
    PosError,
    UnsupportedMode,
)
from jumak.service.documents import InFlight
from jumak.testing import OWNER, simulated_shop
from tests.service.asking import Asking, a_line
from tests.service.cards import CardCounter
from tests.service.paying import CASHIER, MANAGER, OTHER_TILL
from tests.service.sim_1 import APPROVES, ROWS, Row
from tests.store.at_rest import at_rest


@pytest.fixture
async def counter() -> AsyncIterator[CardCounter]:
    async with CardCounter() as opened:
        yield opened


@pytest.fixture
async def attended() -> AsyncIterator[CardCounter]:
    async with CardCounter(attended=True) as opened:
        yield opened


async def reserved(counter: CardCounter, order: dict[str, Any]) -> InFlight | None:
    return await counter.asking.shop.running.store.reader().get(InFlight, order["id"])


async def test_a_card_pays(counter):
    """PAY-5, PRN-1, SIM-2, SEC-3: issuer, acquirer, approval number and masked number stand on the payment."""
    order = await counter.order()
    mark = await counter.asking.mark()
    attempt = await counter.start(order, installmentMonth="1")
    assert (attempt["state"], attempt["terminal"]["name"], attempt["terminal"]["testMode"]) == (
        "SENT",
        "카운터 단말기",
        True,
    )
    done = await counter.get(attempt)
    assert done["state"] == "APPROVED"
    payment = done["payment"]
    assert payment["sourceType"] == "CARD"
    assert payment["paymentKey"] == attempt["id"]
    assert len(payment["approvedNo"]) == 8
    card = payment["cardDetails"]
    assert (card["installmentMonth"], card["van"]) == ("00", "NICE")
    assert card["cardBrand"]
    assert card["source"]
    assert "******" in card["cardNo"]
    after = await counter.asking.get(order["id"])
    assert (after["orderState"], after["paymentPrice"]["paymentUnpaidValue"]) == ("COMPLETED", 0)
    assert await reserved(counter, order) is None
    assert "payment.change:paid" in await counter.asking.events(mark)
    assert counter.terminal.book.totals().net == 18_000


def test_the_simulator_has_the_published_rows():
    """SIM-1: just those of the rules page."""
    assert sorted(row.code for row in ROWS) == sorted([APPROVES, *FAULTS])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
@pytest.mark.parametrize("gives_up", [False, True], ids=["waits", "gives up"])
@pytest.mark.parametrize("by", ["amount", "control"])
async def test_every_row_ends_once(counter, row: Row, gives_up: bool, by: str):
    """SIM-1, NET-3, NET-4, NET-6, NET-a: paid once or not at all; what was taken in vain is back at the network."""
    code, state, pays = row.code, row.ends, row.pays
    price = 18_000 + int(code) if by == "amount" else 18_000
    if by == "control":
        counter.terminal.control(code=code)
    order = await counter.order(price)
    attempt = await counter.start(order)
    if gives_up:
        # Before the terminal has heard anything: whatever it says then comes too late.
        await counter.give_up(attempt)
    ended = await counter.ended(attempt)
    if ended["state"] == "NEEDS_MANUAL":
        # The answers to three voids were lost: on the list of a person, who has it asked once more.
        assert (code, gives_up, by) == ("70", True, "amount")
        again = {"id": attempt["id"], "how": "QUERY"}
        await counter.asking.ask("payment-attempt.resolve.request", again, MANAGER)
        ended = await counter.ended(attempt)
    if gives_up:
        assert ended["state"] in ("NOT_FOUND", "NET_CANCELLED")
        pays = False
    else:
        assert ended["state"] == state
    assert await counter.paid(order) == (price if pays else 0)
    assert counter.terminal.book.totals().net == (price if pays else 0)
    assert await reserved(counter, order) is None
    assert ("payment" in ended) == pays
    if ended["state"] == "DECLINED":
        assert ended["error"]["reason"] == "DECLINED"
        assert ended["error"]["message"] == FAULTS[code].declined
        assert ended["error"]["declineCode"] == code
    if not pays:
        # Nothing stands in the way of the next try.
        again = await counter.start(order, tender="CASH")
        assert again["state"] == "APPROVED"


@pytest.mark.parametrize("code", ["00", "68", "97"])
async def test_what_a_card_paid_goes_back_to_it(counter, code: str):
    """SIM-1, SIM-2, CAN-7, CAN-8, CAN-10: refunded once, also when the answer of the cancel is lost at first."""
    order = await counter.order(18_000 + int(code))
    paid = await counter.ended(await counter.start(order))
    if code == "68":
        with pytest.raises(HostUnavailable) as lost:
            await counter.cancel(order, paid["payment"])
        assert lost.value.reason == "REFUND_UNKNOWN"
    else:
        await counter.cancel(order, paid["payment"])

    async def gone() -> Any:
        [refund] = await refunds(counter)
        return refund if refund["state"] == "RETURNED" else None

    refund = await counter.until(gone)
    assert (refund["paymentId"], refund["terminal"]["name"]) == (paid["payment"]["id"], "카운터 단말기")
    assert len(refund["approvedNo"]) == 8
    assert refund["approvedNo"] != paid["payment"]["approvedNo"]
    assert await counter.paid(order) == 0
    totals = counter.terminal.book.totals()
    assert (totals.net, totals.cancels) == (0, 1)
    # Again: nothing more goes back.
    await counter.cancel(order, paid["payment"])
    assert counter.terminal.book.totals().cancels == 1


async def refunds(counter: CardCounter) -> list[dict[str, Any]]:
    await counter.settle()
    return (await counter.asking.ask("payment-refund.list.request", {}, MANAGER))["refunds"]


async def test_a_whole_order_goes_back_to_the_card(counter):
    """CAN-2: the order waits for its card payment, and ends with it; cash goes back at once."""
    order = await counter.order()
    await counter.start(order, 8_000, tender="CASH")
    await counter.ended(await counter.start(order))
    data = {"id": order["id"], "reason": "변심"}
    assert (await counter.asking.ask("order.cancel.request", data, MANAGER))["cancelPending"] is True
    await counter.settle()
    after = await counter.asking.get(order["id"])
    assert (after["orderState"], after["paymentPrice"]["paymentPaidValue"]) == ("CANCELLED", 0)
    assert counter.terminal.book.totals().net == 0


async def test_a_terminal_that_is_off_was_not_asked(counter):
    """NET-2, NET-6: for certain nothing was charged, and nothing goes back; both say why."""
    order = await counter.order()
    paid = await counter.ended(await counter.start(order, 8_000))
    counter.terminal.switch_off()
    attempt = await counter.get(await counter.start(order))
    assert (attempt["state"], attempt["error"]["reason"]) == ("DECLINED", "TERMINAL_AWAY")
    assert await reserved(counter, order) is None
    with pytest.raises(HostUnavailable) as away:
        await counter.cancel(order, paid["payment"])
    assert away.value.reason == "TERMINAL_AWAY"
    assert await counter.paid(order) == 8_000
    counter.terminal.switch_on()
    await counter.cancel(order, paid["payment"])
    assert await counter.paid(order) == 0


async def test_silence_is_unknown_after_a_minute(attended):
    """NET-2, NET-6, OFF-6: the order is locked as long; then the guest is asked no more and it is looked into."""
    order = await attended.order()
    attempt = await attended.start(order)
    assert (await attended.get(attempt))["state"] == "SENT"
    with pytest.raises(Locked):
        await attended.asking.ask(
            "order.update.request", {"id": order["id"], "expectedVersion": 1, "memo": "x"}, OTHER_TILL
        )
    attended.clock.jump(seconds=59)
    assert (await attended.get(attempt))["state"] == "SENT"
    attended.clock.jump(seconds=1)
    await attended.settle()
    assert attended.terminal.machine.reader.shown is Shown.CANCELLED
    ended = await attended.ended(attempt)
    assert (ended["state"], await attended.paid(order)) == ("NOT_FOUND", 0)


async def test_staff_give_up_before_the_guest_pays(attended):
    """NET-3: the reader goes back, and nothing can be charged any more."""
    order = await attended.order()
    attempt = await attended.start(order)
    await attended.settle()
    reader = attended.terminal.machine.reader
    assert reader.shown is Shown.INSERT
    assert (await attended.give_up(attempt))["state"] == "UNKNOWN"
    ended = await attended.ended(attempt)
    assert ended["state"] == "NOT_FOUND"
    reader.act(Act.INSERT)
    assert reader.shown is Shown.CANCELLED
    assert attended.terminal.book.totals().approvals == 0


async def test_a_guest_pays_while_the_wire_is_cut(attended):
    """NET-2, NET-3: the terminal goes on by itself; the query finds the money, and it pays after all."""
    order = await attended.order()
    attempt = await attended.start(order)
    await attended.settle()
    attended.terminal.cut()
    await attended.settle()
    reader = attended.terminal.machine.reader
    reader.act(Act.INSERT)
    reader.act(Act.ENTER_PIN)
    ended = await attended.ended(attempt)
    assert (ended["state"], await attended.paid(order)) == ("APPROVED", 18_000)
    assert attended.terminal.book.totals().net == 18_000


@pytest.mark.parametrize("how", ["twice", "otherKey", "garbage"])
async def test_answers_land_on_their_own_attempt(counter, how: str):
    """NET-2, NET-a: doubled, about another attempt, unreadable: each is paid once, for its own amount."""
    first, second = await counter.order(), await counter.order(5_000)
    if how == "otherKey":
        earlier = await counter.ended(await counter.start(second))
        counter.terminal.control(other_key=earlier["id"])
    else:
        counter.terminal.control(**{how: True})
    assert (await counter.ended(await counter.start(first)))["state"] == "APPROVED"
    if how != "otherKey":
        assert (await counter.ended(await counter.start(second)))["state"] == "APPROVED"
    assert (await counter.paid(first), await counter.paid(second)) == (18_000, 5_000)
    assert counter.terminal.book.totals().net == 23_000


async def test_after_three_network_cancels_a_person_looks(counter):
    """NET-5: the amount stays reserved, no second charge begins; asked again by a manager the terminal says it."""
    order = await counter.order()
    counter.terminal.control(cut=7)
    ended = await counter.ended(await counter.start(order))
    assert (ended["state"], ended["takingBack"]) == ("NEEDS_MANUAL", True)
    held = await reserved(counter, order)
    assert held is not None
    assert held.amount == 18_000
    with pytest.raises(InvalidState) as unknown:
        await counter.start(order)
    assert unknown.value.reason == "PAYMENT_UNKNOWN"
    again = await counter.asking.ask(
        "payment-attempt.resolve.request", {"id": ended["id"], "how": "QUERY", "note": "다시 조회"}, MANAGER
    )
    assert again["attempt"]["state"] == "UNKNOWN"
    assert (await counter.ended(ended))["state"] == "NET_CANCELLED"
    assert counter.terminal.book.totals().net == 0
    assert await reserved(counter, order) is None


@pytest.mark.parametrize("how", ["CONFIRM_PAID", "CONFIRM_NOT_PAID"])
async def test_a_person_says_how_it_ended(counter, how: str):
    """NET-5: once the terminal will not say, and not while it is asked."""
    order = await counter.order()
    counter.terminal.control(deaf=100)
    attempt = await counter.start(order)
    await counter.settle()
    confirm = {"id": attempt["id"], "how": how, "note": "전표 확인"}
    with pytest.raises(InvalidState) as early:
        await counter.asking.ask("payment-attempt.resolve.request", confirm, MANAGER)
    assert early.value.reason == "ATTEMPT_STATE"
    assert (await counter.ended(attempt))["state"] == "NEEDS_MANUAL"
    said = (await counter.asking.ask("payment-attempt.resolve.request", confirm, MANAGER))["attempt"]
    paid = how == "CONFIRM_PAID"
    assert said["state"] == ("APPROVED" if paid else "NOT_FOUND")
    assert await counter.paid(order) == (18_000 if paid else 0)
    assert await reserved(counter, order) is None
    if paid:
        # The terminal knows nothing of it: it can only be given back by hand.
        counter.terminal.control()
        with pytest.raises(InvalidState) as refused:
            await counter.cancel(order, said["payment"])
        assert refused.value.reason == "PAYMENT_VOID_FAILED"
        by_hand = {"id": said["payment"]["id"], "note": "현금으로 돌려줌"}
        await counter.asking.ask("payment.confirm-refund.request", by_hand, MANAGER)
        assert await counter.paid(order) == 0


async def test_what_the_till_took_is_not_confirmed_by_hand(counter):
    """CAN-2: while its terminal can be asked."""
    order = await counter.order()
    paid = await counter.ended(await counter.start(order))
    with pytest.raises(InvalidState) as refused:
        await counter.asking.ask(
            "payment.confirm-refund.request", {"id": paid["payment"]["id"], "note": "x"}, MANAGER
        )
    assert refused.value.reason == "TILL_PAYMENT"


async def test_money_the_order_no_longer_takes_goes_back(counter, monkeypatch: pytest.MonkeyPatch):
    """NET-4: an approval that cannot be kept is voided, not dropped."""

    async def full(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    order = await counter.order()
    with monkeypatch.context() as broken:
        broken.setattr("jumak.service.attempt_answer.keep_payment", full)
        attempt = await counter.start(order)
        await counter.settle()
    ended = await counter.ended(attempt)
    assert (ended["state"], await counter.paid(order)) == ("NET_CANCELLED", 0)
    assert counter.terminal.book.totals().net == 0


async def test_one_guest_at_a_terminal(attended):
    """PAY-8: another till is told so at once; parts of one order are paid one after the other."""
    first, second = await attended.order(), await attended.order(5_000)
    attempt = await attended.start(first)
    with pytest.raises(InvalidState) as busy:
        await attended.start(second, caller=OTHER_TILL)
    assert (busy.value.reason, busy.value.data["attemptId"]) == ("ATTEMPT_OPEN", attempt["id"])
    with pytest.raises((Locked, InvalidState)):
        await attended.start(first, 1_000)


@pytest.mark.parametrize("terminal_dies", [False, True], ids=["terminal stays", "terminal dies"])
@pytest.mark.parametrize("code", ["00", "68", "69", "70", "96"])
async def test_after_a_restart_it_is_found_out(tmp_path: Path, code: str, terminal_dies: bool):
    """NET-1, NET-3, NET-a: the server dies before it hears; what the network took is adopted or goes back."""
    async with CardCounter(folder=tmp_path / "shop") as counter:
        price = 18_000 + int(code)
        order = await counter.order(price)
        counter.terminal.control(silent=1)
        attempt = await counter.start(order)
        await counter.settle()
        await counter.kill()
        if terminal_dies:
            counter.terminal.switch_off()
        await counter.restart()
        assert (await counter.get(attempt))["state"] == "UNKNOWN" if terminal_dies else True
        counter.terminal.switch_on()
        ended = await counter.ended(attempt)
        row = next(each for each in ROWS if each.code == code)
        state, pays = row.ends, row.pays
        if terminal_dies and code == "70":
            # Three queries in vain, the first of them while it was off.
            state, pays = "NET_CANCELLED", False
        assert ended["state"] == state
        assert await counter.paid(order) == (price if pays else 0) == counter.terminal.book.totals().net


async def test_a_refund_survives_a_restart(tmp_path: Path):
    """CAN-10: the network gave it back and nobody heard; asked again under its key, the books follow."""
    async with CardCounter(folder=tmp_path / "shop") as counter:
        order = await counter.order()
        paid = await counter.ended(await counter.start(order))
        counter.terminal.control(silent=1)
        asking = asyncio.create_task(counter.cancel(order, paid["payment"]))
        await counter.settle()
        assert counter.terminal.book.totals().cancels == 1
        await counter.kill()
        await asyncio.gather(asking, return_exceptions=True)
        await counter.restart()

        async def gone() -> Any:
            return True if await counter.paid(order) == 0 else None

        assert await counter.until(gone)
        assert [refund["state"] for refund in await refunds(counter)] == ["RETURNED"]
        assert counter.terminal.book.totals().cancels == 1


async def test_nothing_of_a_card_is_kept_but_its_mask(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """SEC-3: no full number, PIN or track in database, journal or log, whatever a terminal says."""
    whole = "9490881234567890"
    async with CardCounter(folder=tmp_path / "shop") as counter:
        for card in ("jumak.devices.terminal.simulator.network.CARDS",):
            module = __import__("jumak.devices.terminal.simulator.network", fromlist=["CARDS"])
            shown = [
                type(each)(number=whole, issuer=each.issuer, acquirer=each.acquirer, kind=each.kind)
                for each in module.CARDS
            ]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(card, tuple(shown))
                order = await counter.order()
                paid = await counter.ended(await counter.start(order))
        assert paid["payment"]["cardDetails"]["cardNo"] == "949088******7890"
        pushes = await counter.asking.pushes(0)
        assert whole not in str(pushes)
    kept = at_rest(tmp_path / "shop")
    assert b"949088******7890" in kept
    assert whole.encode() not in kept
    assert whole not in caplog.text


async def test_terminals_of_the_shop(counter):
    """Which till charges where; how each is; only what can be read is kept."""
    ask = counter.asking.ask
    [shared] = (await ask("terminal.list.request", {}, CASHIER))["terminals"]
    assert (shared["name"], shared["state"], shared["here"], shared["testMode"]) == (
        "카운터 단말기", "idle", True, True,
    )  # fmt: skip
    own = {"name": "2번", "driver": "simulator", "address": "x", "devices": ["till-2"]}
    saved = (await ask("terminal.save.request", {"terminal": own}, OWNER))["terminal"]
    listed = (await ask("terminal.list.request", {}, OTHER_TILL))["terminals"]
    assert [each.get("here", False) for each in listed] == [False, True]
    order = await counter.order()
    attempt = await counter.start(order, caller=OTHER_TILL)
    assert attempt["terminal"]["id"] == saved["id"]
    await counter.ended(attempt)
    with pytest.raises(InvalidArgument) as driver:
        await ask("terminal.save.request", {"terminal": own | {"driver": "none"}}, OWNER)
    assert driver.value.data["path"] == "$.terminal.driver"
    change = {"terminal": own | {"id": saved["id"], "name": "새 이름"}, "expectedVersion": 7}
    with pytest.raises(PosError) as version:
        await ask("terminal.save.request", change, OWNER)
    assert version.value.reason == "VERSION"
    await ask("terminal.remove.request", {"id": saved["id"]}, OWNER)
    with pytest.raises(NotFound):
        await ask("terminal.remove.request", {"id": saved["id"]}, OWNER)


async def test_a_terminal_with_an_open_attempt_stays(attended):
    """NET-3: only it knows what became of the attempt."""
    order = await attended.order()
    await attended.start(order)
    with pytest.raises(InvalidState) as used:
        await attended.asking.ask("terminal.remove.request", {"id": attended.terminal_id}, OWNER)
    assert used.value.reason == "TERMINAL_IN_USE"


async def test_a_shop_without_a_terminal_says_so():
    """PAY-8: a tender the shop has nothing for."""
    async with simulated_shop() as opened:
        shop = Asking(opened)
        order = await shop.add(CASHIER, a_line(2))
        data = {"orderId": order["id"], "tender": "CARD", "amount": 18_000, "expectedUnpaid": 18_000}
        with pytest.raises(UnsupportedMode) as refused:
            await shop.ask("payment.start.request", data, CASHIER)
        assert refused.value.reason == "TENDER"
        bad = {"name": "x", "driver": "simulator", "address": "somewhere"}
        with pytest.raises(InvalidArgument) as address:
            await shop.ask("terminal.save.request", {"terminal": bad}, OWNER)
        assert address.value.data["path"] == "$.terminal.address"


async def test_a_charge_that_arrives_after_its_cancel_takes_nothing(counter):
    """NET-3: the query found nothing, the network cancel barred the key, and only then the charge arrived."""
    order = await counter.order()
    counter.terminal.control(late_charge=True)
    attempt = await counter.start(order)
    ended = await counter.ended(attempt)
    assert ended["state"] == "NOT_FOUND"
    counter.terminal.machine.deliver()
    assert counter.terminal.book.totals().approvals == 0
    assert (await counter.get(attempt))["state"] == "NOT_FOUND"


async def test_an_approval_that_arrives_while_it_is_taken_back_is_not_adopted(counter):
    """NET-3, NET-a: that it goes back is on disk before the terminal is told; its approval pays nothing any more."""
    order = await counter.order()
    # Silence to the charge, its abort, three queries and the first network cancel, which is done all the same.
    counter.terminal.control(late_answer=True, silent=6)
    attempt = await counter.start(order)
    await counter.settle()
    stuck = counter.terminal.machine._stuck
    assert len(stuck) == 1
    counter.clock.jump(seconds=60)

    async def taking_back() -> Any:
        return True if (await counter.get(attempt)).get("takingBack") else None

    assert await counter.until(taking_back)
    counter.terminal.machine.deliver()
    ended = await counter.ended(attempt)
    assert (ended["state"], await counter.paid(order)) == ("NET_CANCELLED", 0)
    assert counter.terminal.book.totals().net == 0


async def test_what_was_approved_over_another_amount_is_not_confirmed(
    counter, monkeypatch: pytest.MonkeyPatch
):
    """NET-5: a manager cannot book the asked amount when the terminal approved another and would not void it."""
    order = await counter.order()
    machine = counter.terminal.machine
    monkeypatch.setattr(machine.network, "cancel", lambda *_, **__: Answer("refused", "21", "no"))
    counter.terminal.control(code="96")
    attempt = await counter.start(order)
    assert (await counter.ended(attempt))["state"] == "NEEDS_MANUAL"
    said = {"id": attempt["id"], "how": "CONFIRM_PAID", "note": "확인함"}
    with pytest.raises(InvalidState) as refused:
        await counter.asking.ask("payment-attempt.resolve.request", said, MANAGER)
    assert refused.value.reason == "AMOUNT_MISMATCH"
    assert await counter.paid(order) == 0


async def test_the_history_tells_how_a_card_attempt_ended(counter):
    """SEC-2: that its money was taken back stands in the order's history, and who had it asked again."""
    order = await counter.order()
    counter.terminal.control(code="96")
    assert (await counter.ended(await counter.start(order)))["state"] == "NET_CANCELLED"
    told = await counter.asking.ask("order.history.request", {"orderId": order["id"]}, MANAGER)
    codes = [change["code"] for entry in told["entries"] for change in entry["changes"]]
    assert codes[:2] == ["payment-attempt.network-cancelled", "payment-attempt.taking-back"]


async def test_a_misnamed_decline_ends_no_other_charge(counter):
    """NET-2: an approval whose answer was cut is found, also when another charge's "declined" names it meanwhile."""
    first, second = await counter.order(), await counter.order(5_000)
    counter.terminal.control(cut=2)
    lost = await counter.start(first)
    assert (await counter.get(lost))["state"] == "UNKNOWN"
    counter.terminal.control(code="05", other_key=lost["id"])
    declined = await counter.start(second)
    assert (await counter.ended(lost))["state"] == "APPROVED"
    assert (await counter.ended(declined))["state"] == "NOT_FOUND"
    assert await counter.paid(first) == counter.terminal.book.totals().net


async def test_a_misnamed_approval_is_adopted_once(counter):
    """NET-2: one approval that names another attempt pays for the order it was asked for, and for no other."""
    first, second = await counter.order(), await counter.order()
    counter.terminal.control(deaf=2)
    unheard = await counter.start(first)
    assert (await counter.get(unheard))["state"] == "UNKNOWN"
    counter.terminal.control(other_key=unheard["id"])
    taken = await counter.start(second)
    assert (await counter.ended(taken))["state"] == "APPROVED"
    assert (await counter.ended(unheard))["state"] == "NOT_FOUND"
    assert (await counter.paid(first), await counter.paid(second)) == (0, 18_000)
    assert counter.terminal.book.totals().net == 18_000


async def test_a_driver_that_fails_leaves_no_attempt_behind(counter, monkeypatch: pytest.MonkeyPatch):
    """NET-1: a mistake in a driver is an answer that was lost: what was taken is found out."""

    async def broken(_: object, charge: object) -> None:
        raise RuntimeError("a mistake of the driver's")

    with monkeypatch.context() as patched:
        patched.setattr(SimulatorTerminal, "charge", broken)
        attempt = await counter.start(await counter.order())
        await counter.settle()
    assert (await counter.ended(attempt))["state"] == "NOT_FOUND"


@pytest.mark.parametrize("address", ["a..b:7000", f"{'x' * 64}:7000", "host", "host:0", "host:70000"])
async def test_an_address_nobody_could_dial_is_refused(address: str):
    """§7: when it is set up, by the field, not when a guest waits."""
    async with simulated_shop(drivers=DRIVERS) as shop:
        terminal = {"name": "t", "driver": "simulator", "address": address}
        with pytest.raises(InvalidArgument) as refused:
            await Asking(shop).ask("terminal.save.request", {"terminal": terminal}, OWNER)
        assert refused.value.data["path"] == "$.terminal.address"


async def test_nobody_confirms_a_refund_while_its_terminal_is_asked(counter):
    """NET-5: what a manager says then could give the money back twice, once in cash and once to the card."""
    order = await counter.order()
    payment = (await counter.ended(await counter.start(order)))["payment"]
    counter.terminal.control(deaf=2)
    with pytest.raises(HostUnavailable):
        await counter.cancel(order, payment)
    await counter.settle()
    asked = counter.asking.shop.running.connections.refunds_asked
    said = {"id": payment["id"], "note": "현금으로 돌려드림"}
    asked.add(payment["id"])
    with pytest.raises(InvalidState) as refused:
        await counter.asking.ask("payment.confirm-refund.request", said, MANAGER)
    assert refused.value.reason == "CANCEL_IN_PROGRESS"
    asked.discard(payment["id"])
    await counter.asking.ask("payment.confirm-refund.request", said, MANAGER)
    for _ in range(20):
        counter.clock.jump(seconds=60)
        await counter.settle()
    assert (await counter.paid(order), counter.terminal.book.totals().net) == (0, 18_000)
    assert asked == set()


async def test_a_payment_of_a_terminal_that_is_gone_goes_back_by_hand(counter):
    """CAN-2: a broken terminal was replaced; a manager gives the money back and says so."""
    order = await counter.order()
    payment = (await counter.ended(await counter.start(order)))["payment"]
    await counter.asking.ask("terminal.remove.request", {"id": counter.terminal_id}, OWNER)
    await counter.settle()
    with pytest.raises(HostUnavailable):
        await counter.cancel(order, payment)
    said = {"id": payment["id"], "note": "새 단말기로 취소"}
    confirmed = await counter.asking.ask("payment.confirm-refund.request", said, MANAGER)
    assert confirmed["payment"]["state"] == "CANCELLED"
    assert await counter.paid(order) == 0


async def test_a_driver_that_fails_is_asked_again(counter, monkeypatch: pytest.MonkeyPatch):
    """NET-1, CAN-10: a mistake in a driver while something is found out, or given back, ends neither."""

    async def broken(*_: object) -> None:
        raise RuntimeError("a mistake of the driver's")

    order = await counter.order()
    counter.terminal.control(cut=2)
    with monkeypatch.context() as patched:
        patched.setattr(SimulatorTerminal, "query", broken)
        attempt = await counter.start(order)
        assert (await counter.get(attempt))["state"] == "UNKNOWN"
    payment = (await counter.ended(attempt))["payment"]
    with monkeypatch.context() as patched:
        patched.setattr(SimulatorTerminal, "cancel", broken)
        with pytest.raises(HostUnavailable) as lost:
            await counter.cancel(order, payment)
        assert lost.value.reason == "REFUND_UNKNOWN"
        await counter.settle()
    for _ in range(3):
        counter.clock.jump(seconds=60)
        await counter.settle()
    assert (await counter.paid(order), counter.terminal.book.totals().net) == (0, 0)
