"""Which fact tells of what, and the chain of hashes over the commits."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from jumak.domain.fact import Fact
from jumak.domain.order.types import Order
from jumak.store.codec import StateEntry, to_pack

States = list[list[StateEntry] | None]
"""What each fact of a command made of things, fact by fact."""


def chained(previous: bytes, at_ms: int, rows: list[tuple[Any, ...]]) -> bytes:
    """The hash of a commit: over the one before, its instant, and every column of its facts.

    rows: (seq, at, name, subject, (caller, kind, device, staff), command, data, state).
    """
    return sha256(previous + to_pack((at_ms, rows))).digest()


def names_order(fact: Fact, order_id: str) -> bool:
    """A fact tells of an order as its subject, in `data.order`, or in `data.from` or `data.to`."""
    return fact.subject == order_id or order_id in orders_named(fact)


def orders_named(fact: Fact) -> set[str]:
    """Ids of the orders a fact tells of: its history is theirs (`Reader.journal_of`)."""
    data = fact.data
    named = {fact.subject} if fact.name.startswith("order.") else set()
    if (order := _order_in(data)) is not None:
        named.add(order)
    for side in ("from", "to"):
        if side in data and (order := _order_in(data[side])) is not None:
            named.add(order)
    return named


def _order_in(data: Any) -> str | None:
    if not isinstance(data, dict):
        return None
    order = data.get("order")
    if isinstance(order, dict):
        order = order.get("id")
    elif isinstance(order, Order):
        order = order.id
    return order if isinstance(order, str) else None


def fact_about(facts: list[Fact], noun: str, subject: str, among: Sequence[int] | None = None) -> int | None:
    """Index of the fact a thing's new state goes with: the one about it, else the command's first, else none.

    among: the facts with this subject, where they are at hand.
    """
    if among is None:
        among = [index for index, fact in enumerate(facts) if fact.subject == subject]
    for index in among:
        if facts[index].name.startswith(noun):
            return index
    return among[0] if among else 0 if facts else None


def by_subject(facts: list[Fact]) -> dict[str, list[int]]:
    """Which facts of a command are about each thing: a menu that is taken in has thousands."""
    found: dict[str, list[int]] = {}
    for index, fact in enumerate(facts):
        found.setdefault(fact.subject, []).append(index)
    return found


def attach(states: States, index: int | None, entry: StateEntry) -> None:
    """Let a fact carry what it made of a thing; a command without facts leaves no trace of it."""
    if index is not None:
        entries = states[index]
        if entries is None:
            states[index] = [entry]
        else:
            entries.append(entry)
