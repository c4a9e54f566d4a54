"""Money taken by a wallet's QR or barcode, both ways round, over the till's card terminal (PAY-9, §3.1, §3.3, §3.4)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from jumak.devices.terminal.simulator.faults import FAULTS
from jumak.devices.terminal.simulator.reader import Act
from jumak.devices.terminal.simulator.wallets import REFUSALS, USED, WALLETS, fresh_code
from jumak.domain.errors import InvalidArgument, InvalidState, UnsupportedMode
from jumak.server.payer import GUEST_WITHIN, PHONE_WITHIN
from jumak.testing import OWNER
from jumak.testing.menu import DOCUMENTS
from tests.service.cards import CardCounter
from tests.service.paying import CASHIER, MANAGER
from tests.service.sim_1 import ROWS, Row
from tests.service.test_customer_display import DEVICES, Screens

MONEY, CARD = WALLETS[0], WALLETS[1]
"""A wallet with money of its own, and one with a card behind it."""

Json = dict[str, Any]


@pytest.fixture
async def counter() -> AsyncIterator[CardCounter]:
    async with CardCounter() as opened:
        yield opened


@pytest.fixture
async def attended() -> AsyncIterator[CardCounter]:
    async with CardCounter(attended=True) as opened:
        yield opened


async def by_guest(counter: CardCounter, order: Json, code: str = "", **more: Any) -> Json:
    return await counter.start(order, tender="BARCODE", barcode=code or fresh_code(MONEY), **more)


async def by_shop(counter: CardCounter, order: Json, **more: Any) -> Json:
    return await counter.start(order, tender="BARCODE", **more)


async def test_a_wallet_with_money_of_its_own_is_external(counter):
    """PAY-9, §3.1: the wallet is named, and the payment is the till's own: given back on the terminal (CAN-8)."""
    order = await counter.order()
    attempt = await by_guest(counter, order)
    assert (attempt["tender"], attempt["barcode"]) == ("BARCODE", {"presentedBy": "GUEST"})
    payment = (await counter.get(attempt))["payment"]
    assert (payment["sourceType"], payment["externalDetails"]) == ("EXTERNAL", {"source": MONEY.name})
    assert (payment["paymentKey"], len(payment["approvedNo"])) == (attempt["id"], 8)
    assert "cardDetails" not in payment
    assert (await counter.asking.get(order["id"]))["orderState"] == "COMPLETED"
    by_hand = {"id": payment["id"], "note": "앱에서 돌려줌"}
    with pytest.raises(InvalidState, match=r"payment\.cancel"):
        await counter.asking.ask("payment.confirm-refund.request", by_hand, MANAGER)
    await counter.cancel(order, payment)
    await counter.settle()
    assert await counter.paid(order) == 0
    assert counter.terminal.book.totals().net == 0


async def test_a_wallet_with_a_card_behind_it_is_a_card(counter):
    """PAY-9, PAY-5, §3.1: issuer and masked number as for any card, and the wallet beside them."""
    order = await counter.order(60_000)
    attempt = await by_guest(counter, order, fresh_code(CARD), installmentMonth="03")
    payment = (await counter.get(attempt))["payment"]
    assert (payment["sourceType"], payment["externalDetails"]) == ("CARD", {"source": CARD.name})
    assert payment["cardDetails"]["installmentMonth"] == "03"
    assert "******" in payment["cardDetails"]["cardNo"]
    receipt = (await counter.asking.ask("receipt.get.request", {"orderId": order["id"]}, CASHIER))["receipt"]
    assert receipt["payments"][0]["name"] == CARD.name
    assert receipt["payments"][0]["card"]["issuer"] == payment["cardDetails"]["cardBrand"]
    await counter.refund(order, 5_000)
    [refund] = await counter.refunds()
    assert refund["state"] == "RETURNED"
    assert counter.terminal.book.totals().net == 55_000


