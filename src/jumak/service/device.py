"""Devices and service tokens: pairing, claiming, revoking, and what a plugin runs on.

Secrets are made outside and arrive here as the pair of text and hash (`Secret`): chance is no
matter of a use case, and only hashes reach the store (SEC-3). `pair` and `claim` are called by
the server's own handlers, because their replies hold a secret that must not be kept for repeats.
"""

from __future__ import annotations

import hmac
import platform
import sys
from datetime import timedelta
from typing import Any, Literal

from msgspec import UNSET, Struct
from msgspec.structs import replace

from jumak import __version__
from jumak.domain.calendar import ShopCalendar, calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller, Reach
from jumak.domain.errors import InvalidArgument, NotFound
from jumak.domain.fact import Fact
from jumak.protocol.messages.device import (
    Business,
    DeviceBusinessType,
    DeviceClaimReply,
    DeviceInfo,
    DeviceInfoReply,
    DeviceKind,
    DeviceListReply,
    DevicePairData,
    DevicePairReply,
    DeviceRevokeData,
    DeviceView,
    Operation,
    PaymentOperation,
    ReachData,
    Switch,
)
from jumak.protocol.row import Done, Nothing
from jumak.protocol.scopes import BRANCH_SCOPES, DEVICE_SCOPES, check_names
from jumak.service.documents import Device
from jumak.service.identity import check_service_name, office_identity
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import command, query

CODE_LIFE = timedelta(minutes=5)
"""How long a one-time code may be redeemed (contract, extensions §11)."""

_PLATFORMS: dict[str, Literal["windows", "macos", "linux"]] = {"win32": "windows", "darwin": "macos"}
_ARCHES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "i686": "ia32", "x86": "ia32"}
_MACHINE = platform.machine().lower()


class Secret(Struct, frozen=True):
    """Text for its owner, SHA-256 of it (hex) for the store."""

    text: str
    hash: str


@query("device.info.request")
async def info(read: Reader, caller: Caller, data: Nothing) -> DeviceInfoReply:
    """The POS and how the shop works (contract, merchant-device §2)."""
    shop = read.shop
    shown = sys.platform in _PLATFORMS
    return DeviceInfoReply(
        device=DeviceInfo(
            name="jumak",
            version=__version__,
            platform=_PLATFORMS.get(sys.platform, "linux"),
            arch=_ARCHES.get(_MACHINE, _MACHINE),
            serial_number=(caller.device_id or shop.serial_number)
            .replace("-", "")
            .upper()[-15:]
            .rjust(15, "0"),
            os_version=platform.release() if shown else UNSET,
            business_type=DeviceBusinessType(
                business=Business(type=shop.business_type),
                operation=Operation(
                    payment=PaymentOperation(type="PAY_LATER" if shop.postpaid else "PAY_FIRST"),
                    table=Switch(enabled=shop.has_tables),
                    booking=Switch(enabled=shop.booking_enabled),
                ),
            ),
        )
    )


@query("device.list.request")
async def device_list(read: Reader, caller: Caller, data: Nothing) -> DeviceListReply:
    """Every device and token, revoked ones included, oldest first."""
    calendar = calendar_of(read.shop)
    devices = sorted((await read.all(Device)).values(), key=lambda device: (device.created_ms, device.id))
    return DeviceListReply(devices=tuple(_view(device, calendar) for device in devices))


async def pair(tx: Transaction, data: DevicePairData, token: Secret, code: Secret) -> DevicePairReply:
    """A new device with its token and its one-time code.

    A service acts under its name, so tokens of one name are one identity (contract, extensions §1).
    Raises InvalidArgument for an unknown scope, or a service name that is somebody else's; NotFound for a display's
    till.
    """
    if data.scopes is not None:
        check_names(data.scopes)
    given = data.scopes
    if data.reach is not None:
        _check_office_token(data, data.reach)
    if data.kind == "service":
        if data.reach is None:
            await check_service_name(tx, data.name)
        scopes = given if given is not None else ("plugin",)
    else:
        scopes = (*DEVICE_SCOPES[data.kind], *(given or ()))
    device = await _new_device(tx, data.kind, data.name, scopes, token)
    device = replace(device, till_id=None if data.till_id is None else await _till(tx, data))
    if data.reach is not None:
        reach = Reach(all=data.reach.all, shops=data.reach.shops, groups=data.reach.groups)
        device = replace(device, reach=reach, caller_id=office_identity(data.name))
    device = replace(device, code_hash=code.hash, code_expires_ms=to_ms(tx.at + CODE_LIFE))
    tx.put(device)
    tx.record(_fact("device.pair", device))
    return DevicePairReply(token=token.text, device=_view(device, calendar_of(tx.shop)), code=code.text)


async def claim(tx: Transaction, code_hash: str, token: Secret) -> DeviceClaimReply:
    """Redeems a one-time code; the screen gets a token of its own.

    Raises NotFound when the code is wrong, used or too old: all three look the same.
    """
    now = to_ms(tx.at)
    found: Device | None = None
    for device in (await tx.all(Device)).values():
        # Every code is compared in constant time, so that the answer's time tells nothing (H-75).
        if device.code_hash is not None and hmac.compare_digest(device.code_hash, code_hash):
            found = device
    if found is None or found.revoked_ms is not None or (found.code_expires_ms or 0) <= now:
        raise wrong_code()
    device = replace(found, code_hash=None, code_expires_ms=None, claim_hash=token.hash)
    tx.put(device)
    tx.record(_fact("device.claim", device))
    return DeviceClaimReply(token=token.text, device=_view(device, calendar_of(tx.shop)))


