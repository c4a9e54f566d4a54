"""A plugin's console: what it printed and logged, what happened to it, and its messages (H-73).

Two rings, of lines and of messages, so that a plugin that polls does not push its own lines out; one
numbering over both.
"""

from __future__ import annotations

import itertools
import logging
import logging.handlers
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import msgspec

from jumak.plugins.masking import Masker, secret_message
from jumak.protocol.messages.plugin import LogEntry, LogKind, TracedMessage
from jumak.server.trace import Trace, Traced
from jumak.server.watch import Level

RING = 5_000
LONGEST_LINE = 8_000
LONGEST_BODY = 500
FILE_BYTES = 2_000_000
LINES_PER_SECOND = 500
LETTERS_PER_SECOND = 200_000
LINES: tuple[LogKind, ...] = ("log",)


class Console:
    """The rings of one plugin, and its file `plugin.log`, which is turned at 2 MB and holds the lines.

    secrets: what is never written down (H-75).  heard: called with each line.  news: called when
    there are messages `newest_trace` has not given out.  now: in the shop's zone.  seconds: the same
    since 1970, for messages.
    """

    def __init__(
        self,
        file: Path | None,
        now: Callable[[], datetime],
        heard: Callable[[LogEntry], None],
        news: Callable[[], None] = lambda: None,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self.entries: deque[LogEntry] = deque(maxlen=RING)
        self.secrets = Masker()
        self._now, self._heard = now, heard
        self._numbers = itertools.count(1)
        self.trace = Trace(self._numbers.__next__, seconds, news)
        self._told = 0
        self._second, self._lines, self._letters = "", 0, 0
        self._file: logging.handlers.RotatingFileHandler | None = None
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = logging.handlers.RotatingFileHandler(
                file, maxBytes=FILE_BYTES, backupCount=1, encoding="utf-8", delay=True
            )

    def write(self, level: Level, text: str, *, title: str = "", data: Any = None) -> None:
        """Adds a line. A plugin that writes more than 500, or 200,000 letters, in a second loses the rest of that second."""
        at = self._now().isoformat(timespec="milliseconds")
        if at[:19] != self._second:
            self._second, self._lines, self._letters = at[:19], 0, 0
        if self._lines >= LINES_PER_SECOND:
            return
        self._lines += 1
        self._letters += min(len(text), LONGEST_LINE) + len(title)
        if self._lines == LINES_PER_SECOND or self._letters > LETTERS_PER_SECOND:
            self._lines = LINES_PER_SECOND
            level, text, title, data = "warn", "too many lines: the rest of this second is left out", "", None
        entry = LogEntry(
            seq=next(self._numbers),
            at=at,
            level=level,
            text=self._hidden(text),
            title=self._hidden(title),
            data=data,
        )
        self.entries.append(entry)
        if self._file is not None:
            line = f"{at} {level:5} {f'[{title}] ' if title else ''}{entry.text}"
            self._file.emit(logging.LogRecord("plugin", logging.INFO, "", 0, line, None, None))
        self._heard(entry)

    def after(self, seq: int | None, limit: int, kinds: Collection[LogKind] = LINES) -> list[LogEntry]:
        """Entries after a number, oldest first; without one the newest `limit`."""
        lines: Iterable[LogEntry] = self.entries if "log" in kinds else ()
        messages: Iterable[Traced] = self.trace.ring if "trace" in kinds else ()
        if seq is None:
            found = _merged(deque(lines, limit), deque(messages, limit))[-limit:]
        else:
            newer = (entry for entry in lines if entry.seq > seq)
            sent = (message for message in messages if message.seq > seq)
            found = _merged(itertools.islice(newer, limit), itertools.islice(sent, limit))[:limit]
        return [self._readable(one) if isinstance(one, Traced) else one for one in found]

    def newest_trace(self, *, readable: bool) -> list[LogEntry]:
        """The messages since the last call; none, but gone all the same, unless somebody reads them."""
        self.trace.settle()
        told, ring = self._told, self.trace.ring
        self._told = ring[-1].seq if ring else told
        if not readable:
            return []
        return [self._readable(message) for message in _newer(ring, told)]

    def close(self) -> None:
        """Closes the file. What is written afterwards is kept in memory alone: the handler would open it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _hidden(self, text: str) -> str:
        if (name := secret_message(text)) is not None:
            return f"{name}: not written down"
        if len(text) > LONGEST_LINE:
            return self.secrets.hide_cut(text[:LONGEST_LINE])
        return self.secrets.hide(text)

    def _readable(self, message: Traced) -> LogEntry:
        body = message.body.decode("utf-8", "replace")
        cut_short = message.size > len(message.body)
        body = self.secrets.hide_cut(body) if cut_short else self.secrets.hide(body)
        name = message.name[:200]
        said = TracedMessage(
            direction=message.direction,
            name=name,
            bytes=message.size,
            callback_id=message.callback_id or "",
            ms=round(message.ms, 2) if message.ms >= 0 else -1,
            code=message.code,
            body=body[:LONGEST_BODY],
        )
        arrow = "←" if message.direction == "out" else "→"
        took = f" {said.ms} ms" if said.ms >= 0 else ""
        return LogEntry(
            seq=message.seq,
            at=datetime.fromtimestamp(message.at, self._zone()).isoformat(timespec="milliseconds"),
            level="debug" if message.code in ("", "OK") else "warn",
            text=f"{arrow} {name}{f' {said.code}' if said.code else ''} {message.size} B{took}",
            kind="trace",
            trace=said,
        )

    def _zone(self) -> tzinfo | None:
        return self._now().tzinfo


def _merged(lines: Iterable[LogEntry], messages: Iterable[Traced]) -> list[LogEntry | Traced]:
    return sorted([*lines, *messages], key=lambda entry: entry.seq)


def _newer(ring: deque[Traced], seq: int) -> Iterator[Traced]:
    """Entries after a number, found from the end: usually few of many."""
    newest = list(itertools.takewhile(lambda message: message.seq > seq, reversed(ring)))
    return reversed(newest)


def as_text(contents: Any) -> str:
    """What a `log` message says, whatever it is."""
    return contents if isinstance(contents, str) else msgspec.json.encode(contents).decode()
