"""Ports for servers under test: on loopback, below the ones connections are made from."""

from __future__ import annotations

import itertools
import os
import socket

_FIRST, _MANY = 20_000, 12_000
# Test processes that run at the same time begin far apart, and no process asks for the same port twice.
_tried = itertools.count(os.getpid() * 97)


def free_port() -> int:
    """A port nobody listens on."""
    for _ in range(_MANY):
        port = _FIRST + next(_tried) % _MANY
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")
