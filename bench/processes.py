"""The processes of a benchmark: a real shop server, an echo server, the load generator."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from bench import menu
from jumak.store.opening import InDatabase

ReportT = TypeVar("ReportT")
LONGEST_LOAD_S = 60
"""A load that has not ended by then never will."""


class Serving:
    """A server that runs. ready_s: from its start until it said that it is ready; said: that line."""

    def __init__(self, pid: int, port: int, token: str, ready_s: float, begun: float, said: str) -> None:
        self.pid, self.port, self.token = pid, port, token
        self.ready_s, self.begun, self.said = ready_s, begun, said

    def load(
        self, kind: str, report: type[ReportT], *, token: str | None = None, **options: float
    ) -> ReportT:
        """Puts a load on it, from a process of its own. token: another one than the server's own."""
        token = self.token if token is None else token
        words = [sys.executable, "-m", "bench.load", kind, "--port", str(self.port), f"--token={token}"]
        for name, value in options.items():
            words += [f"--{name}", str(value)]
        done = subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=LONGEST_LOAD_S)
        return msgspec.json.decode(done.stdout, type=report)


def new_shop(folder: Path, items: int = 200, scope: str = "plugin") -> str:
    """A shop in a folder; returns a token of a plugin, or with more scopes."""

    async def create() -> None:
        await (await menu.create_shop(folder, items)).close()

    asyncio.run(create())
    return new_token(folder, scope=scope)


def new_token(folder: Path, database: InDatabase | None = None, scope: str = "plugin") -> str:
    """A token of a shop, in its folder or in a database."""
    words = ["token", "create", "bench", "--scope", scope, *_where(folder, database)]
    made = subprocess.run(
        [sys.executable, "-m", "jumak", *words], stdout=subprocess.PIPE, check=True, text=True
    )
    return made.stdout.strip()


def _where(folder: Path, database: InDatabase | None) -> list[str]:
    there = [] if database is None else ["--database-url", database.url, "--shop", str(database.shop_id)]
    return ["--data", str(folder), *there]


@contextlib.contextmanager
def served_shop(
    folder: Path,
    token: str,
    *,
    database: InDatabase | None = None,
    more: Sequence[str] = (),
    commits_to: Path | None = None,
) -> Iterator[Serving]:
    """`jumak serve` on a folder, the flood guard off.

    database: where the shop is, if not in the folder.  more: options.  commits_to: a file that gets the time of each
    commit when the server has ended.
    """
    port = free_port()
    program = ["-m", "jumak"] if commits_to is None else ["-m", "bench.timed_server", str(commits_to)]
    words = [sys.executable, *program, "serve", *_where(folder, database), "--port", str(port), *more]
    with _running([*words, "--no-browser", "--no-flood-guard"], "Jumak is ready", port, token) as serving:
        yield serving


@contextlib.contextmanager
def guarded_shop(folder: Path, token: str) -> Iterator[Serving]:
    """`jumak serve` on a folder as shops have it, with the flood guard."""
    port = free_port()
    words = [sys.executable, "-m", "jumak", "serve", "--data", str(folder), "--port", str(port)]
    with _running([*words, "--no-browser"], "Jumak is ready", port, token) as serving:
        yield serving


@contextlib.contextmanager
def served_till(folder: Path, token: str) -> Iterator[tuple[Serving, str]]:
    """`jumak serve` on a folder, and the link by which its owner opens a till."""
    port = free_port()
    words = [sys.executable, "-m", "jumak", "serve", "--data", str(folder), "--port", str(port)]
    with _running([*words, "--no-browser", "--no-flood-guard"], "Owner sign-in", port, token) as serving:
        yield serving, serving.said.rpartition(" ")[2].strip()


@contextlib.contextmanager
def echo_server() -> Iterator[Serving]:
    """The bare echo, under uvicorn with the settings of the shop."""
    port = free_port()
    with _running([sys.executable, "-m", "bench.echo_server", str(port)], "ready", port, "") as serving:
        yield serving


@contextlib.contextmanager
def _running(words: list[str], ready: str, port: int, token: str) -> Iterator[Serving]:
    begun = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if ready in line:
                    break
            else:
                raise RuntimeError(f"{' '.join(words)} ended before it was ready")
            yield Serving(process.pid, port, token, time.perf_counter() - begun, begun, line)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def free_port() -> int:
    """A port below the ones clients get; another benchmark on the machine looks for its own elsewhere."""
    for place in range(1_000):
        port = 18_700 + (os.getpid() * 37 + place) % 1_000
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")
