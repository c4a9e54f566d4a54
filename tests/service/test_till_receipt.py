"""Cash receipts the till issues: queue, issuer, cancels, the mandatory rule, personal data (rulebook §3.6)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace

from jumak.domain.caller import SYSTEM
from jumak.domain.errors import InvalidArgument, InvalidState, NotFound, PermissionDenied, UnsupportedMode
from jumak.domain.till_receipt import TillReceipt
from jumak.protocol.row import Done
from jumak.service.ports import Command, Transaction
from jumak.testing import menu
from tests.service.asking import READER, a_line
from tests.service.paying import CASHIER, MANAGER
from tests.service.receipts import MANDATORY, PHONE, CashCounter

DIGITS = b"01023456789"
FAULTS = ("down", "slow", "answer-lost", "question-lost", "duplicate")


@pytest_asyncio.fixture
async def counter() -> AsyncIterator[CashCounter]:
    async with CashCounter() as opened:
        yield opened


@pytest_asyncio.fixture
async def duty() -> AsyncIterator[CashCounter]:
    """A shop of a trade that has to issue."""
    async with CashCounter(shop=MANDATORY) as opened:
        yield opened


async def registered(counter: CashCounter, order: dict[str, Any], amount: int, number: str = "G1") -> None:
    data = {
        "orderId": order["id"], "amount": amount, "issueDate": "20260202110000", "issueNumber": number,
        "cardNumber": "01099998888",
    }  # fmt: skip
    await counter.asking.ask("cash-receipt.issue.request", data, READER)


# -- asking for one --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "identifier", "sent", "kept"),
    [
        ("DEDUCTION", PHONE, "01023456789", "*******6789"),
        ("PROOF", "123-45-67891", "1234567891", "******7891"),
        ("SELF", None, "0100001234", "******1234"),
    ],
)
async def test_a_receipt_is_issued(counter: CashCounter, use, identifier, sent, kept):
    """RCP-1, RCP-5: over all the cash of the payment, with its VAT; the issuer gets the number, nobody else."""
    _, payment = await counter.paid()
    asked = await counter.send(payment, use, identifier)
    assert (asked["state"], asked["identifier"], asked["amount"]) == ("QUEUED", kept, 18_000)
    issued = await counter.ended(asked)
    assert issued["issueNumber"] == "T00000001"
    assert issued["issuedAt"] == "20260202110000"
    assert issued["taxMoney"] + issued["supplyMoney"] == issued["standing"] == 18_000
    [heard] = counter.issuer.heard
    assert (heard.identifier, heard.parts.total, heard.parts.tax) == (sent, 18_000, 1_636)


@pytest.mark.parametrize(
    ("use", "identifier"),
    [("DEDUCTION", None), ("DEDUCTION", "123-45-67891"), ("PROOF", "1234567890"), ("DEDUCTION", "010-000-1234"),
     ("PROOF", "010-0000-1234"), ("DEDUCTION", "<img src=x>")],
)  # fmt: skip
async def test_a_wrong_number_is_refused_at_once(counter: CashCounter, use, identifier):
    """RCP-1, RCP-2: it names the field; self-issued is a use, no number to type."""
    _, payment = await counter.paid()
    with pytest.raises(InvalidArgument) as refusal:
        await counter.send(payment, use, identifier)
    assert refusal.value.data["path"] == "$.identifier"
    assert await counter.list() == []


async def test_only_cash_of_the_till(counter: CashCounter):
    """RCP-1: no card part, nothing a plugin took, nothing that went back; a split bill each part by itself."""
    order = await counter.order()
    cash = await counter.pay(order, 8_000)
    card = {"installmentMonth": "00", "cardType": "CREDIT", "cardBrand": "신한"}
    by_card = await counter.asking.pay(
        CASHIER, order, 5_000, "card", sourceType="CARD", cardDetails=card, approvedAt="2026-02-02T11:00:00"
    )
    plugins = await counter.asking.pay(
        READER, order, 5_000, "plugin", sourceType="CASH", approvedAt="2026-02-02T11:00:00"
    )
    for other in (by_card, plugins):
        with pytest.raises(InvalidState) as refusal:
            await counter.send(other)
        assert refusal.value.reason == "NOT_TILL_CASH"
    with pytest.raises(InvalidState) as refusal:
        await counter.send(cash, amount=8_001)
    assert (refusal.value.reason, refusal.value.data["left"]) == ("RECEIPT_EXCEEDS_PAID", 8_000)
    assert (await counter.send(cash))["amount"] == 8_000
    await counter.take_back(order, cash)
    with pytest.raises(InvalidState) as refusal:
        await counter.send(cash)
    assert refusal.value.reason == "PAYMENT_CANCELLED"
    with pytest.raises(NotFound) as unknown:
        await counter.send({"id": "nobody"})
    assert unknown.value.data["path"] == "$.paymentId"


async def test_two_cash_payments_have_two_receipts(counter: CashCounter):
    """RCP-1: two guests, two numbers."""
    order = await counter.order()
    first, second = await counter.pay(order, 10_000), await counter.pay(order, 8_000)
    await counter.send(first)
    await counter.send(second, "PROOF", "1234567891")
    ended = await counter.emptied()
    assert sorted((each["amount"], each["use"]) for each in ended) == [
        (8_000, "PROOF"),
        (10_000, "DEDUCTION"),
    ]
    assert counter.issuer.net == 18_000


async def test_what_may_still_be_receipted(counter: CashCounter):
    """RCP-1, RCP-2: of one order, by payment; what waits in the queue gives way, what is issued does not."""
    order = await counter.order()
    first, second = await counter.pay(order, 10_000), await counter.pay(order, 8_000)
    assert await counter.receiptable(order) == {first["id"]: 10_000, second["id"]: 8_000}
    other, other_payment = await counter.paid()
    counter.issuer.is_down = True
    await counter.send(first, amount=4_000)
    assert await counter.receiptable(order) == {first["id"]: 10_000, second["id"]: 8_000}
    counter.issuer.is_down = False
    await counter.emptied()
    await counter.send(other_payment)
    assert await counter.receiptable(order) == {first["id"]: 6_000, second["id"]: 8_000}
    await counter.ended(await counter.send(first))
    await counter.take_back(order, second)
    assert await counter.receiptable(order) == {}
    mine = await counter.asking.ask("cash-receipt.list.request", {"orderId": order["id"]}, CASHIER)
    assert [each["amount"] for each in mine["cashReceipts"]] == [6_000, 4_000]
    with pytest.raises(NotFound) as unknown:
        await counter.receiptable(other | {"id": "nobody"})
    assert unknown.value.data["path"] == "$.orderId"


async def test_stored_value_is_no_supply(counter: CashCounter):
    """RCP-1, VAT-6: what was sold as prepaid is not receipted, and comes off the tax-free money."""
    await counter.asking.shop.running.store.execute(
        Command(caller=SYSTEM, name="test.seed", body=b"", run=_sell_prepaid)
    )
    prepaid = a_line(1) | {"chargePrice": {"value": 5_000}}
    prepaid["item"] = prepaid["item"] | {"type": "PREPAID_CARD"}
    order = await counter.asking.add(READER, a_line(2), prepaid)
    payment = await counter.pay(order)
    receipt = await counter.send(payment)
    assert (receipt["amount"], receipt["taxMoney"], receipt.get("taxExemptMoney")) == (18_000, 1_636, 0)


async def _sell_prepaid(tx: Transaction) -> Done:
    item = next(each for each in menu.DOCUMENTS if getattr(each, "id", None) == menu.RICE_WINE)
    tx.put(replace(item, type="PREPAID_CARD"))
    return Done()


async def test_issued_already(counter: CashCounter):
    """RCP-1: all cash is receipted; another number needs the first receipt cancelled."""
    _, payment = await counter.paid()
    first = await counter.ended(await counter.send(payment))
    with pytest.raises(InvalidState) as refusal:
        await counter.send(payment, identifier="010-9999-8888")
    assert (refusal.value.reason, refusal.value.data["left"]) == ("RECEIPT_EXCEEDS_PAID", 0)
    await counter.cancel(first)
    await counter.send(payment, identifier="010-9999-8888")
    ended = await counter.emptied()
    assert [(each["identifier"], each["standing"]) for each in ended] == [
        ("*******8888", 18_000),
        ("*******6789", 0),
    ]
    assert counter.issuer.net == 18_000


async def test_a_number_given_again_before_it_is_sent(counter: CashCounter):
    """RCP-4: takes the place of the one in the queue; a refused one is asked for as another."""
    counter.issuer.is_down = True
    _, payment = await counter.paid()
    wrong = await counter.send(payment, identifier="010-1111-2222")
    right = await counter.send(payment)
    assert (await counter.get(wrong))["state"] == "WITHDRAWN"
    counter.issuer.is_down = False
    counter.issuer.faults.append("refused")
    refused = await counter.ended(right, "FAILED")
    assert refused["error"]["code"] == "9999"
    assert refused["standing"] == 0
    await counter.ended(await counter.send(payment))
    assert counter.issuer.net == 18_000


async def test_the_same_command_again(counter: CashCounter):
    """PAY-7, RCP-4: one receipt, and the same answer."""
    _, payment = await counter.paid()
    data = {"paymentId": payment["id"], "use": "DEDUCTION", "identifier": PHONE}
    asks = counter.asking.shop.request
    first = await asks("cash-receipt.send.request", data, caller=CASHIER, command_id="tap")
    again = await asks("cash-receipt.send.request", data, caller=CASHIER, command_id="tap")
    assert first == again
    assert len(await counter.emptied()) == 1


async def test_who_may(counter: CashCounter):
    """SEC-1: cashiers issue, managers cancel, plugins neither."""
    _, payment = await counter.paid()
    receipt = await counter.send(payment)
    data = {"id": receipt["id"], "reason": "번호 오류"}
    with pytest.raises(PermissionDenied):
        await counter.asking.ask("cash-receipt.cancel.request", data, CASHIER)
    for name, asked in (
        ("cash-receipt.send.request", {"paymentId": payment["id"], "use": "SELF"}),
        ("cash-receipt.list.request", {}),
    ):
        with pytest.raises(PermissionDenied):
            await counter.asking.ask(name, asked, READER)


# -- the issuer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("times", [1, 4])
async def test_whatever_fails_it_is_issued_once(counter: CashCounter, fault, times):
    """RCP-4: asked again under the same key, later each time, until answered; the cancel as well."""
    counter.issuer.faults.extend([fault] * times)
    order, payment = await counter.paid()
    await counter.ended(await counter.send(payment))
    assert counter.issuer.net == 18_000
    counter.issuer.faults.extend([fault] * times)
    await counter.take_back(order, payment)
    [receipt] = await counter.emptied()
    assert (receipt["standing"], receipt["cancels"][0]["state"]) == (0, "ISSUED")
    assert counter.issuer.net == 0
    assert len(counter.issuer.book) == 2


async def test_while_the_issuer_is_down(counter: CashCounter):
    """RCP-4: selling, refunding and cancelling go on; staff see why it waits; back-off is bounded."""
    counter.issuer.is_down = True
    orders = [await counter.paid() for _ in range(3)]
    for _, payment in orders:
        await counter.send(payment)
    await counter.settle()
    before = await counter.asking.mark()
    for _ in range(24 * 6):
        counter.clock.jump(minutes=10)
        await counter.settle()
    assert await counter.asking.mark() - before <= 2 * 24 * 6 + 10
    assert {each["state"] for each in await counter.list()} == {"QUEUED"}
    assert all("error" in each and each["error"]["code"] == "ISSUER_AWAY" for each in await counter.list())
    await counter.take_back(*orders[0])
    await counter.refund(orders[1][0], 3_000)
    counter.issuer.is_down = False
    ended = await counter.emptied()
    assert sorted((each["state"], each["standing"]) for each in ended) == [
        ("ISSUED", 15_000), ("ISSUED", 18_000), ("WITHDRAWN", 0),
    ]  # fmt: skip
    # What was never issued was not cancelled either.
    assert len(counter.issuer.book) == 2


async def test_one_that_is_never_answered_does_not_hold_up_the_others(counter: CashCounter):
    """RCP-4: after silence somebody else has the next turn."""
    _, first = await counter.paid()
    _, second = await counter.paid()
    counter.issuer.faults.append("question-lost")
    lost = await counter.send(first)
    await counter.settle()
    assert (await counter.get(lost))["state"] == "UNKNOWN"
    issued = await counter.send(second)
    counter.clock.jump(seconds=5)
    await counter.settle()
    assert counter.issuer.heard[0].key == issued["id"]
    await counter.ended(lost)


async def test_after_a_restart_it_goes_on(tmp_path: Path):
    """RCP-4: what was queued is sent, what was asked is asked again under its key; nothing twice."""
    async with CashCounter(folder=tmp_path / "shop") as counter:
        _, payment = await counter.paid()
        counter.issuer.faults.append("slow")
        receipt = await counter.send(payment)
        await counter.settle()
        assert counter.issuer.net == 18_000
        await counter.kill()
        counter.issuer.is_down = True
        await counter.restart(issuer_too=True)
        assert (await counter.get(receipt))["state"] == "UNKNOWN"
        counter.issuer.is_down = False
        assert (await counter.ended(receipt))["issueNumber"] == "T00000001"
        assert counter.issuer.net == 18_000


async def test_a_shop_without_an_issuer(tmp_path: Path):
    """RCP-2: it says so, and what the law asks for waits in the queue until there is one."""
    async with CashCounter(shop=MANDATORY, folder=tmp_path / "shop", issues=False) as counter:
        _, payment = await counter.paid(120_000)
        with pytest.raises(UnsupportedMode) as refusal:
            await counter.send(payment)
        assert refusal.value.reason == "RECEIPT_ISSUER"
        counter.clock.jump(days=1)
        await counter.settle()
        [waiting] = await counter.list("QUEUED")
        assert await counter.receiptable({"id": waiting["orderId"]}) == {}
        assert (waiting["use"], waiting["dueOn"]) == ("SELF", "2026-02-07")
        await counter.kill()
        counter._issues = True
        await counter.restart()
        await counter.ended(waiting)


# -- cancels ---------------------------------------------------------------------------------------


async def test_a_partial_refund_cancels_the_same_amount(counter: CashCounter):
    """RCP-4: with its VAT, as a transaction of its own that names the original (RCP-3)."""
    order, payment = await counter.paid()
    receipt = await counter.ended(await counter.send(payment))
    await counter.refund(order, 5_000)
    [now] = await counter.emptied()
    [cancel] = now["cancels"]
    assert (now["standing"], cancel["amount"], cancel["state"]) == (13_000, 5_000, "ISSUED")
    heard = counter.issuer.heard[-1]
    assert (heard.number, heard.dated) == (receipt["issueNumber"], receipt["issuedAt"])
    assert cancel["issueNumber"] != receipt["issueNumber"]
    kept = await counter.asking.get(order["id"])
    left = counter.issuer.standing(receipt["id"])
    assert left.total == kept["paymentPrice"]["paymentPaidValue"]
    assert left.tax == kept["chargePrice"]["chargeTaxValue"]


async def test_returned_goods_and_a_cancelled_order(counter: CashCounter):
    """RCP-4, CAN-2, CAN-5: whichever way the cash goes back."""
    order = await counter.asking.add(READER, a_line(2), a_line(3))
    payment = await counter.pay(order)
    await counter.ended(await counter.send(payment))
    line = next(each for each in order["lineItems"] if each["chargePrice"]["value"] == 7_000)
    returned = {
        "id": order["id"], "expectedVersion": await _version(counter, order), "lineId": line["id"],
        "quantity": 1, "reason": "못 드심",
    }  # fmt: skip
    await counter.asking.ask("order.return-line.request", returned, MANAGER)
    await counter.emptied()
    assert counter.issuer.net == 18_000
    await counter.asking.ask("order.cancel.request", {"id": order["id"], "reason": "손님 변심"}, MANAGER)
    await counter.emptied()
    assert counter.issuer.net == 0


async def _version(counter: CashCounter, order: dict[str, Any]) -> int:
    known = await counter.store.reader().order(order["id"])
    return int(known.version)


async def test_a_receipt_for_a_part_stands_while_so_much_is_held(counter: CashCounter):
    """RCP-4: only what exceeds the cash that is held is cancelled."""
    order, payment = await counter.paid()
    receipt = await counter.ended(await counter.send(payment, amount=10_000))
    await counter.refund(order, 5_000)
    await counter.emptied()
    assert (await counter.get(receipt))["standing"] == 10_000
    await counter.refund(order, 5_000)
    await counter.emptied()
    assert ((await counter.get(receipt))["standing"], counter.issuer.net) == (8_000, 8_000)


async def test_a_manager_takes_one_back(counter: CashCounter):
    """RCP-3: in part, then all that stands; never more; a refused cancel can be asked for anew."""
    _, payment = await counter.paid()
    receipt = await counter.ended(await counter.send(payment))
    await counter.cancel(receipt, amount=8_000)
    with pytest.raises(InvalidState) as refusal:
        await counter.cancel(receipt, amount=10_001)
    assert (refusal.value.reason, refusal.value.data["left"]) == ("RECEIPT_CANCEL_TOO_LARGE", 10_000)
    await counter.emptied()
    counter.issuer.faults.append("refused")
    await counter.cancel(receipt)
    await counter.emptied()
    assert (await counter.get(receipt))["standing"] == 10_000
    assert [each["id"] for each in await counter.list("FAILED")] == [receipt["id"]]
    await counter.cancel(receipt)
    await counter.emptied()
    assert counter.issuer.net == 0
    with pytest.raises(InvalidState):
        await counter.cancel(receipt)
    with pytest.raises(NotFound):
        await counter.cancel({"id": "nobody"})


async def test_cash_that_goes_back_while_the_issuer_is_asked(counter: CashCounter):
    """RCP-4: the cancel waits for its issue, and both are booked."""
    counter.issuer.faults.append("slow")
    order, payment = await counter.paid()
    await counter.send(payment)
    await counter.settle()
    await counter.take_back(order, payment)
    [now] = await counter.emptied()
    assert (now["state"], now["standing"], counter.issuer.net) == ("ISSUED", 0, 0)


# -- the mandatory rule ----------------------------------------------------------------------------


async def test_the_law_asks_when_nobody_does(duty: CashCounter):
    """RCP-2: self-issued, ten minutes after the sale; below the floor nothing."""
    await duty.paid(99_999)
    assert await duty.list() == []
    await duty.paid(100_000)
    [waiting] = await duty.list()
    assert (waiting["use"], waiting["automatic"], waiting["state"]) == ("SELF", True, "QUEUED")
    assert waiting["sendAt"] == "2026-02-02T11:10:00+09:00"
    duty.clock.jump(minutes=9, seconds=59)
    await duty.settle()
    assert duty.issuer.net == 0
    duty.clock.jump(seconds=1)
    await duty.settle()
    assert duty.issuer.net == 100_000
    assert "sendAt" not in await duty.get(waiting)


async def test_a_guest_asks_in_time(duty: CashCounter):
    """RCP-2: a number takes the place of the self-issue; what it leaves open is self-issued."""
    _, payment = await duty.paid(120_000)
    await duty.send(payment, amount=90_000)
    states = {(each["use"], each["state"], each["amount"]) for each in await duty.list()}
    assert states == {
        ("SELF", "WITHDRAWN", 120_000),
        ("DEDUCTION", "QUEUED", 90_000),
        ("SELF", "QUEUED", 30_000),
    }
    await duty.emptied()
    assert duty.issuer.net == 120_000


async def test_cash_in_several_payments_is_one_sale(duty: CashCounter):
    """RCP-2: the floor is of the sale's cash; with the second payment the first is due as well."""
    order = await duty.order(120_000)
    await duty.pay(order, 60_000)
    assert await duty.list() == []
    await duty.pay(order)
    assert [each["amount"] for each in await duty.list()] == [60_000, 60_000]
    await duty.emptied()
    assert duty.issuer.net == 120_000


