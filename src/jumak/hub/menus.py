"""Menus on their way from the hub to shops, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
from nats.js import JetStreamContext

from jumak.feed.messages import Menu, MenuResult, packed
from jumak.feed.subjects import LATEST_STREAM, MENU, subject
from jumak.hub.queries import SQL


async def send_menu(pool: asyncpg.Pool, stream: JetStreamContext, shops: Sequence[str], menu: Menu) -> None:
    """Leaves a menu for each of these shops, in place of one a shop has not taken yet.

    A second call with the same menu changes nothing more than one.
    """
    await pool.execute(SQL["send_menu"], list(shops), menu.id, menu.name)
    data = packed(menu)
    for shop in shops:
        await stream.publish(
            subject(shop, MENU),
            data,
            stream=LATEST_STREAM,
            headers={"Nats-Msg-Id": f"{shop}:{menu.id}"},
        )


async def take_result(pool: asyncpg.Pool, shop: str, result: MenuResult) -> None:
    """A shop said what became of a menu."""
    await pool.execute(SQL["menu_result"], shop, result.id, result.added, result.changed, result.refused)
