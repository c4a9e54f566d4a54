"""What is written down, and in which form (SEC-3, decision 0035)."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import sys
from io import StringIO
from pathlib import Path

import pytest

from jumak import logs
from jumak.domain.caller import Caller
from jumak.domain.errors import NotFound
from tests.ports import free_port

NAME = "제갈공명"


def line(level: int, text: str, *args: object, name: str = "jumak.test", **more: object) -> str:
    """A record as JSON."""
    record = logging.LogRecord(name, level, "", 0, text, args, more.pop("exc_info", None))  # type: ignore[arg-type]
    vars(record).update(more)
    return logs.Json().format(record)


def test_a_line_is_one_object_with_fields():
    """Logs: time, level, event, and whatever is known of shop, device, plugin and message; nothing that is not known."""
    plugin = Caller(id="stamps", kind="plugin", name=NAME, device_id="till-1")
    service = Caller(id=NAME, kind="service", name=NAME, device_id="0123")
    said = json.loads(
        line(logging.INFO, "a message\nfailed", **logs.fields(plugin, message="order.add.request", job=None))
    )
    assert said.pop("time").endswith("Z")
    assert said == {
        "level": "info",
        "event": "a message\nfailed",
        "logger": "jumak.test",
        "kind": "plugin",
        "device": "till-1",
        "plugin": "stamps",
        "message": "order.add.request",
    }
    assert NAME not in line(logging.INFO, "said", **logs.fields(service))
    reset = logs.SHOP.set("hongdae")
    assert json.loads(line(logging.INFO, "said"))["shop"] == "hongdae"
    logs.SHOP.reset(reset)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(f"invalid: {NAME}"), "ValueError"),
        (KeyError(NAME), "KeyError"),
        (NotFound(NAME, NAME, reason="SHOP", id=NAME), "NotFound NOT_FOUND SHOP"),
        (FileNotFoundError(2, "No such file or directory", f"/srv/{NAME}"), "FileNotFoundError No such file or directory"),
        (AttributeError("'NoneType' object has no attribute 'id'"), "AttributeError 'NoneType' object has no attribute 'id'"),
        (sqlite3.OperationalError("disk I/O error"), "OperationalError disk I/O error"),
    ],
)  # fmt: skip
def test_of_an_exception_its_kind_is_told(error: Exception, told: str):
    """SEC-3: its text only where it cannot hold a value; the same in a traceback, its causes and its groups."""
    assert json.loads(line(logging.ERROR, "it failed: %s", error))["event"] == f"it failed: {told}"
    try:
        try:
            raise error
        except Exception as cause:
            raise ExceptionGroup(NAME, [cause]) from cause
    except ExceptionGroup as group:
        text = line(logging.ERROR, "it failed", exc_info=(type(group), group, group.__traceback__))
    said = json.loads(text)
    assert said["error"] == told
    assert "test_logs.py" in said["trace"][0]
    assert NAME not in text


def test_other_packages_say_less(monkeypatch: pytest.MonkeyPatch):
    """SEC-3: their first line without arguments, and no debug lines, which hold frames and tokens."""
    stream, root, ours = StringIO(), logging.getLogger(), logging.getLogger("jumak")
    levels = root.level, ours.level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    handler = logs.set_up("human", "debug", stream=stream)
    try:
        for name in ("websockets.server", "asyncio", "httpcore.http11"):
            logging.getLogger(name).debug("< TEXT %s", NAME)
            logging.getLogger(name).error("It failed\nfuture: <Task %s>", NAME)
        ours.debug("at postgresql://jumak:p4ss@db/jumak")
        sys.excepthook(ValueError, ValueError(NAME), None)
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
    said = stream.getvalue()
    assert said.count("ERROR It failed\n") == 3
    assert "TEXT" not in said
    assert NAME not in said
    assert "p4ss" not in said
    assert "CRITICAL the process ended\n    ValueError\n" in said


@pytest.mark.parametrize("form", logs.FORMATS)
async def test_a_password_in_an_address_is_told_nobody(tmp_path: Path, form: str):
    """SEC-3: of the database or of NATS, whatever is wrong with it; neither in the log nor in the last sentence."""
    nobody = f"127.0.0.1:{free_port()}"
    database = f"postgresql://jumak:p4ssw0rd@{nobody}/jumak?sslmode=disable"
    log = ("--log-format", form, "--log-level", "debug")
    for words in (
        ("serve", "--data", str(tmp_path), "--database-url", database, *log),
        ("serve", "--data", str(tmp_path), "--database-url", "postgresql://jumak:p4ssw0rd@[bad/jumak", *log),
        ("hub", "--database-url", database, "--nats-url", f"nats://u:p4ssw0rd@{nobody}", *log),
    ):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "jumak",
            *words,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 1, said
        assert b"p4ssw0rd" not in said, said