async def test_the_law_is_met_although_a_number_is_refused(duty: CashCounter):
    """RCP-2: and a receipt that is cancelled without the cash going back is due again."""
    _, payment = await duty.paid(120_000)
    duty.issuer.faults.append("refused")
    await duty.send(payment)
    await duty.emptied()
    assert duty.issuer.net == 120_000
    [issued] = await duty.list("ISSUED")
    assert issued["automatic"]
    await duty.cancel(issued)
    await duty.emptied()
    assert duty.issuer.net == 120_000


async def test_a_refused_self_issue_is_left_to_staff(duty: CashCounter):
    """RCP-2: asked again by itself it would be refused for ever."""
    duty.issuer.faults.append("refused")
    order, _ = await duty.paid(120_000)
    [refused] = await duty.emptied()
    assert refused["state"] == "FAILED"
    await duty.refund(order, 5_000)
    assert len(await duty.emptied()) == 1


async def test_what_the_law_asks_for_cannot_be_waved_away(duty: CashCounter):
    """RCP-2: only a number, or the cash going back, takes it out of the queue."""
    order, payment = await duty.paid(120_000)
    [waiting] = await duty.list()
    with pytest.raises(InvalidState) as refusal:
        await duty.cancel(waiting)
    assert refusal.value.reason == "RECEIPT_MANDATORY"
    await duty.take_back(order, payment)
    assert [each["state"] for each in await duty.emptied()] == ["WITHDRAWN"]
    assert duty.issuer.net == 0


