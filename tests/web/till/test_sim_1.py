"""Every row of the simulator's table through the till: each ends once, and the terminal counts what the books do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from jumak.domain.errors import HostUnavailable
from jumak.testing import PracticeTerminal
from tests.service.asking import a_line, an_order
from tests.service.sim_1 import ROWS, Row
from tests.web.house import House, open_house
from tests.web.till.cards import card_key, heading
from tests.web.till.paying import open_payment
from tests.web.till.unsettled import nothing_is_owed
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

Json = dict[str, Any]
PRICE = 18_000

SAYS = {
    "APPROVED": ("결제 완료", ""),
    "DECLINED": ("결제되지 않았습니다", ""),
    "CANCELED": ("카드 결제가 취소되었습니다", ""),
    "NOT_FOUND": ("결제되지 않았습니다", "카드에서 결제된 금액은 없습니다."),
    "NET_CANCELLED": ("카드 결제가 취소되었습니다", "승인된 금액은 카드로 되돌렸습니다."),
}
"""What the payment screen says once an attempt has ended like that."""


class Counter:
    """A shop with a card terminal whose guests never hesitate, and the till in front of it."""

    def __init__(self, terminal: PracticeTerminal) -> None:
        self.terminal = terminal
        self.house: House

    async def order(self, code: str) -> Json:
        """Its price makes the terminal do what the row says."""
        line = a_line(2) | {"chargePrice": {"value": PRICE + int(code)}}
        order: Json = (await self.house.ask("order.add", order=an_order(line)))["order"]
        return order

    async def now(self, order: Json) -> Json:
        now: Json = (await self.house.ask("order.get", id=order["id"]))["order"]
        return now

    async def states(self, order: Json) -> list[str]:
        """How the attempts on an order stand, newest first."""
        found = await self.house.ask("payment-attempt.list", orderId=order["id"])
        return [each["state"] for each in found["attempts"]]

    async def jump(self) -> None:
        """To the moment something is asked again by itself, if anything waits for one."""
        items = (await self.house.ask("reconcile.list"))["items"]
        if any("nextTryAt" in item for item in items):
            # Longer than any wait between two questions, shorter than a session may be silent.
            self.house.shop.clock.jump(seconds=11)


@pytest_asyncio.fixture(loop_scope="session")
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    opened = Counter(PracticeTerminal(now=lambda: opened.house.shop.clock.now()))
    async with open_house(tmp_path / "shop", drivers=opened.terminal.drivers) as house:
        opened.house = house
        await nothing_is_owed(house)
        draft = {"name": "카드 단말기", "driver": "simulator", "address": "practice"}
        await house.ask("terminal.save", terminal=draft)
        yield opened
    await opened.terminal.close()


async def play(page: Page, counter: Counter, row: Row) -> Json:
    """A guest's card meets a row; the order, once the screen says how it ended."""
    order = await counter.order(row.code)
    await open_payment(page, order)
    await card_key(page).click()

    async def ended() -> bool:
        await counter.jump()
        return await counter.states(order) == [row.ends]

    await until(ended, f"{row.code} ends as {row.ends}: {row.says}")
    title, hint = SAYS[row.ends]
    await heading(page, title)
    await expect(page.locator("main")).to_contain_text(hint)
    await page.keyboard.press("Escape")
    await expect(page.locator("#payment-title")).to_have_count(0)
    return order


def waiting(page: Page) -> Locator:
    return page.locator(".reconcile li.card")


async def all_settled(page: Page) -> None:
    await expect(page.get_by_role("heading", name="모두 정리되었습니다")).to_be_visible(timeout=30_000)


async def test_every_row_of_sim_1(counter: Counter, browser: Browser) -> None:
    """SIM-1, SIM-2, NET-a, CAN-8, SET-1: paid once, taken back once, or on the list of what has to be settled."""
    page = await counter.house.till(browser, "/")
    await page.get_by_role("tablist").wait_for()
    played = {row.code: (row, await play(page, counter, row)) for row in ROWS}
    paid = 0
    for row, order in played.values():
        price = PRICE + int(row.code) if row.pays else 0
        payments = (await counter.now(order))["payments"]
        assert [each["amountMoney"] for each in payments] == ([price] if price else []), row.says
        paid += price
    assert counter.terminal.book.totals().net == paid
    await page.locator("#tab-reconcile").click()
    await all_settled(page)

    # Giving back meets the same rows. What takes no partial cancel waits on the list for a person…
    await counter.house.ask("order.refund-amount", id=played["97"][1]["id"], amount=5_000, reason="늦은 음식")
    await expect(waiting(page)).to_contain_text("부분 취소를 할 수 없는 카드입니다", timeout=30_000)
    await waiting(page).get_by_role("button", name="직접 돌려줌").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name="현금으로 돌려줌").click()
    await dialog.get_by_role("button", name="직접 돌려줌").click()
    await all_settled(page)
    # …and what was approved while its answer was lost goes back while its answer is lost, once.
    order = played["68"][1]
    [payment] = (await counter.now(order))["payments"]
    with pytest.raises(HostUnavailable) as lost:
        await counter.house.ask("payment.cancel", order={"id": order["id"]}, payment={"id": payment["id"]})
    assert lost.value.reason == "REFUND_UNKNOWN"

    async def went_back() -> bool:
        await counter.jump()
        state: str = (await counter.now(order))["payments"][0]["state"]
        return state == "CANCELLED"

    await until(went_back, "the refund is found out about")
    await all_settled(page)
    assert counter.terminal.book.totals().net == paid - payment["amountMoney"]

    await page.get_by_role("button", name="단말기 합계").click()
    day = page.locator("section.card")
    await expect(day).to_contain_text("일치")
    totals = counter.terminal.book.totals()
    table = day.locator("table").first
    await expect(table).to_contain_text(f"{totals.approvals}건 {totals.approved:,}원")
    await expect(table).to_contain_text(f"{totals.cancels}건 {totals.cancelled:,}원")
