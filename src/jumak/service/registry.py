"""Which use case answers which message.

    @command("order.add.request")   runs inside a transaction, in the order of arrival
    @query("order.get.request")     reads what is committed
    @live("subscribe.request")      touches connections only; bound in server/

A test holds that every request of the table has exactly one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

Handler = Callable[..., Awaitable[Any]]
HandlerT = TypeVar("HandlerT", bound=Handler)

COMMANDS: dict[str, Handler] = {}
QUERIES: dict[str, Handler] = {}


def command(name: str) -> Callable[[HandlerT], HandlerT]:
    """Answers a write: `async def use_case(tx: Transaction, data) -> reply struct`; caller is `tx.caller`."""

    def bind(use_case: HandlerT) -> HandlerT:
        assert name not in COMMANDS and name not in QUERIES, f"{name} has two use cases"
        COMMANDS[name] = use_case
        return use_case

    return bind


def query(name: str) -> Callable[[HandlerT], HandlerT]:
    """Answers a read: `async def use_case(read: Reader, caller: Caller, data) -> reply struct`."""

    def bind(use_case: HandlerT) -> HandlerT:
        assert name not in COMMANDS and name not in QUERIES, f"{name} has two use cases"
        QUERIES[name] = use_case
        return use_case

    return bind
