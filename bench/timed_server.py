"""`jumak`, noting when each commit was on disk: `python -m bench.timed_server FILE serve ...`."""

from __future__ import annotations

import sys
import time
from array import array
from pathlib import Path

from jumak.cli import main
from jumak.store.sqlite import SqliteStore


def note_commits(times: array[float]) -> None:
    """From now on every commit of every store leaves its time, on the machine's monotonic clock."""
    commit = SqliteStore._commit

    def noting(store: SqliteStore) -> None:
        commit(store)
        times.append(time.perf_counter())

    # No public hook tells of a commit before its replies leave, and none should for a benchmark's sake.
    SqliteStore._commit = noting  # type: ignore[method-assign, assignment]  # on purpose, see above


if __name__ == "__main__":
    path = Path(sys.argv.pop(1))
    commits: array[float] = array("d")
    note_commits(commits)
    try:
        main()
    finally:
        path.write_bytes(commits.tobytes())
