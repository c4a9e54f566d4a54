"""The POS's limit on calls, counted before sending."""

from __future__ import annotations

import pytest

from jumak.sdk import PosPluginSdkError, PosPluginSdkRateLimitError
from jumak.sdk.rate_limit import RateLimit


class Now:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_hundred_in_a_minute():
    """README §7: the 101st call within 60 s raises at once; a second method has windows of its own."""
    now = Now()
    limit = RateLimit(now)
    for _ in range(100):
        limit.spend("order.add.request")
    with pytest.raises(PosPluginSdkRateLimitError) as refused:
        limit.spend("order.add.request")
    assert isinstance(refused.value, PosPluginSdkError)
    assert refused.value.code == "RATE_LIMITED"
    assert refused.value.data["retryAfterMs"] == 60_000
    limit.spend("order.get.request")
    now.at = 60.0
    limit.spend("order.add.request")


def test_two_hundred_in_half_an_hour():
    """README §7: 200 calls in 30 minutes, sliding; refused calls do not count."""
    now = Now()
    limit = RateLimit(now)
    for number in range(200):
        now.at = number * 2.0
        limit.spend("m")
    now.at = 1_000.0
    for _ in range(5):
        with pytest.raises(PosPluginSdkRateLimitError):
            limit.spend("m")
    now.at = 1_800.0
    limit.spend("m")
    with pytest.raises(PosPluginSdkRateLimitError):
        limit.spend("m")
    now.at = 1_802.0
    limit.spend("m")
