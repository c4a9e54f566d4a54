"""Use cases that begin an attempt to take money (rulebook §3.1, §3.3; contract: extensions §6).

A plugin's method or a card terminal is asked by the live side of the shop (`server/paying.py`), after the
attempt is on disk (NET-1) and never twice; cash is taken in one commit.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from msgspec.structs import replace

from jumak.domain.attempt import (
    OPEN,
    Attempt,
    MethodRef,
    Step,
    Tender,
    TerminalRef,
    approved,
    part_price,
    payment_of,
    stepped,
)
from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.caller import Caller
from jumak.domain.cash import change_due
from jumak.domain.errors import Conflict, InvalidArgument, InvalidState, NotFound, UnsupportedMode
from jumak.domain.order.ending import check_not_being_cancelled
from jumak.domain.order.life import Act, next_state, not_editable
from jumak.domain.order.paying import check_tip, remaining_buckets, share_with_tip
from jumak.domain.order.types import Order
from jumak.domain.payment import installments
from jumak.domain.wallet import Barcode, presented_code
from jumak.protocol.messages.attempt import AttemptReply, StartPayment
from jumak.service.attempt import attempt_fact, attempt_view, unsettled, waited_for
from jumak.service.documents import InFlight, Install, PaymentLock
from jumak.service.keeping import known_order, locked
from jumak.service.payment import keep_payment, not_running, taken
from jumak.service.ports import Transaction
from jumak.service.registry import command
from jumak.service.serving import serve
from jumak.service.terminal import terminal_of_till

AT_TERMINAL: Final[frozenset[Tender]] = frozenset({"CARD", "BARCODE"})
"""What the till's terminal takes: cards, and wallets over the same wire."""

KEPT_FOR = timedelta(days=7)
"""Attempts that are over stay readable this long; their payments and facts stay for good."""


@command("payment.start.request")
async def start(tx: Transaction, data: StartPayment) -> AttemptReply:
    """Begin taking money: one open attempt per order and till (PAY-8), its amount reserved (PAY-2).

    Cash is taken at once; a plugin's method or the till's terminal is asked once this is on disk. Raises Conflict
    UNPAID_CHANGED, Locked, InvalidState CANCEL_PENDING, OVERPAID, PAYMENT_UNKNOWN, ATTEMPT_OPEN, HostUnavailable
    PLUGIN_NOT_RUNNING, UnsupportedMode TENDER.
    """
    return await begin(tx, data, tx.caller)


async def begin(tx: Transaction, data: StartPayment, who: Caller) -> AttemptReply:
    """See `start`. who: at whose till, and on whose word. Whatever may refuse comes before the first change."""
    _check_tender(data)
    code = None if data.barcode is None else presented_code(data.barcode)
    order = await known_order(tx, data.order_id, path="$.orderId")
    if next_state(order, Act.PAY) == "REQUESTED":
        raise not_editable(order, Act.PAY)
    check_not_being_cancelled(order)
    if (refusal := await locked(tx, order, who, tx.at)) is not None:
        raise refusal
    await _check_lease(tx, data, who)
    await _check_amount(tx, order, data)
    check_tip(data.tip, data.amount, tx.shop)
    await _check_till(tx, who)
    method, terminal = await _method(tx, data, who), await _terminal(tx, data, who)
    _forget_old(tx, await tx.all(Attempt))
    attempt = Attempt(
        id=tx.ids.new(),
        order_id=order.id,
        tender=data.tender,
        amount=data.amount,
        state="CREATED",
        price=part_price(share_with_tip(remaining_buckets(order), data.amount, data.tip)),
        caller=who.id,
        at_ms=to_ms(tx.at),
        method=method,
        terminal=terminal,
        barcode=_barcode(data),
        installment_month=installments(data.installment_month or ""),
        part_id=data.part_id,
        tip=data.tip,
        device=who.device_id,
        staff=None if who.staff is None else who.staff.id,
    )
    await serve(tx, order.id, who.device_id, attempt_id=attempt.id)
    if data.tender == "CASH":
        return await _take_cash(tx, order, attempt, data)
    sent = stepped(attempt, Step.SEND)
    if code is not None:
        tx.live.presented.keep(who.id, sent.id, code)
    tx.put(sent)
    tx.put(InFlight(id=order.id, attempt_id=sent.id, amount=sent.amount - sent.tip, locked=True))
    tx.record(attempt_fact("start", sent))
    return AttemptReply(attempt=await attempt_view(tx, sent))


def _check_tender(data: StartPayment) -> None:
    if data.tender not in ("CASH", *AT_TERMINAL, "METHOD"):
        raise _no_device(data)
    if data.barcode is not None and data.tender != "BARCODE":
        raise InvalidArgument(
            "QR·바코드는 QR·바코드 결제에서만 쓸 수 있습니다",
            "barcode belongs to tender BARCODE",
            path="$.barcode",
        )
    if data.tender == "METHOD" and data.method is None:
        raise InvalidArgument(
            "결제 수단을 골라 주세요: $.method", "METHOD needs method {pluginId, id}", path="$.method"
        )