async def test_what_a_terminal_reads_is_listed(counter):
    """PAY-9: so that the till knows a wallet's code from one on goods, and shows no key where there is no wallet."""
    [terminal] = (await counter.asking.ask("terminal.list.request", {}, CASHIER))["terminals"]
    assert terminal["wallets"]["shows"] is True
    assert [each["wallet"] for each in terminal["wallets"]["reads"]] == [each.name for each in WALLETS]
    counter.terminal.switch_off()
    [away] = (await counter.asking.ask("terminal.list.request", {}, CASHIER))["terminals"]
    assert "wallets" not in away


async def test_a_code_is_used_once(counter):
    """PAY-9: a second time it is refused, with what to do about it; nothing is taken, and a new code pays."""
    code = fresh_code(MONEY)
    assert (await counter.get(await by_guest(counter, await counter.order(), code)))["state"] == "APPROVED"
    order = await counter.order()
    refused = await counter.get(await by_guest(counter, order, code))
    assert (refused["state"], refused["error"]["message"]) == ("DECLINED", REFUSALS[USED])
    assert await counter.paid(order) == 0
    assert (await counter.get(await by_guest(counter, order)))["state"] == "APPROVED"


@pytest.mark.parametrize(
    "code", ["", "short", "no blanks in here", "91234567890\n123456", "주막페이1234567890"]
)
async def test_what_can_be_no_code_is_refused_at_once(counter, code: str):
    """PAY-9: nobody is asked, and the refusal does not repeat what was typed."""
    order = await counter.order()
    with pytest.raises(InvalidArgument) as refused:
        await counter.start(order, tender="BARCODE", barcode=code)
    assert refused.value.data["path"] == "$.barcode"
    assert code == "" or code not in str(refused.value)
    assert (await counter.asking.ask("payment-attempt.list.request", {}, CASHIER))["attempts"] == []


async def test_a_code_belongs_to_a_barcode_payment(counter):
    """PAY-9: with another tender it is a mistake; without a terminal there is nobody to ask."""
    order = await counter.order()
    with pytest.raises(InvalidArgument):
        await counter.start(order, tender="CARD", barcode=fresh_code(MONEY))
    await counter.asking.ask("terminal.remove.request", {"id": counter.terminal_id}, OWNER)
    with pytest.raises(UnsupportedMode):
        await by_guest(counter, order)


async def test_the_guest_scans_a_code_of_ours(attended):
    """PAY-9: it comes to the till by push, goes when the phone has paid, and no fact of the journal holds it."""
    order = await attended.order()
    attempt = await by_shop(attended, order)
    assert attempt["barcode"] == {"presentedBy": "SHOP"}
    mark = await attended.asking.mark()
    waiting = await attended.get(attempt)
    text = waiting["barcode"]["text"]
    assert (waiting["state"], attempt["id"] in text) == ("SENT", True)
    attended.terminal.machine.reader.act(Act.PAY)
    done = await attended.get(attempt)
    assert (done["state"], done["barcode"]) == ("APPROVED", {"presentedBy": "SHOP"})
    assert done["payment"]["externalDetails"]["source"] in {each.name for each in WALLETS}
    assert mark
    history = await attended.asking.ask("order.history.request", {"orderId": order["id"]}, MANAGER)
    assert "payment-attempt.code-shown" in str(history)
    assert text not in str(history)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)
@pytest.mark.parametrize("begin", [by_guest, by_shop], ids=["guest's code", "shop's code"])
async def test_every_row_ends_as_with_a_card(counter, row: Row, begin: Any):
    """SIM-1, NET-3, NET-4, NET-6, NET-a: approved, declined, lost and found as the amount says, both ways round."""
    price = 18_000 + int(row.code)
    order = await counter.order(price)
    ended = await counter.ended(await begin(counter, order))
    assert ended["state"] == row.ends
    assert await counter.paid(order) == counter.terminal.book.totals().net == (price if row.pays else 0)
    if row.ends == "DECLINED":
        assert ended["error"]["message"] == FAULTS[row.code].declined


