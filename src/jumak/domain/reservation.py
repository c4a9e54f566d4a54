"""Reservations: from the booking to the table (rulebook TBL-6, TBL-10)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from jumak.domain.base import CatalogId, Doc, PublicId
from jumak.domain.errors import InvalidState

ReservationState = Literal["booked", "checked-in", "seated", "no-show", "cancelled"]

CHECKED_IN_HOLD_MS: Final = 12 * 3_600_000
"""How long a checked-in party keeps its table: a forgotten one must not keep it for ever."""


class ReservationAct(StrEnum):
    """Everything that can be asked of a reservation."""

    CHECK_IN = "check in"
    SEAT = "seat"
    MISS = "mark as no-show"
    CANCEL = "cancel"


A = ReservationAct

RESERVATION_TRANSITIONS: Final[dict[ReservationState, dict[ReservationAct, ReservationState]]] = {
    "booked": {
        A.CHECK_IN: "checked-in",
        A.SEAT: "seated",
        A.MISS: "no-show",
        A.CANCEL: "cancelled",
    },
    "checked-in": {A.SEAT: "seated", A.MISS: "no-show", A.CANCEL: "cancelled"},
    "seated": {},
    "no-show": {},
    "cancelled": {},
}
"""TBL-10. A booked party may be seated at once: showing them to the table is their check-in."""


class ReservationRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reservation as it is stored. Name and phone stand beside the journal under its id (SEC-4).

    at_ms: when the party is expected.  table_id: where it was seated.
    """

    id: PublicId
    num_guests: int
    at_ms: int
    table_ids: tuple[int, ...]
    state: ReservationState = "booked"
    table_id: int | None = None


class Reservation(Doc, frozen=True, kw_only=True):
    """A reservation as screens see it (contract, extensions §2); `at` is shop-local with offset.

    name: empty once the guest's data was erased (SEC-4).
    """

    id: PublicId
    name: str
    num_guests: Annotated[int, Meta(ge=1, le=9_999)]
    at: str
    table_ids: tuple[CatalogId, ...]
    state: ReservationState


def is_over(record: ReservationRecord) -> bool:
    """Nothing can happen to it any more."""
    return not RESERVATION_TRANSITIONS[record.state]


def after(record: ReservationRecord, act: ReservationAct) -> ReservationRecord:
    """The reservation after `act`; raises InvalidState when its state does not allow it."""
    row = RESERVATION_TRANSITIONS[record.state]
    if act not in row:
        raise InvalidState(
            "지금 상태에서는 할 수 없는 예약 처리입니다",
            f"cannot {act} a reservation that is {record.state}",
            reason="RESERVATION_STATE",
            state=record.state,
        )
    return replace(record, state=row[act])


def holds(record: ReservationRecord, *, at_ms: int, lead_ms: int) -> bool:
    """Its tables are kept for it now (TBL-6).

    From the lead time before it starts, and no longer than the lead time after: a party that
    never came keeps nobody else from the table. A checked-in party keeps its table half a day long.
    """
    if record.state == "checked-in":
        return at_ms - record.at_ms <= CHECKED_IN_HOLD_MS
    return record.state == "booked" and abs(record.at_ms - at_ms) <= lead_ms
