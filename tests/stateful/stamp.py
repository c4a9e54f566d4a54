"""A plugin that takes money for the till, with a book of its own, over a line on which anything may go wrong.

Its book is the truth: what it took from guests and what it gave back. Whoever asks it twice finds that in the book.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from jumak.server.shop import RunningShop
from tests.service.paying import APPROVAL, RawPlugin

Json = dict[str, Any]
Mood = Literal["obliging", "twice", "mute", "asleep", "dying", "refusing", "going back", "garbled"]
"""What it does when it is asked: says it once, or twice; does it and says nothing; does nothing yet; does it and dies
before it says so; refuses; says that the guest went back; does it and says so in a way nobody can read."""

PAY, BACK = "host:pay:", "host:back:"


class Stamp:
    """One plugin through all its connections."""

    def __init__(self) -> None:
        self.mood: Mood = "obliging"
        self.questions: dict[str, Json] = {}
        """By callback id, the first that was asked under it."""
        self.taken: dict[str, int] = {}
        """Attempt → what the guest paid."""
        self.given_back: set[str] = set()
        """Attempts whose money the guest has again."""
        self.wrong: list[str] = []
        """What it was asked and may never be."""

        self._refused: set[str] = set()
        self._answered: set[str] = set()
        self._line: _Line | None = None

    def connect(self, shop: RunningShop) -> None:
        """Opens a line; its button is on the payment screen afterwards."""
        self._line = _Line(shop, self._asked)

    @property
    def connected(self) -> bool:
        return self._line is not None and not self._line.session.closed

    def die(self) -> None:
        """Its process is gone; its book stays."""
        if self._line is not None:
            self._line.kill()

    def holds(self, attempt_id: str) -> int:
        """Won of the guest's that it has."""
        return 0 if attempt_id in self.given_back else self.taken.get(attempt_id, 0)

    def look_up(self, callback_id: str) -> bool:
        """Somebody asks the people behind it whether this was done; what was not done yet never will be."""
        if not self._is_done(callback_id):
            self._refused.add(callback_id)
        return self._is_done(callback_id)

    def give_back_by_hand(self, attempt_id: str) -> None:
        """The guest gets it from whoever stands at the till."""
        self.given_back.add(attempt_id)

    def say(self, callback_id: str) -> bool:
        """Tells again, or at last, what became of a question, as its book has it; whether it was done."""
        assert self._line is not None
        if not self._is_done(callback_id) and callback_id not in self._refused:
            self._do(callback_id)
        question = self.questions[callback_id]
        if self._is_done(callback_id):
            self._line.answer(question, **self._yes(callback_id))
            self._answered.add(callback_id)
            return True
        self._line.answer(question, complete=False, errorMessage="안 됩니다")
        self._answered.add(callback_id)
        return False

    # -- being asked -----------------------------------------------------------------------------

    def _asked(self, question: Json) -> None:
        """Once the server has gone on: it is asked in the middle of something."""
        if question["data"].get("event") == "before-cancel":
            asyncio.get_running_loop().call_soon(self._agree, self._line, question)
            return
        callback_id = question["callbackId"]
        # The server is in the middle of something and would take what is raised here for a broken line.
        if callback_id.startswith(PAY) and callback_id in self.questions:
            self.wrong.append("asked for the same money twice")
        elif callback_id in self.questions:
            if self._is_done(callback_id):
                self.wrong.append("asked to give the same money back twice")
            elif callback_id not in self._refused:
                self.wrong.append("asked again before anybody knows what became of it")
        self._refused.discard(callback_id)
        self.questions[callback_id] = question
        asyncio.get_running_loop().call_soon(self._react, self._line, callback_id, self.mood)

    def _agree(self, line: _Line | None, question: Json) -> None:
        if line is not None and not line.session.closed:
            line.answer(question)

    def _react(self, line: _Line | None, callback_id: str, mood: Mood) -> None:
        if line is None or line is not self._line or line.session.closed or mood == "asleep":
            return
        question = self.questions[callback_id]
        if mood in ("refusing", "going back"):
            self._refused.add(callback_id)
            no: Json = {} if mood == "going back" else {"complete": False, "errorMessage": "안 됩니다"}
            self._answered.add(callback_id)
            line.answer(question, **no)
            return
        self._do(callback_id)
        if mood == "dying":
            line.kill()
        elif mood == "garbled":
            unreadable: Json = {"paymentDto": {"paymentKey": 5}, "complete": "아마도"}
            line.answer(question, **unreadable)
        elif mood != "mute":
            self._answered.add(callback_id)
            for _ in range(2 if mood == "twice" else 1):
                line.answer(question, **self._yes(callback_id))

    # -- its book --------------------------------------------------------------------------------

    def _do(self, callback_id: str) -> None:
        question = self.questions[callback_id]
        if callback_id.startswith(PAY):
            self.taken[callback_id.removeprefix(PAY)] = question["data"]["price"]["amountMoney"]
        else:
            attempt_id = question["data"]["payment"]["paymentKey"].removeprefix("stamp-")
            self.given_back.add(attempt_id)

    def _is_done(self, callback_id: str) -> bool:
        if callback_id.startswith(PAY):
            return callback_id.removeprefix(PAY) in self.taken
        question = self.questions.get(callback_id)
        if question is None:
            # The shop fell over before it asked, and does not know that.
            return False
        key = question["data"]["payment"]["paymentKey"]
        return key.removeprefix("stamp-") in self.given_back

    def _yes(self, callback_id: str) -> Json:
        if callback_id.startswith(PAY):
            return {"paymentDto": APPROVAL | {"paymentKey": f"stamp-{callback_id.removeprefix(PAY)}"}}
        return {"cancelledPaymentDto": {"cancelledAt": "2026-02-02T12:30:00"}}


class _Line(RawPlugin):
    """One connection; hears questions at once."""

    def __init__(self, shop: RunningShop, asked: Callable[[Json], None]) -> None:
        self._asked = asked
        super().__init__(shop)

    def _got(self, frame: bytes) -> None:
        super()._got(frame)
        newest = self.frames[-1]
        if str(newest.get("callbackId", "")).startswith("host:"):
            self._asked(newest)
