"""Menus from above, of the chain's hub or its head office, taken in by a shop: the one way either goes.

A menu is one command of the shop and one commit, so that it is there whole or not at all, and tills and plugins hear of
it as of any change. What became of it is remembered in the same commit:

- A menu that comes again, under its id, is answered with what became of it.
- Versions go up, whoever sends: one that is not above the newest decided about changes nothing, so that an older menu
  never takes back what a newer one said. A menu without a version (0, of a giver that has none) is older than any.
- Versions are milliseconds of several clocks. One of the future, which would be newer than everything to come, is
  refused and does not count; one that counted before, under a clock that was wrong, no longer does.
- What is refused is refused whole and remembered too; the next one is taken.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import Any, Final, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller
from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.catalog.news import changes, item_facts
from jumak.domain.catalog.sharing import Merged, Numbers, SharedMenu, ShopMenu, Twins, merge
from jumak.domain.errors import InvalidArgument, PosError
from jumak.domain.fact import Fact
from jumak.domain.stock import stamp
from jumak.protocol.row import Done
from jumak.service.catalog import check_barcodes, fresh_id, keep_option
from jumak.service.documents import ChainMenu, TakenMenu
from jumak.service.menu import index_of
from jumak.service.menu_import import Import, take_in
from jumak.service.ports import Command, Documents, Store, Transaction

ID: Final = "chain"
LARGEST: Final = 1_000
"""Items one menu may change: it is one commit, and the shop's sales wait for it."""

TRIES: Final = 5
"""Somebody in the shop may change the same items meanwhile."""

NOT_YET: Final = 2**52
"""Numbers from here on stand for what is to be made: no stored thing has one."""

AHEAD_MS: Final = 10 * 60 * 1_000
"""The clocks of whoever gives menus and of the shop may differ by less than this."""

_REMEMBERED: Final = 20
"""So many menus of each giver: more than one never comes again after newer ones."""


class Offer(Struct, frozen=True):
    """A menu that is to be taken. version: in ms when it was given; each giver's go up."""

    id: str
    version: int
    by: Literal["hub", "office"]


class Written(Struct, frozen=True, kw_only=True):
    """What a menu changed. See `TakenMenu`."""

    added: int
    changed: int
    removed: int = 0
    left: int = 0
    twins: Twins


class Content(Protocol):
    """What a menu says, ready to be written."""

    async def write(self, tx: Transaction, twins: Twins) -> Written:
        """Changes the shop's menu. Raises PosError, `TOO_LARGE` for more than `LARGEST` items that would change."""


async def remembered(source: Documents) -> ChainMenu:
    """As it stands; a shop that never got a menu has no newest."""
    return await source.get(ChainMenu, ID) or ChainMenu(id=ID)


def newest_version(chain: ChainMenu, now_ms: int) -> int:
    """What a menu has to be above; 0 when none counts.

    One that is of the future has come while a clock was wrong: the newest remembered that is not, then, so that a shop
    never has to wait for that day.
    """
    if not is_ahead(chain.newest, now_ms):
        return chain.newest
    return max((one.version for one in chain.taken if not is_ahead(one.version, now_ms)), default=0)


def is_ahead(version: int, now_ms: int) -> bool:
    """Whether a version is further in the future than clocks differ."""
    return version > now_ms + AHEAD_MS


async def became_of(source: Documents, menu: str) -> TakenMenu | None:
    """What became of a menu; None when it was not decided about, or long ago."""
    return next((one for one in (await remembered(source)).taken if one.id == menu), None)


async def newest_of(source: Documents, by: str) -> TakenMenu | None:
    """The last menu of one giver that was decided about."""
    return newest_in(await remembered(source), by)


def newest_in(chain: ChainMenu, by: str) -> TakenMenu | None:
    """As `newest_of`."""
    return next((one for one in chain.taken if one.by == by), None)


