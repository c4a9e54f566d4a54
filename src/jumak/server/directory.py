"""The directory of shops: answered by a head office, refused by every other shop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidState
from jumak.protocol.messages.device import DevicePairData
from jumak.protocol.messages.shop_directory import (
    AddShop,
    InviteOwner,
    InviteReply,
    ResumeShop,
    SetGroups,
    ShopReply,
    ShopsReply,
    SuspendShop,
)
from jumak.protocol.row import Nothing
from jumak.server.credentials import new_code, new_token
from jumak.server.live import Ask, live
from jumak.service import device, shop_directory
from jumak.service.documents import ShopEntry
from jumak.service.look import Look
from jumak.service.ports import Command, Store, Transaction

ReplyT = TypeVar("ReplyT", bound=Struct)


class Branches(Protocol):
    """The shops of a directory, for what a head office does in them."""

    troubled: set[int]
    """Shops that could not be given a menu at the last try."""

    async def write(
        self, entry: ShopEntry, name: str, run: Callable[[Transaction], Awaitable[ReplyT]], caller: Caller
    ) -> ReplyT:
        """Runs a use case in a shop, wherever it is served; its processes follow. Raises its refusal."""

    def opened(self, entry: ShopEntry) -> AbstractAsyncContextManager[Store]:
        """A store on a shop, for several use cases one after the other."""

    def look(self, entry: ShopEntry) -> AbstractAsyncContextManager[Look | None]:
        """Looks into a shop; None when nobody has opened it yet."""


async def done_in(
    store: Store, name: str, run: Callable[[Transaction], Awaitable[ReplyT]], caller: Caller
) -> ReplyT:
    """Runs a use case in a store and hands out its reply. Raises its refusal."""
    kept: list[ReplyT] = []

    async def keep(tx: Transaction) -> ReplyT:
        kept[:] = [await run(tx)]
        return kept[0]

    result = await store.execute(Command(caller=caller, name=name, body=b"", run=keep))
    if result.error is not None:
        raise result.error
    return kept[0]


@live("shop-directory.list.request")
async def list_shops(ask: Ask, data: Nothing) -> ShopsReply:  # noqa: ARG001 (it has no keys)
    """Every shop."""
    branches_of(ask)
    read = ask.shop.store.reader()
    entries = await shop_directory.shops_of(read)
    return ShopsReply(shops=tuple(shop_directory.view_of(read.shop, entry) for entry in entries))


@live("shop-directory.add.request")
async def add(ask: Ask, data: AddShop) -> ShopReply:
    """A new shop."""
    branches_of(ask)
    return await ask.write(lambda tx: shop_directory.add(tx, data), body=msgspec.json.encode(data))


@live("shop-directory.set-groups.request")
async def set_groups(ask: Ask, data: SetGroups) -> ShopReply:
    """Tokens of the head office that name a group are good for what is in it when they ask."""
    branches_of(ask)
    body = msgspec.json.encode(data)
    return await ask.write(lambda tx: shop_directory.set_groups(tx, data.id, data.groups), body=body)


@live("shop-directory.suspend.request")
async def suspend(ask: Ask, data: SuspendShop) -> ShopReply:
    """Every process that serves the shop hears of the fact and closes it."""
    branches_of(ask)
    body = msgspec.json.encode(data)
    return await ask.write(lambda tx: shop_directory.suspend(tx, data.id, data.reason), body=body)


@live("shop-directory.resume.request")
async def resume(ask: Ask, data: ResumeShop) -> ShopReply:
    """It is opened again by the next request."""
    branches_of(ask)
    return await ask.write(lambda tx: shop_directory.resume(tx, data.id), body=msgspec.json.encode(data))


@live("shop-directory.invite.request")
async def invite(ask: Ask, data: InviteOwner) -> InviteReply:
    """Pairs a till of the owner in that shop; its token is nobody's, the code makes the first one."""
    branches = branches_of(ask)
    entry = await shop_directory.shop_of(ask.shop.store.reader(), data.id)
    return InviteReply(code=await invited(branches, entry, data.till, ask.caller))


async def invited(branches: Branches, entry: ShopEntry, till: str, caller: Caller) -> str:
    """A one-time code for a till of a shop's owner. Raises InvalidState `NOT_SERVED`."""
    if entry.state == "SUSPENDED":
        raise InvalidState(
            "정지된 매장입니다. 먼저 다시 여세요.",
            "The shop is suspended: resume it first",
            reason="NOT_SERVED",
        )
    wanted = DevicePairData(kind="till", name=till, scopes=("staff:own",))
    token, code = new_token(), new_code()
    await branches.write(
        entry, "device.pair.request", lambda tx: device.pair(tx, wanted, token, code), caller
    )
    return code.text


def branches_of(ask: Ask) -> Branches:
    """The shops of a head office. Raises InvalidState `NO_DIRECTORY` in every other shop."""
    if ask.shop.branches is None:
        raise InvalidState(
            "본사에서만 쓸 수 있습니다.",
            "Only a head office keeps a directory of shops",
            reason="NO_DIRECTORY",
        )
    return ask.shop.branches
