"""Menus of the hub: each is taken by the shop's own rules, once, and what became of it goes back.

A menu is a table as people bring it (extensions §9). It is compared with the shop's menu in a process of its own, and
taken as every menu from above is (`service/chain_menu.py`): whole, in one commit that remembers what became of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from pathlib import Path
from typing import Final

from nats.aio.msg import Msg
from nats.js.errors import NotFoundError

from jumak.domain.caller import Caller
from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.catalog.sheet.columns import column_named
from jumak.domain.catalog.sheet.plan import Catalogue
from jumak.domain.errors import InvalidArgument
from jumak.feed.link import Connection
from jumak.feed.messages import Menu, MenuResult, Unreadable, packed, unpacked
from jumak.feed.options import FeedOptions
from jumak.feed.subjects import LATEST_STREAM, MENU, MENU_RESULT, subject
from jumak.formats import menu as menu_file
from jumak.formats.errors import BadFile
from jumak.service import chain_menu
from jumak.service.chain_menu import Offer, TableMenu, newest_of
from jumak.service.documents import TakenMenu
from jumak.service.menu_import import Import
from jumak.service.ports import Store

CALLER: Final = Caller(id="hub", kind="service", name="Hub")
"""Who changes the menu then, in the journal."""

_NUMBERS: Final = frozenset(("id", "priceId"))
_TOLD: Final = 3

_log = logging.getLogger(__name__)


class MenuTaker:
    """One shop's end; `work` is an errand of its `Sender`."""

    def __init__(self, store: Store, folder: Path, options: FeedOptions) -> None:
        self._store, self._folder, self._shop = store, folder, options.shop

    async def work(self, hub: Connection) -> None:
        """Takes menus until the connection is lost."""
        menus: asyncio.Queue[Msg] = asyncio.Queue()
        async with hub.subscribed(subject(self._shop, MENU), menus.put):
            await self._tell(hub)
            with contextlib.suppress(NotFoundError):
                kept = await hub.stream.get_last_msg(LATEST_STREAM, subject(self._shop, MENU), direct=True)
                await self._take(hub, kept.data or b"")
            while True:
                await self._take(hub, (await menus.get()).data)

    async def _take(self, hub: Connection, data: bytes) -> None:
        try:
            menu = unpacked(data, Menu)
        except Unreadable as problem:
            _log.warning("a menu of the hub cannot be read: %s", problem)
            return
        await take(self._store, self._folder, menu)
        await self._tell(hub)

    async def _tell(self, hub: Connection) -> None:
        """What became of the last menu; said again whenever there is a connection."""
        last = await newest_of(self._store.reader(), "hub")
        if last is not None:
            refused = "" if last.refused is None else last.refused[0]
            result = MenuResult(last.id, last.added, last.changed, refused)
            await hub.stream.publish(subject(self._shop, MENU_RESULT), packed(result))


async def take(store: Store, folder: Path, menu: Menu) -> TakenMenu:
    """Takes a menu in, or remembers why not. One that was dealt with is left alone."""

    async def plan() -> TableMenu:
        try:
            return TableMenu(await _planned(store, folder, menu))
        except BadFile as refused:
            raise InvalidArgument(refused.ko, str(refused), reason=refused.reason) from None

    return await chain_menu.take(store, CALLER, Offer(menu.id, menu.version, "hub"), plan)


async def _planned(store: Store, folder: Path, menu: Menu) -> Import:
    read = store.reader()
    # Copies: the menu may change while it is compared.
    catalogue = Catalogue(
        dict(await read.all(CatalogItem)), dict(await read.all(Category)), dict(await read.all(Option))
    )
    with tempfile.TemporaryDirectory(dir=folder, prefix="hub-menu-") as room:
        path = Path(room) / f"menu.{menu.kind}"
        await asyncio.to_thread(path.write_bytes, menu.file)
        found = await menu_file.compare(path, catalogue, live=menu.live, lang="ko")
    named = {column.key for heading in found.first if (column := column_named(heading)) is not None}
    if named & _NUMBERS:
        raise BadFile(
            "상품번호와 가격번호는 매장마다 다릅니다. 두 열을 지우고 다시 보내 주세요.",
            "Numbers of items and prices differ from shop to shop: take those columns away.",
            "NUMBERS",
        )
    if found.plan.bad:
        told = " / ".join(f"{bad.row}행 {bad.column}: {bad.ko}" for bad in found.plan.bad[:_TOLD])
        raise BadFile(f"{len(found.plan.bad)}줄이 잘못되었습니다. {told}", "some rows are wrong", "ROWS")
    changes = tuple(sorted((*found.plan.added, *found.plan.changed), key=lambda change: change.row))
    stood = {change.item_id: catalogue.items[change.item_id] for change in changes if change.item_id}
    return Import(changes=changes, stood=stood, live=menu.live)
