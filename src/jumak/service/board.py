"""What the kitchen's screens show: open tickets, what may come back, what is ready and what is to come (extensions §8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.catalog import CatalogItem
from jumak.domain.kitchen import KitchenTicket, Ticket, all_day, board_view, in_board_order, is_waiting_at
from jumak.domain.kitchen.board import Desk, desk_of, has_finished, is_waiting_for_hands, may_come_back
from jumak.domain.kitchen.station import served_at, served_by, standing
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.public import public
from jumak.domain.order.types import Order
from jumak.protocol.messages.kitchen import BoardChange, BoardData, BoardReply, ScheduledOrder
from jumak.service.event_number import number_of
from jumak.service.keeping import known_order, stations
from jumak.service.ports import Committed, Reader, TicketQuery
from jumak.service.registry import query
from jumak.service.table import shown

FINISHED_MOST: Final = 20
"""How many finished tickets a screen may bring back from its list."""

READY_MOST: Final = 100
"""Of the newest cooked tickets, those nobody has fetched yet: more than a pass ever holds."""


@query("kds-board.get.request")
async def get_board(read: Reader, caller: Caller, data: BoardData) -> BoardReply:
    """What a station's screen shows now, or the expo's; raises NotFound for an unknown station."""
    desk = await _desk(read, data.station_id)
    known = _Orders(read)
    opened = await read.open_tickets()
    waiting = [ticket for ticket in opened if is_waiting_at(ticket, desk.serves)]
    orders = {ticket.order_id: await known.order(ticket.order_id) for ticket in waiting}
    cooked = await _newest_cooked(read, FINISHED_MOST if data.station_id else READY_MOST)
    requested, scheduled = await _to_come(read)
    return BoardReply(
        tickets=await known.views(in_board_order(waiting), desk),
        all_day=tuple(all_day(orders.values(), desk.serves)),
        finished=await _finished(known, (*opened, *cooked), desk),
        ready=() if data.station_id else await _ready(known, opened, cooked, desk),
        scheduled=scheduled,
        requested=requested,
        seq=number_of(read, read.seq),
    )


async def board_changes(read: Reader, committed: Committed) -> Iterable[BoardChange]:
    """`kds-board.change.event`: tickets of a commit on each screen that has them.

    Open tickets of changed orders are among them: their label, price and table follow the order.
    """
    changed = {ticket.id: ticket for ticket in committed.tickets}
    for ticket in await read.open_tickets({order.id for order in committed.orders}):
        changed.setdefault(ticket.id, ticket)
    known = standing(await stations(read)) if changed else ()
    desks: dict[str, Desk] = {}
    pushes: list[BoardChange] = []
    for ticket in changed.values():
        order = await labelled(read, ticket.order_id)
        where = {served_at(routed, known) for line in ticket.lines for routed in line.stations}
        for station_id in (each.id for each in known if each.id in where):
            if station_id not in desks:
                desks[station_id] = await _desk(read, station_id)
            pushes.append(
                BoardChange(station_id=station_id, ticket=board_view(ticket, order, desks[station_id]))
            )
    return pushes


async def labelled(read: Reader, order_id: str) -> Order:
    """The order with its table put in, its private half still there for the ledger."""
    order = await known_order(read, order_id)
    return replace(await shown(read, order), backing=order.backing)


class _Orders:
    """The orders of one look at the board, each read once."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._known: dict[str, Order] = {}

    async def order(self, order_id: str) -> Order:
        if order_id not in self._known:
            self._known[order_id] = await labelled(self._read, order_id)
        return self._known[order_id]

    async def views(self, tickets: Iterable[Ticket], desk: Desk) -> tuple[KitchenTicket, ...]:
        return tuple([board_view(ticket, await self.order(ticket.order_id), desk) for ticket in tickets])


async def _desk(read: Reader, station_id: str | None) -> Desk:
    known = standing(await stations(read))
    items = await read.all(CatalogItem)

    def item_order(item_id: int) -> int:
        item = items.get(item_id)
        return 0 if item is None else item.order

    station = next((each for each in known if each.id == station_id), None)
    serves = None if station_id is None else served_by(station_id, known)
    return desk_of(station, known, serves, item_order, to_ms(read.at))


async def _newest_cooked(read: Reader, most: int) -> Sequence[Ticket]:
    """The newest COMPLETED tickets, `most` of them or a few more: the pages at the end of the list (KDS-11)."""
    query = TicketQuery(states=("COMPLETED",), size=most)
    _, total = await read.tickets(replace(query, size=1))
    last = max(1, -(-total // most))
    tickets: list[Ticket] = []
    for page in range(max(1, last - 1), last + 1):
        tickets += (await read.tickets(replace(query, page=page)))[0]
    return tickets


async def _finished(known: _Orders, tickets: Iterable[Ticket], desk: Desk) -> tuple[KitchenTicket, ...]:
    """What this screen bumped last and may bring back, the last one first (KDS-5)."""
    done = [ticket for ticket in tickets if has_finished(ticket, desk.serves)]
    done.sort(key=lambda ticket: (ticket.updated_at, ticket.created_ms, ticket.id), reverse=True)
    back = [ticket for ticket in done if may_come_back(ticket, await known.order(ticket.order_id))]
    return await known.views(back[:FINISHED_MOST], desk)


async def _ready(
    known: _Orders, opened: Sequence[Ticket], cooked: Sequence[Ticket], desk: Desk
) -> tuple[KitchenTicket, ...]:
    """Cooked in full and not fetched yet, the longest ready first (§5.4, expo)."""
    cooking = {ticket.order_id for ticket in opened}
    ready = [
        ticket
        for ticket in cooked
        if ticket.order_id not in cooking and is_waiting_for_hands(ticket, await known.order(ticket.order_id))
    ]
    ready.sort(key=lambda ticket: (ticket.completed_at or "", ticket.created_ms, ticket.id))
    return await known.views(ready, desk)


async def _to_come(read: Reader) -> tuple[int, tuple[ScheduledOrder, ...]]:
    """How many requests wait for an answer, and the orders that fire later, the soonest first (ORD-3, KDS-9)."""
    calendar = calendar_of(read.shop)
    requested = 0
    later: list[tuple[int, Order]] = []
    for order in await read.open_orders():
        fire_at_ms = backing_of(order).fire_at_ms
        if order.order_state == "REQUESTED":
            requested += 1
        elif order.order_state != "CANCELLED" and fire_at_ms is not None:
            later.append((fire_at_ms, order))
    later.sort(key=lambda each: (each[0], each[1].id))
    return requested, tuple(
        [
            ScheduledOrder(order=public(await shown(read, order)), fires_at=calendar.iso(from_ms(fire_at_ms)))
            for fire_at_ms, order in later
        ]
    )
