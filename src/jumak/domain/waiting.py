"""The waiting list: parties in line, and whether the shop takes more (rulebook TBL-10)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from jumak.domain.base import Doc, PublicId
from jumak.domain.errors import InvalidState

PartyState = Literal["waiting", "called", "seated", "no-show", "cancelled"]
WaitingMode = Literal["accept", "walk-in", "paused", "closed"]

MAX_DEFERRALS: Final = 2
"""How often a party may step back in the line (TBL-10)."""


class PartyAct(StrEnum):
    """Everything that can be asked of a waiting party."""

    CALL = "call"
    SEAT = "seat"
    DEFER = "defer"
    MISS = "mark as no-show"
    CANCEL = "cancel"


A = PartyAct

PARTY_TRANSITIONS: Final[dict[PartyState, dict[PartyAct, PartyState]]] = {
    "waiting": {A.CALL: "called", A.SEAT: "seated", A.DEFER: "waiting", A.CANCEL: "cancelled"},
    "called": {
        A.CALL: "called",
        A.SEAT: "seated",
        A.DEFER: "waiting",
        A.MISS: "no-show",
        A.CANCEL: "cancelled",
    },
    "seated": {},
    "no-show": {},
    "cancelled": {},
}
"""TBL-10. Only a party that was called can fail to show up; one standing at the door needs no call."""


class PartyRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A waiting party as it is stored. Name and phone stand beside the journal under its id (SEC-4).

    number: restarts every business day.  place: position in the line, smaller is earlier.
    table_id: where it was seated.
    """

    id: PublicId
    number: int
    num_guests: int
    since_ms: int
    business_date: str
    place: int
    state: PartyState = "waiting"
    deferrals: int = 0
    table_id: int | None = None


class WaitingParty(Doc, frozen=True, kw_only=True):
    """A party as screens see it (contract, extensions §2); `since` is shop-local with offset."""

    id: PublicId
    number: int
    name: str | None = None
    num_guests: Annotated[int, Meta(ge=1, le=9_999)]
    state: PartyState
    since: str
    deferrals: int


class WaitingSetting(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the waiting list is run. until_ms: end of a pause; None = until changed."""

    id: str = "waiting"
    mode: WaitingMode = "accept"
    until_ms: int | None = None


def mode_now(setting: WaitingSetting | None, at_ms: int) -> WaitingMode:
    """The mode that holds now: a pause that ran out accepts again."""
    if setting is None:
        return "accept"
    if setting.mode == "paused" and setting.until_ms is not None and at_ms >= setting.until_ms:
        return "accept"
    return setting.mode


def check_accepting(setting: WaitingSetting | None, at_ms: int) -> None:
    """New parties may join the line; raises InvalidState WAITING_MODE otherwise.

    walk-in: guests are shown to a table straight away, so there is no line to join.
    """
    mode = mode_now(setting, at_ms)
    if mode != "accept":
        raise InvalidState(
            "지금은 대기 접수를 받지 않습니다",
            f"the waiting list takes nobody now: {mode}",
            reason="WAITING_MODE",
            mode=mode,
        )


def is_in_line(record: PartyRecord) -> bool:
    """Still waiting for a table, called or not."""
    return bool(PARTY_TRANSITIONS[record.state])


def in_line(records: Iterable[PartyRecord]) -> list[PartyRecord]:
    """Parties in line, first first."""
    return sorted(filter(is_in_line, records), key=lambda record: (record.place, record.number))


def after(record: PartyRecord, act: PartyAct) -> PartyRecord:
    """The party after `act`; raises InvalidState when its state does not allow it."""
    row = PARTY_TRANSITIONS[record.state]
    if act not in row:
        raise InvalidState(
            "지금 상태에서는 할 수 없는 대기 처리입니다",
            f"cannot {act} a party that is {record.state}",
            reason="WAITING_STATE",
            state=record.state,
        )
    return replace(record, state=row[act])


def defer(record: PartyRecord, line: Iterable[PartyRecord]) -> tuple[PartyRecord, ...]:
    """The party one place later in the line, at most twice (TBL-10); it waits to be called again.

    line: everybody in line.  Returns the records that changed, the party's first.
    Raises InvalidState DEFERRED_TOO_OFTEN, or as `after` does.
    """
    later = after(record, PartyAct.DEFER)
    if record.deferrals >= MAX_DEFERRALS:
        raise InvalidState(
            f"순서는 {MAX_DEFERRALS}번까지만 미룰 수 있습니다",
            f"a party steps back at most {MAX_DEFERRALS} times",
            reason="DEFERRED_TOO_OFTEN",
        )
    later = replace(later, deferrals=record.deferrals + 1)
    following = [other for other in in_line(line) if other.place > record.place]
    if not following:
        return (later,)
    behind = following[0]
    return replace(later, place=behind.place), replace(behind, place=record.place)
