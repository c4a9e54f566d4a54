"""The table of messages."""

from __future__ import annotations

import typing

import pytest
from msgspec import UNSET, UnsetType, structs

from jumak.domain.errors import UnknownMethod
from jumak.protocol.row import Nothing, Row
from jumak.protocol.table import TABLE, row_at, row_of


@pytest.mark.parametrize("name", ["nothing.there.request", "", "order.change.event"])
def test_a_path_nobody_serves_is_unknown(name: str):
    """H-10: unknown names are answered UNKNOWN_METHOD; pushes cannot be asked for."""
    with pytest.raises(UnknownMethod):
        row_at(name)


def test_a_row_is_found_by_name_and_by_path():
    """H-78: the path is the name, with or without `.request`."""
    row = row_of("order.add.request")
    assert row_at("order.add") is row
    assert row_at("order.add.request") is row
    with pytest.raises(UnknownMethod):
        row_of("order.add")


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_a_row_is_complete(row: Row):
    """H-79: names, kinds and pages fit together."""
    assert row.about or row.data is not Nothing, "one line for the reference"
    assert row.page, "where it is specified"
    assert row.kind != "push" or not row.write
    assert (
        row.name.endswith((".request", ".event"))
        or row.kind in ("notify", "push")
        or row.name == ("draft-order.start-payment")
    )


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_no_reply_can_hold_null(row: Row):
    """H-13: keys that may be missing are UNSET, which vanishes; None would be sent as null."""
    hints = typing.get_type_hints(row.reply)
    for field in structs.fields(row.reply):
        options = typing.get_args(hints[field.name])
        assert type(None) not in options, field.name
        assert field.default is not UNSET or UnsetType in options
