"""The customer display (contract, extensions §10; DSP-1)."""

from __future__ import annotations

from jumak.domain.customer_display import CustomerView
from jumak.protocol.row import Data, Nothing, Reply, Row


class CustomerViewReply(Reply, frozen=True, kw_only=True):
    """What the guest at this display's till sees."""

    view: CustomerView


class CustomerViewChange(Data, frozen=True, kw_only=True):
    """The guest at this display's till sees something else."""

    view: CustomerView


PAGE = "extensions.md §10"
READ = ("display:read",)

ROWS: tuple[Row, ...] = (
    Row(
        name="customer-display.get.request",
        kind="request",
        data=Nothing,
        reply=CustomerViewReply,
        scopes=READ,
        sdk="ext.customerDisplay.get",
        page=PAGE,
        about="What the guest at this display's till sees.",
    ),
    Row(
        name="customer-display.change.event",
        kind="push",
        data=CustomerViewChange,
        scopes=READ,
        sdk="ext.customerDisplay.on",
        page=PAGE,
        about="The guest at this display's till sees something else.",
    ),
)
