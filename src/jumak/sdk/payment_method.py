"""Payment methods: a button on the payment screen, and what happens when it is pressed (contract, payment §6).

Once a callback runs, only the plugin knows whether money moves. So a callback that raises has charged
nothing, one that answers None gave up, and whatever else it answers is handed on: an answer the shop
cannot read goes to a manager instead of being taken for a refusal.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from jumak.protocol.table import TABLE
from jumak.sdk.names import camel
from jumak.sdk.namespaces import Json, Namespace
from jumak.sdk.questions import outcome_of
from jumak.sdk.types import Order, Payment, Price
from jumak.sdk.ui import Ui
from jumak.sdk.values import View, check, read, write

if TYPE_CHECKING:
    from jumak.sdk.client import Pos

log = logging.getLogger("jumak.sdk")

ADD = "payment.method.add"


class PaymentApproval(View, frozen=True, kw_only=True):
    """The money was taken. payment_key: unique, never repeated, at most 64 characters."""

    approved_at: datetime | str
    payment_key: str


class PaymentCancelled(View, frozen=True, kw_only=True):
    """The money was given back."""

    cancelled_at: datetime | str


Approved = PaymentApproval | Json | None
GivenBack = PaymentCancelled | Json | None
Pay = Callable[[Order, Price, Ui], Awaitable[Approved] | Approved]
"""Takes `price` of the order; None: given up, back to the methods. Raising refuses, staff see the message."""

Cancel = Callable[[Order, Payment, Ui], Awaitable[GivenBack] | GivenBack]
"""Gives a payment back; None or raising: it stays as it is."""

CancelFunction = TypeVar("CancelFunction", bound=Callable[..., Any])


class PaymentMethod:
    """A method of a `Plugin`, made by `@plugin.payment_method`. Calling it calls the decorated function."""

    def __init__(self, pay: Callable[..., Any], *, id: str, name: str, image: str = "") -> None:
        self.pay, self.id, self.name, self.image = pay, id, name, image
        self.give_back: Callable[..., Any] | None = None
        self.__doc__ = pay.__doc__

    def __call__(self, pos: Pos, order: Order, price: Price, ui: Ui) -> Any:
        return self.pay(pos, order, price, ui)

    def cancel(self, function: CancelFunction) -> CancelFunction:
        """`@pay.cancel`: `async def give_back(pos, order, payment, ui)`, answers PaymentCancelled or None."""
        self.give_back = function
        return function

    async def add_to(self, pos: Pos) -> None:
        """Adds the button."""
        await pos.payment_method.add(
            id=self.id,
            name=self.name,
            image=self.image,
            pay=partial(self.pay, pos),
            cancel=None if self.give_back is None else partial(self.give_back, pos),
        )


class PaymentMethodNamespace(Namespace):
    """This plugin's buttons. They are there while it is connected."""

    def __init__(self, pos: Pos) -> None:
        super().__init__(pos)
        self._methods: dict[str, tuple[Pay, Cancel | None]] = {}
        pos.connection.answer("payment.method.event.request", self._answer)

    async def add(
        self, *, id: str, name: str, pay: Pay, cancel: Cancel | None = None, image: str = ""
    ) -> None:
        """Adds a button; the same id replaces. image: `data:`, a file of the package or a listed address."""
        data = {"id": id, "image": image, "paymentName": name}
        check(data, TABLE[ADD].data)
        self._methods[id] = pay, cancel
        self._pos.connection.announce((ADD, id), ADD, data)

    async def remove(self, id: str) -> None:
        """Takes a button away; one that is not there is fine."""
        self._methods.pop(id, None)
        self._pos.connection.withdraw((ADD, id))
        self._pos.notify("payment.method.remove", {"id": id})

    async def _answer(self, data: dict[str, Any]) -> dict[str, Any]:
        event, method_id, order = data["event"], data["id"], read(Order, data["order"])
        if method_id not in self._methods:
            raise LookupError(
                f"등록되지 않은 결제수단입니다: {method_id} (no payment method with id {method_id})"
            )
        pay, cancel = self._methods[method_id]
        about = {"event": event, "id": method_id}
        if event == "pay":
            approval = await outcome_of(pay(order, read(Price, data["price"]), self._pos.ui))
            return about | ({} if approval is None else {"paymentDto": _approval(approval)})
        if cancel is None:
            raise LookupError(
                "이 결제수단은 취소할 수 없습니다 (the plugin gives no payment of this method back)"
            )
        cancelled = await outcome_of(cancel(order, read(Payment, data["payment"]), self._pos.ui))
        return about | ({} if cancelled is None else {"cancelledPaymentDto": _sent(cancelled)})


def _approval(answer: Any) -> dict[str, Any]:
    """`approvedNo` is empty on the wire; the shop fills it from `paymentKey` (E-9)."""
    sent = _sent(answer)
    return {"approvedAt": sent.get("approvedAt"), "approvedNo": "", "paymentKey": sent.get("paymentKey")}


def _sent(answer: Any) -> dict[str, Any]:
    """An answer as JSON, keys in either case. What is none becomes an empty object: no refusal, money may have moved."""
    try:
        sent = {camel(key): inner for key, inner in write(answer).items()}
        msgspec.json.encode(sent)
    except Exception:
        log.exception("an answer to a payment cannot be read: %r", answer)
        return {}
    return sent
