"""Shop time: local texts with offset, business dates, and the forms of time callers may send (rulebook §2.8)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from jumak.domain.errors import InvalidArgument
from jumak.domain.merchant import Shop

_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})\Z", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970 UTC, as the store keeps instants."""
    return (at - _EPOCH) // _MS


def from_ms(ms: int) -> datetime:
    """The instant of stored milliseconds."""
    return _EPOCH + timedelta(milliseconds=ms)


@lru_cache(maxsize=4096)
def _local_text(second: int, zone: str) -> str:
    return datetime.fromtimestamp(second, ZoneInfo(zone)).isoformat(timespec="seconds")


class ShopCalendar:
    """The clock on the shop's wall.

    Uses wall time, never "instant minus cut-off", so that a change to summer time moves no sale
    to another day (NUM-4).
    """

    __slots__ = ("_cutoff_hour", "_zone_name", "zone")

    def __init__(self, shop: Shop) -> None:
        self._zone_name = shop.time_zone
        self.zone = ZoneInfo(shop.time_zone)
        self._cutoff_hour = shop.day_cutoff_hour

    def iso(self, at: datetime) -> str:
        """Shop-local text with offset, whole seconds: `2026-02-01T12:31:00+09:00` (NUM-7)."""
        return _local_text(int(at.timestamp()), self._zone_name)

    def business_date(self, at: datetime) -> date:
        """The trading day: the local date, the day before when the wall clock is before the cut-off (NUM-4)."""
        local = at.astimezone(self.zone)
        day = local.date()
        return day - timedelta(days=1) if local.hour < self._cutoff_hour else day

    def business_day(self, day: date) -> tuple[datetime, datetime]:
        """When a trading day begins, and when the next one does (NUM-4)."""
        first, second = (
            datetime(each.year, each.month, each.day, self._cutoff_hour, tzinfo=self.zone).astimezone(UTC)
            for each in (day, day + timedelta(days=1))
        )
        return first, second

    def parse(self, text: str, *, path: str) -> datetime:
        """An instant from any accepted form (contract §4.3); a bare date is its local midnight.

        Raises InvalidArgument naming `path`.
        """
        try:
            if match := _DATE.match(text):
                year, month, day = map(int, match.groups())
                return datetime(year, month, day, tzinfo=self.zone).astimezone(UTC)
            if match := _COMPACT.match(text):
                year, month, day, hour, minute, second = map(int, match.groups())
                return datetime(year, month, day, hour, minute, second, tzinfo=self.zone).astimezone(UTC)
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self.zone)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise InvalidArgument(
                f"날짜·시각 형식이 올바르지 않습니다: {text[:40]}",
                f"{path} is no date or time; send YYYYMMDD, YYYY-MM-DD or an ISO date-time",
                path=path,
            ) from None

    def parse_bound(self, text: str, *, path: str, end: bool) -> datetime:
        """A bound of a period: a bare date as `end` includes the whole local day (NUM-7)."""
        at = self.parse(text, path=path)
        if end and _DATE.match(text):
            local = at.astimezone(self.zone)
            next_day = local.date() + timedelta(days=1)
            return datetime(next_day.year, next_day.month, next_day.day, tzinfo=self.zone).astimezone(UTC)
        return at


@lru_cache(maxsize=64)
def calendar_of(shop: Shop) -> ShopCalendar:
    """The calendar of these settings; made once per settings."""
    return ShopCalendar(shop)
