"""Stations: which one cooks what, and which one remains (KDS-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from jumak.domain.errors import InvalidState, NotFound
from jumak.domain.kitchen.types import Station

MAIN: Final = Station(id="main", name="주방", category_ids=(), is_default=True, caution_min=5, late_min=10)
"""The one station of a shop that has set up none."""

MAIN_ONLY: Final = (MAIN.id,)


def standing(stations: Iterable[Station]) -> tuple[Station, ...]:
    """The stations there are, the default first; never none."""
    return tuple(sorted(stations, key=lambda station: (not station.is_default, station.id))) or (MAIN,)


def default_station(stations: Sequence[Station]) -> Station:
    """Where everything goes that no other station cooks."""
    return next((station for station in stations if station.is_default), stations[0] if stations else MAIN)


def route(category_id: int, stations: Sequence[Station]) -> tuple[str, ...]:
    """Ids of every station that cooks this category, else of the default one: never none (KDS-3)."""
    if not stations:
        return MAIN_ONLY
    found = tuple(
        station.id for station in stations if not station.category_ids or category_id in station.category_ids
    )
    return found or (default_station(stations).id,)


def served_by(station_id: str, stations: Sequence[Station]) -> Callable[[str], bool]:
    """Tells which routes of tickets a station serves: its own, the default one also those of stations gone.

    So closing a station strands nothing. Raises NotFound for a station that does not exist.
    """
    known = {station.id for station in standing(stations)}
    if station_id not in known:
        raise NotFound("없는 주방 화면입니다", f"there is no station {station_id[:64]}", path="$.stationId")
    if station_id != default_station(stations).id:
        return station_id.__eq__
    return lambda routed: routed == station_id or routed not in known


def served_at(routed: str, stations: Sequence[Station]) -> str:
    """The station that serves this route now."""
    known = any(station.id == routed for station in standing(stations))
    return routed if known else default_station(stations).id


def save_station(station: Station, stations: Sequence[Station]) -> tuple[Station, ...]:
    """What changes when this station is set up or edited, itself first.

    Exactly one station is the default: naming a new one takes it from the old, and the default
    stays so until another is named.
    """
    others = [other for other in stations if other.id != station.id]
    if station.is_default:
        return station, *(replace(other, is_default=False) for other in others if other.is_default)
    if any(other.is_default for other in others):
        return (station,)
    if others or station.id == MAIN.id or any(other.id == station.id for other in stations):
        return (replace(station, is_default=True),)
    return station, MAIN


def check_deletable(station_id: str, stations: Sequence[Station]) -> None:
    """Raises NotFound, or InvalidState DEFAULT_STATION: one default always remains."""
    station = next((each for each in standing(stations) if each.id == station_id), None)
    if station is None:
        raise NotFound("없는 주방 화면입니다", f"there is no station {station_id[:64]}", path="$.id")
    if station == default_station(stations):
        raise InvalidState(
            "기본 주방 화면은 지울 수 없습니다. 다른 화면을 기본으로 정한 뒤 지워 주세요",
            "the default station stays; make another one the default first",
            reason="DEFAULT_STATION",
        )
