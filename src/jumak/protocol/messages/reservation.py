"""Reservations (contract, extensions §7)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from jumak.domain.base import CatalogId, PublicId
from jumak.domain.order.types import NumGuests
from jumak.domain.reservation import Reservation
from jumak.protocol.messages.waiting import Phone
from jumak.protocol.row import Data, Reply, Row

When = Annotated[str, Meta(max_length=40)]
"""Any accepted time form (contract §4.3)."""


class ReservationAddData(Data, frozen=True, kw_only=True):
    """Who comes when. table_ids: tables kept for them, none = decided later."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    phone: Phone | None = None
    num_guests: NumGuests
    at: When
    table_ids: Annotated[tuple[CatalogId, ...], Meta(max_length=100)] | None = None


class ReservationData(Data, frozen=True, kw_only=True):
    """Which reservation."""

    id: PublicId


class ReservationSeatData(Data, frozen=True, kw_only=True):
    """Which reservation sits where."""

    id: PublicId
    table_id: CatalogId


class ReservationReply(Reply, frozen=True, kw_only=True):
    """The reservation."""

    reservation: Reservation


class ReservationListData(Data, frozen=True, kw_only=True):
    """A period; bare dates are whole local days, both included (NUM-7)."""

    from_: When = field(name="from")
    to: When


class ReservationListReply(Reply, frozen=True, kw_only=True):
    """Reservations of the period, by time, ended ones included."""

    reservations: tuple[Reservation, ...]


class ReservationChange(Struct, frozen=True, kw_only=True):
    """A reservation after what happened to it."""

    reservation: Reservation


PAGE = "extensions.md §7"
SCOPES = ("staff:order", "table:manage")


def _act(name: str, sdk: str, data: type[Data], about: str) -> Row:
    return Row(
        name=f"reservation.{name}.request",
        kind="request",
        data=data,
        reply=ReservationReply,
        scopes=SCOPES,
        write=True,
        sdk=f"ext.reservation.{sdk}",
        page=PAGE,
        about=about,
    )


ROWS: tuple[Row, ...] = (
    _act("add", "add", ReservationAddData, "Tables are kept for a party (TBL-6)."),
    Row(
        name="reservation.list.request",
        kind="request",
        data=ReservationListData,
        reply=ReservationListReply,
        scopes=SCOPES,
        sdk="ext.reservation.list",
        page=PAGE,
        about="Reservations of a period.",
    ),
    _act("check-in", "checkIn", ReservationData, "The party is here."),
    _act("seat", "seat", ReservationSeatData, "The party sits down; its guests are the table's."),
    _act("cancel", "cancel", ReservationData, "The party will not come."),
    _act("mark-no-show", "markNoShow", ReservationData, "The party did not come."),
    Row(
        name="reservation.change.event",
        kind="push",
        data=ReservationChange,
        scopes=SCOPES,
        sdk="ext.reservation.on",
        page="extensions.md §12",
        about="A reservation was booked, checked in, seated, cancelled or missed.",
    ),
)