def _barcode(data: StartPayment) -> Barcode | None:
    if data.tender != "BARCODE":
        return None
    return Barcode(presented_by="SHOP" if data.barcode is None else "GUEST")


def _no_device(data: StartPayment) -> UnsupportedMode:
    return UnsupportedMode(
        "이 매장에는 카드 단말기나 선불 수단이 연결되어 있지 않습니다. 현금이나 플러그인 결제를 이용해 주세요",
        f"{data.tender} needs a device this shop has not; take CASH or a plugin's METHOD",
        reason="TENDER",
        tender=data.tender,
    )


async def _terminal(tx: Transaction, data: StartPayment, who: Caller) -> TerminalRef | None:
    """The terminal of this till, where nobody else is being charged (PAY-8)."""
    if data.tender not in AT_TERMINAL:
        return None
    record = await terminal_of_till(tx, who.device_id)
    if record is None:
        raise _no_device(data)
    for other in (await waited_for(tx)).values():
        if other.terminal is not None and other.terminal.id == record.id:
            raise InvalidState(
                f"'{record.name}'에서 다른 결제가 진행 중입니다. 끝난 뒤 다시 시도해 주세요",
                f"the terminal {record.name!r} is charging for another attempt; let it end",
                reason="ATTEMPT_OPEN",
                attemptId=other.id,
            )
    return record.ref


async def _method(tx: Transaction, data: StartPayment, who: Caller) -> MethodRef | None:
    if data.tender != "METHOD" or data.method is None:
        return None
    wanted = data.method
    found = tx.live.payment_method(who, wanted.plugin_id, wanted.id)
    if found is None:
        install = await tx.get(Install, wanted.plugin_id)
        raise not_running(wanted.plugin_id if install is None else install.name)
    return found


async def _check_lease(tx: Transaction, data: StartPayment, who: Caller) -> None:
    if data.lock_id is None:
        return
    held = await tx.get(PaymentLock, data.order_id)
    if held is None or held.lock_id != data.lock_id or held.holder != who.id:
        raise NotFound(
            "결제 잠금이 없거나 만료되었습니다",
            "lockId is no lease of yours on this order; take it again with order.lock or leave it out",
            path="$.lockId",
        )


async def _check_amount(tx: Transaction, order: Order, data: StartPayment) -> None:
    unpaid = order.payment_price.payment_unpaid_value
    if unpaid != data.expected_unpaid:
        raise Conflict(
            f"남은 금액이 {unpaid:,}원으로 바뀌었습니다",
            f"{unpaid} is to be paid, not {data.expected_unpaid}; show the order again",
            reason="UNPAID_CHANGED",
            unpaid=unpaid,
        )
    in_flight, waiting = await tx.get(InFlight, order.id), await unsettled(tx, order.id)
    earlier = in_flight.attempt_id if in_flight is not None else waiting.id if waiting is not None else None
    if earlier is not None:
        raise InvalidState(
            "결과를 확인하지 못한 결제가 있습니다. 먼저 확인해 주세요",
            "an earlier attempt on this order is not settled; resolve it with payment-attempt.resolve (NET-5)",
            reason="PAYMENT_UNKNOWN",
            attemptId=earlier,
        )
    if data.amount - data.tip > unpaid:
        raise InvalidState(
            f"남은 금액({unpaid:,}원)보다 많이 결제할 수 없습니다",
            f"{data.amount} is more than the {unpaid} still to pay and the tip",
            reason="OVERPAID",
            unpaid=unpaid,
            orderId=order.id,
        )


async def _check_till(tx: Transaction, who: Caller) -> None:
    other = (await waited_for(tx)).get(who.id)
    if other is not None:
        raise InvalidState(
            "이 기기에서 진행 중인 결제가 있습니다. 끝나거나 취소한 뒤 다시 시도해 주세요",
            "this till waits for another payment; let it end or give it up with payment-attempt.cancel",
            reason="ATTEMPT_OPEN",
            attemptId=other.id,
        )


def _forget_old(tx: Transaction, attempts: Any) -> None:
    """Those that are over, from the first on: they are kept in the order in which they began."""
    oldest = to_ms(tx.at - KEPT_FOR)
    for old in attempts.values():
        if old.at_ms >= oldest:
            return
        if old.state not in OPEN:
            tx.drop(Attempt, old.id)


async def _take_cash(tx: Transaction, order: Order, attempt: Attempt, data: StartPayment) -> AttemptReply:
    """Cash is there or it is not: created, sent and approved in one commit (CSH-1)."""
    tendered = data.amount if data.tendered is None else data.tendered
    change = change_due(data.amount, tendered)
    calendar = calendar_of(tx.shop)
    dto = payment_of(attempt, attempt.price, key=attempt.id, approved_at=calendar.iso(tx.at), approved_no="")
    paid = await taken(tx, order, dto, tip=attempt.tip)
    await keep_payment(tx, order, paid)
    done = approved(
        replace(stepped(attempt, Step.SEND), tendered=tendered, change=change, answered=True), paid.payment.id
    )
    tx.put(done)
    tx.record(attempt_fact("approve", done))
    return AttemptReply(attempt=await attempt_view(tx, done))
