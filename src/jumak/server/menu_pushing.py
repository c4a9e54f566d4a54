"""Carrying a head office's menus to its shops: beside everything else, until each shop has decided.

What is due stands in the head office's store; a process that ends, or is killed, leaves nothing but that, and whoever
runs the head office next goes on. A shop that was given a menu and whose answer was not heard is given it again, and
answers what became of it the first time. A shop that is suspended waits until it is resumed. A menu that breaks a
shop's merge every time is given up there after some tries, and what comes after it goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.errors import PosError
from jumak.server.directory import Branches, done_in
from jumak.service import chain_menu, menu_push
from jumak.service.chain_menu import Content, Offer, OfficeMenu
from jumak.service.documents import MenuPush, PushResult, ShopEntry, TakenMenu
from jumak.service.ports import Committed, Store

AT_ONCE: Final = 2
"""Shops that are given a menu at the same time."""

AGAIN_S: Final = 5.0
MOST_S: Final = 60.0
"""A shop that could not be reached is tried again after this, longer each time."""

TRIES: Final = 5
"""A menu that something goes wrong with inside is given to a shop so often; being away is no try."""

log = logging.getLogger(__name__)


class MenuPushing:
    """The pushes of one head office. again_s: see `AGAIN_S`."""

    def __init__(self, store: Store, branches: Branches, *, again_s: float = AGAIN_S) -> None:
        self._store, self._branches, self._again_s = store, branches, again_s
        self._news = asyncio.Event()
        self._failed: dict[str, int] = {}
        self.is_busy = False
        """Something is due."""
        store.on_commit(self._committed)

    async def run(self) -> None:
        """Until cancelled."""
        wait_s = self._again_s
        while True:
            self._news.clear()
            await self.carry()
            if not self._branches.troubled:
                wait_s = self._again_s
                await self._news.wait()
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            wait_s = min(MOST_S, wait_s * 2)

    async def carry(self) -> None:
        """Gives each shop what is due, until nothing is but what cannot be done now."""
        troubled = self._branches.troubled
        troubled.clear()
        turn = asyncio.Semaphore(AT_ONCE)

        async def give(result: PushResult) -> None:
            async with turn:
                await self._give(result)

        try:
            while results := [
                result for result in await menu_push.due(self._store.reader()) if result.shop not in troubled
            ]:
                self.is_busy = True
                await asyncio.gather(*map(give, results))
        finally:
            self.is_busy = bool(troubled)

    async def _give(self, result: PushResult) -> None:
        try:
            taken = await self._taken(result)
            await done_in(
                self._store,
                "menu-push.result",
                lambda tx: menu_push.decided(tx, result.push, result.shop, taken),
                SYSTEM,
            )
        except Exception as error:
            log.warning("shop %s could not be given a menu", result.shop, exc_info=error)
            self._branches.troubled.add(result.shop)
        else:
            self._failed.pop(result.id, None)

    async def _taken(self, result: PushResult) -> TakenMenu:
        """What became of it. Raises what may be better the next time."""
        read = self._store.reader()
        push, entry = await read.get(MenuPush, result.push), await read.get(ShopEntry, result.shop)
        if push is None or entry is None:
            # Only a store that was changed by hand has such a one: it must not hold up others.
            log.error("menu %s for shop %s is not there", result.push, result.shop)
            return _given_up(result)

        async def plan() -> Content:
            return OfficeMenu(push.menu)

        caller = Caller(id="office", kind="service", name=push.by)
        async with self._branches.opened(entry) as store:
            try:
                return await chain_menu.take(store, caller, Offer(push.id, push.version, "office"), plan)
            except Exception as error:
                if not _is_broken(error):
                    raise
                tries = self._failed[result.id] = self._failed.get(result.id, 0) + 1
                if tries < TRIES:
                    raise
                log.exception("shop %s is not given menu %s any more", result.shop, result.push)
                return _given_up(result)

    def _committed(self, committed: Committed) -> None:
        if any(is_news(entry.fact.name) for entry in committed.entries):
            self._news.set()


def _is_broken(error: Exception) -> bool:
    """Something went wrong inside; nobody was away. Nothing of the menu was written then."""
    return error.code == "INTERNAL" if isinstance(error, PosError) else not isinstance(error, OSError)


def _given_up(result: PushResult) -> TakenMenu:
    return TakenMenu(id=result.push, version=result.version, by="office", refused=_FAILED, reason="FAILED")


_FAILED: Final = (
    "이 메뉴를 매장에 적용하는 중 오류가 반복되어 중단했습니다. 서버 로그를 확인하고 다시 보내 주세요.",
    "Something goes wrong inside whenever this menu is given to the shop: see the server's log, and push again",
)


def is_news(fact: str) -> bool:
    """Whether something may be due now that was not before."""
    return fact in ("menu-push.add", "shop-directory.resume")
