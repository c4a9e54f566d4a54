"""Moving what is in the write-ahead log into the file, in the background and in small steps."""

from __future__ import annotations

import logging
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from jumak.store.sqlite.file import connect

PAGES_PER_STEP: Final = 4_000
"""32 MiB: a step waits for the disk as commits do, and pages written often are copied once per step."""
LOG_LIMIT_PAGES: Final = 16_000
"""128 MiB: then the writer itself waits for a checkpoint once."""

_log = logging.getLogger(__name__)


class Checkpointer:
    """Passive checkpoints on a connection and a thread of their own; the writer is never held up.

    A busy writer appends while a checkpoint copies, so a log might never be copied to its end and grow
    without limit: `due_inline` then asks the writer to do the short rest between two commits, after which
    the log starts again from its beginning.
    """

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._thread = ThreadPoolExecutor(1, "jumak-checkpoint")
        self._running: Future[None] | None = None
        self._pages_waiting = 0
        self._log_pages = 0

    def wrote(self, pages: int) -> None:
        """Called after each commit with about how many pages it wrote."""
        self._pages_waiting += pages
        self._log_pages += pages
        if self._pages_waiting >= PAGES_PER_STEP and (self._running is None or self._running.done()):
            self._pages_waiting = 0
            self._running = self._thread.submit(self._step)

    @property
    def due_inline(self) -> bool:
        """The log is long and the background has copied most of it."""
        return self._log_pages >= LOG_LIMIT_PAGES and (self._running is None or self._running.done())

    def inline(self, writer: sqlite3.Connection) -> None:
        """The rest, on the writer's connection between two commits: the next one starts a new log."""
        self._log_pages = 0
        try:
            writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error:
            # The commit before it is on disk: its replies must leave whatever becomes of the log.
            _log.exception("a checkpoint failed")

    def _step(self) -> None:
        try:
            # How long the log really is; if nobody wrote meanwhile the next commit starts it again.
            _, self._log_pages, _ = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error:
            # Nothing is lost: the log keeps everything until a later checkpoint succeeds.
            _log.exception("a checkpoint failed")

    def wait(self) -> None:
        """Return when the step under way is done."""
        if self._running is not None:
            self._running.result()

    def close(self) -> None:
        """Wait for the step under way, then no more."""
        self._thread.shutdown(wait=True)
        self._connection.close()
