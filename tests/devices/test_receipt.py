"""The issuer of cash receipts to practise with: the contract, its faults, its book."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jumak.domain.terminal import AnswerLost, NotAsked
from jumak.domain.till_receipt import ReceiptRefused
from jumak.testing import PracticeIssuer
from tests.devices.receipt_contract import ReceiptContract, issued, to_cancel, to_issue


class TestPracticeIssuer(ReceiptContract):
    """In memory."""

    @pytest.fixture
    def issuer(self) -> PracticeIssuer:
        return PracticeIssuer()


class TestPracticeIssuerOnDisk(ReceiptContract):
    """With its book in a folder."""

    @pytest.fixture
    def issuer(self, tmp_path: Path) -> PracticeIssuer:
        return PracticeIssuer(tmp_path)


@pytest.mark.parametrize(
    ("fault", "raises", "booked"),
    [("down", NotAsked, 0), ("question-lost", AnswerLost, 0), ("answer-lost", AnswerLost, 10_000)],
)
async def test_faults(fault, raises, booked):
    """RCP-4: each fails once as it is told to, and the key then answers what became of it."""
    issuer = PracticeIssuer()
    issuer.faults.append(fault)
    with pytest.raises(raises):
        await issuer.issue(to_issue())
    assert issuer.net == booked
    await issued(issuer, to_issue())
    assert issuer.net == 10_000


async def test_silence_after_it_was_booked():
    """RCP-4: slow is heard and never answered."""
    issuer = PracticeIssuer()
    issuer.faults.append("slow")
    asking = asyncio.create_task(issuer.issue(to_issue()))
    await asyncio.sleep(0)
    assert issuer.net == 10_000
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await issued(issuer, to_issue())
    assert issuer.net == 10_000


async def test_a_question_delivered_twice():
    """RCP-4: is booked once."""
    issuer = PracticeIssuer()
    issuer.faults.append("duplicate")
    await issued(issuer, to_issue())
    assert (len(issuer.heard), issuer.net) == (2, 10_000)


async def test_a_refusal_as_told():
    """RCP-4: for good."""
    issuer = PracticeIssuer()
    issuer.faults.append("refused")
    for _ in range(2):
        assert isinstance(await issuer.issue(to_issue()), ReceiptRefused)


async def test_the_book_outlives_its_process(tmp_path: Path):
    """RCP-4: and a line that was torn while it died counts for nothing; no number of a guest is in it (RCP-5)."""
    first = PracticeIssuer(tmp_path)
    original = await issued(first, to_issue())
    path = tmp_path / "receipts.jsonl"
    whole = path.read_bytes()
    assert b"01023456789" not in whole
    path.write_bytes(whole + b'{"key":"k2","par')
    second = PracticeIssuer(tmp_path)
    assert await issued(second, to_issue()) == original
    await second.cancel(to_cancel(original))
    assert (PracticeIssuer(tmp_path).net, PracticeIssuer(tmp_path).standing("k1").total) == (0, 0)
