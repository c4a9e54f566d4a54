"""Menus a head office gives its shops, kept in its own store until every shop has decided (contract, extensions §11.1).

A push is a copy of the head office's menu, or of a part of it, as it was when it was given; its version goes up from
push to push. Each shop gets its pushes one after the other, oldest first (`server/menu_pushing.py`), and takes them as
every menu from above (`service/chain_menu.py`). Called by the server's own handlers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.catalog.sharing import SharedMenu, ShopMenu, shared_part
from jumak.domain.errors import DuplicateKey, InvalidArgument, NotFound
from jumak.domain.fact import Fact
from jumak.domain.merchant import Shop
from jumak.protocol.messages.branch import (
    Part,
    PushesReply,
    PushMenu,
    PushReply,
    PushResultView,
    PushView,
)
from jumak.protocol.row import Done
from jumak.service.chain_menu import LARGEST, is_ahead, menu_in
from jumak.service.documents import MenuPush, PushResult, ShopEntry, TakenMenu
from jumak.service.ports import Documents, Reader, Transaction

KEPT: Final = 20
"""Pushes that every shop has decided about; older ones are forgotten."""


def part_of(menu: ShopMenu, data: Part) -> SharedMenu:
    """The part of a head office's menu that is meant. Raises NotFound for numbers it does not have."""
    for name, wanted, there in (
        ("categories", data.categories, menu.categories),
        ("items", data.items, menu.items),
        ("options", data.options, menu.options),
    ):
        for place, number in enumerate(wanted or ()):
            if number not in there:
                raise NotFound(
                    f"본사 메뉴에 없는 번호입니다: {number}",
                    f"The head office's menu has no {number}",
                    path=f"$.{name}[{place}]",
                )
    return shared_part(
        menu,
        categories=data.categories,
        items=data.items,
        options=data.options,
        prices_only=data.only == "PRICES",
    )


async def add(tx: Transaction, data: PushMenu, shops: Collection[ShopEntry]) -> PushReply:
    """A new push to these shops; one that is known under this id is answered as it stands.

    Raises DuplicateKey `PUSH_ID` when it was another, InvalidArgument `NOTHING` and `TOO_LARGE`, NotFound.
    """
    # Of the caller too: without `shops` the same words of somebody with another reach mean other shops.
    asked = hashlib.sha256(msgspec.json.encode([tx.caller.id, data], order="sorted")).hexdigest()
    known = await tx.get(MenuPush, data.id)
    if known is not None:
        if known.asked != asked:
            raise DuplicateKey(
                "같은 번호의 다른 메뉴 보내기가 이미 있습니다.",
                "There is another push under this id",
                reason="PUSH_ID",
                path="$.id",
            )
        return await reply_of(tx, known, {entry.id: entry for entry in shops}, ())
    menu = part_of(await menu_in(tx), data)
    size = len(menu.items)
    if not shops:
        raise InvalidArgument(
            "메뉴를 받을 매장이 없습니다. 매장이나 그룹을 확인해 주세요.",
            "There is no shop to push to: name shops or groups within reach",
            reason="NOTHING",
            path="$.shops",
        )
    if not (size or menu.gone or menu.categories or menu.options):
        raise InvalidArgument(
            "보낼 메뉴가 없습니다. 본사 메뉴를 먼저 만들어 주세요.",
            "There is nothing to push: make the head office's menu first, or name other parts of it",
            reason="NOTHING",
            path="$",
        )
    # What was ever deleted is only numbers; a shop counts those it still has (`OfficeMenu`).
    if size > LARGEST:
        raise InvalidArgument(
            f"한 번에 상품 {LARGEST:,}개까지 보낼 수 있습니다. 나누어 보내 주세요.",
            f"A push holds at most {LARGEST:,} items; send it in parts",
            reason="TOO_LARGE",
            path="$.items",
        )
    pushes = (await tx.all(MenuPush)).values()
    now_ms = to_ms(tx.at)
    # One that was made while the clock was wrong must not draw all later ones after it.
    newest = max((each.version for each in pushes if not is_ahead(each.version, now_ms)), default=0)
    push = MenuPush(
        id=data.id,
        name=data.name,
        # By the clock, so that it stands in order with menus of a hub.
        version=max(now_ms, newest + 1),
        at_ms=now_ms,
        by=tx.caller.name,
        asked=asked,
        menu=menu,
        shops=tuple(sorted(entry.id for entry in shops)),
    )
    await _forget_old(tx)
    tx.put(push)
    for number in push.shops:
        tx.put(PushResult(id=result_id(push.id, number), push=push.id, shop=number, version=push.version))
    tx.record(Fact("menu-push.add", push.id, {"version": push.version, "shops": len(shops), "items": size}))
    return await reply_of(tx, push, {entry.id: entry for entry in shops}, ())


