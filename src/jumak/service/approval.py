"""Using a manager's one-off approval (SEC-1, rulebook §7.5)."""

from __future__ import annotations

from typing import Any

from jumak.domain.calendar import to_ms
from jumak.domain.errors import PermissionDenied
from jumak.domain.fact import Fact
from jumak.service.documents import Approval
from jumak.service.ports import Transaction


async def require_manager(tx: Transaction, action: str, approval_id: str | None) -> dict[str, Any]:
    """The caller is a manager, or brings an approval for this action, which is used up.

    action: the message name as the approval was asked for, with or without `.request`.
    Returns what the fact should say of it: {} or {"approvedBy": {"id", "name"}}.
    Raises PermissionDenied APPROVAL_NEEDED.
    """
    if tx.caller.may("staff:manage"):
        return {}
    approval = await tx.get(Approval, approval_id) if approval_id else None
    named = action.removesuffix(".request")
    if (
        approval is None
        or approval.action.removesuffix(".request") != named
        or approval.asked_by != tx.caller.id
        or approval.expires_ms <= to_ms(tx.at)
    ):
        raise PermissionDenied(
            "매니저의 승인이 필요합니다",
            f"{named} needs a manager: ask with staff.approve.request (action {named!r}) and send its approvalId",
            reason="APPROVAL_NEEDED",
            action=named,
        )
    tx.drop(Approval, approval.id)
    approved_by = {"id": approval.staff_id, "name": approval.staff_name}
    # A fact of its own: a cart, for one, makes no other that could name the manager.
    tx.record(Fact("staff.approval-use", approval.id, {"action": named, "approvedBy": approved_by}))
    return {"approvedBy": approved_by}
