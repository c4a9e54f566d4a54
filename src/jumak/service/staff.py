"""Staff: who works here, signing in by PIN, approvals (SEC-1, SEC-2).

A PIN is stretched by scrypt, which takes tens of milliseconds: the server does that in a thread
(`derive`) and hands the digest in. All PINs of a shop share one random salt, so that one
derivation is enough to tell who it is and that no two people have the same PIN.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller, Role
from jumak.domain.errors import InvalidArgument, InvalidState, NotFound, PermissionDenied
from jumak.domain.fact import Fact
from jumak.protocol.messages.staff import (
    StaffApproveReply,
    StaffDeleteData,
    StaffListReply,
    StaffSaveData,
    StaffSaveReply,
    StaffView,
)
from jumak.protocol.row import Done, Nothing
from jumak.service.documents import Approval, Staff
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import command, query
from jumak.service.session import utc_text

APPROVAL_LIFE = timedelta(minutes=5)
APPROVERS: frozenset[Role] = frozenset({"manager", "owner"})
"""Who may approve what is above somebody's role (rulebook §7.5)."""


class PinDigest(Struct, frozen=True):
    """A stretched PIN, hex, with the salt it was stretched with."""

    hash: str
    salt: str


def derive(pin: str, salt: str) -> PinDigest:
    """Stretches a PIN by scrypt (16 MB, some 40 ms): run it in a thread. salt: hex."""
    digest = hashlib.scrypt(pin.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32)
    return PinDigest(digest.hex(), salt)


def salts_of(staff: Iterable[Staff]) -> list[str]:
    """The salts in use: one, unless a backup of elsewhere was put back."""
    return sorted({person.pin_salt for person in staff})


def owner_of(staff: Iterable[Staff], digests: Iterable[PinDigest]) -> Staff | None:
    """Whose PIN this is."""
    by_salt = {digest.salt: digest.hash for digest in digests}
    found: Staff | None = None
    for person in staff:
        if hmac.compare_digest(person.pin_hash, by_salt.get(person.pin_salt, "")):
            found = person
    return found


def view(person: Staff) -> StaffView:
    """Without the PIN."""
    return StaffView(id=person.id, name=person.name, role=person.role)


async def login(tx: Transaction, staff_id: str) -> Staff:
    """Books that somebody signed in. Raises NotFound when they were deleted meanwhile."""
    person = await _person(tx, staff_id)
    tx.record(Fact("staff.login", person.id, _names(person)))
    return person


async def logout(tx: Transaction, staff_id: str, name: str) -> Done:
    """Books that somebody signed out."""
    tx.record(Fact("staff.logout", staff_id, {"staff": {"id": staff_id, "name": name}}))
    return Done()


async def fail_pin(tx: Transaction, why: str, failures: int) -> Done:
    """Books a wrong PIN (SEC-2); the PIN itself is nowhere."""
    tx.record(Fact("staff.pin-fail", tx.caller.id, {"for": why, "failures": failures}))
    return Done()


async def approve(tx: Transaction, staff_id: str, action: str, act: str) -> StaffApproveReply:
    """A one-off approval by a manager; whoever uses it is named beside them (SEC-1).

    act: as the refusal told it; another order, amount or reason is another act.  The fact says what it is about as the
    shop told whoever it refused, not as the page that asks has it.
    Raises PermissionDenied `ROLE` when the PIN is nobody's who may approve.
    """
    person = await _person(tx, staff_id)
    if person.role not in APPROVERS:
        raise PermissionDenied(
            "점장 이상만 승인할 수 있습니다.", "Only a manager or the owner can approve", reason="ROLE"
        )
    now = to_ms(tx.at)
    for old in list((await tx.all(Approval)).values()):
        if old.expires_ms <= now:
            tx.drop(Approval, old.id)
    expires = tx.at + APPROVAL_LIFE
    approval = Approval(
        id=tx.ids.new(),
        action=action,
        act=act,
        staff_id=person.id,
        staff_name=person.name,
        role=person.role,
        asked_by=tx.caller.id,
        asked_staff=None if tx.caller.staff is None else tx.caller.staff.id,
        expires_ms=to_ms(expires),
    )
    tx.put(approval)
    said: dict[str, Any] = {"action": action, **_names(person)}
    about = tx.live.refused_acts.about(tx.caller.id, action.removesuffix(".request"), act)
    if about is not None:
        said["about"] = msgspec.to_builtins(about)
    tx.record(Fact("staff.approve", approval.id, said))
    return StaffApproveReply(approval_id=approval.id, staff=view(person), expires_at=utc_text(expires))


