"""A plugin's console: what it printed, logged and what happened to it, newest 5,000 lines (H-73)."""

from __future__ import annotations

import logging
import logging.handlers
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from jumak.protocol.messages.plugin import LogEntry

Level = Literal["debug", "info", "warn", "error"]

RING = 5_000
LONGEST_LINE = 8_000
FILE_BYTES = 2_000_000
LINES_PER_SECOND = 500


class Console:
    """The ring of one plugin, and its file `plugin.log`, which is turned at 2 MB.

    secrets: texts that are never written down (H-75).  heard: called with each entry.
    """

    def __init__(
        self, file: Path | None, now: Callable[[], datetime], heard: Callable[[LogEntry], None]
    ) -> None:
        self.entries: deque[LogEntry] = deque(maxlen=RING)
        self.secrets: set[str] = set()
        self._now, self._heard = now, heard
        self._seq = 0
        self._second, self._lines = "", 0
        self._file: logging.handlers.RotatingFileHandler | None = None
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = logging.handlers.RotatingFileHandler(
                file, maxBytes=FILE_BYTES, backupCount=1, encoding="utf-8", delay=True
            )

    def write(self, level: Level, text: str, *, title: str = "", data: Any = None) -> None:
        """Adds a line. A plugin that writes more than 500 in a second loses the rest of that second."""
        at = self._now().isoformat(timespec="milliseconds")
        if at[:19] != self._second:
            self._second, self._lines = at[:19], 0
        self._lines += 1
        if self._lines > LINES_PER_SECOND:
            return
        for secret in self.secrets:
            text, title = text.replace(secret, "••••"), title.replace(secret, "••••")
        if self._lines == LINES_PER_SECOND:
            level, text, title, data = "warn", "too many lines: the rest of this second is left out", "", None
        self._seq += 1
        entry = LogEntry(seq=self._seq, at=at, level=level, text=text[:LONGEST_LINE], title=title, data=data)
        self.entries.append(entry)
        if self._file is not None:
            line = f"{at} {level:5} {f'[{title}] ' if title else ''}{entry.text}"
            self._file.emit(logging.LogRecord("plugin", logging.INFO, "", 0, line, None, None))
        self._heard(entry)

    def after(self, seq: int | None, limit: int) -> list[LogEntry]:
        """Entries after a number, oldest first; without one the newest `limit`."""
        if seq is None:
            return list(self.entries)[-limit:]
        return [entry for entry in self.entries if entry.seq > seq][:limit]

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()
