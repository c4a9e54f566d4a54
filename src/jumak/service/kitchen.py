"""Use cases of the kitchen: tickets, bump and recall, remakes, scheduled orders (contract: kds, extensions §8).

The kitchen's ledger is a private half of the order: working on tickets gives the order no new version.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.domain.fact import Fact
from jumak.domain.kitchen import (
    KdsOrderItem,
    KitchenChange,
    Station,
    Ticket,
    first_send,
    kds_view,
    served_by,
    standing,
)
from jumak.domain.kitchen import acknowledge as decide_acknowledge
from jumak.domain.kitchen import bump as decide_bump
from jumak.domain.kitchen import clear as decide_clear
from jumak.domain.kitchen import hand_over as decide_hand_over
from jumak.domain.kitchen import prioritize as decide_prioritize
from jumak.domain.kitchen import recall as decide_recall
from jumak.domain.kitchen import remake as decide_remake
from jumak.domain.kitchen.station import check_deletable, save_station
from jumak.domain.money import milli
from jumak.domain.order.life import cancelled_refusal
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.protocol.messages.kitchen import (
    AcknowledgeData,
    BumpData,
    FireReply,
    KdsListData,
    KdsListReply,
    KitchenOrderData,
    PrioritizeData,
    RemakeData,
    StationDeleteData,
    StationReply,
    StationSaveData,
    StationsReply,
    TicketData,
    TicketReply,
)
from jumak.protocol.row import Done, Nothing
from jumak.service.board import labelled
from jumak.service.keeping import known_order, save_change, stations
from jumak.service.ports import Reader, TicketQuery, Transaction
from jumak.service.registry import command, query

# -- reads ---------------------------------------------------------------------------------------


@query("kds-order-item.get-list.request")
async def get_list(read: Reader, caller: Caller, data: KdsListData) -> KdsListReply:
    """A page of tickets, each whole and with its order as of now (KDS-11)."""
    tickets, total = await read.tickets(
        TicketQuery(
            states=data.states or (),
            order_ids=data.order_ids or (),
            category_ids=data.category_ids or (),
            item_ids=data.item_ids or (),
            ids=data.ids or (),
            page=data.page,
            size=data.size,
        )
    )
    views = await _views(read, tickets)
    if not caller.is_staff and caller.may("order:write"):
        for view in views:
            # A ticket shows the whole order: a read of it like any other (ADD-4).
            read.live.sightings.note(caller.id, view.order)
    return KdsListReply(
        contents=views,
        last=data.page * data.size >= total,
        total_elements=total,
    )


async def _views(read: Reader, tickets: Sequence[Ticket]) -> tuple[KdsOrderItem, ...]:
    orders: dict[str, Order] = {}
    for ticket in tickets:
        if ticket.order_id not in orders:
            orders[ticket.order_id] = await labelled(read, ticket.order_id)
    return tuple(kds_view(ticket, orders[ticket.order_id]) for ticket in tickets)


# -- working on tickets --------------------------------------------------------------------------


@command("kds-order-item.bump.request")
async def bump(tx: Transaction, data: BumpData) -> TicketReply:
    """Done, by line or whole, at a station or everywhere; a second time changes nothing (KDS-6, KDS-7)."""
    ticket = await _known(tx, data.id)
    serves = None if data.station_id is None else served_by(data.station_id, await stations(tx))
    order = await known_order(tx, ticket.order_id)
    change = decide_bump(order, ticket, iso=_iso(tx), line_ids=data.line_ids, serves=serves)
    return await _replied(tx, ticket, change)


@command("kds-order-item.recall.request")
async def recall(tx: Transaction, data: TicketData) -> TicketReply:
    """COMPLETED → OPENED, at its old place (KDS-5)."""
    ticket = await _known(tx, data.id)
    order = await known_order(tx, ticket.order_id)
    return await _replied(tx, ticket, decide_recall(order, ticket, iso=_iso(tx)))


@command("kds-order-item.prioritize.request")
async def prioritize(tx: Transaction, data: PrioritizeData) -> TicketReply:
    """To the front of the screen, or back."""
    ticket = await _known(tx, data.id)
    order = await known_order(tx, ticket.order_id)
    return await _replied(tx, ticket, decide_prioritize(order, ticket, data.pinned, iso=_iso(tx)))


@command("kds-order-item.remake.request")
async def remake(tx: Transaction, data: RemakeData) -> TicketReply:
    """Cook some of a line again, without charge (KDS-9)."""
    order = await known_order(tx, data.order_id)
    quantity = milli(data.quantity, path="$.quantity")
    change = decide_remake(order, data.line_id, quantity, data.reason, at=tx.at, iso=_iso(tx), ids=tx.ids)
    return await _replied(tx, change.tickets[0], change)


@command("kds-order-item.acknowledge.request")
async def acknowledge(tx: Transaction, data: AcknowledgeData) -> Done:
    """The station's screen shows these tickets, so no slip has to print."""
    served_by(data.station_id, await stations(tx))
    for ticket_id in dict.fromkeys(data.ids):
        ticket = await _known(tx, ticket_id)
        order = await known_order(tx, ticket.order_id)
        _save(tx, decide_acknowledge(order, ticket, data.station_id))
    return Done()


