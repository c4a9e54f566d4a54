"""Questions the shop asks plugins: may this payment be cancelled, what is this new item (contract, wire §7).

They are listened to like events, but what a handler returns or raises is the answer.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from jumak.domain.catalog import CatalogItemView
from jumak.sdk.types import Order, Payment
from jumak.sdk.ui import Ui
from jumak.sdk.values import Record, read, write

if TYPE_CHECKING:
    from jumak.sdk.connection import Connection

Json = dict[str, Any]

BEFORE_CANCEL = "payment.before-cancel"
"""`handler(order, payment)`: raising refuses, staff see the message."""

BEFORE_ADD = "catalog.before-add"
"""`handler(payload, ui)`, payload with `barcode` or `title`: answers a part of a `CatalogItem`, or None."""

TOPICS = frozenset({BEFORE_CANCEL, BEFORE_ADD})


class Questions:
    """Handlers of questions, several each: every objector has a say, the first suggestion counts."""

    def __init__(self, connection: Connection, ui: Ui) -> None:
        self._connection, self._ui = connection, ui
        self._handlers: dict[str, list[Callable[..., Any]]] = {topic: [] for topic in TOPICS}
        # Who has nothing to say agrees; a client that stays silent would hold staff up for 30 s.
        connection.answer("payment.event.request", self._before_cancel)

    def on(self, topic: str, handler: Callable[..., Any]) -> Callable[[], None]:
        """Asks `handler`, too. Returns the function that ends it."""
        own = partial(handler)
        handlers = self._handlers[topic]
        handlers.append(own)
        if topic == BEFORE_ADD:
            # Only now: a plugin that suggests nothing must not be offered to staff.
            self._connection.answer("catalog-item.event.request", self._before_add)
            self._connection.answer("catalog-item.before-add-health-check.request", self._healthy)

        def off() -> None:
            if own in handlers:
                handlers.remove(own)

        return off

    async def _before_cancel(self, data: Json) -> Json:
        payload = data.get("payload") or {}
        for handler in list(self._handlers[BEFORE_CANCEL]):
            await outcome_of(
                handler(read(Order, payload.get("order")), read(Payment, payload.get("payment")))
            )
        return {}

    async def _before_add(self, data: Json) -> Json:
        for handler in list(self._handlers[BEFORE_ADD]):
            suggestion = await outcome_of(handler(Record(data.get("payload") or {}), self._ui))
            if suggestion is not None:
                return {"event": data.get("event"), "payload": {"initialValue": _bare(suggestion)}}
        return {"event": data.get("event"), "payload": {}}

    async def _healthy(self, _: Json) -> Json:
        if not self._handlers[BEFORE_ADD]:
            raise LookupError("nothing is suggested any more")
        return {}


async def outcome_of(outcome: Any) -> Any:
    """What a handler answered, which may be async or not."""
    return await outcome if inspect.isawaitable(outcome) else outcome


def _bare(suggestion: Any) -> Any:
    """A suggestion given as the answer's own `{initialValue}` counts as that value."""
    value = write(suggestion, CatalogItemView)
    return value.get("initialValue", value) if isinstance(value, Mapping) else value
