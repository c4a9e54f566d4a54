"""What a process writes to its log, for people or as JSON, and what never gets there (SEC-3, decision 0035).

Nothing that anybody typed is logged: no name, phone, memo, PIN, token, card number or address with a password. So

- the code says what happened in words of its own, with ids and names of messages as `fields`;
- of an exception only its kind is written, and its text where that cannot hold a value (`told`); a traceback has
  places in the code, not texts;
- what other packages say is cut to its first line, without arguments, and below WARNING it is dropped: their debug
  lines show what went over the wire.

    log.warning("a plugin stopped by itself", extra=fields(plugin=install.id))
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import sys
import time
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, Final, Literal, TextIO

from jumak.domain.caller import Caller
from jumak.domain.errors import PosError

Format = Literal["human", "json"]
FORMATS: Final = ("human", "json")
LEVELS: Final = ("debug", "info", "warning", "error")

SHOP: ContextVar[str | None] = ContextVar("shop", default=None)
"""Which of many shops what is going on belongs to: its name in the directory."""

_OURS: Final = "jumak"
_USER_INFO: Final = re.compile(r"(?<=://)[^\s/@]*@")
_SPEAKING: Final = (
    AttributeError,
    ImportError,
    NameError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ZeroDivisionError,
    sqlite3.Error,
)
"""Exceptions whose text names code, types or columns, and no value."""


def fields(caller: Caller | None = None, **more: str | int | float | None) -> dict[str, Any]:
    """The `extra` of a log call. caller: who asked, by device and plugin.  more: ids, names of messages, codes, numbers."""
    known = {**_who(caller), **more} if caller is not None else more
    return {"fields": {name: value for name, value in known.items() if value is not None}}


def _who(caller: Caller) -> dict[str, str | None]:
    # A service has a name that a person chose; the device it was paired as has an id.
    plugin = caller.id if caller.kind == "plugin" else None
    return {"kind": caller.kind, "device": caller.device_id, "plugin": plugin}


def told(error: BaseException) -> str:
    """An exception as it may be written down."""
    kind = type(error).__name__
    if isinstance(error, PosError):
        return f"{kind} {error.code}" if error.reason is None else f"{kind} {error.code} {error.reason}"
    if isinstance(error, OSError) and error.strerror:
        # Not the whole text: it names files and addresses.
        return f"{kind} {error.strerror}"
    if isinstance(error, _SPEAKING):
        return f"{kind} {error}"
    state = getattr(error, "sqlstate", None)
    return f"{kind} {state}" if isinstance(state, str) else kind


def places(error: BaseException) -> Iterator[str]:
    """A traceback without texts: each exception, the one that caused it first, and where it went through."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from places(cause)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{frame.filename}:{frame.lineno} in {frame.name}"
    yield told(error)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from places(inner)


class _Safe(logging.Formatter):
    """What both formats share."""

    def text_of(self, record: logging.LogRecord) -> str:
        """What happened."""
        template = str(record.msg)
        if not _is_ours(record):
            return template.partition("\n")[0]
        args = record.args if isinstance(record.args, tuple) else ()
        text = template % tuple(told(arg) if isinstance(arg, BaseException) else arg for arg in args)
        return _USER_INFO.sub("", text)

    def fields_of(self, record: logging.LogRecord) -> dict[str, Any]:
        """What is known beside it."""
        shop = SHOP.get()
        named = {} if shop is None else {"shop": shop}
        return named | getattr(record, "fields", {})

    def places_of(self, record: logging.LogRecord) -> list[str]:
        """The traceback, empty when there is none."""
        error = record.exc_info[1] if record.exc_info else None
        return [] if error is None else list(places(error))


class Human(_Safe):
    """One line, and a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        known = "".join(f" {name}={value}" for name, value in self.fields_of(record).items())
        lines = [f"{_time(record)} {record.levelname} {self.text_of(record)}{known}", *self.places_of(record)]
        return "\n    ".join(lines)


class Json(_Safe):
    """One object per line: `time`, `level`, `event`, `logger`, the fields, and `error` with `trace` of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "event": self.text_of(record),
            "logger": record.name,
            **self.fields_of(record),
        }
        if trace := self.places_of(record):
            line |= {"error": trace[-1], "trace": trace}
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(
    form: Format = "human", level: str | None = None, *, stream: TextIO | None = None
) -> logging.Handler:
    """Writes the log to a stream, stderr unless given. level: unless given what needs attention, as JSON also what is usual."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json() if form == "json" else Human())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel((level or ("info" if form == "json" else "warning")).upper())
    # What a handler cannot write must not be told with what it was; nor what ends the process with its texts.
    logging.raiseExceptions = False
    sys.excepthook = _ended
    return handler


def _ended(kind: type[BaseException], error: BaseException, _: object) -> None:
    logging.getLogger(_OURS).critical("the process ended", exc_info=(kind, error, error.__traceback__))


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name == _OURS or record.name.startswith(f"{_OURS}.")


def _time(record: logging.LogRecord) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"
