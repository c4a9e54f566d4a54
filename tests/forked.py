"""The `jumak` command in processes of their own that start at once: forked from one that has loaded it already."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pkgutil
import sys
import tempfile
from multiprocessing.reduction import DupFd
from typing import Any

import jumak.service
from jumak.cli import main

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(
    [
        "jumak.main",
        "jumak.demo.shop",
        *(f"jumak.service.{each.name}" for each in pkgutil.iter_modules(jumak.service.__path__)),
    ]
)


class Forked:
    """One `jumak` command, running. Made by `start`; nobody but its user ends it.

    It is the command as people start it, less the second that Python takes to load it.  stdout: what it prints.
    """

    def __init__(self, words: tuple[str, ...], says: int) -> None:
        self.stdout = asyncio.StreamReader()
        self._errors = tempfile.TemporaryFile("w+b")  # noqa: SIM115  # the process's for as long as it lives
        ends = (DupFd(says), DupFd(self._errors.fileno()))
        self._process = _forking.Process(target=_run, args=(words, *ends), name=" ".join(words))
        self._process.start()
        self._hears: asyncio.BaseTransport | None = None

    @classmethod
    async def start(cls, *words: str) -> Forked:
        """Starts `jumak` with these words."""
        heard, says = os.pipe()
        try:
            started = cls(words, says)
        finally:
            os.close(says)
        listening = asyncio.StreamReaderProtocol(started.stdout)
        started._hears, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: listening, os.fdopen(heard, "rb", buffering=0)
        )
        return started

    @property
    def errors(self) -> str:
        """What it has said of errors."""
        self._errors.seek(0)
        return self._errors.read().decode()

    def send_signal(self, number: int) -> None:
        """To the process itself, if it is still there."""
        if self._process.is_alive():
            assert self._process.pid is not None
            os.kill(self._process.pid, number)

    async def gone(self) -> int:
        """Waits until it is gone, and lets go of it; its exit code, negative: the signal."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        code = self._process.exitcode
        assert code is not None
        self._process.close()
        self._errors.close()
        if self._hears is not None:
            self._hears.close()
        return code


def _run(words: tuple[str, ...], says: Any, errors: Any) -> None:
    for number, end in ((1, says), (2, errors)):
        given = end.detach()
        os.dup2(given, number)
        os.close(given)
    sys.argv = ["jumak", *words]
    main()