async def test_a_receipt_from_elsewhere_goes_before_the_self_issue(duty: CashCounter):
    """RCP-2: and counts with the till's own against the cash (payment §7)."""
    order, payment = await duty.paid(120_000)
    await registered(duty, order, 100_000)
    newest = (await duty.list())[0]
    assert (newest["state"], newest["amount"]) == ("QUEUED", 20_000)
    await duty.emptied()
    assert duty.issuer.net == 20_000
    with pytest.raises(InvalidState) as refusal:
        await registered(duty, order, 1, "G2")
    assert (refusal.value.reason, refusal.value.data["left"]) == ("RECEIPT_EXCEEDS_PAID", 0)
    with pytest.raises(InvalidState):
        await duty.send(payment)


# -- personal data ---------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["issued", "refused", "withdrawn"])
async def test_the_number_is_kept_until_it_is_sent_and_no_longer(counter: CashCounter, end):
    """RCP-5: beside the journal, under the receipt's id; erased with every end."""
    counter.issuer.is_down = True
    order, payment = await counter.paid()
    receipt = await counter.send(payment)
    await counter.settle()
    assert await counter.store.reader().personal(receipt["id"]) == {"identifier": DIGITS.decode()}
    if end == "withdrawn":
        await counter.take_back(order, payment)
    elif end == "refused":
        counter.issuer.faults.append("refused")
    counter.issuer.is_down = False
    await counter.emptied()
    assert await counter.store.reader().personal(receipt["id"]) is None


