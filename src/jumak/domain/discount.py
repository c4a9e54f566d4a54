"""Discounts on lines and orders (rulebook §1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from jumak.domain.base import Doc, LanguagePack, Title, Value
from jumak.domain.errors import InvalidArgument
from jumak.domain.money import rhu

BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
"""A rate as an integer, 1000 is 10 % (MON-2)."""


class Discount(Doc, frozen=True, kw_only=True):
    """A discount as plugins see it: a positive amount with a title (contract, order §1.3)."""

    amount_money: Value
    title: Title
    title_i18n: LanguagePack | None = None


class StaffDiscount(Doc, frozen=True, kw_only=True):
    """A discount as staff type it: exactly one of an amount and a rate (contract, extensions §2)."""

    title: Title
    amount_money: Value | None = None
    percent_bp: BasisPoints | None = None
    title_i18n: LanguagePack | None = None


def percent_amount(base: int, percent_bp: int, unit: int = 1) -> int:
    """A rate on a base, won, half up; optionally to a unit of 10 or 100 won, never above the base (DSC-3)."""
    if unit == 1:
        return rhu(base * percent_bp, 10_000)
    return min(base, rhu(base * percent_bp, 10_000 * unit) * unit)


def resolve(
    asked: Sequence[Discount | StaffDiscount], base: int, *, unit: int, strict: bool, path: str
) -> tuple[tuple[Discount, ...], int]:
    """Discounts on one base as amounts in the sequence they apply, and what they leave of it.

    Percents first, one after the other on what the one before left (DSC-1, DSC-2), then amounts.
    strict: a plugin's amount above what is left is refused; otherwise, and for what staff typed, it is
    clipped, and what came to nothing is dropped (DSC-4).  Raises InvalidArgument INVALID_DISCOUNT naming `path` and place; always for an
    amount below zero (MON-4).
    """
    left = base
    applied: list[Discount] = []
    for discount in asked:
        if isinstance(discount, StaffDiscount) and discount.percent_bp is not None:
            amount = percent_amount(left, discount.percent_bp, unit)
            left -= amount
            if amount:
                applied.append(_as_amount(discount, amount))
    for place, discount in enumerate(asked):
        if discount.amount_money is None:
            continue
        asked_amount = discount.amount_money.value
        refused = strict and isinstance(discount, Discount)
        if asked_amount < 0 or (refused and asked_amount > left):
            raise _refused(asked_amount, left, f"{path}[{place}]")
        amount = min(asked_amount, left)
        left -= amount
        if amount == asked_amount and isinstance(discount, Discount):
            applied.append(discount)
        elif amount:
            applied.append(_as_amount(discount, amount))
    return tuple(applied), left


def _as_amount(discount: Discount | StaffDiscount, amount: int) -> Discount:
    return Discount(title=discount.title, amount_money=Value(amount), title_i18n=discount.title_i18n)


def _refused(amount: int, left: int, path: str) -> InvalidArgument:
    return InvalidArgument(
        f"할인 금액({amount:,}원)은 0원 이상, 대상 금액({left:,}원) 이하여야 합니다",
        f"{path}: a discount of {amount} on {left}; it is zero or more and no more than what it applies to",
        path=path,
        reason="INVALID_DISCOUNT",
    )
