"""Frames as they travel, byte for byte: old clients must still read them. `make golden` rewrites."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from jumak.domain import errors
from jumak.domain.errors import PosError
from jumak.domain.fact import Fact
from jumak.protocol.envelope import error_frame, push_frame, reply_frame
from jumak.protocol.errors import Lang
from jumak.protocol.pushes import FACTS, push_of

FOLDER = Path(__file__).parent


def pushes() -> bytes:
    """Every push of a fact, with data that holds each of its keys."""
    frames = []
    for name, kind in sorted(FACTS.items()):
        data = {key: {"id": 7 if kind.numeric else "x-7"} for key in kind.keys}
        push = push_of(Fact(name, "7", data))
        if push is not None:
            frames.append(push_frame(push.name, msgspec.json.encode(push.data), 7))
    return b"\n".join(frames) + b"\n"


def refusals(lang: Lang) -> bytes:
    """One refusal of every class."""
    frames = []
    for name in sorted(vars(errors)):
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, PosError) and kind is not PosError:
            refusal = kind("한국어 문장", "an English sentence", reason="RULE", path="$.order")
            frames.append(error_frame("order.add.request", "cb-1", refusal, lang))
    frames.append(error_frame("order.add.request", "cb-1", RuntimeError("inside"), lang))
    return b"\n".join(frames) + b"\n"


def replies() -> bytes:
    """Names and ids that are not plain."""
    done = b'{"complete":true}'
    return b"\n".join(
        [
            reply_frame("order.cancel.request", "AbC123xyz0", done),
            reply_frame("draft-order.start-payment", 'quote " and 한글', done),
            b"",
        ]
    )


GOLDEN = {
    "pushes.jsonl": pushes,
    "refusals-ko.jsonl": lambda: refusals("ko"),
    "refusals-en.jsonl": lambda: refusals("en"),
    "replies.jsonl": replies,
}


@pytest.mark.parametrize("name", GOLDEN)
def test_frames_are_what_they_were(name: str):
    """H-10, H-11, H-32, H-35: envelope, keys and their order."""
    now, path = GOLDEN[name](), FOLDER / name
    if os.environ.get("JUMAK_GOLDEN") == "rewrite":
        path.write_bytes(now)
    assert path.read_bytes() == now
