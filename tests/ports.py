"""Ports for servers under test: on loopback, below the ones connections are made from."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

_FIRST, _BLOCKS, _MANY = 20_000, 120, 100
_kept: list[int] = []


def free_port() -> int:
    """A port nobody listens on. No process asks for one twice, nor for one that another test process may ask for."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def _own() -> Iterator[int]:
    """The ports of one block after the other, each of which is this process's until it ends."""
    folder = Path(tempfile.gettempdir()) / f"jumak-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for block in range(_BLOCKS):
        lock = os.open(folder / str(block), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        _kept.append(lock)
        yield from range(_FIRST + block * _MANY, _FIRST + (block + 1) * _MANY)


_ports = _own()
