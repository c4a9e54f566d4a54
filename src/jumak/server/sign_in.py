"""Signing in by PIN on a till, approvals, and the people who may (SEC-1).

PINs are stretched in a thread, never on the loop and never inside a transaction. Five wrong ones
on a device close it to PINs for five minutes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.caller import Caller, StaffRef
from jumak.domain.errors import Locked, PermissionDenied
from jumak.protocol.envelope import canonical_body
from jumak.protocol.messages.staff import (
    StaffApproveData,
    StaffApproveReply,
    StaffLoginData,
    StaffLoginReply,
    StaffSaveData,
    StaffSaveReply,
)
from jumak.protocol.row import Done, Nothing
from jumak.protocol.scopes import ROLE_SCOPES, expand
from jumak.server.live import Ask, live
from jumak.service import staff
from jumak.service.documents import Staff
from jumak.service.ports import Clock
from jumak.service.session import utc_text

if TYPE_CHECKING:
    from jumak.server.session import Session

MAX_FAILURES = 5
LOCK = timedelta(minutes=5)


class SignedIn(Struct, frozen=True):
    """Who is signed in on a device, and through which connection; session None = over HTTP.

    device: the caller without them.
    """

    device: Caller
    person: StaffRef
    session: Session | None


class SignIns:
    """Who is signed in where, and which devices are closed to PINs for a while."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._devices: dict[str, SignedIn] = {}
        self._failures: dict[str, int] = {}
        self._locked: dict[str, datetime] = {}

    def acting(self, caller: Caller) -> Caller:
        """A token's caller as HTTP sees it: with whoever is signed in on its device."""
        signed_in = self._devices.get(caller.device_id or caller.id) if self._devices else None
        return caller if signed_in is None else with_staff(caller, signed_in.person)

    def enter(self, caller: Caller, person: StaffRef, session: Session | None) -> Caller:
        """Signs somebody in; a session keeps it to itself, HTTP calls of the device share it."""
        self._devices[caller.device_id or caller.id] = SignedIn(caller, person, session)
        return with_staff(caller, person)

    def device_of(self, caller: Caller) -> Caller:
        """The caller without the person signed in."""
        signed_in = self._devices.get(caller.device_id or caller.id)
        return caller if signed_in is None or caller.staff is None else signed_in.device

    def leave(self, caller: Caller) -> None:
        """Signs the device out."""
        self._devices.pop(caller.device_id or caller.id, None)

    def forget_session(self, session: Session) -> None:
        """A connection ended: what was signed in through it is over."""
        for device, signed_in in list(self._devices.items()):
            if signed_in.session is session:
                del self._devices[device]

    def forget_person(self, staff_id: str) -> None:
        """Somebody was changed or removed: they sign in anew."""
        for device, signed_in in list(self._devices.items()):
            if signed_in.person.id == staff_id:
                del self._devices[device]

    def check_open(self, caller: Caller) -> None:
        """Raises Locked while this device is closed to PINs (SEC-1)."""
        until = self._locked.get(caller.id)
        if until is None:
            return
        if until > self._clock.now():
            raise Locked(
                "PIN을 여러 번 틀렸습니다. 5분 후 다시 시도해 주세요.",
                "Too many wrong PINs on this device",
                reason="PIN_LOCKED",
                until=utc_text(until),
            )
        del self._locked[caller.id]

    def fail(self, caller: Caller) -> int:
        """Counts a wrong PIN; the fifth closes the device to PINs. Returns how many there were."""
        failures = self._failures.get(caller.id, 0) + 1
        self._failures[caller.id] = failures
        if failures >= MAX_FAILURES:
            self._locked[caller.id] = self._clock.now() + LOCK
            del self._failures[caller.id]
        return failures

    def succeed(self, caller: Caller) -> None:
        """A right PIN: the count starts again."""
        self._failures.pop(caller.id, None)


def with_staff(caller: Caller, person: StaffRef) -> Caller:
    """The caller with a person signed in: their role's scopes on top of the device's."""
    return replace(caller, staff=person, scopes=caller.scopes | expand((ROLE_SCOPES[person.role],)))


@live("staff.login.request")
async def login(ask: Ask, data: StaffLoginData) -> StaffLoginReply:
    """Adds the role's staff scopes to the session. A wrong PIN is booked and refused `WRONG_PIN`."""
    holder = await _holder(ask, data.pin, "login")
    device = _device_caller(ask)
    ref = StaffRef(holder.id, holder.name, holder.role)
    person = await ask.write(lambda tx: staff.login(tx, holder.id), caller=replace(device, staff=ref))
    ask.shop.end_streams_of(device)  # Of whoever was signed in before.
    acting = ask.shop.sign_ins.enter(device, ref, ask.session)
    if ask.session is not None:
        ask.session.act_as(acting)
    return StaffLoginReply(staff=staff.view(person), scopes=tuple(sorted(acting.scopes)))


@live("staff.logout.request")
async def logout(ask: Ask, data: Nothing) -> Done:  # noqa: ARG001  # no keys
    """Drops the staff scopes; without anybody signed in nothing happens."""
    person = ask.caller.staff
    if person is not None:
        await ask.write(lambda tx: staff.logout(tx, person.id, person.name))
        ask.shop.sign_ins.leave(ask.caller)
        ask.shop.end_streams_of(ask.caller)
        if ask.session is not None:
            ask.session.act_as(_device_caller(ask))
    return Done()


@live("staff.approve.request")
async def approve(ask: Ask, data: StaffApproveData) -> StaffApproveReply:
    """A manager's PIN on somebody else's till, for one act."""
    holder = await _holder(ask, data.pin, "approve")
    asked = msgspec.json.encode({"by": holder.id, "action": data.action, "act": data.act})
    return await ask.write(lambda tx: staff.approve(tx, holder.id, data.action, data.act), body=asked)


@live("staff.save.request")
async def save(ask: Ask, data: StaffSaveData) -> StaffSaveReply:
    """Adds or changes a person; the PIN is stretched before the transaction begins."""
    pin = data.staff.pin
    salts = staff.salts_of((await ask.shop.store.reader().all(Staff)).values()) or [secrets.token_hex(16)]
    digests = () if pin is None else await _derive(pin, salts)
    asked = canonical_body([replace(data.staff, pin=None), digests])
    return await ask.write(lambda tx: staff.save(tx, data, digests), body=asked)


def _device_caller(ask: Ask) -> Caller:
    """The caller without the person signed in."""
    if ask.session is not None and ask.session.device_caller is not None:
        return ask.session.device_caller
    return ask.shop.sign_ins.device_of(ask.caller)


async def _holder(ask: Ask, pin: str, why: str) -> Staff:
    sign_ins = ask.shop.sign_ins
    sign_ins.check_open(ask.caller)
    everybody = list((await ask.shop.store.reader().all(Staff)).values())
    holder = staff.owner_of(everybody, await _derive(pin, staff.salts_of(everybody)))
    sign_ins.check_open(ask.caller)  # Others may have failed while this one was being stretched.
    if holder is None:
        failures = sign_ins.fail(ask.caller)
        await ask.write(lambda tx: staff.fail_pin(tx, why, failures))
        raise PermissionDenied(
            "PIN이 맞지 않습니다.",
            "This PIN is nobody's",
            reason="WRONG_PIN",
            attemptsLeft=MAX_FAILURES - failures,
        )
    sign_ins.succeed(ask.caller)
    return holder


async def _derive(pin: str, salts: Sequence[str]) -> tuple[staff.PinDigest, ...]:
    return tuple([await asyncio.to_thread(staff.derive, pin, salt) for salt in salts])
