"""A shop with years behind it, made in minutes: orders that were sold, cooked and paid, and pass `jumak check`.

A few orders are led through the shop's own use cases, opened and ended. Each further one is a copy of one of them with ids,
keys, number and day of its own, written by the store's own commands, so that journal, indexes and counts are the store's.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from tqdm import tqdm
from uvloop import new_event_loop

from bench import menu
from bench.domain import orders
from bench.growth import BATCH, CALLER, FastClock
from jumak.domain.calendar import to_ms
from jumak.domain.fact import Fact
from jumak.domain.kitchen import Ticket
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order, OrderBacking
from jumak.domain.payment import PaymentDto
from jumak.protocol.messages.kitchen import BumpData
from jumak.protocol.messages.order import AddOrder, OrderById, OrderReply
from jumak.protocol.messages.payment import AddPayment, IdRef
from jumak.service.keeping import order_fact, payment_fact
from jumak.service.kitchen import bump
from jumak.service.order import add, complete
from jumak.service.payment import add as pay
from jumak.service.ports import Command, Transaction
from jumak.store.codec import public
from jumak.store.sqlite import SqliteStore

SAMPLES = 64
SECONDS_APART = 90
"""Between two orders: a million of them are three years."""

_KEY = "sold-payment-of-a-sample-00000000"
_order = msgspec.json.Decoder(Order).decode
_ticket = msgspec.json.Decoder(Ticket).decode
_backing = msgspec.msgpack.Decoder(OrderBacking).decode


class Stage(Struct, frozen=True):
    """An order and its ticket as they are stored: document, backing, document."""

    order: bytes
    backing: bytes
    ticket: bytes

    @classmethod
    def of(cls, order: Order, ticket: Ticket) -> Stage:
        """As they are now."""
        return cls(
            msgspec.json.encode(public(order)),
            msgspec.msgpack.encode(order.backing),
            msgspec.json.encode(ticket),
        )

    def stamped(self, names: list[tuple[bytes, bytes]], number: str, at_ms: int) -> tuple[Order, Ticket]:
        """With other names, each as long as the one it stands for."""
        parts = [self.order, self.backing, self.ticket]
        for old, new in names:
            parts = [part.replace(old, new) for part in parts]
        backing = replace(_backing(parts[1]), created_ms=at_ms)
        order = replace(_order(parts[0]), number=number, backing=backing)
        return order, replace(_ticket(parts[2]), created_ms=at_ms)


class Sample(Struct, frozen=True):
    """An order that was opened, and the same one ended."""

    names: tuple[str, str, str, str, str]
    """Of the order, its ticket, its payment, the keys of order and payment."""
    date: str
    opened: Stage
    ended: Stage


async def samples() -> list[Sample]:
    """Some orders, from the rules."""
    store = await menu.create_shop_in_memory(FastClock())
    made = [await _sample(store, number, dto) for number, dto in enumerate(orders(SAMPLES))]
    await store.close()
    return made


async def _sample(store: SqliteStore, number: int, dto: Any) -> Sample:
    async def run(name: str, work: Callable[[Transaction], Awaitable[Any]]) -> None:
        result = await store.execute(Command(caller=CALLER, name=name, body=b"", run=work))
        if result.error is not None:
            raise result.error

    async def now(order_id: str) -> tuple[Order, Ticket]:
        read = store.reader()
        order, tickets = await read.order(order_id), await read.tickets_of(order_id)
        assert order is not None
        return order, tickets[0]

    await run("order.add.request", lambda tx: add(tx, AddOrder(order=dto)))
    order_id = next(
        order.id for order in await store.reader().open_orders() if order.order_key == dto.order_key
    )
    order, ticket = await now(order_id)
    opened = Stage.of(order, ticket)
    key, price = f"{_KEY[:-8]}{number:08x}", order.charge_price
    payment = PaymentDto(
        source_type="CASH",
        order_id=order_id,
        amount_money=price.charge_price_value,
        tax_money=price.charge_tax_value,
        supply_money=price.charge_supply_value,
        tip_money=0,
        tax_exempt_money=price.charge_tax_exempt_value,
        approved_no=f"{number:08d}",
        approved_at=order.created_at,
        payment_key=key,
    )
    await run(
        "payment.add.request",
        lambda tx: pay(tx, AddPayment(order=IdRef(id=order_id), payment_dto=payment)),
    )
    await run("kds-order-item.bump.request", lambda tx: bump(tx, BumpData(id=ticket.id)))
    if (await now(order_id))[0].order_state != "COMPLETED":
        await run("order.complete.request", lambda tx: complete(tx, OrderById(id=order_id)))
    order, ticket = await now(order_id)
    date = backing_of(order).business_date
    names = (order_id, ticket.id, order.payments[0].id, order.order_key, key)
    return Sample(names, date, opened, Stage.of(order, ticket))


class Sales:
    """Makes the commands of one order after the other, on a clock that runs fast."""

    def __init__(self, clock: FastClock, samples: list[Sample]) -> None:
        self._clock, self._samples = clock, samples
        self._number, self._day, self._of_day = 0, "", 0

    def next(self) -> tuple[Command, Command]:
        """One that opens an order, and one that ends it."""
        self._clock.at += timedelta(seconds=SECONDS_APART)
        at_ms, date = to_ms(self._clock.at), self._clock.at.date().isoformat()
        self._of_day = 1 if date != self._day else self._of_day + 1
        self._day = date
        self._number += 1
        sample = self._samples[self._number % len(self._samples)]
        ids = [f"{at_ms << 80 | 7 << 76 | kind << 62 | self._number:032x}" for kind in (2, 3, 4)]
        keys = [f"{self._number:0{len(key)}x}" for key in sample.names[3:]]
        names = [
            (old.encode(), new.encode())
            for old, new in zip((*sample.names, sample.date), (*ids, *keys, date), strict=True)
        ]
        number = f"A-{self._of_day:04d}"

        async def opens(tx: Transaction) -> OrderReply:
            order, ticket = sample.opened.stamped(names, number, at_ms)
            tx.save_order(order)
            tx.save_ticket(ticket)
            tx.record(
                order_fact("add", order),
                Fact("kds.open", ticket.id, {"kdsOrder": {"id": ticket.id}, "order": order.id}),
            )
            return OrderReply(order=replace(order, backing=None))

        async def ends(tx: Transaction) -> OrderReply:
            order, ticket = sample.ended.stamped(names, number, at_ms)
            tx.save_order(order)
            tx.save_ticket(ticket)
            tx.record(
                payment_fact("paid", order.id, ids[2]),
                Fact("kds.done", ticket.id, {"kdsOrder": {"id": ticket.id}, "order": order.id}),
                order_fact("complete", order),
            )
            return OrderReply(order=replace(order, backing=None))

        name = f"{self._number:024x}"
        return (
            Command(caller=CALLER, name="order.add.request", body=b"{}", run=opens, command_id=f"add-{name}"),
            Command(caller=CALLER, name="order.end.request", body=b"{}", run=ends, command_id=f"end-{name}"),
        )


async def sell(folder: Path, count: int) -> None:
    """Makes a shop in a folder that has so many orders behind it."""
    clock = FastClock()
    sales = Sales(clock, await samples())
    store = await menu.create_shop(folder, clock=clock)
    with tqdm(
        total=count, desc="orders", unit="order", unit_scale=True, disable=not sys.stderr.isatty()
    ) as bar:
        for first in range(0, count, BATCH):
            some = [sales.next() for _ in range(min(BATCH, count - first))]
            for commands in zip(*some, strict=True):
                results = await asyncio.gather(*(store.execute(command) for command in commands))
                for result in results:
                    if result.error is not None:
                        raise result.error
            bar.update(len(some))
    await store.close()


def main() -> None:
    """`python -m bench.sold DIR COUNT`."""
    folder, count = sys.argv[1:]
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(sell(Path(folder), int(count)))


if __name__ == "__main__":
    main()
