"""Finding who is asked: for the money of an attempt, and for the money of a payment back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jumak.domain.attempt import Attempt, MethodRef
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.server.payer import MethodPayer, Payer, TerminalPayer
from jumak.server.terminals import Terminals
from jumak.service.refund import method_of

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop


class Payers:
    """Who takes money in one shop right now."""

    def __init__(self, shop: RunningShop, terminals: Terminals) -> None:
        self._shop, self._terminals = shop, terminals

    def __bool__(self) -> bool:
        return bool(self._shop.connections.methods or self._terminals)

    def of_attempt(self, attempt: Attempt) -> Payer | None:
        """Who takes its money, None when nobody is there."""
        if attempt.terminal is not None:
            return self._terminal(attempt.terminal.id)
        assert attempt.method is not None, "cash asks nobody"
        return self._method(attempt.method, attempt.device)

    def of_payment(self, order: Order, payment: Payment, device: str | None = None) -> Payer | None:
        """Who can give it back, None where nobody took it or nobody is there. device: where that was asked for."""
        record = backing_of(order).payments[payment.id]
        if record.terminal:
            return self._terminal(record.terminal)
        if (ref := method_of(order, payment)) is None:
            return None
        return self._method(ref, device) or self._method(ref, None)

    def _method(self, ref: MethodRef, device: str | None) -> Payer | None:
        session = self._shop.connections.methods.session_for(ref.plugin_id, ref.id, device)
        return None if session is None else MethodPayer(self._shop, session, ref)

    def _terminal(self, terminal_id: str) -> Payer | None:
        known = self._terminals.get(terminal_id)
        return None if known is None else TerminalPayer(self._shop, known[1], known[0])
