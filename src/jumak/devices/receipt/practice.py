"""An issuer to practise with: it keeps a book, tells the tax office nothing, and fails as it is told to.

The book outlives the shop's process as an issuer's would: given a folder each line is on disk before it is answered.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from jumak.domain.cash_receipt import SELF_ISSUE_NUMBER, business_number_valid
from jumak.domain.tax import Buckets
from jumak.domain.terminal import AnswerLost, NotAsked
from jumak.domain.till_receipt import NOTHING, Accepted, ReceiptRefused
from jumak.service.receipt_issuer import ReceiptToCancel, ReceiptToIssue

Fault = Literal["down", "slow", "refused", "answer-lost", "question-lost", "duplicate"]
"""What becomes of one question: not connected; heard and never answered; refused for good; booked and its answer
lost; lost on the way there; delivered twice."""

QuestionT = TypeVar("QuestionT", ReceiptToIssue, ReceiptToCancel)

SEOUL = ZoneInfo("Asia/Seoul")
BOOK = "receipts.jsonl"


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question that was heard and what it came to. cancels: key of the receipt a cancel is of.

    number is empty for what was refused.
    """

    key: str
    parts: Buckets
    number: str = ""
    dated: str = ""
    cancels: str = ""
    code: str = ""
    message: str = ""


class PracticeIssuer:
    """See the module and `ReceiptIssuer`. now: its own clock.

    faults: of the questions to come, one each.  is_down: nobody gets through until it is up again.  book: by key.
    """

    test_mode = True

    def __init__(
        self, folder: Path | None = None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.faults: deque[Fault] = deque()
        self.is_down = False
        self.book: dict[str, Line] = {}
        self.heard: list[ReceiptToIssue | ReceiptToCancel] = []
        """Every question that arrived, in memory only."""
        self._now, self._path = now, None if folder is None else folder / BOOK
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._read(self._path)

    async def issue(self, receipt: ReceiptToIssue) -> Accepted | ReceiptRefused:
        """See `ReceiptIssuer`."""
        return await self._asked(receipt, self._issued)

    async def cancel(self, cancel: ReceiptToCancel) -> Accepted | ReceiptRefused:
        """See `ReceiptIssuer`."""
        return await self._asked(cancel, self._cancelled)

    @property
    def net(self) -> int:
        """Won that stand receipted in the book."""
        return sum(-line.parts.total if line.cancels else line.parts.total for line in self._booked())

    def standing(self, key: str) -> Buckets:
        """What of a receipt is not cancelled."""
        line = self.book.get(key)
        left = NOTHING if line is None or not line.number else line.parts
        for other in self._booked():
            if other.cancels == key:
                left -= other.parts
        return left

    def _booked(self) -> list[Line]:
        return [line for line in self.book.values() if line.number]

    async def _asked(
        self, question: QuestionT, decide: Callable[[QuestionT], Line]
    ) -> Accepted | ReceiptRefused:
        if self.is_down:
            raise NotAsked
        fault = self.faults.popleft() if self.faults else None
        if fault == "down":
            raise NotAsked
        if fault == "question-lost":
            raise AnswerLost("the question was lost")
        for _ in range(2 if fault == "duplicate" else 1):
            self.heard.append(question)
            if question.key not in self.book:
                refused = fault == "refused"
                self._keep(_refusal(question, "9999", "발급할 수 없습니다") if refused else decide(question))
        line = self.book[question.key]
        if fault == "slow":
            await asyncio.Event().wait()
        if fault == "answer-lost":
            raise AnswerLost("the answer was lost")
        if not line.number:
            return ReceiptRefused(line.code, line.message)
        return Accepted(line.number, line.dated)

    def _issued(self, receipt: ReceiptToIssue) -> Line:
        if not _known_identifier(receipt):
            return _refusal(receipt, "7001", "번호를 확인해 주세요")
        return self._approved(receipt)

    def _cancelled(self, cancel: ReceiptToCancel) -> Line:
        original = next(
            (
                line
                for line in self._booked()
                if not line.cancels and (line.number, line.dated) == (cancel.number, cancel.dated)
            ),
            None,
        )
        if original is None:
            return _refusal(cancel, "7003", "원거래가 없습니다")
        left = self.standing(original.key) - cancel.parts
        if min(left.supply, left.tax, left.exempt, left.tip) < 0:
            return _refusal(cancel, "7004", "취소 금액이 발급 금액보다 많습니다")
        return self._approved(cancel, cancels=original.key)

    def _approved(self, question: ReceiptToIssue | ReceiptToCancel, cancels: str = "") -> Line:
        return Line(
            key=question.key,
            parts=question.parts,
            number=f"T{len(self.book) + 1:08d}",
            dated=self._now().astimezone(SEOUL).strftime("%Y%m%d%H%M%S"),
            cancels=cancels,
        )

    def _keep(self, line: Line) -> None:
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        self.book[line.key] = line

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        whole, _, torn = path.read_bytes().rpartition(b"\n")
        for text in whole.splitlines():
            line = msgspec.json.decode(text, type=Line)
            self.book[line.key] = line
        if torn:
            # It died while writing: that question was not answered yet.
            os.truncate(path, path.stat().st_size - len(torn))


def _refusal(question: ReceiptToIssue | ReceiptToCancel, code: str, message: str) -> Line:
    return Line(key=question.key, parts=question.parts, code=code, message=message)


def _known_identifier(receipt: ReceiptToIssue) -> bool:
    number = receipt.identifier
    if receipt.use == "SELF":
        return number == SELF_ISSUE_NUMBER
    return (
        number.isdigit()
        and number != SELF_ISSUE_NUMBER
        and (len(number) >= 13 or number.startswith("01") or business_number_valid(number))
    )
