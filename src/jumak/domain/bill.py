"""A bill in parts: by count, amount, item or guest (rulebook §2.6).

Only money is divided here; the order stays one. The parts of a bill always add up to what is still
owed (SPL-a). By item and by guest a part is first what its lines cost after every discount; what was paid for
goods before is then taken off (see `by_item`, `by_guest`), and what is owed of the tip goes by what that leaves.
A tip that somebody paid is money for nobody's goods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.domain.money import MILLI, milli, rhu, share_out, split_evenly
from jumak.domain.order.life import Act, next_state
from jumak.domain.order.paying import remaining_buckets
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order


class BillLine(Struct, frozen=True, kw_only=True):
    """A line as a bill sees it. net: won after its share of all discounts.  quantity: thousandths."""

    id: str
    net: int
    quantity: int
    seat: int | None = None


class Bill(Struct, frozen=True, kw_only=True):
    """What is to be divided. unpaid: won still owed of Σ net and the order's tip.  tip: won of it that are tip."""

    lines: tuple[BillLine, ...]
    tip: int
    unpaid: int
    num_guests: int | None = None

    @property
    def unpaid_goods(self) -> int:
        """Won still owed of Σ net."""
        return self.unpaid - self.tip


class Part(Struct, frozen=True, kw_only=True):
    """One part: won, and the thousandths of each line it stands for where it stands for lines.

    seat: whose part it is, by guest only.
    """

    amount: int
    units: Mapping[str, int] = {}
    seat: int | None = None


def bill_of(order: Order) -> Bill:
    """The bill of an order that takes money; raises InvalidState, reason NOTHING_OWED when all is paid."""
    next_state(order, Act.PAY)
    unpaid = order.payment_price.payment_unpaid_value
    if unpaid == 0:
        raise InvalidState(
            "결제할 금액이 남아 있지 않습니다",
            "nothing is owed, so there is nothing to divide",
            reason="NOTHING_OWED",
            orderId=order.id,
        )
    records = backing_of(order).lines
    return Bill(
        lines=tuple(
            BillLine(
                id=line.id,
                net=records[line.id].net,
                quantity=milli(line.quantity.value),
                seat=records[line.id].seat,
            )
            for line in order.line_items
        ),
        tip=min(unpaid, remaining_buckets(order).tip),
        unpaid=unpaid,
        num_guests=order.num_guests,
    )


def by_count(bill: Bill, count: int) -> tuple[Part, ...]:
    """Equal parts, the first ones take the odd won (SPL-1). Raises InvalidArgument for more parts than won."""
    if not 1 <= count <= bill.unpaid:
        raise InvalidArgument(
            f"1에서 {bill.unpaid:,} 사이의 수로 나눌 수 있습니다",
            f"count: {bill.unpaid} won make 1 to {bill.unpaid} parts",
            path="$.count",
        )
    return tuple(Part(amount=amount) for amount in split_evenly(bill.unpaid, count))


def by_amount(bill: Bill, amounts: Sequence[int]) -> tuple[Part, ...]:
    """The amounts asked for, and one more part for what they leave (SPL-1).

    Raises InvalidArgument when one is below 1 or together they exceed what is owed.
    """
    left = bill.unpaid
    for place, amount in enumerate(amounts):
        if not 1 <= amount <= left:
            raise InvalidArgument(
                f"1원에서 남은 금액({left:,}원) 사이로 입력해 주세요",
                f"amounts[{place}]: from 1 to the {left} that is left",
                path=f"$.amounts[{place}]",
            )
        left -= amount
    rest = (left,) if left else ()
    return tuple(Part(amount=amount) for amount in (*amounts, *rest))


def by_item(bill: Bill, groups: Sequence[Mapping[str, int]]) -> tuple[Part, ...]:
    """A part per group of units (line id → thousandths), and one more for the units nobody chose (SPL-2).

    Earlier groups take the earlier units of a line. What was paid before counts for the units nobody
    chose, as friends who paid have left the table; whatever of it goes beyond lowers every part in
    proportion. Pieces may be shared: half a cake is 500 thousandths.
    Raises InvalidArgument for an empty group or more units than the line has, NotFound.
    """
    taken = {line.id: 0 for line in bill.lines}
    lines = {line.id: line for line in bill.lines}
    amounts = []
    for place, group in enumerate(groups):
        _check_group(group, taken, lines, f"$.lines[{place}]")
        amount = 0
        for line_id, units in group.items():
            line, before = lines[line_id], taken[line_id]
            taken[line_id] = before + units
            amount += first_units(line.net, before + units, line.quantity)
            amount -= first_units(line.net, before, line.quantity)
        amounts.append(amount)
    unchosen = {line.id: left for line in bill.lines if (left := line.quantity - taken[line.id])}
    rest = bill.unpaid_goods - sum(amounts)
    if rest < 0:
        amounts, rest = share_out(bill.unpaid_goods, amounts), 0
    *chosen, rest = _with_tip([*amounts, rest], bill.tip)
    parts = [Part(amount=amount, units=group) for amount, group in zip(chosen, groups, strict=True)]
    if rest:
        parts.append(Part(amount=rest, units=unchosen))
    return tuple(parts)


