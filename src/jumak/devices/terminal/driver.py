"""The driver of the terminal simulator, and a pattern for others.

One connection, made when it is first needed and again after it was lost; several questions at a time are told
apart by a number. An answer that nobody waits for (late, doubled, or naming another key than was asked for) is
never put to the question that happens to wait: what it says of a charge goes to that charge's own key.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from jumak.devices.terminal.link import BadFrame, Frame, Link, connect
from jumak.domain.attempt import Answer, Approved, PaymentApproval, Refused, WentBack
from jumak.domain.refund import GivenBack
from jumak.domain.terminal import (
    DUPLICATE,
    Absent,
    AnswerLost,
    CardCancel,
    Charge,
    NotAsked,
    Period,
    Reversed,
    Standing,
    Taken,
    TerminalStatus,
    TerminalTotals,
    Underway,
)
from jumak.domain.wallet import PresentedCode
from jumak.ending import ended
from jumak.service.card_terminal import CardTerminal, Late, Show, unseen


def simulated(address: str, late: Late) -> CardTerminal:
    """The simulator at `host:port`; raises ValueError for another address."""
    host, port = host_and_port(address)
    return SimulatorTerminal(lambda: connect(host, port), late)


def host_and_port(address: str) -> tuple[str, int]:
    """What `host:port` names; raises ValueError for another text."""
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or not 0 < int(port) < 65_536:
        raise ValueError("an address of a terminal is host:port")
    host = host.strip("[]")
    host.encode("idna")  # UnicodeError, which is a ValueError, for a name that cannot be looked up
    return host, int(port)


class SimulatorTerminal:
    """See `service.card_terminal.CardTerminal`."""

    def __init__(self, dial: Callable[[], Awaitable[Link]], late: Late) -> None:
        self._dial, self._late = dial, late
        self._link: Link | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._dialing = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[str, asyncio.Future[Frame]]] = {}
        """Number of a question → the key it is about, and who waits for the answer."""

        self._showing: dict[int, Show] = {}
        """Number of a charge → who is told of the code its guest is to scan."""

    async def charge(
        self, charge: Charge, *, code: PresentedCode | None = None, show: Show = unseen
    ) -> Answer:
        """See the port."""
        frame = await self._ask("charge", charge.key, charge, code=code, show=show)
        answer = _answer(frame)
        if answer is None:
            raise AnswerLost(f"the answer to a charge says neither yes nor no: {frame.get('result')!r}")
        return answer

    async def abort(self, key: str) -> None:
        """See the port."""
        await self._ask("abort", key)

    async def query(self, key: str) -> Standing:
        """See the port."""
        frame = await self._ask("query", key)
        match frame.get("result"):
            case "taken":
                approval = _approval(frame)
                if approval is not None:
                    return Taken(approval)
            case "reversed":
                return Reversed()
            case "absent":
                return Absent()
            case "underway":
                return Underway()
        raise AnswerLost("the answer to a query cannot be read")

    async def network_cancel(self, charge: Charge) -> Reversed | Absent:
        """See the port."""
        match (await self._ask("net-cancel", charge.key, charge)).get("result"):
            case "reversed":
                return Reversed()
            case "absent":
                return Absent()
        raise AnswerLost("the answer to a network cancel cannot be read")

    async def cancel(self, cancel: CardCancel) -> GivenBack | Refused:
        """See the port."""
        frame = await self._ask("cancel", cancel.key, cancel)
        match frame.get("result"):
            case "cancelled":
                return GivenBack(approved_no=str(frame.get("approvedNo", ""))[:64])
            case "refused":
                return _refused(frame)
        raise AnswerLost("the answer to a cancel cannot be read")

    async def totals(self, period: Period) -> TerminalTotals:
        """See the port."""
        frame = await self._ask("totals", "", period)
        try:
            return msgspec.convert(frame.get("totals"), TerminalTotals)
        except msgspec.ValidationError as problem:
            raise AnswerLost(str(problem)) from None

    async def status(self) -> TerminalStatus:
        """See the port."""
        frame = await self._ask("status", "")
        try:
            return msgspec.convert(frame.get("status"), TerminalStatus)
        except msgspec.ValidationError as problem:
            raise AnswerLost(str(problem)) from None

    async def close(self) -> None:
        """See the port."""
        await ended(self._hearing)

    async def _ask(
        self,
        ask: str,
        key: str,
        about: Charge | CardCancel | Period | None = None,
        *,
        code: PresentedCode | None = None,
        show: Show | None = None,
    ) -> Frame:
        link = await self._linked()
        number = next(self._numbers)
        answered: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (key, answered)
        question: Frame = {"id": number, "ask": ask, "key": key}
        if about is not None:
            question["about"] = about
        if code is not None:
            question["code"] = code.reveal()
        if show is not None:
            self._showing[number] = show
        try:
            try:
                link.send(question)
            except OSError as problem:
                # Some of it may have left.
                raise AnswerLost(str(problem)) from None
            return await answered
        finally:
            self._waiting.pop(number, None)
            self._showing.pop(number, None)

    async def _linked(self) -> Link:
        async with self._dialing:
            if self._link is None:
                try:
                    self._link = await self._dial()
                except (OSError, UnicodeError) as problem:
                    raise NotAsked(str(problem)) from None
                self._hearing = asyncio.get_running_loop().create_task(self._hear(self._link))
            return self._link

    async def _hear(self, link: Link) -> None:
        why = "the terminal closed the connection"
        try:
            while (frame := await link.receive()) is not None:
                self._heard(frame)
        except (BadFrame, OSError) as problem:
            why = str(problem)
        finally:
            link.close()
            if self._link is link:
                self._link = None
            for _, answered in self._waiting.values():
                if not answered.done():
                    answered.set_exception(AnswerLost(why))
            self._waiting.clear()

    def _heard(self, frame: Frame) -> None:
        number, key = frame.get("id"), frame.get("key")
        asked, answered = self._waiting.get(number, ("", None)) if isinstance(number, int) else ("", None)
        if frame.get("result") == "show":
            # Not the answer yet: what the guest's phone is to scan until there is one.
            show, text = self._showing.get(number) if isinstance(number, int) else None, frame.get("text")
            if show is not None and key == asked and isinstance(text, str):
                show(text)
            return
        if answered is not None and not answered.done():
            if key == asked:
                answered.set_result(frame)
                return
            answered.set_exception(AnswerLost("the answer is about another transaction"))
        answer = _answer(frame)
        if answer is not None and isinstance(key, str):
            self._late(key, answer)


def _answer(frame: Frame) -> Answer | None:
    """What a frame says of a charge, None when it says neither yes nor no."""
    match frame.get("result"):
        case "approved":
            approval = _approval(frame)
            return None if approval is None else Approved(approval)
        case "declined" if frame.get("code") != DUPLICATE:
            return _refused(frame)
        case "went-back":
            return WentBack()
    return None


def _approval(frame: Frame) -> PaymentApproval | None:
    said: Any = frame.get("approval")
    try:
        approval = msgspec.convert(said, PaymentApproval)
    except msgspec.ValidationError:
        return None
    whole = approval.approved_no and approval.approved_at and approval.amount_money is not None
    return msgspec.structs.replace(approval, payment_key=str(frame["key"])) if whole else None


def _refused(frame: Frame) -> Refused:
    return Refused(str(frame.get("message", ""))[:500], str(frame.get("code", ""))[:10])
