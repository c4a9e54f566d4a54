"""The directory of shops, kept in the store of their head office: who is served under which name.

Called by the server's own handlers (`server/directory.py`): a shop that is no head office has no directory.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.errors import Conflict, NotFound
from jumak.domain.fact import Fact
from jumak.domain.merchant import Shop, changed
from jumak.protocol.messages.shop_directory import AddShop, ShopReply, ShopState, ShopView
from jumak.service.documents import ShopEntry
from jumak.service.ports import Documents, Transaction

OFFICE = "office"
"""The name the head office itself is reached by; no other shop has it."""

FIRST_NUMBER = 1 << 32
"""Numbers of the directory begin here: smaller ones are of shops somebody made by hand in the same database."""


async def shops_of(read: Documents) -> list[ShopEntry]:
    """Every shop, the oldest first."""
    return sorted((await read.all(ShopEntry)).values(), key=lambda entry: (entry.created_ms, entry.id))


async def shop_of(read: Documents, number: int) -> ShopEntry:
    """One shop. Raises NotFound."""
    entry = await read.get(ShopEntry, number)
    if entry is None:
        raise NotFound("그런 매장이 없습니다.", "There is no such shop in the directory", path="$.id")
    return entry


async def add(tx: Transaction, data: AddShop) -> ShopReply:
    """Takes a shop into the directory; it is founded when it is opened first.

    Raises Conflict `SHOP_NAME` when the name is taken, InvalidArgument for settings that do not go together.
    """
    entries = await tx.all(ShopEntry)
    if data.name == OFFICE or any(entry.name == data.name for entry in entries.values()):
        raise Conflict(
            f"'{data.name}'은 이미 쓰는 이름입니다.",
            f"The name '{data.name}' is taken",
            reason="SHOP_NAME",
            path="$.name",
        )
    # The newest bits of an id are chance: nobody learns from a shop's number how many there are.
    number = FIRST_NUMBER + int(tx.ids.new()[-8:], 16)
    while number in entries:
        number += 1
    entry = ShopEntry(
        id=number,
        name=data.name,
        founding=_founding(number, data),
        groups=tuple(dict.fromkeys(data.groups)),
        created_ms=to_ms(tx.at),
        version=1,
    )
    tx.put(entry)
    tx.record(_fact("shop-directory.add", entry))
    return ShopReply(shop=view_of(tx.shop, entry))


async def set_groups(tx: Transaction, number: int, groups: Sequence[str]) -> ShopReply:
    """Puts a shop into these groups and no others; again without effect. Raises NotFound."""
    entry = await shop_of(tx, number)
    return _moved(tx, entry, replace(entry, groups=tuple(dict.fromkeys(groups))), "shop-directory.set-groups")


async def suspend(tx: Transaction, number: int, reason: str | None) -> ShopReply:
    """Has a shop refuse everything; again changes the reason. Raises NotFound."""
    entry = await shop_of(tx, number)
    return _moved(tx, entry, replace(entry, state="SUSPENDED", reason=reason), "shop-directory.suspend")


async def resume(tx: Transaction, number: int) -> ShopReply:
    """Has a shop served again; again without effect. Raises NotFound."""
    entry = await shop_of(tx, number)
    return _moved(tx, entry, replace(entry, state="OPEN", reason=None), "shop-directory.resume")


def view_of(keeper: Shop, entry: ShopEntry) -> ShopView:
    """An entry as it is sent. keeper: the head office."""
    return ShopView(
        id=entry.id,
        name=entry.name,
        title=entry.founding.name,
        state=entry.state,
        reason=UNSET if entry.reason is None else entry.reason,
        groups=entry.groups,
        created_at=calendar_of(keeper).iso(from_ms(entry.created_ms)),
        version=entry.version,
    )


def _moved(tx: Transaction, before: ShopEntry, after: ShopEntry, fact: str) -> ShopReply:
    if after != before:
        after = replace(after, version=before.version + 1)
        tx.put(after)
        tx.record(_fact(fact, after))
    return ShopReply(shop=view_of(tx.shop, after))


def _founding(number: int, data: AddShop) -> Shop:
    plain = Shop(
        id=number,
        name=data.title,
        serial_number=f"J-{number}",
        business_number=data.business_number,
        business_type="CAFE",
        payment_timing="PAY_FIRST",
        tables_enabled=False,
        version=0,
    )
    wanted = {
        "businessType": data.business_type,
        "paymentTiming": data.payment_timing,
        "tablesEnabled": data.tables_enabled,
        "timeZone": data.time_zone,
    }
    # A setting that stays as it was makes no new version, but the first one is 1.
    return replace(changed(plain, wanted), version=1)


def _fact(name: str, entry: ShopEntry) -> Fact:
    state: ShopState = entry.state
    return Fact(name, str(entry.id), {"name": entry.name, "state": state, "reason": entry.reason or ""})