async def test_silence_over_a_guests_code_is_unknown_then_found(counter):
    """PAY-9, NET-2, NET-3: after a minute nobody knows; the terminal is asked by our key, without the code."""
    order = await counter.order()
    counter.terminal.control(silent=1)
    attempt = await by_guest(counter, order)
    await counter.settle()
    counter.clock.jump(seconds=GUEST_WITHIN.total_seconds() - 1)
    assert (await counter.get(attempt))["state"] == "SENT"
    counter.clock.jump(seconds=1)
    done = await counter.ended(attempt)
    assert (done["state"], done["payment"]["externalDetails"]["source"]) == ("APPROVED", MONEY.name)
    assert counter.terminal.book.totals().net == 18_000


async def test_a_guest_who_never_scans_pays_nothing(attended):
    """PAY-9, NET-2, NET-3: three minutes to find the phone; then the code is dead, also for whoever scans it late."""
    order = await attended.order()
    attempt = await by_shop(attended, order)
    await attended.settle()
    attended.clock.jump(seconds=PHONE_WITHIN.total_seconds() - 1)
    assert (await attended.get(attempt))["state"] == "SENT"
    attended.clock.jump(seconds=1)
    ended = await attended.ended(attempt)
    assert (ended["state"], ended["barcode"]) == ("NOT_FOUND", {"presentedBy": "SHOP"})
    attended.terminal.machine.reader.act(Act.PAY)
    await attended.settle()
    assert attended.terminal.book.totals().net == await attended.paid(order) == 0


async def test_staff_stop_a_code_that_is_shown(attended):
    """PAY-9, NET-3: it goes from the screens at once, and nothing is taken."""
    order = await attended.order()
    attempt = await by_shop(attended, order)
    assert "text" in (await attended.get(attempt))["barcode"]
    stopped = await attended.give_up(attempt)
    assert "text" not in stopped["barcode"]
    assert (await attended.ended(attempt))["state"] == "NOT_FOUND"
    assert attended.terminal.book.totals().net == 0


async def test_the_guests_screen_shows_the_code_while_it_can_be_scanned():
    """DSP-1, PAY-9: it comes with the amount and goes with the wait; a guest's own code is never there."""
    async with CardCounter(attended=True, documents=(*DOCUMENTS, *DEVICES)) as counter:
        screens = Screens(counter.asking)
        order = await counter.order()
        attempt = await by_shop(counter, order, amount=10_000)
        text = (await counter.get(attempt))["barcode"]["text"]
        shown = (await screens.read())["payment"]
        assert shown == {"state": "waiting", "amount": 10_000, "scan": text}
        assert (await screens.pushed())[-1]["payment"] == shown
        assert all(view.get("payment", {}).get("scan") is None for view in await screens.pushed("display-2"))
        counter.terminal.machine.reader.act(Act.CANCEL)
        await counter.settle()
        assert "payment" not in await screens.read()
        assert text not in str((await screens.pushed())[-1])
        code = fresh_code(MONEY)
        assert (await counter.get(await by_guest(counter, order, code)))["state"] == "APPROVED"
        assert code not in str(await screens.pushed())


async def test_an_order_goes_whole_where_no_part_goes(counter):
    """CAN-8, PAY-9: what the payment still stands for is asked of the guest's phone again, not of a card."""
    order = await counter.order(18_097)
    payment = (await counter.get(await by_guest(counter, order)))["payment"]
    await counter.refund(order, 5_000, payment)
    [refused] = await counter.refunds()
    assert refused["state"] == "DECLINED"
    [open_one] = (await counter.asking.ask("reconcile.list.request", {}, MANAGER))["items"]
    assert (open_one["kind"], open_one["tender"]) == ("REFUND", "BARCODE")
    await counter.resolve(refused, "WHOLE_THEN_REST")
    await counter.settle()
    attempts = (await counter.asking.ask("payment-attempt.list.request", {}, CASHIER))["attempts"]
    assert (attempts[0]["tender"], attempts[0]["amount"]) == ("BARCODE", 13_097)
    assert attempts[0]["barcode"]["presentedBy"] == "SHOP"
