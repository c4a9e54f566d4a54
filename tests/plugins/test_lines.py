"""The console of a plugin in a terminal."""

from __future__ import annotations

from jumak.commands.plugin_dev import is_copy, line_of

AT = {"at": "2026-02-01T12:00:00+09:00", "level": "info"}


def test_what_the_sdk_repeats_is_left_out():
    """H-73, wire §12: the SDK logs each message it sends and gets; the trace has them already."""
    assert is_copy({**AT, "title": "eventMessage", "text": "{}"})
    assert not is_copy({**AT, "title": "onError", "text": "{}"})
    assert not is_copy({**AT, "text": "hello"})


def test_a_long_line_is_cut():
    """H-73: in a terminal, with how much is missing; a file has all of it."""
    entry = {**AT, "title": "menu", "text": "가" * 5_000}
    assert line_of(entry).endswith("가" * 5_000)
    short = line_of(entry, 1_000)
    assert short.startswith("2026-02-01T12:00:00+09:00 info  [menu] 가")
    assert short.endswith("… (4,000 more letters; --export has all)")
