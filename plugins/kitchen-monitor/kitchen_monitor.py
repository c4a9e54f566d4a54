"""Prints the kitchen's tickets as they come, and which are still open.

In the shop: `jumak plugin install plugins/kitchen-monitor`. As a remote service:

    JUMAK_URL=ws://127.0.0.1:8700/v1/socket JUMAK_TOKEN=… python plugins/kitchen-monitor/kitchen_monitor.py
"""

from __future__ import annotations

from jumak.sdk import KdsOrderItem, Plugin, Pos

PAGE = 100

plugin = Plugin("kitchen-monitor")


class Board:
    """The open tickets, by id, oldest first."""

    def __init__(self) -> None:
        self.tickets: dict[str, KdsOrderItem] = {}

    async def read_all(self, pos: Pos) -> None:
        """Pages through everything open; used at the start and after a gap."""
        found: dict[str, KdsOrderItem] = {}
        page = 1
        while True:
            answer = await pos.kds_order.get_kds_order_items(states=["OPENED"], page=page, size=PAGE)
            found.update({ticket.id: ticket for ticket in answer.contents})
            if answer.last:
                break
            page += 1
        self.tickets = found

    async def read_one(self, pos: Pos, ticket_id: str) -> KdsOrderItem | None:
        """Reads a ticket an event told of; an event carries only the id."""
        answer = await pos.kds_order.get_kds_order_items(ids=[ticket_id], page=1, size=1)
        if not answer.contents:
            return None
        ticket = answer.contents[0]
        if ticket.state == "OPENED":
            self.tickets[ticket.id] = ticket
        else:
            self.tickets.pop(ticket.id, None)
        return ticket


board = Board()


def line_of(ticket: KdsOrderItem) -> str:
    """One ticket on one line: what changed, for whom, and how many of each."""
    place = ticket.order.table.title if ticket.order.table else ticket.dining_option
    parts = []
    for line in ticket.line_items:
        change = line.quantity.current - line.quantity.previous
        choices = "".join(f" +{choice.title}" for choice in line.option_choices)
        memo = f" ({line.memo})" if line.memo else ""
        parts.append(f"{line.title}{choices} {change:+g}{memo}")
    head = f"{ticket.created_at:%H:%M} #{ticket.order.number} {place} {ticket.order_request_type}"
    return f"{head}: {', '.join(parts)}"


def show(word: str, ticket: KdsOrderItem | None) -> None:
    """Prints what happened and how much is left to cook."""
    if ticket is not None:
        print(f"[{word}] {line_of(ticket)} | open: {len(board.tickets)}", flush=True)


@plugin.on_start
@plugin.on_gap
async def read_board(pos: Pos) -> None:
    """Begins with what is open already."""
    await board.read_all(pos)
    for ticket in board.tickets.values():
        show("open", ticket)


@plugin.on("kds_order.open")
async def opened(pos: Pos, ticket_id: str) -> None:
    """A new ticket, or one that was called back."""
    show("open", await board.read_one(pos, ticket_id))


@plugin.on("kds_order.complete")
async def completed(pos: Pos, ticket_id: str) -> None:
    """Cooked."""
    show("done", await board.read_one(pos, ticket_id))


@plugin.on("kds_order.cancel")
async def cancelled(pos: Pos, ticket_id: str) -> None:
    """Not to be cooked any more."""
    show("cancelled", await board.read_one(pos, ticket_id))


if __name__ == "__main__":
    plugin.run()
