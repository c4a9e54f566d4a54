"""How fast a hub takes what shops send: messages as they arrive, until they are committed in PostgreSQL.

The shops' day is real commands: an order with its ticket, its payment by card, its end. One journal is sent as that of
several shops. NATS is left out: it hands over far more than a hub takes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from tqdm import tqdm
from uvloop import new_event_loop

from bench import menu
from bench.domain import orders
from bench.targets import HUB, HUB_RATE, Measured
from jumak.domain.caller import Caller
from jumak.domain.order.types import Order, OrderDto
from jumak.domain.payment import CardDetails, PaymentDto
from jumak.feed.messages import About, Facts, packed, unpacked
from jumak.feed.sender import MOST_BYTES, MOST_FACTS
from jumak.hub.database import opened
from jumak.hub.ingest import ingest, introduce
from jumak.hub.receiver import MOST_MESSAGES
from jumak.protocol.messages.order import AddOrder, OrderById, OrderReply
from jumak.protocol.messages.payment import AddPayment, IdRef
from jumak.service import payment
from jumak.service.order import add, complete
from jumak.service.ports import Command, Transaction
from jumak.store.sqlite import SqliteStore
from jumak.store.sqlite.shipping import JournalShipper
from tests.postgres import PostgresServer

ORDERS = 4_000
SHOPS = 6
AT_ONCE = 64
CALLER = Caller(id="bench", kind="plugin", name="bench")


def measure(folder: Path) -> list[Measured]:
    """Processor time of a hub process for a fact, and facts per second with PostgreSQL beside it."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_measure(folder))


class Ingested(Struct, frozen=True):
    """used_s: processor time of the hub.  took_s: with PostgreSQL.  sent: bytes on the way."""

    facts: int
    used_s: float
    took_s: float
    sent: int


async def _measure(folder: Path) -> list[Measured]:
    done = await ingested(folder, ORDERS)
    detail = (
        f"{done.facts / done.used_s:,.0f} facts/s for a core of the hub; {done.facts / done.took_s:,.0f} facts/s with "
        f"PostgreSQL on the same machine, without fsync; {done.facts:,} facts of {SHOPS} shops with {ORDERS:,} orders "
        f"each, {done.sent / done.facts:,.0f} bytes a fact on the way"
    )
    return [
        Measured(HUB, done.used_s / done.facts * 1e6, detail),
        Measured(HUB_RATE, done.facts / done.used_s, f"{done.used_s:.1f} s of a hub process"),
    ]


async def ingested(folder: Path, orders: int) -> Ingested:
    """A hub that takes so many orders of each shop."""
    await _one_day(folder / "shop", orders)
    shipper = JournalShipper(folder / "shop")
    abouts = [About(f"shop-{number}", shipper.founding(), shipper.dictionary) for number in range(SHOPS)]
    sent = [packed(replace(facts, shop=about.shop)) for facts in _messages(shipper) for about in abouts]
    shipper.close()
    server = PostgresServer()
    try:
        async with opened(server.url) as pool:
            for about in abouts:
                await introduce(pool, about)
            begun, begun_at = time.process_time(), time.perf_counter()
            for first in tqdm(range(0, len(sent), MOST_MESSAGES), desc="hub", leave=False):
                messages = [unpacked(data, Facts) for data in sent[first : first + MOST_MESSAGES]]
                outcomes = await ingest(pool, messages)
                assert set(outcomes) == {"written"}
            used, took = time.process_time() - begun, time.perf_counter() - begun_at
            facts = await pool.fetchval("SELECT count(*) FROM journal")
    finally:
        server.close()
    return Ingested(facts, used, took, sum(map(len, sent)))


def _messages(shipper: JournalShipper) -> Iterator[Facts]:
    after = 0
    while (shipment := shipper.after(after, MOST_FACTS, MOST_BYTES)).facts:
        yield Facts("", shipper.newest(), tuple(shipment.facts), tuple(shipment.commits))
        after = shipment.facts[-1].seq


async def _one_day(folder: Path, count: int) -> None:
    """Orders that were cooked, paid and ended."""
    store = await menu.create_shop(folder)
    wanted = orders(count)
    for first in tqdm(range(0, count, AT_ONCE), desc="orders for the hub", leave=False):
        await asyncio.gather(*(_sell(store, dto) for dto in wanted[first : first + AT_ONCE]))
    await store.close()


async def _sell(store: SqliteStore, dto: OrderDto) -> None:
    made: list[Order] = []

    async def ordering(tx: Transaction) -> OrderReply:
        reply = await add(tx, AddOrder(order=dto))
        made.append(reply.order)
        return reply

    await _do(store, Command(caller=CALLER, name="order.add.request", body=b"{}", run=ordering))
    order = made[0]
    card = _by_card(order)
    await _do(
        store,
        Command(
            caller=CALLER,
            name="payment.add.request",
            body=b"{}",
            run=lambda tx: payment.add(tx, AddPayment(order=IdRef(id=order.id), payment_dto=card)),
        ),
    )
    await _do(
        store,
        Command(
            caller=CALLER,
            name="order.complete.request",
            body=b"{}",
            run=lambda tx: complete(tx, OrderById(id=order.id)),
        ),
    )


def _by_card(order: Order) -> PaymentDto:
    price = order.charge_price
    return PaymentDto(
        source_type="CARD",
        order_id=order.id,
        amount_money=price.charge_price_value,
        tax_money=price.charge_tax_value,
        supply_money=price.charge_supply_value,
        tip_money=price.charge_tip_value,
        tax_exempt_money=price.charge_tax_exempt_value,
        approved_no="12345678",
        approved_at=order.created_at,
        payment_key=order.id,
        card_details=CardDetails(
            installment_month="00", card_type="CREDIT", card_brand="신한", card_no="1234561234561234"
        ),
    )


async def _do(store: SqliteStore, command: Command) -> None:
    result = await store.execute(command)
    if result.error is not None:
        raise result.error