def by_guest(bill: Bill, *, path: str = "$.by") -> tuple[Part, ...]:
    """A part per seat: what was ordered there, and an equal share of what stands on no seat (SPL-3).

    Guests without a line of their own sit on the lowest free seats. Units are the seat's own lines;
    what was paid before lowers every part in proportion.
    Raises InvalidArgument when neither guests nor seats are known.
    """
    seats = _seats(bill)
    if not seats:
        raise InvalidArgument(
            "손님 수나 좌석을 먼저 입력해 주세요",
            "by: the order knows neither how many guests there are nor who sits where",
            path=path,
        )
    shared = split_evenly(sum(line.net for line in bill.lines if line.seat is None), len(seats))
    own: dict[int, dict[str, int]] = {seat: {} for seat in seats}
    amounts = dict(zip(seats, shared, strict=True))
    for line in bill.lines:
        if line.seat is not None:
            own[line.seat][line.id] = line.quantity
            amounts[line.seat] += line.net
    owed = _with_tip(share_out(bill.unpaid_goods, [amounts[seat] for seat in seats]), bill.tip)
    return tuple(
        Part(amount=amount, units=own[seat], seat=seat) for seat, amount in zip(seats, owed, strict=True)
    )


def seated(bill: Bill, seats: Sequence[tuple[str, int]], guests: int) -> Bill:
    """The bill with its lines given to guests anew (SPL-3): a seat for each line named, the others are shared.

    seats: line and seat, from 1 to `guests`. Raises NotFound for another line, InvalidArgument for a line named
    twice or a seat nobody sits on.
    """
    known = {line.id for line in bill.lines}
    given: dict[str, int] = {}
    for place, (line_id, seat) in enumerate(seats):
        if line_id not in known:
            raise _unknown_line(line_id, f"$.seats[{place}].id")
        if line_id in given:
            raise InvalidArgument(
                "한 상품 줄은 한 손님에게만 줄 수 있습니다",
                f"seats: the line {line_id} has two seats; leave it out when guests share it",
                path=f"$.seats[{place}].id",
            )
        if not 1 <= seat <= guests:
            raise InvalidArgument(
                f"1번에서 {guests}번 손님까지 고를 수 있습니다",
                f"seats: there are {guests} guests, from 1 to {guests}",
                path=f"$.seats[{place}].seat",
            )
        given[line_id] = seat
    lines = tuple(replace(line, seat=given.get(line.id)) for line in bill.lines)
    return replace(bill, lines=lines, num_guests=guests)


def _seats(bill: Bill) -> list[int]:
    seats = {line.seat for line in bill.lines if line.seat is not None}
    free = 1
    while len(seats) < (bill.num_guests or 0):
        seats.add(free)
        free += 1
    return sorted(seats)


def first_units(net: int, taken: int, quantity: int) -> int:
    """What the first `taken` of `quantity` thousandths of a line cost, won of its `net` (SPL-2).

    Units of whole pieces differ by one won at most, earlier ones larger; a part of a piece is rounded
    half up. Goods sold by unit are rounded half up as one.
    """
    if quantity % MILLI:
        return rhu(net * taken, quantity)
    each, odd = divmod(net, quantity // MILLI)
    pieces, part = divmod(taken, MILLI)
    return each * pieces + min(odd, pieces) + rhu((each + (pieces < odd)) * part, MILLI)


def _with_tip(amounts: list[int], tip: int) -> list[int]:
    """A tip goes by what each part comes to; of a bill that costs nothing the first part carries it."""
    if tip == 0:
        return amounts
    weights = amounts if any(amounts) else [1, *[0] * (len(amounts) - 1)]
    return [amount + share for amount, share in zip(amounts, share_out(tip, weights), strict=True)]


def _check_group(
    group: Mapping[str, int], taken: Mapping[str, int], lines: Mapping[str, BillLine], path: str
) -> None:
    if not group:
        raise InvalidArgument("상품을 골라 주세요", f"{path}: choose at least one line", path=path)
    for line_id, units in group.items():
        line = lines.get(line_id)
        if line is None:
            raise _unknown_line(line_id, path)
        if not 0 < units <= line.quantity - taken[line_id]:
            raise InvalidArgument(
                "나눌 수량이 주문 수량보다 많습니다",
                f"{path}: more than the line {line_id} has left to divide",
                path=path,
                lineId=line_id,
            )


def _unknown_line(line_id: str, path: str) -> NotFound:
    return NotFound("주문에 없는 상품 줄입니다", f"{path}: the order has no line {line_id[:64]}", path=path)
