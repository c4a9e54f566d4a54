"""Using a manager's one-off approval (SEC-1, rulebook §7.5)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final, Protocol

import msgspec

from jumak.domain.approval import ActAbout
from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import PermissionDenied
from jumak.domain.fact import Fact
from jumak.protocol.envelope import canonical_body
from jumak.service.documents import Approval
from jumak.service.ports import Reader, Transaction

NOBODY: Final[Mapping[str, Any]] = MappingProxyType({})
"""Who approved what needed no approval."""


class Approvable(Protocol):
    """What a request asks for, with the approval it brings."""

    @property
    def approval_id(self) -> str | None: ...


def act_of(data: Approvable, about: ActAbout) -> str:
    """Which act an approval is for: whatever the request says besides the approval, and what the manager reads of it.

    A cart that has other goods in it by then, or an order that costs something else, is another act.
    """
    asked = msgspec.structs.replace(data, approval_id=None)  # type: ignore[type-var]
    return blake2b(canonical_body([asked, about]), digest_size=16).hexdigest()


async def is_approved(read: Reader, caller: Caller, action: str, data: Approvable, about: ActAbout) -> bool:
    """Whether the caller is a manager or brings an approval for exactly this act; none is used up.

    For what is asked of others before the act; `require_manager` decides.
    """
    return caller.may("staff:manage") or await _brought(read, caller, action, data, about) is not None


async def require_manager(tx: Transaction, action: str, data: Approvable, about: ActAbout) -> dict[str, Any]:
    """The caller is a manager, or brings an approval for exactly this act, which is used up.

    action: the message name as the approval was asked for, with or without `.request`.
    Returns what the fact should say of it: {} or {"approvedBy": {"id", "name"}}.
    Raises PermissionDenied APPROVAL_NEEDED, which tells what the act is about.
    """
    if tx.caller.may("staff:manage"):
        return {}
    named = action.removesuffix(".request")
    approval = await _brought(tx, tx.caller, action, data, about)
    if approval is None:
        act = act_of(data, about)
        tx.live.refused_acts.note(tx.caller.id, named, act, about)
        raise PermissionDenied(
            "점장의 승인이 필요합니다",
            f"{named} needs a manager: ask with staff.approve.request (action {named!r} and the act told here) and send its approvalId "
            "with this very request",
            reason="APPROVAL_NEEDED",
            action=named,
            act=act,
            about=msgspec.to_builtins(about),
        )
    tx.drop(Approval, approval.id)
    approved_by = {"id": approval.staff_id, "name": approval.staff_name}
    # A fact of its own: a cart, for one, makes no other that could name the manager.
    said = {"action": named, "approvedBy": approved_by, "about": msgspec.to_builtins(about)}
    tx.record(Fact("staff.approval-use", approval.id, said))
    return {"approvedBy": approved_by}


def check_manager(caller: Caller, action: str) -> None:
    """What only a manager does, with no approval that would make up for the role. Raises PermissionDenied APPROVAL_NEEDED."""
    if not caller.may("staff:manage"):
        raise PermissionDenied(
            "점장 이상만 할 수 있습니다",
            f"{action} needs a manager here, and takes no approval",
            reason="APPROVAL_NEEDED",
            action=action,
        )


async def _brought(
    read: Reader, caller: Caller, action: str, data: Approvable, about: ActAbout
) -> Approval | None:
    approval = None if data.approval_id is None else await read.get(Approval, data.approval_id)
    if (
        approval is None
        or approval.action.removesuffix(".request") != action.removesuffix(".request")
        or approval.act != act_of(data, about)
        or approval.asked_by != caller.id
        or approval.asked_staff != (None if caller.staff is None else caller.staff.id)
        or approval.expires_ms <= to_ms(read.at)
    ):
        return None
    return approval
