"""Where a shop keeps things after a run through everything (SEC-3).

No card number, track, PIN, code of a guest's wallet (PAY-9) or secret of a plugin.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from jumak import metrics
from jumak.devices.terminal.simulator import network
from jumak.domain.errors import InvalidArgument, PosError
from jumak.logs import FORMATS, set_up
from jumak.protocol.row import Done, Nothing
from jumak.server.live import Ask
from jumak.store.sqlite.backup import backup
from jumak.store.sqlite.export import export
from jumak.testing import OWNER, PracticeIssuer, PracticeTerminal, simulated_shop, staff_caller
from tests.server.every_request import every_request, let_call, put_uploads
from tests.server.screen import Wire, a_plugin, answering
from tests.server.test_conformance import EVERYTHING, Inside
from tests.service.asking import READER, Asking, a_line, a_payment, an_order
from tests.service.paying import CASHIER, MANAGER
from tests.store.at_rest import at_rest

READ, TYPED, LOGGED, SHOWN = "9490881234567893", "4111111111111111", "5555555555554444", "9409110000001235"
"""Card numbers a terminal says, a plugin records, a plugin writes down, and a guest shows for a cash receipt."""

TRACK = f";{LOGGED}=30121011234500000000?"
PIN = "83619472"
PASSWORD, STORED = "아주 긴 비밀번호 열쇠", 'deep-"s3cr3t"-value-1'
PAID, REFUSED, LOST, BAD, UNLISTED = (
    "9183619472658391",
    "9483619472651199",
    "9183619472652299",
    "9183619472653399 bad",
    "9983619472654499",
)
"""Codes of guests' wallets: one pays, one is refused, the answer to one is lost, one can be no code, one is of a wallet
that the terminal does not know."""
GUEST, PHONE, MEMO, KEY = "제갈공명", "010-7777-8888", "땅콩 알레르기 있는 손님", "order-of-01077778888"
"""A guest's name, phone and wish, and a key and command id in which a careless till put the phone."""
SECRETS = (READ, TYPED, LOGGED, SHOWN, TRACK, PIN, PASSWORD, STORED, PAID, REFUSED, LOST, BAD, UNLISTED)


async def cards(shop: Asking, terminal: PracticeTerminal) -> None:
    """Paid, part by part and whole back, refused, lost, looked for."""
    draft = {"name": "카운터 단말기", "driver": "simulator", "address": "practice"}
    await shop.ask("terminal.save.request", {"terminal": draft}, OWNER)
    await shop.shop.settle()
    for price, trouble in ((18_000, {}), (18_097, {}), (18_051, {}), (18_000, {"cut": 1})):
        order = await shop.add(READER, a_line(2) | {"chargePrice": {"value": price}})
        terminal.control(**trouble)
        start = {"orderId": order["id"], "tender": "CARD", "amount": price, "expectedUnpaid": price}
        await shop.ask("payment.start.request", start, CASHIER)
        await shop.shop.settle()
        shop.shop.clock.jump(seconds=2)
        await shop.shop.settle()
        part = {"id": order["id"], "amount": 5_000, "reason": "늦음"}
        if (await shop.get(order["id"]))["payments"]:
            await shop.ask("order.refund-amount.request", part, MANAGER)
            await shop.shop.settle()
    for refund in (await shop.ask("payment-refund.list.request", {}, MANAGER))["refunds"]:
        if refund["state"] == "DECLINED" and refund["terminal"]["name"] == "카운터 단말기":
            how = {"id": refund["id"], "how": "WHOLE_THEN_REST"}
            await shop.ask("payment-refund.resolve.request", how, MANAGER)
            await shop.shop.settle()
    for name in ("reconcile.list.request", "settlement.get.request", "audit.list.request"):
        await shop.ask(name, {}, OWNER)


async def cash_receipts(shop: Asking) -> None:
    """Issued for cash to a card's number, which is kept until it was sent; then cancelled in part."""
    order = await shop.add(READER, a_line(2))
    start = {"orderId": order["id"], "tender": "CASH", "amount": 18_000, "expectedUnpaid": 18_000}
    payment = (await shop.ask("payment.start.request", start, CASHIER))["attempt"]["payment"]
    asked = {"paymentId": payment["id"], "use": "DEDUCTION", "identifier": SHOWN}
    receipt = (await shop.ask("cash-receipt.send.request", asked, CASHIER))["cashReceipt"]
    await shop.shop.settle()
    cancel = {"id": receipt["id"], "amount": 5_000, "reason": "번호 오류"}
    await shop.ask("cash-receipt.cancel.request", cancel, MANAGER)
    await shop.shop.settle()
    issued = (await shop.ask("cash-receipt.list.request", {"states": ["ISSUED"]}, MANAGER))["cashReceipts"]
    assert receipt["id"] in {each["id"] for each in issued}


