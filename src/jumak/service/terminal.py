"""Use cases of the shop's card terminals: which there are, and which till charges on which (contract: extensions §6)."""

from __future__ import annotations

from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from jumak.domain.attempt import Attempt
from jumak.domain.errors import Conflict, InvalidArgument, InvalidState, NotFound
from jumak.domain.fact import Fact
from jumak.domain.refund import OPEN as OPEN_REFUNDS
from jumak.domain.refund import RefundAttempt
from jumak.domain.terminal import TerminalRecord
from jumak.protocol.messages.terminal import RemoveTerminal, SaveTerminal, TerminalDraft, TerminalReply
from jumak.protocol.row import Done
from jumak.service.card_terminal import Driver
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import command


async def terminal_of_till(source: Reader, device_id: str | None) -> TerminalRecord | None:
    """The terminal this till charges on: its own, else one that is everybody's; None where it has none."""
    shared = None
    for terminal in (await source.all(TerminalRecord)).values():
        if device_id is not None and device_id in terminal.devices:
            return terminal
        if not terminal.devices and shared is None:
            shared = terminal
    return shared


@command("terminal.save.request")
async def save(tx: Transaction, data: SaveTerminal) -> TerminalReply:
    """Set up or edit a terminal. Raises InvalidArgument, NotFound, Conflict VERSION, InvalidState TERMINAL_IN_USE."""
    draft = data.terminal
    driver = _driver(tx, draft)
    before = None if draft.id is None else await _known(tx, draft.id)
    if before is not None and data.expected_version not in (None, before.version):
        raise Conflict(
            "그사이 단말기 설정이 바뀌었습니다",
            f"the terminal is at version {before.version}",
            reason="VERSION",
            current=before,
        )
    after = TerminalRecord(
        id=tx.ids.new() if before is None else before.id,
        name=draft.name,
        driver=draft.driver,
        address=draft.address,
        devices=tuple(dict.fromkeys(draft.devices)),
        test_mode=driver.test_mode,
        version=1 if before is None else before.version + 1,
    )
    if before is not None:
        if replace(after, version=before.version) == before:
            return TerminalReply(terminal=before)
        if (after.driver, after.address) != (before.driver, before.address):
            await _check_unused(tx, before)
    tx.put(after)
    tx.record(Fact("terminal.save", after.id, _audited(before, after)))
    return TerminalReply(terminal=after)


@command("terminal.remove.request")
async def remove(tx: Transaction, data: RemoveTerminal) -> Done:
    """Take a terminal away. Raises NotFound, InvalidState TERMINAL_IN_USE."""
    record = await _known(tx, data.id)
    await _check_unused(tx, record)
    tx.drop(TerminalRecord, record.id)
    tx.record(Fact("terminal.remove", record.id, _audited(record, None)))
    return Done()


def _driver(tx: Transaction, draft: TerminalDraft) -> Driver:
    driver = tx.live.terminal_drivers.get(draft.driver)
    if driver is None:
        raise InvalidArgument(
            "알 수 없는 단말기 종류입니다",
            f"there is no driver of this name; there are {', '.join(tx.live.terminal_drivers)}",
            path="$.terminal.driver",
        )
    try:
        driver.check(draft.address)
    except ValueError as problem:
        raise InvalidArgument(
            "단말기 주소가 올바르지 않습니다", str(problem), path="$.terminal.address"
        ) from None
    return driver


async def _known(tx: Transaction, terminal_id: str) -> TerminalRecord:
    record = await tx.get(TerminalRecord, terminal_id)
    if record is None:
        raise NotFound("없는 단말기입니다", f"there is no terminal {terminal_id[:64]}", path="$.id")
    return record


def _audited(before: TerminalRecord | None, after: TerminalRecord | None) -> dict[str, Any]:
    known = after or before
    said: dict[str, Any] = {} if known is None else {"terminal": {"id": known.id}}
    return said | {"before": to_builtins(before), "after": to_builtins(after)}


async def _check_unused(tx: Transaction, record: TerminalRecord) -> None:
    """Only this very terminal knows what became of what it was asked (NET-3)."""
    for attempt in await tx.unfinished(Attempt):
        if attempt.terminal is not None and attempt.terminal.id == record.id:
            raise InvalidState(
                "결과를 확인하지 못한 결제가 있는 단말기입니다. 먼저 확인해 주세요",
                "an attempt on this terminal is not settled; resolve it first",
                reason="TERMINAL_IN_USE",
                attemptId=attempt.id,
            )
    for refund in await tx.unfinished(RefundAttempt):
        unsettled = refund.state in OPEN_REFUNDS or refund.is_owed
        if unsettled and refund.terminal is not None and refund.terminal.id == record.id:
            raise InvalidState(
                "돌려주지 못했거나 결과를 확인하지 못한 환불이 있는 단말기입니다. 먼저 확인해 주세요",
                "a refund on this terminal is not settled; resolve it first",
                reason="TERMINAL_IN_USE",
                paymentId=refund.payment,
            )
