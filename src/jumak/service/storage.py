"""A plugin's own texts (contract, plugin-runtime §6). They are no facts: the journal never sees them.

A plugin hosted by a till keeps its texts per device; one that runs on the server, or a remote
service, has one set of its own.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument
from jumak.protocol.messages.storage import KeyData, SetData, ValueReply
from jumak.protocol.row import Done
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import command, query

Area = Literal["storage", "secret"]

MAX_KEY = 256
"""Longest key, characters."""

MAX_VALUE = 1_000_000
"""Longest text, UTF-8 bytes."""

MAX_TOTAL = 5_000_000
"""All keys and texts of one plugin, UTF-8 bytes."""


@query("storage.get.request")
async def get_text(read: Reader, caller: Caller, data: KeyData) -> ValueReply:
    """The text, absent when there is none."""
    return await _get(read, caller, "storage", data.key)


@command("storage.set.request")
async def set_text(tx: Transaction, data: SetData) -> Done:
    """Keep it; the same again changes nothing (H-18)."""
    return await _set(tx, "storage", data)


@command("storage.delete.request")
async def delete_text(tx: Transaction, data: KeyData) -> Done:
    """Forget it; a key that is not there is fine."""
    return _delete(tx, "storage", data.key)


@query("secure-store.get.request")
async def get_secret(read: Reader, caller: Caller, data: KeyData) -> ValueReply:
    """The secret, absent when there is none."""
    return await _get(read, caller, "secret", data.key)


@command("secure-store.set.request")
async def set_secret(tx: Transaction, data: SetData) -> Done:
    """Keep it encrypted; the same again changes nothing (H-18)."""
    return await _set(tx, "secret", data)


@command("secure-store.delete.request")
async def delete_secret(tx: Transaction, data: KeyData) -> Done:
    """Forget it; a key that is not there is fine."""
    return _delete(tx, "secret", data.key)


async def _get(read: Reader, caller: Caller, area: Area, key: str) -> ValueReply:
    value = await read.value(caller.id, area, _place(caller, key))
    return ValueReply(value=UNSET if value is None else value)


async def _set(tx: Transaction, area: Area, data: SetData) -> Done:
    place = _place(tx.caller, data.key)
    size = len(data.value.encode())
    if size > MAX_VALUE:
        raise InvalidArgument(
            "값이 너무 큽니다. 값 하나는 1MB까지 저장할 수 있습니다.",
            f"The value has {size} bytes; one value holds at most {MAX_VALUE}.",
            path="$.value",
        )
    old = await tx.value(tx.caller.id, area, place)
    if old == data.value:
        return Done()
    grows = size - len(old.encode()) if old is not None else size + len(place.encode())
    if grows > 0 and sum((await tx.value_sizes(tx.caller.id)).values()) + grows > MAX_TOTAL:
        raise InvalidArgument(
            "저장 공간이 부족합니다. 플러그인마다 모두 5MB까지 저장할 수 있습니다.",
            f"A plugin keeps at most {MAX_TOTAL} bytes in all; delete something first.",
            path="$.value",
        )
    tx.put_value(tx.caller.id, area, place, data.value)
    return Done()


def _delete(tx: Transaction, area: Area, key: str) -> Done:
    tx.put_value(tx.caller.id, area, _place(tx.caller, key), None)
    return Done()


def _place(caller: Caller, key: str) -> str:
    """Where a key stands among the plugin's texts: `<device>/<key>`, no device on the server.

    The shop's own entries of a plugin (`service/setting.py`) begin with `setting:` and hold no
    device, so no key of a plugin can reach them.
    """
    if len(key) > MAX_KEY:
        raise InvalidArgument(
            f"키는 {MAX_KEY}자 이하여야 합니다.",
            f"A key has at most {MAX_KEY} characters.",
            path="$.key",
        )
    hosted_on = caller.device_id if caller.kind == "plugin" else None
    return f"@{hosted_on or ''}/{key}"
