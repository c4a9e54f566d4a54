"""The use case of split bills (contract: extensions §4)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from jumak.domain.bill import Bill, Part, bill_of, by_amount, by_count, by_guest, by_item, seated
from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument
from jumak.domain.money import from_milli, milli
from jumak.protocol.messages.bill import BillPart, SplitBill, SplitBillReply
from jumak.protocol.messages.order import LineShare
from jumak.protocol.row import UNSET
from jumak.service.keeping import known_order
from jumak.service.ports import Reader
from jumak.service.registry import query


@query("bill.split.request")
async def split(read: Reader, caller: Caller, data: SplitBill) -> SplitBillReply:
    """The parts of what an order still owes; nothing is kept (SPL-1 … SPL-3)."""
    bill = bill_of(await known_order(read, data.order_id))
    return SplitBillReply(
        parts=tuple(_shown(part, place) for place, part in enumerate(_divided(bill, data), start=1))
    )


def _divided(bill: Bill, data: SplitBill) -> Sequence[Part]:
    match data.by:
        case "count" if data.count is not None:
            return by_count(bill, data.count)
        case "amount" if data.amounts is not None:
            return by_amount(bill, data.amounts)
        case "item" if data.lines is not None:
            return by_item(bill, [_units(group, place) for place, group in enumerate(data.lines)])
        case "guest":
            return by_guest(_with_guests(bill, data))
    key = {"count": "count", "amount": "amounts", "item": "lines"}[data.by]
    raise InvalidArgument(
        "나눌 방법을 입력해 주세요", f"{key}: needed to split by {data.by}", path=f"$.{key}"
    )


def _with_guests(bill: Bill, data: SplitBill) -> Bill:
    """The bill with the guests of the message, where it names any, in the place of those the order knows."""
    if data.seats is not None and data.count is not None:
        return seated(bill, [(each.id, each.seat) for each in data.seats], data.count)
    if data.seats is not None:
        raise InvalidArgument(
            "손님 수를 입력해 주세요", "count: needed beside seats, how many guests there are", path="$.count"
        )
    return bill if data.count is None else replace(bill, num_guests=data.count)


def _units(group: Sequence[LineShare], place: int) -> dict[str, int]:
    units: dict[str, int] = {}
    for number, line in enumerate(group):
        taken = milli(line.quantity, path=f"$.lines[{place}][{number}].quantity")
        units[line.id] = units.get(line.id, 0) + taken
    return units


def _shown(part: Part, place: int) -> BillPart:
    lines = tuple(LineShare(id=line_id, quantity=from_milli(units)) for line_id, units in part.units.items())
    return BillPart(
        id=str(place if part.seat is None else part.seat), amount=part.amount, lines=lines or UNSET
    )
