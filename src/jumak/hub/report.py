"""What can be read from all shops together: sales, tenders, what sold best, who is behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import asyncpg
from msgspec import Struct

from jumak.domain.books import CATEGORY, HOUR, ITEM, TENDER
from jumak.hub.queries import SQL


class ShopState(Struct, frozen=True, rename="camel"):
    """How far the copy of a shop is. behind: facts the shop was known to have that are not here.

    trouble: why nothing more is taken from it, for people; None when all is well.
    """

    shop: str
    last_seq: int
    behind: int
    heard: datetime | None
    trouble: str | None = None


class DaySales(Struct, frozen=True, rename="camel"):
    """A shop's trading day (RPT-2). net: won without tips, VAT within; returns of that day are taken off."""

    shop: str
    day: date
    orders: int
    net: int
    vat: int


class Sum(Struct, frozen=True, rename="camel"):
    """Of one tender, item, category or hour. quantity: payments, thousandths of items, or orders; amount: won."""

    key: str
    shops: int
    quantity: int
    amount: int


class MenuState(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What became of the newest menu of a shop; neither taken nor refused: the shop has not answered yet."""

    shop: str
    menu: str
    name: str
    sent: datetime
    taken: datetime | None = None
    added: int | None = None
    changed: int | None = None
    refused: str | None = None


class Report(Struct, frozen=True, rename="camel"):
    """From the first to the last trading day, both included."""

    first: date
    last: date
    sales: list[DaySales]
    tenders: list[Sum]
    items: list[Sum]
    categories: list[Sum]
    hours: list[Sum]


class Standing(Struct, frozen=True):
    """Of all shops together. behind: facts shops are known to have that are not here.  taking, stopped: shops."""

    behind: int = 0
    taking: int = 0
    stopped: int = 0


async def standing(pool: asyncpg.Pool) -> Standing:
    """How far the hub is."""
    row = await pool.fetchrow(SQL["standing"])
    return Standing() if row is None else Standing(**row)


async def shops(pool: asyncpg.Pool) -> list[ShopState]:
    """Every shop that was ever heard of."""
    return [
        ShopState(
            row["shop"],
            row["last_seq"],
            max(0, row["newest"] - row["last_seq"]),
            row["heard"],
            row["trouble"],
        )
        for row in await pool.fetch(SQL["report_shops"])
    ]


async def report(
    pool: asyncpg.Pool, first: date, last: date, *, of: Sequence[str] = (), top: int = 20
) -> Report:
    """The days of these shops, of all when none is named, as one moment saw them. top: so many items."""
    asked = (first, last, list(of) or None)
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        sales = [
            DaySales(row["shop"], row["day"], row["quantity"], row["amount"], row["vat"])
            for row in await connection.fetch(SQL["report_sales"], *asked)
        ]
        sums = {
            kind: [
                Sum(row["key"], row["shops"], row["quantity"], row["amount"])
                for row in await connection.fetch(SQL["report_sums"], *asked, kind, limit)
            ]
            for kind, limit in ((TENDER, None), (ITEM, top), (CATEGORY, None), (HOUR, None))
        }
    hours = sorted(sums[HOUR], key=lambda each: each.key)
    return Report(first, last, sales, sums[TENDER], sums[ITEM], sums[CATEGORY], hours)


async def newest_day(pool: asyncpg.Pool) -> date | None:
    """The last trading day with sales or payments, None before the first."""
    found: date | None = await pool.fetchval(SQL["newest_day"])
    return found


async def menus(pool: asyncpg.Pool) -> list[MenuState]:
    """The newest menu of each shop that ever got one."""
    return [
        MenuState(
            row["shop"],
            row["menu"],
            row["name"],
            row["sent"],
            row["taken"],
            row["added"],
            row["changed"],
            row["refused"],
        )
        for row in await pool.fetch(SQL["report_menus"])
    ]


async def known_shops(pool: asyncpg.Pool) -> list[str]:
    """Their names."""
    return [row["shop"] for row in await pool.fetch(SQL["known_shops"])]


async def resume(pool: asyncpg.Pool, shop: str) -> bool:
    """Take from a shop again that was in trouble, where it stood. False: there is no such shop."""
    return await pool.fetchval(SQL["resume"], shop) is not None


async def forget(pool: asyncpg.Pool, shop: str) -> bool:
    """Empty a shop's copy; the shop is asked for everything again. False: there is no such shop."""
    async with pool.acquire() as connection, connection.transaction():
        # The row first: whoever adds facts waits for it, and finds an empty copy.
        if await connection.fetchval(SQL["forget"], shop) is None:
            return False
        for table in ("journal", "commits", "orders", "totals"):
            await connection.execute(f"DELETE FROM {table} WHERE shop = $1", shop)  # noqa: S608  # fixed names
    return True