async def add_owner_till(tx: Transaction, token: Secret) -> DeviceClaimReply:
    """The till behind the owner's code of the start: everything an owner may, without a PIN."""
    device = await _new_device(tx, "till", "Owner", ("till", "staff:own"), token)
    tx.put(device)
    tx.record(_fact("device.claim", device))
    return DeviceClaimReply(token=token.text, device=_view(device, calendar_of(tx.shop)))


@command("device.revoke.request")
async def revoke(tx: Transaction, data: DeviceRevokeData) -> Done:
    """Ends a token; the server closes its connections when it hears of the fact. Again: no effect."""
    device = await tx.get(Device, data.id)
    if device is None:
        raise NotFound("기기를 찾을 수 없습니다.", "There is no such device", id=data.id)
    if device.revoked_ms is None:
        tx.put(replace(device, revoked_ms=to_ms(tx.at), code_hash=None, code_expires_ms=None))
        tx.record(_fact("device.revoke", device))
    return Done()


def wrong_code() -> NotFound:
    """What every code that opens nothing is answered."""
    return NotFound(
        "코드가 맞지 않거나 만료되었습니다.", "This code is wrong or no longer valid", reason="CODE"
    )


async def _new_device(
    tx: Transaction, kind: DeviceKind, name: str, scopes: tuple[str, ...], token: Secret
) -> Device:
    device_id = tx.ids.new()
    return Device(
        id=device_id,
        kind=kind,
        name=name,
        caller_id=name if kind == "service" else device_id,
        scopes=tuple(dict.fromkeys(scopes)),
        token_hash=token.hash,
        created_ms=to_ms(tx.at),
        letter=await _free_letter(tx) if kind == "till" else "A",
    )


async def _till(tx: Transaction, data: DevicePairData) -> str:
    """The till a display faces; raises InvalidArgument for another kind of device, NotFound."""
    if data.kind != "display":
        raise InvalidArgument(
            "고객 화면만 계산대에 연결할 수 있습니다", "only a display faces a till", path="$.tillId"
        )
    till = await tx.get(Device, data.till_id or "")
    if till is None or till.kind != "till" or till.revoked_ms is not None:
        raise NotFound("없는 계산대입니다", "there is no such till", path="$.tillId")
    return till.id


def _check_office_token(data: DevicePairData, reach: ReachData) -> None:
    """A head office's token is a service's, says which shops, and holds nothing but what is done over several of them."""
    if data.kind != "service":
        raise InvalidArgument(
            "본사 토큰은 서비스용입니다", "only a service has a reach over shops", path="$.reach"
        )
    named = bool(reach.shops or reach.groups)
    if not (reach.all or named):
        # A list that came out empty must not be a token for everything.
        raise InvalidArgument(
            "어느 매장에 쓸 토큰인지 지정하세요: reach.shops나 reach.groups, 모든 매장이면 reach.all = true",
            "$.reach names no shop: give shops or groups, or all: true for every shop",
            reason="EMPTY_REACH",
            path="$.reach",
        )
    if reach.all and named:
        raise InvalidArgument(
            "reach.all과 매장·그룹을 함께 지정할 수 없습니다.",
            "$.reach.all is every shop: leave out shops and groups, or all",
            path="$.reach.all",
        )
    if not data.scopes:
        raise InvalidArgument(
            f"본사 토큰에는 권한이 필요합니다: {', '.join(BRANCH_SCOPES)}",
            f"name what it may do: {', '.join(BRANCH_SCOPES)}",
            path="$.scopes",
        )
    for place, scope in enumerate(data.scopes):
        if scope not in BRANCH_SCOPES:
            raise InvalidArgument(
                f"본사 토큰에 줄 수 없는 권한입니다: {scope}",
                f"a token over several shops holds {', '.join(BRANCH_SCOPES)} only, not {scope}",
                path=f"$.scopes[{place}]",
            )


async def _free_letter(tx: Transaction) -> str:
    """The first letter no working till carries: A … Z, AA … (NUM-3)."""
    taken = {
        device.letter
        for device in (await tx.all(Device)).values()
        if device.kind == "till" and device.revoked_ms is None
    }
    number = 0
    while (letter := _letter(number)) in taken:
        number += 1
    return letter


def _letter(number: int) -> str:
    return ("" if number < 26 else _letter(number // 26 - 1)) + chr(ord("A") + number % 26)


def _fact(name: str, device: Device) -> Fact:
    about: dict[str, Any] = {
        "device": {"id": device.id, "kind": device.kind, "name": device.name},
        "callerId": device.caller_id,
        "scopes": list(device.scopes),
    }
    if device.reach is not None:
        about["reach"] = {
            "all": device.reach.all,
            "shops": list(device.reach.shops),
            "groups": list(device.reach.groups),
        }
    return Fact(name, device.id, about)


def _view(device: Device, calendar: ShopCalendar) -> DeviceView:
    return DeviceView(
        id=device.id,
        kind=device.kind,
        name=device.name,
        letter=device.letter,
        scopes=device.scopes,
        created_at=calendar.iso(from_ms(device.created_ms)),
        till_id=UNSET if device.till_id is None else device.till_id,
        reach=UNSET
        if device.reach is None
        else ReachData(all=device.reach.all, shops=device.reach.shops, groups=device.reach.groups),
        revoked_at=UNSET if device.revoked_ms is None else calendar.iso(from_ms(device.revoked_ms)),
    )
