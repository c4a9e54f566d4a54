"""Work on files of strangers, in processes of their own.

    reply = await apart("jumak.formats.table", request, timeout_s=60)

The module's `main` reads one request as JSON from its standard input and writes one reply. Memory and processor time
are limited where the system can; a process that takes too long is killed. All of it runs behind the shop's own work.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from jumak.ending import ended
from jumak.formats.errors import BadFile

MAX_MEMORY = 2_000_000_000
MAX_CPU_S = 240
MAX_REPLY = 64_000_000
"""Bytes of an answer: a small file that becomes a large one is refused before it fills the server."""

NICE = 10

ReplyT = TypeVar("ReplyT", bound=Struct)


class _Refused(Struct, frozen=True):
    ko: str
    en: str
    reason: str


async def apart(module: str, request: Struct, reply: type[ReplyT], *, timeout_s: float) -> ReplyT:
    """Has a module's `main` answer a request. Raises BadFile, also when the process died of the file."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(timeout_s):
            out = await _exchanged(process, msgspec.json.encode(request))
    except TimeoutError:
        raise _too_much() from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == REFUSED:
        refused = msgspec.json.decode(out, type=_Refused)
        raise BadFile(refused.ko, refused.en, refused.reason)
    if process.returncode != 0:
        raise _too_much()
    return msgspec.json.decode(out, type=reply)


async def _exchanged(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    """Writes the request and reads the answer. Raises BadFile for one that is too long."""
    assert process.stdin is not None
    assert process.stdout is not None

    async def write(stdin: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            stdin.write(request)
            await stdin.drain()
        stdin.close()

    writing = asyncio.create_task(write(process.stdin))
    parts, size = list[bytes](), 0
    try:
        while part := await process.stdout.read(1 << 20):
            parts.append(part)
            size += len(part)
            if size > MAX_REPLY:
                raise _too_much()
        await process.wait()
    finally:
        await ended(writing)
    return b"".join(parts)


REFUSED = 3
"""How a process ends that refused its file."""


def answer(request: Any, work: Callable[[Any], Struct]) -> None:
    """The other side: what a module's `main` does. request: the struct it takes, or a union of tagged ones."""
    _limit()
    # Whatever a library prints is no part of the reply.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr
    try:
        reply = work(msgspec.json.decode(sys.stdin.buffer.read(), type=request))
    except BadFile as refused:
        out.write(msgspec.json.encode(_Refused(refused.ko, refused.en, refused.reason)))
        out.close()
        raise SystemExit(REFUSED) from None
    out.write(msgspec.json.encode(reply))
    out.close()


def _limit() -> None:
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        os.nice(NICE)
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))


def _too_much() -> BadFile:
    return BadFile(
        "파일을 읽다가 멈췄습니다. 너무 크거나 손상된 파일입니다. 다시 저장하거나 나누어 주세요.",
        "Reading the file was given up: it is damaged, or too large. Save it again or split it.",
        "TOO_MUCH",
    )
