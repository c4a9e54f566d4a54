"""Reading and changing the shop's settings (contract, extensions §11)."""

from __future__ import annotations

from typing import Any

import msgspec

from jumak.domain.caller import Caller
from jumak.domain.errors import Conflict
from jumak.domain.fact import Fact
from jumak.domain.merchant import Shop, changed
from jumak.protocol.messages.admin import ShopSettingReply, ShopSettingUpdateData
from jumak.protocol.row import Nothing
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import command, query


@query("shop-setting.get.request")
async def get(read: Reader, caller: Caller, data: Nothing) -> ShopSettingReply:
    """All settings."""
    return ShopSettingReply(settings=read.shop)


@command("shop-setting.update.request")
async def update(tx: Transaction, data: ShopSettingUpdateData) -> ShopSettingReply:
    """Changes settings (OFF-4); the journal keeps what they were and what they are (SEC-2).

    Raises Conflict `VERSION` when somebody changed them meanwhile, InvalidArgument per field.
    """
    before = tx.shop
    if data.expected_version != before.version:
        raise Conflict(
            "다른 곳에서 설정을 먼저 바꿨습니다. 다시 확인해 주세요.",
            "The settings were changed elsewhere meanwhile",
            reason="VERSION",
            current=msgspec.to_builtins(before),
        )
    after = changed(before, data.changes)
    if after is not before:
        tx.put_shop(after)
        tx.record(Fact("shop.update", str(after.id), _difference(before, after)))
    return ShopSettingReply(settings=after)


def _difference(before: Shop, after: Shop) -> dict[str, Any]:
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    names = [
        name for name in Shop.__struct_encode_fields__ if old.get(name) != new.get(name) and name != "version"
    ]
    return {
        "before": {name: old[name] for name in names if name in old},
        "after": {name: new[name] for name in names if name in new},
    }
