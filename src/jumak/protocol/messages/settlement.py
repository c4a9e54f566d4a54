"""Messages of the settlement: the day's cards by our books and by the terminals (contract: extensions §6; SET-1)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from jumak.domain.attempt import TerminalRef
from jumak.domain.base import Doc, PositiveWon, PublicId
from jumak.domain.reconcile import ReconcileKind
from jumak.domain.terminal import TerminalTotals
from jumak.protocol.row import Data, Reply, Row


class SettlementGroup(Doc, frozen=True, kw_only=True):
    """Our figures of one VAN, acquirer and card type, empty where the terminal did not say."""

    van: str
    acquirer: str
    card_type: str
    totals: TerminalTotals


class SettlementDoubt(Doc, frozen=True, kw_only=True):
    """What may explain a difference. why: its end is not known, or a person said it and not the terminal."""

    kind: ReconcileKind
    id: PublicId
    order_id: PublicId
    amount: PositiveWon
    why: Literal["OPEN", "BY_HAND"]
    approved_no: str | None = None


class TerminalSettlement(Doc, frozen=True, kw_only=True):
    """One terminal's day. theirs: absent when it could not be asked.  difference: theirs less ours."""

    terminal: TerminalRef
    ours: TerminalTotals
    groups: tuple[SettlementGroup, ...]
    theirs: TerminalTotals | None = None
    difference: TerminalTotals | None = None
    agrees: bool
    doubts: tuple[SettlementDoubt, ...]


class Settlement(Doc, frozen=True, kw_only=True):
    """A trading day. open: how many attempts and refunds have no end yet, which stand in the way of a close."""

    business_date: str
    since: str
    until: str
    open: int
    terminals: tuple[TerminalSettlement, ...]


class GetSettlement(Data, frozen=True, kw_only=True):
    """The cards of a trading day by our books and by the terminals; today unless said otherwise."""

    business_date: Annotated[str, Meta(max_length=10)] | None = None


class SettlementReply(Reply, frozen=True, kw_only=True):
    """The settlement."""

    settlement: Settlement


ROWS: tuple[Row, ...] = (
    Row(
        name="settlement.get.request",
        kind="request",
        data=GetSettlement,
        reply=SettlementReply,
        scopes=("staff:manage",),
        page="extensions.md",
    ),
)
