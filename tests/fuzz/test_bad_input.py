"""Whatever is sent, the answer is a refusal that helps, and the shop stays sound."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec import inspect

from jumak.domain.caller import Caller
from jumak.domain.errors import PosError
from jumak.protocol.envelope import MAX_FRAME, decode_data
from jumak.protocol.errors import STATUS, error_json, status_of
from jumak.protocol.row import Row
from jumak.protocol.scopes import expand
from jumak.protocol.table import TABLE
from jumak.store.sqlite.check import check
from jumak.testing import simulated_shop
from tests.fuzz.examples import example, spoiled, written

REQUESTS = [row for row in TABLE.values() if row.kind == "request"]
EVERYBODY = Caller(id="fuzz", kind="service", name="fuzz", scopes=expand(["all"]))

BROKEN: dict[str, bytes] = {
    "empty": b"",
    "no JSON": b"{",
    "an array": b"[]",
    "a number": b"7",
    "null": b"null",
    "broken UTF-8": b'{"id":"\xff\xfe"}',
    "a lone surrogate": b'{"id":"\\ud800"}',
    "NaN": b'{"amount":NaN,"id":NaN}',
    "beyond any number": b'{"amount":1e400,"id":1e400}',
    "nested without end": b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "nested objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "the same key twice": b'{"id":"a","id":7}',
}


def check_refusal(error: BaseException | None, what: str) -> None:
    """A refusal has a code, a sentence in two languages, and is no accident of ours."""
    if error is None:
        return
    assert isinstance(error, PosError), f"{what}: {error!r}"
    assert error.code in STATUS, f"{what}: {error.code}"
    assert status_of(error) < 500 or error.code in ("HOST_UNAVAILABLE", "TIMEOUT"), what
    for lang in ("ko", "en"):
        body = msgspec.json.decode(error_json(error, lang))
        assert body["complete"] is False, what
        assert body["errorMessage"].strip(), what


def check_place(row: Row, body: bytes, place: str, what: str) -> None:
    """What the table refuses is named by its place, or by the whole it is part of."""
    try:
        decode_data(row, body)
    except PosError as refusal:
        # A key that callers choose, as in language packs, is named `[...]`.
        named = str(refusal.data["path"]).split("[...]")[0]
        assert place.startswith(named) or named.startswith(place), f"{what}: {named}"


@pytest.mark.parametrize("row", REQUESTS, ids=lambda row: row.name)
async def test_spoiled_messages(row: Row, tmp_path: Path):
    """H-10, H-11, H-21: each field missing, of another type, null, huge, negative, unknown; then the check is clean."""
    kind = inspect.type_info(row.data)
    async with simulated_shop(folder=tmp_path) as shop:
        for everything in (False, True):
            for how, path, value in spoiled(example(kind, everything=everything)):
                body = msgspec.json.encode(value)
                if len(body) > MAX_FRAME:
                    continue
                result = await shop.running.ask(EVERYBODY, row, body)
                what = f"{row.name}: {how} at {written(path)}: {body[:200]!r}"
                check_refusal(result.error, what)
                if how == "wrong type":
                    check_place(row, body, written(path), what)
    assert check(tmp_path) == []


@pytest.mark.parametrize("broken", BROKEN)
async def test_broken_bodies(broken: str):
    """H-10, H-70: what is no message at all is refused for every row, with the place."""
    async with simulated_shop() as shop:
        for row in REQUESTS:
            result = await shop.running.ask(EVERYBODY, row, BROKEN[broken])
            check_refusal(result.error, f"{row.name}: {broken}")
            if isinstance(result.error, PosError) and result.error.code == "INVALID_ARGUMENT":
                assert result.error.data.get("path", "").startswith("$"), f"{row.name}: {broken}"