async def test_the_number_is_nowhere_else(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """RCP-5, SEC-3: not in the journal, a push, a document, a reply, a log, nor in what a repeated command keeps."""
    async with CashCounter(folder=tmp_path / "shop") as counter:
        counter.issuer.faults.extend(["down", "answer-lost"])
        _, payment = await counter.paid()
        data = {"paymentId": payment["id"], "use": "DEDUCTION", "identifier": DIGITS.decode()}
        before = await counter.asking.mark()
        reply = await counter.asking.shop.request(
            "cash-receipt.send.request", data, caller=CASHIER, command_id="tap"
        )
        await counter.emptied()
        read = counter.store.reader()
        facts = [entry.fact for entry in await read.facts(0, 1_000)]
        pushes = await counter.asking.pushes(before)
        assert [push["name"] for push in pushes].count("cash-receipt.change.event") >= 4
        kept: list[Any] = [facts, pushes, reply, list((await read.all(TillReceipt)).values()), caplog.text]
        assert DIGITS not in msgspec.json.encode(kept)
        assert b"*******6789" in msgspec.json.encode(kept)
        await counter.kill()
        for path in (tmp_path / "shop").rglob("*"):
            if path.is_file():
                assert DIGITS not in path.read_bytes(), path
        await counter.restart()


async def test_a_number_erased_before_it_was_sent(counter: CashCounter):
    """RCP-5, SEC-4: the issuer is told nothing it could book; staff see it failed."""
    counter.issuer.is_down = True
    _, payment = await counter.paid()
    receipt = await counter.send(payment)

    async def erase(tx: Transaction) -> Done:
        tx.put_personal(receipt["id"], None)
        return Done()

    await counter.store.execute(Command(caller=SYSTEM, name="test.erase", body=b"", run=erase))
    counter.issuer.is_down = False
    assert (await counter.ended(receipt, "FAILED"))["error"]["code"] == "7001"