async def wallets(shop: Asking, terminal: PracticeTerminal) -> None:
    """Codes that pay, are refused, used twice, sent twice, lost, no codes, and presented to nobody."""
    for code, price, trouble in (
        (PAID, 18_000, {}),
        (PAID, 18_000, {}),
        (REFUSED, 18_051, {}),
        (LOST, 18_000, {"cut": 1}),
        (BAD, 18_000, {}),
    ):
        order = await shop.add(READER, a_line(2) | {"chargePrice": {"value": price}})
        terminal.control(**trouble)
        start = {"orderId": order["id"], "tender": "BARCODE", "amount": price, "expectedUnpaid": price}
        start |= {"barcode": code}
        for _ in range(2):
            # The second is the same command again (PAY-7): its body was kept, as a hash.
            with contextlib.suppress(InvalidArgument):
                await shop.shop.request(
                    "payment.start.request", start, caller=CASHIER, command_id=f"pay-{order['id']}"
                )
        await shop.shop.settle()
        shop.shop.clock.jump(seconds=2)
        await shop.shop.settle()
    # Scanned at a till that knows of no wallet, and by a plugin that sends it on: neither is in a trace.
    listener, sender = Wire(shop.shop, a_plugin()), Wire(shop.shop, a_plugin(EVERYTHING.id))
    await Wire(shop.shop, staff_caller("server", "till-1")).ask("barcode.scan.request", {"barcode": UNLISTED})
    await sender.ask("barcode.send.request", {"barcode": UNLISTED})
    assert {"barcode": UNLISTED} in listener.pushes("barcode.event"), "nobody could know what it is"
    # Whoever may not pay is refused, and is traced where it is a plugin.
    refused = await Wire(shop.shop, a_plugin()).ask("payment.start.request", start)
    assert refused["complete"] is False
    terminal.switch_off()
    await shop.ask("payment.start.request", start | {"barcode": REFUSED}, CASHIER)
    await shop.shop.settle()
    terminal.switch_on()


async def careless_plugin(shop: Asking) -> None:
    """Records a payment with the whole number, and writes down whatever it has."""
    plugin = Wire(shop.shop, a_plugin())
    password = {"id": "pin", "type": "password", "label": "비밀번호", "required": False, "default": ""}
    await plugin.ask("setting.set-inputs.request", {"pin": password})
    await shop.ask(
        "plugin-setting.update.request", {"pluginId": "stamps", "values": {"pin": PASSWORD}}, OWNER
    )
    await plugin.ask("secure-store.set.request", {"key": "k", "value": STORED})
    await plugin.ask("setting.values.request")
    await plugin.ask("secure-store.get.request", {"key": "k"})
    order = await shop.add(CASHIER, a_line(2))
    card = {"installmentMonth": "00", "cardType": "CREDIT", "cardBrand": "신한", "cardNo": TYPED}
    dto = a_payment(order, 1_000, "whole-number", sourceType="CARD", cardDetails=card)
    await plugin.ask("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": dto})
    for line in (LOGGED, TRACK, f"pin {PASSWORD}", f"value {STORED}", json.dumps({"number": LOGGED})):
        plugin.tell("log", {"log": {"contents": line}})
    await shop.shop.settle()


async def people(shop: Asking) -> None:
    """Somebody with a PIN signs in, after a slip of the finger."""
    person = {"name": "박둘", "role": "manager", "pin": PIN}
    await shop.ask("staff.save.request", {"staff": person}, OWNER)
    with pytest.raises(PosError):
        await shop.ask("staff.login.request", {"pin": PIN[:-1] + "3"}, CASHIER)
    await shop.ask("staff.login.request", {"pin": PIN}, CASHIER)


async def guests(shop: Asking) -> None:
    """Named, with phone and wishes; somebody who is sent away; and a bug that has one of them in its hands."""
    wish = an_order(a_line(1) | {"memo": MEMO}, memo=MEMO, orderKey=KEY)
    await shop.ask("order.add.request", {"order": wish}, CASHIER)
    await shop.shop.request(
        "order.add.request", {"order": wish | {"orderKey": f"{KEY}-2"}}, caller=CASHIER, command_id=KEY
    )
    await shop.ask("waiting.set-mode.request", {"mode": "accept"}, MANAGER)
    await shop.ask("waiting.add.request", {"name": GUEST, "phone": PHONE, "numGuests": 2}, CASHIER)
    with pytest.raises(PosError):
        await shop.ask("order.get.request", {"id": GUEST}, CASHIER)

    async def broken(ask: Ask, data: Nothing) -> Done:
        try:
            raise ValueError(f"no phone for {GUEST}: {PHONE}")
        except ValueError as error:
            raise KeyError(MEMO) from error

    kept = shop.shop.running.live["staff.logout.request"]
    shop.shop.running.live["staff.logout.request"] = broken
    with pytest.raises(KeyError):
        await shop.ask("staff.logout.request", {}, CASHIER)
    shop.shop.running.live["staff.logout.request"] = kept
    screen = Wire(shop.shop, a_plugin("lamp"))
    screen.tell(f"{GUEST}.note", {"memo": MEMO})
    screen.session.receive(f'{{"name": "{PHONE}", "data"')


