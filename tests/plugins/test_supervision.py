"""When a crashed plugin is started again: the rule alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jumak.plugins.supervision import CRASHES, FIRST_WAIT, LONGEST_WAIT, WINDOW, Supervision

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def test_back_off_and_the_end():
    """H-8, plugin-runtime §4: 1 s doubling to 60 s; ten crashes in ten minutes are the end."""
    supervision, now, waits = Supervision(), NOW, []
    for _ in range(CRASHES):
        supervision.started(now)
        wait = supervision.crashed(now)
        waits.append(wait and wait.total_seconds())
        now += wait or timedelta()
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, None]


def test_a_long_run():
    """H-8, plugin-runtime §4: a run longer than 60 s begins the waiting anew; one of 60 s does not."""
    supervision = Supervision()
    for seconds, wait in ((0, 1), (60, 2), (61, 1), (0, 2)):
        supervision.started(NOW)
        assert supervision.crashed(NOW + timedelta(seconds=seconds)) == timedelta(seconds=wait)
    # Nobody said that it began.
    assert supervision.crashed(NOW + timedelta(hours=1)) == timedelta(seconds=4)


@given(st.lists(st.integers(0, 400), max_size=40))
def test_any_life(gaps: list[int]):
    """H-8: waits stay between 1 s and 60 s; the end comes exactly with the tenth crash inside ten minutes."""
    supervision, now, crashes = Supervision(), NOW, []
    for gap in gaps:
        supervision.started(now)
        now += timedelta(seconds=gap)
        crashes.append(now)
        wait = supervision.crashed(now)
        assert (wait is None) == (len(crashes) >= CRASHES and now - crashes[-CRASHES] <= WINDOW)
        assert wait is None or FIRST_WAIT <= wait <= LONGEST_WAIT
