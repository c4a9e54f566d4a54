"""Lines from a plugin's pipe."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from jumak.plugins.lines import CHUNK, Lines, LineTooLongError


async def read(chunks: list[bytes], longest: int) -> list[bytes | None]:
    """What comes out, a line that is too long as None."""
    stream = asyncio.StreamReader()
    lines = Lines(stream, longest)
    for chunk in chunks:
        stream.feed_data(chunk)
    stream.feed_eof()
    found: list[bytes | None] = []
    while True:
        try:
            line = await lines.next()
        except LineTooLongError:
            found.append(None)
            continue
        if line is None:
            return found
        found.append(line)


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=20), st.data())
def test_whatever_the_pieces(lines: list[bytes], data: st.DataObject):
    """wire §2: ∀ lines and ∀ ways to cut them, the same lines come out."""
    text = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    chunks = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert asyncio.run(read(chunks, 30)) == lines


async def test_the_last_line_needs_no_end():
    """H-70: what a process wrote last is read, also when it died in the middle of it."""
    assert await read([b"one\ntw", b"o"], 10) == [b"one", b"two"]


async def test_a_line_that_is_too_long():
    """H-70: it is told once, none of it is kept, and the lines behind it are read."""
    found = await read([b"short\n", b"x" * 11, b"x" * 50, b"xx\nnext\n"], 10)
    assert found.count(None) == 1
    assert [line for line in found if line is not None] == [b"short", b"next"]


async def test_a_line_without_end_is_told_at_once():
    """H-71: a process that never ends its line is noticed while it writes."""
    stream = asyncio.StreamReader()
    lines = Lines(stream, 10)
    stream.feed_data(b"x" * 11)
    async with asyncio.timeout(5):
        try:
            await lines.next()
        except LineTooLongError:
            return
    raise AssertionError("it was not told")


async def test_little_is_read_in_advance():
    """H-71: what is not asked for stays with who wrote it."""
    stream = asyncio.StreamReader()
    stream.feed_data(b"x\n" * CHUNK)
    lines = Lines(stream, 10)
    await lines.next()
    assert len(lines._ready) <= CHUNK // 2