@pytest.fixture
def written_down(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[StringIO, StringIO]]:
    """The process's log at its most talkative, as JSON and for people."""
    root, ours = logging.getLogger(), logging.getLogger("jumak")
    levels, logs = (root.level, ours.level), (StringIO(), StringIO())
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    handlers = [set_up(form, "debug", stream=log) for form, log in zip(FORMATS, reversed(logs), strict=True)]
    yield logs
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    for handler in handlers:
        root.removeHandler(handler)


async def test_nothing_secret_is_kept(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    written_down: tuple[StringIO, StringIO],
):
    """SEC-3, RCP-5, SEC-1, H-75: the shop's folder with database, journal and logs, the books of card network and
    receipt issuer, a backup, an export, consoles with their traces, pushes, the process's log and its figures; in
    these two no name, phone or memo of a guest either."""
    whole = tuple(
        network.Card(number=READ, issuer=each.issuer, acquirer=each.acquirer, kind=each.kind)
        for each in network.CARDS
    )
    monkeypatch.setattr(network, "CARDS", whole)
    terminal = PracticeTerminal(folder=tmp_path / "network")
    (tmp_path / "copies").mkdir()
    folder = tmp_path / "shop"
    issuer = PracticeIssuer(tmp_path / "issuer")
    async with simulated_shop(folder=folder, drivers=terminal.drivers, issuer=issuer) as opened:
        host = await opened.host()
        put_uploads(folder)
        answering(opened, EVERYTHING)
        await let_call(opened, EVERYTHING.id)
        shop, manager = Asking(opened), Wire(opened, MANAGER)
        # The day's terminal is one that nobody finds.
        terminal.switch_off()
        await every_request(Inside(opened).ask, opened.clock.now())
        terminal.switch_on()
        await cards(shop, terminal)
        await cash_receipts(shop)
        await wallets(shop, terminal)
        await careless_plugin(shop)
        await people(shop)
        await guests(shop)
        await opened.settle()
        heard = json.dumps(manager.frames, ensure_ascii=False) + json.dumps(
            [repr(each) for each in await shop.pushes(0)], ensure_ascii=False
        )
        lines = host.console("stamps").after(None, 10_000, ("log", "trace"))
        console = "\n".join(f"{one.title} {one.text} {one.trace}" for one in lines)
        backup(folder, tmp_path / "copies" / "backup")
        with (tmp_path / "copies" / "export").open("xb") as out:
            export(folder, out)
    await terminal.close()
    # What was looked for did happen: the masked numbers are where the whole ones must not be.
    kept = at_rest(tmp_path)
    for found in ("949088******7893", "411111******1111", "************1235", "카카오페이"):
        assert found.encode() in kept
    assert "949088******7893" in heard
    assert "555555******4444" in console
    assert "411111******1111" in console, "the trace of the plugin's own message"
    for secret in SECRETS:
        for spelled in {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}:
            assert spelled.encode() not in kept, secret
            assert spelled not in heard, secret
            assert spelled not in console, secret
            assert spelled not in caplog.text, secret
            assert spelled not in metrics.text().decode(), secret
    as_json, for_people = (log.getvalue() for log in written_down)
    lines_written = [json.loads(line) for line in as_json.splitlines()]
    # What was looked for did happen here too.
    answered = [line for line in lines_written if line["event"] == "a message was answered"]
    assert {line["outcome"] for line in answered} >= {"OK", "NOT_FOUND", "INTERNAL"}
    assert all(line["duration_ms"] >= 0 and line["message"] and line["request"] for line in answered)
    assert any(line.get("plugin") == "lamp" and line["event"].startswith("a mal") for line in lines_written)
    bug = next(line for line in lines_written if line.get("error") == "KeyError")
    assert any("ValueError" in place for place in bug["trace"])
    assert "KeyError" in for_people
    for private in (*SECRETS, GUEST, PHONE, MEMO, KEY):
        for spelled in {private, json.dumps(private)[1:-1], json.dumps(private, ensure_ascii=False)[1:-1]}:
            assert spelled not in as_json, private
            assert spelled not in for_people, private
            assert spelled not in metrics.text().decode(), private