async def save(tx: Transaction, data: StaffSaveData, digests: tuple[PinDigest, ...]) -> StaffSaveReply:
    """Adds or changes a person. digests: the PIN under every salt in use, the one to keep first.

    Raises InvalidArgument when the PIN is missing for a new person or is somebody else's (SEC-1),
    InvalidState `LAST_OWNER` when nobody would be left to own the shop.
    """
    draft = data.staff
    everybody = (await tx.all(Staff)).values()
    old = await _person(tx, draft.id) if draft.id is not None else None
    if (
        digests
        and (holder := owner_of(everybody, digests)) is not None
        and (old is None or holder.id != old.id)
    ):
        raise InvalidArgument(
            "다른 직원이 쓰는 PIN입니다.",
            "Somebody else has this PIN",
            reason="PIN_TAKEN",
            path="$.staff.pin",
        )
    if old is None and not digests:
        raise InvalidArgument("PIN이 필요합니다.", "A new person needs a PIN", path="$.staff.pin")
    if old is not None and draft.role != "owner":
        _keep_an_owner(everybody, old)
    pin = digests[0] if digests else PinDigest(old.pin_hash, old.pin_salt) if old else None
    assert pin is not None
    person = Staff(
        id=old.id if old else tx.ids.new(),
        name=draft.name,
        role=draft.role,
        pin_hash=pin.hash,
        pin_salt=pin.salt,
        version=old.version + 1 if old else 1,
    )
    if old is None or (old.name, old.role, old.pin_hash) != (person.name, person.role, person.pin_hash):
        tx.put(person)
        facts = {**_names(person), "role": person.role, "pinChanged": bool(digests)}
        tx.record(Fact("staff.update" if old else "staff.add", person.id, facts))
    return StaffSaveReply(staff=view(person))


@command("staff.delete.request")
async def delete(tx: Transaction, data: StaffDeleteData) -> Done:
    """Removes a person. Raises NotFound, or InvalidState `LAST_OWNER`."""
    person = await _person(tx, data.id)
    _keep_an_owner((await tx.all(Staff)).values(), person)
    tx.drop(Staff, person.id)
    tx.record(Fact("staff.delete", person.id, _names(person)))
    return Done()


@query("staff.list.request")
async def staff_list(read: Reader, caller: Caller, data: Nothing) -> StaffListReply:
    """Everybody, by name."""
    everybody = sorted((await read.all(Staff)).values(), key=lambda person: (person.name, person.id))
    return StaffListReply(staff=tuple(view(person) for person in everybody))


async def _person(tx: Transaction, staff_id: str) -> Staff:
    person = await tx.get(Staff, staff_id)
    if person is None:
        raise NotFound("직원을 찾을 수 없습니다.", "There is no such person", id=staff_id)
    return person


def _keep_an_owner(everybody: Iterable[Staff], leaving: Staff) -> None:
    if leaving.role == "owner" and not any(
        person.role == "owner" and person.id != leaving.id for person in everybody
    ):
        raise InvalidState("사장님이 한 명은 있어야 합니다.", "The shop needs one owner", reason="LAST_OWNER")


def _names(person: Staff) -> dict[str, Any]:
    return {"staff": {"id": person.id, "name": person.name}}