@command("kds-order-item.hand-over.request")
async def hand_over(tx: Transaction, data: KitchenOrderData) -> Done:
    """The expo's second bump: the guest has the order (§5.4, ORD-9)."""
    order = await known_order(tx, data.order_id)
    after = decide_hand_over(order, await tx.tickets_of(order.id))
    if after is not order:
        tx.save_order(after)
        tx.record(Fact("kds.hand-over", order.id, {"order": {"id": order.id}}))
    return Done()


async def _known(tx: Transaction, ticket_id: str) -> Ticket:
    ticket = await tx.ticket(ticket_id)
    if ticket is None:
        raise NotFound("없는 주문서입니다", f"there is no ticket {ticket_id[:64]}", path="$.id")
    return ticket


def _iso(tx: Transaction) -> str:
    return calendar_of(tx.shop).iso(tx.at)


def _save(tx: Transaction, change: KitchenChange) -> None:
    if change.facts:
        save_change(tx, change)
        tx.record(*change.facts)


async def _replied(tx: Transaction, ticket: Ticket, change: KitchenChange) -> TicketReply:
    _save(tx, change)
    (view,) = await _views(tx, change.tickets or (ticket,))
    return TicketReply(kds_order=view)


# -- what has its time ---------------------------------------------------------------------------


@command("kds-order-item.fire.request")
async def fire(tx: Transaction, data: KitchenOrderData) -> FireReply:
    """A scheduled order goes to the kitchen now; one that is there already stays as it is (KDS-9).

    Raises InvalidState NOT_SCHEDULED, ORDER_CANCELLED.
    """
    order = await known_order(tx, data.order_id)
    if order.order_state == "CANCELLED":
        raise cancelled_refusal(order)
    backing = backing_of(order)
    if not backing.sent:
        if backing.fire_at_ms is None:
            raise InvalidState(
                "예약된 조리가 없는 주문입니다",
                "the order is not scheduled; the kitchen gets it by itself",
                reason="NOT_SCHEDULED",
                orderId=order.id,
            )
        await _fire(tx, order)
    return FireReply(kds_orders=await _views(tx, await tx.tickets_of(order.id)))


async def fire_due(tx: Transaction) -> Done:
    """Send every scheduled order whose time has come; what the scheduler calls (KDS-9)."""
    for order in await tx.open_orders():
        fire_at_ms = backing_of(order).fire_at_ms
        waiting = order.order_state not in ("REQUESTED", "CANCELLED")
        if waiting and fire_at_ms is not None and fire_at_ms <= to_ms(tx.at):
            await _fire(tx, order)
    return Done()


async def _fire(tx: Transaction, order: Order) -> None:
    released = replace(order, backing=replace(backing_of(order), fire_at_ms=None))
    change = first_send(released, await stations(tx), at=tx.at, iso=_iso(tx), ids=tx.ids)
    save_change(tx, change)
    tx.record(*change.facts)


async def clear_board(tx: Transaction) -> Done:
    """At the cut-off: tickets of earlier business days leave the screens, without events (§5.4)."""
    calendar = calendar_of(tx.shop)
    today = calendar.business_date(tx.at)
    for ticket in await tx.open_tickets():
        if calendar.business_date(from_ms(ticket.created_ms)) < today:
            order = await known_order(tx, ticket.order_id)
            _save(tx, decide_clear(order, ticket, iso=_iso(tx)))
    return Done()


# -- stations ------------------------------------------------------------------------------------


@query("kds-station.list.request")
async def list_stations(read: Reader, caller: Caller, data: Nothing) -> StationsReply:
    """Every station; a shop that set up none has one."""
    return StationsReply(stations=standing(await stations(read)))


@command("kds-station.save.request")
async def save(tx: Transaction, data: StationSaveData) -> StationReply:
    """Set up or edit a station; exactly one is the default. Raises InvalidArgument."""
    draft = data.station
    if draft.late_min < draft.caution_min:
        raise InvalidArgument(
            "지연 시간은 주의 시간보다 짧을 수 없습니다",
            "lateMin: not before cautionMin",
            path="$.station.lateMin",
        )
    station = Station(
        id=draft.id or tx.ids.new(),
        name=draft.name,
        category_ids=tuple(dict.fromkeys(draft.category_ids)),
        is_default=draft.is_default,
        caution_min=draft.caution_min,
        late_min=draft.late_min,
    )
    saved, *others = save_station(station, await stations(tx))
    for each in (saved, *others):
        tx.put(each)
        tx.record(Fact("station.save", each.id, {"station": {"id": each.id}}))
    return StationReply(station=saved)


@command("kds-station.delete.request")
async def delete(tx: Transaction, data: StationDeleteData) -> Done:
    """Close a station; raises NotFound, InvalidState DEFAULT_STATION."""
    check_deletable(data.id, await stations(tx))
    tx.drop(Station, data.id)
    tx.record(Fact("station.delete", data.id, {"station": {"id": data.id}}))
    return Done()