async def take(
    store: Store, caller: Caller, offer: Offer, plan: Callable[[], Awaitable[Content]]
) -> TakenMenu:
    """Takes a menu in, or remembers why not. One that was decided about is left alone.

    plan: makes its content for the menu of this moment; what it refuses with a PosError is remembered, too.
    Raises what no menu is to blame for, such as a database that is away.
    """
    for left in reversed(range(TRIES)):
        if (known := await became_of(store.reader(), offer.id)) is not None:
            return known
        try:
            content = await plan()
            return await _decide(store, caller, offer, content.write)
        except PosError as refused:
            if refused.code in _NOT_ITS_FAULT:
                raise
            if refused.reason == "VERSION" and left:
                continue
            return await _decide(store, caller, offer, refused)
    raise AssertionError("the last try refuses or returns")


_NOT_ITS_FAULT: Final = frozenset({"HOST_UNAVAILABLE", "TIMEOUT", "INTERNAL", "RATE_LIMITED"})


async def _decide(
    store: Store,
    caller: Caller,
    offer: Offer,
    outcome: Callable[[Transaction, Twins], Awaitable[Written]] | PosError,
) -> TakenMenu:
    """One command: what is to be written, or that it is refused, with what is remembered of it."""
    decided: list[TakenMenu] = []

    async def run(tx: Transaction) -> Done:
        now = await remembered(tx)
        known = next((one for one in now.taken if one.id == offer.id), None)
        if known is not None:
            decided[:] = [known]
            return Done()
        twins = now.twins
        taken = TakenMenu(id=offer.id, version=offer.version, by=offer.by)
        now_ms = to_ms(tx.at)
        newest = newest_version(now, now_ms)
        if is_ahead(offer.version, now_ms):
            taken = replace(taken, refused=_AHEAD, reason="AHEAD")
        elif newest and offer.version <= newest:
            taken = replace(taken, refused=_OLDER, reason="OLDER")
        elif isinstance(outcome, PosError):
            taken = replace(taken, refused=(outcome.ko, str(outcome)), reason=outcome.reason or outcome.code)
        else:
            written = await outcome(tx, twins)
            twins = written.twins
            taken = replace(
                taken,
                added=written.added,
                changed=written.changed,
                removed=written.removed,
                left=written.left,
            )
        tx.put(
            ChainMenu(
                id=ID,
                newest=newest if taken.reason == "AHEAD" else max(newest, offer.version),
                taken=_kept((taken, *now.taken)),
                twins=twins,
            )
        )
        decided[:] = [taken]
        return Done()

    result = await store.execute(
        Command(caller=caller, name=f"{offer.by}.menu", body=offer.id.encode(), run=run)
    )
    if result.error is not None:
        raise result.error
    return decided[0]


class TableMenu:
    """A table that was compared with the shop's menu (extensions §9)."""

    def __init__(self, planned: Import) -> None:
        self._planned = planned

    async def write(self, tx: Transaction, twins: Twins) -> Written:
        """Raises what `take_in` raises."""
        changed = len(self._planned.changes)
        _check_size(changed)
        await take_in(tx, self._planned, 0, at_once=True)
        added = sum(change.item_id is None for change in self._planned.changes)
        return Written(added=added, changed=changed - added, twins=twins)


class OfficeMenu:
    """A menu of the head office, merged by the rules of `domain.catalog.sharing`."""

    def __init__(self, shared: SharedMenu) -> None:
        self._shared = shared

    async def write(self, tx: Transaction, twins: Twins) -> Written:
        """Raises what `merge` and the rules of the menu raise."""
        mine = await menu_in(tx)
        at = stamp(tx.at)
        # Once for how much is new, once with numbers for it: a merge of the same things is the same.
        planned = merge(self._shared, mine, twins, placeholders(), at)
        # Of what the head office ever deleted only what this shop still has counts.
        _check_size(len(planned.items))
        merged = merge(self._shared, mine, twins, await _numbers(tx, planned), at)
        await _write(tx, merged)
        return Written(
            added=merged.added(),
            changed=len(merged.items) - merged.added() - merged.removed(),
            removed=merged.removed(),
            left=len(merged.left),
            twins=merged.twins,
        )


