"""The shop's settings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Desk, Refused


async def test_a_change(desk: Desk) -> None:
    """OFF-4, SEC-2: the version rises and the journal keeps what was and what is."""
    changed = await desk.ask("shop-setting.update", changes={"vatRatePercent": 12}, expectedVersion=1)
    assert changed["settings"]["vatRatePercent"] == 12
    assert changed["settings"]["version"] == 2
    assert (await desk.facts())[-1] == (
        "shop.update",
        {"before": {}, "after": {"vatRatePercent": 12}},
    )


async def test_somebody_was_first(desk: Desk) -> None:
    """OFF-4: another version is a conflict that shows the current settings."""
    await desk.ask("shop-setting.update", changes={"name": "하나"}, expectedVersion=1)
    with pytest.raises(Refused) as refused:
        await desk.ask("shop-setting.update", changes={"name": "둘"}, expectedVersion=1)
    assert (refused.value.code, refused.value.reason) == ("CONFLICT", "VERSION")
    assert refused.value.data["current"]["name"] == "하나"


async def test_nothing_changed(desk: Desk) -> None:
    """H-36: what is so already makes no fact and no new version."""
    same = await desk.ask("shop-setting.update", changes={"name": "주막"}, expectedVersion=1)
    assert same["settings"]["version"] == 1
    assert "shop.update" not in [name for name, _ in await desk.facts()]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vatRatePercent", 101),
        ("vatRatePercent", "10"),
        ("dayCutoffHour", 13),
        ("businessType", "BAR"),
        ("timeZone", "Seoul"),
        ("businessNumber", "12-34"),
        ("paymentTiming", None),
        ("orderRoundingUnit", 5),
        ("version", 7),
        ("id", 2),
        ("colour", "red"),
    ],
)
async def test_each_field_is_checked(desk: Desk, name: str, value: Any) -> None:
    """H-21: a wrong value or an unknown setting is refused with its path, nothing changes."""
    with pytest.raises(Refused) as refused:
        await desk.ask("shop-setting.update", changes={name: value}, expectedVersion=1)
    assert refused.value.code == "INVALID_ARGUMENT"
    assert refused.value.data["path"] == f"$.changes.{name}"
    assert (await desk.ask("shop-setting.get"))["settings"]["version"] == 1


async def test_fields_that_exclude_each_other(desk: Desk) -> None:
    """H-21: a retail shop takes payment first and has no tables."""
    with pytest.raises(Refused) as refused:
        await desk.ask("shop-setting.update", changes={"businessType": "RETAIL"}, expectedVersion=1)
    assert refused.value.data["path"] == "$.changes.paymentTiming"


async def test_null_takes_an_optional_one_away(desk: Desk) -> None:
    """H-13: and then it is absent."""
    await desk.ask("shop-setting.update", changes={"phone": "02-123-4567"}, expectedVersion=1)
    gone = await desk.ask("shop-setting.update", changes={"phone": None}, expectedVersion=2)
    assert "phone" not in gone["settings"]
