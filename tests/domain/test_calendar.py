"""Shop time (rulebook §2.8)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.calendar import ShopCalendar, from_ms, to_ms
from jumak.domain.errors import InvalidArgument
from tests.domain.shop_floor import RESTAURANT, SEOUL

NEW_YORK = ShopCalendar(replace(RESTAURANT, time_zone="America/New_York"))


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ("2026-01-02T02:30:00+09:00", "2026-01-01"),
        ("2026-01-02T03:59:59+09:00", "2026-01-01"),
        ("2026-01-02T04:00:00+09:00", "2026-01-02"),
    ],
)
def test_business_date(local, day):
    """NUM-4: before 04:00 a sale belongs to the day before."""
    assert SEOUL.business_date(datetime.fromisoformat(local)).isoformat() == day


def test_business_date_uses_wall_time_when_clocks_change():
    """NUM-4: on the night clocks jump ahead, 04:30 on the wall is the new day."""
    at = datetime(2026, 3, 8, 8, 30, tzinfo=UTC)  # 04:30 in New York, three and a half hours after midnight
    assert NEW_YORK.business_date(at).isoformat() == "2026-03-08"


def test_texts_carry_the_offset():
    """NUM-7: shop-local ISO with offset, whole seconds."""
    assert SEOUL.iso(datetime(2024, 12, 31, 15, 0, 0, 999_000, tzinfo=UTC)) == "2025-01-01T00:00:00+09:00"


@pytest.mark.parametrize(
    "text",
    [
        "20260201",
        "2026-02-01",
        "2026-02-01T00:00:00",
        "2026-01-31T15:00:00Z",
        "2026-02-01T00:00:00.000+09:00",
        "20260201000000",
    ],
)
def test_every_form_of_time_is_understood(text):
    """NUM-7, H-22: dates are local midnights, date-times without zone are the shop's."""
    assert SEOUL.parse(text, path="$.start") == datetime(2026, 1, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "20260230", "2026-02-01T25:00", "9" * 40])
def test_other_texts_name_the_field(text):
    """NUM-7: what is no time is refused with the path."""
    with pytest.raises(InvalidArgument) as refusal:
        SEOUL.parse(text, path="$.start")
    assert refusal.value.data["path"] == "$.start"


def test_a_date_as_end_includes_its_day():
    """NUM-7: `end` as a date is inclusive, with a time it is not."""
    assert SEOUL.parse_bound("20260201", path="$.end", end=True) == datetime(2026, 2, 1, 15, tzinfo=UTC)
    assert SEOUL.parse_bound("2026-02-01T10:00", path="$.end", end=True) == datetime(
        2026, 2, 1, 1, tzinfo=UTC
    )


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_stored_instants_round_trip(at):
    """NUM-7: milliseconds in the store are exact."""
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert from_ms(to_ms(at)) == at
