"""The kitchen: tickets, the ledger, stations, bump and recall (rulebook §5)."""

from __future__ import annotations

from jumak.domain.kitchen.board import all_day, board_view, in_board_order, is_waiting_at, kds_view
from jumak.domain.kitchen.life import TICKET_TRANSITIONS, TicketAct
from jumak.domain.kitchen.move import merge, split
from jumak.domain.kitchen.remake import hand_over, is_ready, remake
from jumak.domain.kitchen.revise import cancel_order, first_send, revise
from jumak.domain.kitchen.station import default_station, route, served_by, standing
from jumak.domain.kitchen.types import (
    AllDay,
    Done,
    KdsOrderItem,
    KitchenChange,
    KitchenTicket,
    RequestType,
    Station,
    Ticket,
    TicketLine,
    TicketState,
)
from jumak.domain.kitchen.work import (
    acknowledge,
    bump,
    clear,
    prioritize,
    recall,
)

__all__ = [
    "TICKET_TRANSITIONS",
    "AllDay",
    "Done",
    "KdsOrderItem",
    "KitchenChange",
    "KitchenTicket",
    "RequestType",
    "Station",
    "Ticket",
    "TicketAct",
    "TicketLine",
    "TicketState",
    "acknowledge",
    "all_day",
    "board_view",
    "bump",
    "cancel_order",
    "clear",
    "default_station",
    "first_send",
    "hand_over",
    "in_board_order",
    "is_ready",
    "is_waiting_at",
    "kds_view",
    "merge",
    "prioritize",
    "recall",
    "remake",
    "revise",
    "route",
    "served_by",
    "split",
    "standing",
]
