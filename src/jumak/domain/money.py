"""Whole won and thousandths: the only places where money is rounded or shared out (rulebook §1.1, §1.2)."""

from __future__ import annotations

from collections.abc import Sequence

from jumak.domain.base import MAX_WON
from jumak.domain.errors import InvalidArgument

MILLI = 1000
"""Thousandths in one unit: how quantities are held (MON-5)."""


def rhu(n: int, d: int) -> int:
    """n / d rounded half up; n zero or more, d above zero. The only rounding there is (MON-3)."""
    return (2 * n + d) // (2 * d)


def won(value: int, *, path: str = "$") -> int:
    """The amount itself when it is one: an integer within ±999,999,999 (MON-1).

    Raises InvalidArgument naming `path`.
    """
    if type(value) is int and -MAX_WON <= value <= MAX_WON:
        return value
    raise InvalidArgument(
        "금액이 올바르지 않습니다 (정수, 최대 999,999,999원)",
        f"{path}: amounts are whole won within 999,999,999",
        path=path,
    )


def milli(value: int | float, *, path: str = "$") -> int:
    """A quantity in thousandths, exactly (MON-5). Raises InvalidArgument for more than three decimals."""
    if type(value) is int:
        return value * MILLI
    thousandths = round(value * MILLI) if abs(value) <= MAX_WON else 0
    if thousandths / MILLI != value:
        raise InvalidArgument(
            "수량은 소수점 셋째 자리까지 입력할 수 있습니다",
            f"{path}: a quantity has at most three decimals",
            path=path,
        )
    return thousandths


def from_milli(thousandths: int) -> int | float:
    """Thousandths as the wire shows them: an integer when whole."""
    return thousandths // MILLI if thousandths % MILLI == 0 else thousandths / MILLI


def line_list(price_value: int, price_unit: int, choices_sum: int, quantity_milli: int) -> int:
    """List price of a line: (price per unit + choices per item) × quantity (MON-7; catalog §2.2 for UNIT).

    choices_sum: Σ choice price × choice quantity, per one item; may be negative. Won, half up, never below 0.
    """
    if price_unit == 1:
        unit_list = price_value + choices_sum
        if quantity_milli % MILLI == 0:
            return max(0, unit_list) * (quantity_milli // MILLI)
        return rhu(max(0, unit_list) * quantity_milli, MILLI)
    per_unit = price_value + choices_sum * price_unit
    return rhu(max(0, per_unit) * quantity_milli, MILLI * price_unit)


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """`total` by largest remainder over `weights`: the shares add up exactly (DSC-5).

    Left-over won go to the largest remainders, ties to the larger weight, then the earlier one. A
    weight of zero gets nothing. total: zero or more; some weight is above zero unless total is 0.
    """
    if total == 0:
        return [0] * len(weights)
    weight_sum = sum(weights)
    assert weight_sum > 0, "nothing to share it over"
    shares = [total * weight // weight_sum for weight in weights]
    left = total - sum(shares)
    if left:
        ranks = [total * weight % weight_sum * weight_sum + weight for weight in weights]
        # A reversed sort keeps equals in their order, so the earlier one comes first.
        for place in sorted(range(len(ranks)), key=ranks.__getitem__, reverse=True)[:left]:
            shares[place] += 1
    return shares


def split_evenly(total: int, parts: int) -> list[int]:
    """Parts that add up exactly; the odd won go to the first (SPL-1)."""
    share, odd = divmod(total, parts)
    return [share + (place < odd) for place in range(parts)]
