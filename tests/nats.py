"""A NATS server with JetStream of the tests' own, on a free loopback port, ended by its process id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.ports import free_port

START_WITHIN_S = 30
PROGRAM = Path(sys.executable).with_name("nats-server")

# The server runs as long as our end of the pipe is open: it stops however this process ends.
STOPS_WITH_US = (
    '"$@" & server=$!; echo "$server"; cat >/dev/null; kill -TERM "$server" 2>/dev/null; wait "$server"'
)


class NatsServer:
    """Keeps its port and its streams over `kill` and `start`. words: more of its command line."""

    def __init__(self, *words: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jumak-nats-"))
        self.port, self._words = free_port(), words
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it; returns once it listens."""
        command = [PROGRAM, "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", self.folder / "streams"]
        command += self._words
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", STOPS_WITH_US, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        self._pid = int(self._process.stdout.readline())
        deadline = time.monotonic() + START_WITHIN_S
        while not self._listens():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        """As a power cut would, as far as a process can tell."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Stops it and removes its folder."""
        if self._process is not None:
            self._end(signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self) -> str:
        """What it said."""
        return (self.folder / "log").read_text()

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        os.kill(self._pid, how)
        self._process.stdin.close()
        self._process.wait(START_WITHIN_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
