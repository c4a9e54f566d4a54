"""The terminal on the counter: takes questions from any connection, and answers each on its own.

A charge goes on when the connection that asked it is gone, as on a real reader: only its answer is lost then.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import msgspec

from jumak.devices.terminal.link import BadFrame, Frame, Link
from jumak.devices.terminal.simulator.network import Answer, Network
from jumak.devices.terminal.simulator.reader import Reader, Shown
from jumak.devices.terminal.simulator.wallets import KNOWN, text_to_scan
from jumak.domain.terminal import CardCancel, Charge, Period, TerminalStatus

MODEL = "주막 연습 단말기"
BUSY = "B1"
"""Another guest is being charged: for certain nothing was taken."""

NONSENSE = "30"


class Control(msgspec.Struct, rename="camel", kw_only=True):
    """How the next questions go, for tests (SIM-1 "per call").

    code: of the next charge or cancel, instead of its amount's.  silent: so many of the next questions are heard and
    never answered.  cut: so many are heard and done, and the connection is cut instead of an answer.  deaf: so many
    are neither heard nor answered, the connection is cut.  twice: the next answer is said twice.
    other_key: the next answer names this key instead of its own.  garbage: the next answer cannot be read.
    late_charge: the next charge is stuck on its way to the network, late_answer: the next answer on its way back,
    until deliver.  latency_ms: before each answer, from now on.  attended: whether a guest stands at the page.
    """

    code: str | None = None
    silent: int = 0
    cut: int = 0
    deaf: int = 0
    twice: bool = False
    other_key: str | None = None
    garbage: bool = False
    late_charge: bool = False
    late_answer: bool = False
    deliver: bool = False
    latency_ms: int | None = None
    attended: bool | None = None


class Machine:
    """One terminal, with its reader and the network behind it."""

    def __init__(
        self, network: Network, *, attended: bool = False, latency_ms: int = 0, serial: str = "SIM00001"
    ) -> None:
        self.network, self.reader = network, Reader(attended=attended)
        self._latency_ms, self._serial = latency_ms, serial
        self._next = Control()
        self._stuck: list[Callable[[], None]] = []
        self._links: list[Link] = []
        """The ones that asked something, the last to ask at the end."""

        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, link: Link) -> None:
        """Answers one connection until it ends."""
        try:
            while (frame := await link.receive()) is not None:
                task = asyncio.get_running_loop().create_task(self._take(link, frame))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        except (BadFrame, OSError):
            pass
        finally:
            self._forget(link)
            link.close()

    def stop(self) -> None:
        """Switches it off: what is under way is forgotten, what the network knows is not."""
        for task in tuple(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """`stop`, and waits for it."""
        self.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _forget(self, link: Link) -> None:
        if link in self._links:
            self._links.remove(link)

    async def _take(self, link: Link, frame: Frame) -> None:
        ask, key = frame.get("ask"), frame.get("key")
        if ask == "control":
            self.set(msgspec.convert(frame.get("about"), Control))
            link.send({"id": frame.get("id"), "key": key, "result": "ok"})
            return
        self._forget(link)
        self._links.append(link)
        if self._spent("deaf"):
            link.close()
            return
        silent, cut = self._spent("silent"), self._spent("cut")
        late = self._next.late_answer
        self._next = msgspec.structs.replace(self._next, late_answer=False)
        said = await self._decide(link, str(ask), str(key), frame)
        if self._latency_ms:
            await asyncio.sleep(self._latency_ms / 1_000)
        if late:
            said.pop("lost", None)
            answer = {"id": frame.get("id"), "key": key} | said
            # Said to whoever is connected by then, and is no test that only sets how things go.
            self._stuck.append(lambda: self._send(self._links[-1], answer))
            return
        if silent:
            return
        try:
            if cut or said.pop("lost", False):
                link.close()
                return
            self._send(link, {"id": frame.get("id"), "key": key} | said)
        except OSError:
            # Whoever asked is gone; it can ask again what became of it.
            return

    def deliver(self) -> None:
        """What is stuck arrives."""
        stuck, self._stuck = self._stuck, []
        for arrives in stuck:
            with contextlib.suppress(OSError, IndexError):
                arrives()

    def _send(self, link: Link, answer: Frame) -> None:
        control, self._next = (
            self._next,
            msgspec.structs.replace(self._next, twice=False, other_key=None, garbage=False),
        )
        if control.garbage:
            answer = {"id": answer["id"], "key": answer["key"], "result": "?"}
        if control.other_key is not None:
            answer["key"] = control.other_key
        for _ in range(2 if control.twice else 1):
            link.send(answer)

    async def _decide(self, link: Link, ask: str, key: str, frame: Frame) -> Frame:
        about = frame.get("about")
        try:
            match ask:
                case "charge":
                    charge = msgspec.convert(about, Charge)
                    if charge.presented_by == "SHOP":
                        shows = {
                            "id": frame.get("id"),
                            "key": key,
                            "result": "show",
                            "text": text_to_scan(key),
                        }
                        return await self._charge(charge, show=lambda: link.send(shows))
                    return await self._charge(charge, presented=str(frame.get("code", "")))
                case "query":
                    return self._query(key)
                case "net-cancel":
                    charge = msgspec.convert(about, Charge)
                    self.reader.abort(charge.key)
                    return _frame(self.network.network_cancel(charge))
                case "cancel":
                    code = self._code()
                    return _frame(self.network.cancel(msgspec.convert(about, CardCancel), code=code))
                case "abort":
                    self.reader.abort(key)
                    return {"result": "ok"}
                case "totals":
                    totals = self.network.totals(msgspec.convert(about, Period))
                    return {"result": "ok", "totals": totals}
                case "status":
                    return {"result": "ok", "status": self._status()}
        except (msgspec.ValidationError, ValueError) as problem:
            return {"result": "declined", "code": NONSENSE, "message": str(problem)}
        return {"result": "unknown"}

    async def _charge(
        self, charge: Charge, *, presented: str = "", show: Callable[[], None] = lambda: None
    ) -> Frame:
        code, late = self._code(), self._next.late_charge
        if self.reader.busy:
            return {"result": "declined", "code": BUSY, "message": "다른 결제가 진행 중입니다"}
        with contextlib.suppress(OSError):
            # Whoever asked may be gone; the guest can still pay.
            show()
        if not await self.reader.present(charge):
            return {"result": "went-back"}
        if late:
            self._next = msgspec.structs.replace(self._next, late_charge=False)
            self._stuck.append(lambda: self._arrive(charge, code, presented))
            self.reader.end(Shown.DECLINED, "통신 오류입니다")
            return {"result": "", "lost": True}
        answer = self.network.charge(charge, code=code, presented=presented)
        self._show(answer)
        return _frame(answer)

    def _arrive(self, charge: Charge, code: str | None, presented: str) -> None:
        self.network.charge(charge, code=code, presented=presented)

    def _show(self, answer: Answer) -> None:
        if answer.approval is not None:
            self.reader.end(Shown.APPROVED)
        elif answer.result == "went-back":
            self.reader.end(Shown.CANCELLED)
        else:
            self.reader.end(Shown.DECLINED, answer.message)

    def _query(self, key: str) -> Frame:
        charge = self.reader.charge
        if self.reader.busy and charge is not None and charge.key == key:
            return {"result": "underway"}
        return _frame(self.network.query(key))

    def _status(self) -> TerminalStatus:
        return TerminalStatus(
            state="busy" if self.reader.busy else "idle",
            model=MODEL,
            serial=self._serial,
            test_mode=True,
            wallets=KNOWN,
        )

    def set(self, control: Control) -> None:
        """From the next question on."""
        if control.latency_ms is not None:
            self._latency_ms = control.latency_ms
        if control.attended is not None:
            self.reader.attended = control.attended
        self._next = control
        if control.deliver:
            self.deliver()

    def _code(self) -> str | None:
        code = self._next.code
        self._next = msgspec.structs.replace(self._next, code=None)
        return code

    def _spent(self, what: str) -> bool:
        left: int = getattr(self._next, what)
        if left:
            self._next = msgspec.structs.replace(self._next, **{what: left - 1})
        return bool(left)


def _frame(answer: Answer) -> Frame:
    said: Frame = {"result": answer.result, "code": answer.code, "lost": answer.lost}
    if answer.message:
        said["message"] = answer.message
    if answer.approved_no:
        said["approvedNo"] = answer.approved_no
    if answer.approval is not None:
        said["approval"] = answer.approval
    return said