async def menu_in(source: Documents) -> ShopMenu:
    """The menu as this source sees it."""
    return ShopMenu(await source.all(CatalogItem), await source.all(Category), await source.all(Option))


def placeholders() -> Numbers:
    """For a merge that is not to be written."""
    return Numbers(
        categories=count(NOT_YET),
        options=count(NOT_YET),
        choices=count(NOT_YET),
        items=count(NOT_YET),
        prices=count(NOT_YET),
    )


async def _write(tx: Transaction, merged: Merged) -> None:
    for was, category in merged.categories:
        tx.put(category)
        about: dict[str, Any] = {"category": {"id": category.id}}
        if was is None:
            tx.record(Fact("category.add", str(category.id), about))
        else:
            about["changes"] = changes(was, category)
            tx.record(Fact("category.update", str(category.id), about))
    for before, option in merged.options:
        if before is None:
            tx.put(option)
            tx.record(Fact("option.add", str(option.id), {"option": {"id": option.id}}))
        else:
            await keep_option(tx, before, option)
    menu = await menu_in(tx)
    for stood, item in merged.items:
        tx.put(item)
        if stood is None:
            tx.record(Fact("catalog.add", str(item.id), {"catalog": {"id": item.id}}))
        elif item.state == "DELETED":
            tx.record(Fact("catalog.delete", str(item.id), {"catalog": {"id": item.id}}))
        else:
            tx.record(*item_facts(stood, item, menu))
    # Once all of them stand: two items may have changed their barcodes with each other.
    index = index_of(tx.shop.id)
    index.refresh(await tx.all(CatalogItem))
    for _, item in merged.items:
        if item.state != "DELETED":
            await check_barcodes(tx, item, index)


async def _numbers(tx: Transaction, planned: Merged) -> Numbers:
    """As many numbers of each kind as a plan has placeholders."""
    choices = {each.id for _, option in planned.options for each in option.choices}
    prices = {each.id for _, item in planned.items for each in item.prices}
    index = index_of(tx.shop.id)
    index.refresh(await tx.all(CatalogItem))
    there = {each.id for option in (await tx.all(Option)).values() for each in option.choices}

    async def some(counter: str, wanted: set[int], taken: Callable[[int], bool]) -> Iterator[int]:
        new = sum(number >= NOT_YET for number in wanted)
        return iter([await fresh_id(tx, counter, taken) for _ in range(new)])

    return Numbers(
        categories=await some(
            "category", {one.id for _, one in planned.categories}, (await tx.all(Category)).__contains__
        ),
        options=await some(
            "option", {one.id for _, one in planned.options}, (await tx.all(Option)).__contains__
        ),
        choices=await some("choice", choices, there.__contains__),
        items=await some(
            "item", {one.id for _, one in planned.items}, (await tx.all(CatalogItem)).__contains__
        ),
        prices=await some("price", prices, index.price_taken),
    )


def _kept(taken: tuple[TakenMenu, ...]) -> tuple[TakenMenu, ...]:
    """The newest of each giver."""
    left = {"hub": _REMEMBERED, "office": _REMEMBERED}
    kept = []
    for one in taken:
        if left[one.by]:
            left[one.by] -= 1
            kept.append(one)
    return tuple(kept)


_OLDER: Final = (
    "더 새로운 메뉴가 이미 적용되어 있습니다.",
    "A newer menu was there before.",
)

_AHEAD: Final = (
    "메뉴의 시각이 매장 시계보다 10분 넘게 앞섭니다. 보낸 쪽과 매장의 시계를 맞추고 다시 보내 주세요.",
    "The menu is of more than ten minutes after the shop's clock: set both clocks and send it again.",
)


def _check_size(changed: int) -> None:
    if changed > LARGEST:
        raise InvalidArgument(
            f"메뉴 하나로 상품 {LARGEST:,}개까지 바꿀 수 있습니다({changed:,}개). 나누어 보내 주세요.",
            f"A menu changes at most {LARGEST:,} items, not {changed:,}; send it in parts",
            reason="TOO_LARGE",
        )
