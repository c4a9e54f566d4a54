"""Using a manager's one-off approval (SEC-1, rulebook §7.5)."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Protocol

import msgspec

from jumak.domain.calendar import to_ms
from jumak.domain.errors import PermissionDenied
from jumak.domain.fact import Fact
from jumak.protocol.envelope import canonical_body
from jumak.service.documents import Approval
from jumak.service.ports import Transaction


class Approvable(Protocol):
    """What a request asks for, with the approval it brings."""

    @property
    def approval_id(self) -> str | None: ...


def act_of(data: Approvable) -> str:
    """Which act an approval is for: this order, this amount, this reason, whatever the request says besides the approval."""
    body = canonical_body(msgspec.structs.replace(data, approval_id=None))  # type: ignore[type-var]
    return blake2b(body, digest_size=16).hexdigest()


async def require_manager(tx: Transaction, action: str, data: Approvable | None) -> dict[str, Any]:
    """The caller is a manager, or brings an approval for exactly this act, which is used up.

    action: the message name as the approval was asked for, with or without `.request`.  data: None where no approval
    makes up for the role.
    Returns what the fact should say of it: {} or {"approvedBy": {"id", "name"}}.
    Raises PermissionDenied APPROVAL_NEEDED.
    """
    if tx.caller.may("staff:manage"):
        return {}
    approval = await tx.get(Approval, data.approval_id) if data is not None and data.approval_id else None
    act = "" if data is None else act_of(data)
    named = action.removesuffix(".request")
    if (
        approval is None
        or approval.action.removesuffix(".request") != named
        or approval.act != act
        or approval.asked_by != tx.caller.id
        or approval.expires_ms <= to_ms(tx.at)
    ):
        raise PermissionDenied(
            "점장의 승인이 필요합니다",
            f"{named} needs a manager: ask with staff.approve.request (action {named!r} and the act told here) and send its approvalId "
            "with this very request",
            reason="APPROVAL_NEEDED",
            action=named,
            act=act,
        )
    tx.drop(Approval, approval.id)
    approved_by = {"id": approval.staff_id, "name": approval.staff_name}
    # A fact of its own: a cart, for one, makes no other that could name the manager.
    tx.record(Fact("staff.approval-use", approval.id, {"action": named, "approvedBy": approved_by}))
    return {"approvedBy": approved_by}