async def decided(tx: Transaction, push: str, shop: int, taken: TakenMenu) -> Done:
    """A shop has taken a push, or refused it. Again without effect."""
    result = await tx.get(PushResult, result_id(push, shop))
    if result is not None and result.taken is None:
        tx.put(replace(result, taken=taken))
        about = {"shop": shop, "refused": taken.reason, "added": taken.added, "changed": taken.changed}
        tx.record(Fact("menu-push.result", push, about))
    return Done()


async def due(source: Documents) -> list[PushResult]:
    """The oldest push of each shop that it has not decided about, suspended shops left out."""
    first: dict[int, PushResult] = {}
    for result in (await source.all(PushResult)).values():
        if result.taken is None:
            other = first.get(result.shop)
            if other is None or result.version < other.version:
                first[result.shop] = result
    entries = await source.all(ShopEntry)
    return [
        result
        for number, result in sorted(first.items())
        if number in entries and entries[number].state == "OPEN"
    ]


async def known_push(source: Documents, push: str, entries: dict[int, ShopEntry]) -> MenuPush:
    """A push to any of these shops. Raises NotFound."""
    known = await source.get(MenuPush, push)
    if known is None or entries.keys().isdisjoint(known.shops):
        raise NotFound("그런 메뉴 보내기가 없습니다.", "There is no such push", path="$.id")
    return known


async def reply_of(
    source: Reader, push: MenuPush, entries: dict[int, ShopEntry], troubled: Collection[int]
) -> PushReply:
    """A push with what became of it in these shops. troubled: shops that could not be reached."""
    results = [
        _result_view(result, entries[number], troubled)
        for number in push.shops
        if number in entries and (result := await source.get(PushResult, result_id(push.id, number)))
    ]
    return PushReply(push=_view(push, source.shop, results), results=tuple(results))


async def pushes_of(source: Reader, entries: dict[int, ShopEntry]) -> PushesReply:
    """Every push that is kept to any of these shops, the newest first."""
    pushes = sorted((await source.all(MenuPush)).values(), key=lambda push: -push.version)
    return PushesReply(
        pushes=tuple(
            [
                (await reply_of(source, push, entries, ())).push
                for push in pushes
                if not entries.keys().isdisjoint(push.shops)
            ]
        )
    )


def result_id(push: str, shop: int) -> str:
    """Under which the result of a push in a shop is kept."""
    return f"{push}:{shop}"


async def _forget_old(tx: Transaction) -> None:
    results = (await tx.all(PushResult)).values()
    open_ones = {result.push for result in results if result.taken is None}
    over = [push for push in (await tx.all(MenuPush)).values() if push.id not in open_ones]
    for push in sorted(over, key=lambda each: -each.version)[KEPT - 1 :]:
        tx.drop(MenuPush, push.id)
        for number in push.shops:
            tx.drop(PushResult, result_id(push.id, number))


def _view(push: MenuPush, office: Shop, results: Sequence[PushResultView]) -> PushView:
    return PushView(
        id=push.id,
        name=push.name,
        version=push.version,
        at=calendar_of(office).iso(from_ms(push.at_ms)),
        by=push.by,
        items=len(push.menu.items),
        pending=_count(results, "PENDING"),
        done=_count(results, "DONE"),
        refused=_count(results, "REFUSED"),
    )


def _count(results: Iterable[PushResultView], state: str) -> int:
    return sum(result.state == state for result in results)


def _result_view(result: PushResult, entry: ShopEntry, troubled: Collection[int]) -> PushResultView:
    taken = result.taken
    if taken is None:
        why: Literal["SUSPENDED", "TROUBLE", "QUEUED"] = (
            "SUSPENDED" if entry.state == "SUSPENDED" else "TROUBLE" if entry.id in troubled else "QUEUED"
        )
        return PushResultView(shop_id=result.shop, state="PENDING", why=why)
    if taken.refused is not None:
        return PushResultView(
            shop_id=result.shop, state="REFUSED", reason=taken.reason, message=taken.refused[0]
        )
    return PushResultView(
        shop_id=result.shop,
        state="DONE",
        added=taken.added,
        changed=taken.changed,
        removed=taken.removed,
        left=taken.left,
    )
