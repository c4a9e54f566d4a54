"""The samples that take payments, at a till: a worker it hosts, and a Python plugin of the server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.plugins.ledger import LedgerProcess
from tests.web.building import SAMPLES, packed, sample_zip
from tests.web.till.driving import EARS
from tests.web.till.paying import an_order, open_payment, order_now
from tests.web.till.scanner import scan
from tests.web.till.stall import Stall
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

CARD = "PC-7F3A"
WORTH = 5_000


async def install(stall: Stall, package: bytes, plugin: str, **settings: Any) -> None:
    """Installs a sample, waits until it has declared its form, and fills that in."""
    overrides = {"acl": [settings["url"]]} if "url" in settings else {}
    await stall.ask("plugin.install", package=await stall.upload(package), overrides=overrides)

    async def declared() -> bool:
        return bool((await stall.ask("plugin-setting.get", pluginId=plugin))["inputs"])

    await until(declared, f"{plugin} has declared its settings")
    await stall.ask("plugin-setting.update", pluginId=plugin, values=settings)


def packages(folder: Path) -> tuple[bytes, bytes]:
    """The worker and the Python plugin, as they are uploaded."""
    source = SAMPLES / "gift-voucher"
    python = packed(source.glob("*.*"), source, folder / "gift-voucher.zip")
    return sample_zip("prepaid-card").read_bytes(), python.read_bytes()


async def voucher_of(stall: Stall) -> str:
    """A code the console of the voucher plugin printed."""

    async def printed() -> str:
        entries = (await stall.ask("plugin-log.list", pluginId="gift-voucher", limit=100))["entries"]
        texts = [line for entry in entries for line in entry["text"].splitlines()]
        return next((text.partition(",")[0] for text in texts if text.startswith("GV-")), "")

    return await until(printed, "a code is printed")


async def choose(page: Page, method: str, code: str) -> None:
    """Presses the method's tile and scans a code into its popup."""
    await page.locator(".tiles").get_by_role("button", name=method).click()
    await expect(page.get_by_role("dialog")).to_contain_text(method)
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")


async def pay_part(page: Page, code: str) -> None:
    """Types a voucher's worth and pays that much with it."""
    await expect(page.locator("button.cash")).to_be_enabled()
    await page.keyboard.type(str(WORTH))
    await choose(page, "종이 상품권", code)


async def take_back(stall: Stall, order: dict[str, Any]) -> None:
    """Staff cancel the plugin's payment of this order."""
    (payment,) = [
        each for each in (await order_now(stall, order))["payments"] if each["state"] != "CANCELLED"
    ]
    await stall.ask("payment.cancel", order={"id": order["id"]}, payment={"id": payment["id"]})


async def test_cards_and_vouchers(stall: Stall, browser: Browser, tmp_path: Path) -> None:
    """payment.md §6.2: a card is sold by a scan and paid with, a voucher pays its part; each is given back when staff say so."""
    worker, python = await asyncio.to_thread(packages, tmp_path)
    ledger = LedgerProcess(tmp_path)
    await ledger.start()
    try:

        async def before(page: Page) -> None:
            await page.add_init_script(EARS)

        page = await stall.page(browser, before=before)
        await install(stall, worker, "prepaid-card", url=ledger.url, token=ledger.token)
        await install(stall, python, "gift-voucher", batch="설", worth=str(WORTH), count=2)

        async def holds(won: int) -> None:
            async def look() -> bool:
                return await ledger.balance(CARD) == won

            await until(look, f"{won} won on the card")

        # The order screen takes a code it does not know for a new item's.
        await page.locator("#tab-status").click()
        await scan(page, CARD)
        await page.locator(".toast").get_by_role("button", name="판매").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_text("30,000원").click()
        await dialog.get_by_role("button", name="담기").click()
        await page.locator("#tab-order").click()
        await expect(page.locator(".cart li")).to_contain_text("선불카드 충전")
        await expect(page.locator(".cart li")).to_contain_text(CARD)
        await page.get_by_role("button", name="결제").last.click()
        await page.locator("button.cash").click()
        await expect(page.get_by_role("heading", name="결제 완료")).to_be_visible()
        await holds(30_000)
        await page.get_by_role("button", name="다음 주문").click()

        order = await an_order(stall)
        await open_payment(page, order)
        await choose(page, "선불카드", CARD)
        await expect(page.get_by_role("heading", name="결제 완료")).to_be_visible()
        await page.get_by_role("button", name="다음 주문").click()
        await holds(300)
        await page.locator("#tab-status").click()
        await scan(page, CARD)
        await expect(page.locator(".toast").filter(has_text="잔액 300원")).to_be_visible()
        await take_back(stall, order)
        await holds(30_000)

        code = await voucher_of(stall)
        order = await an_order(stall)
        await open_payment(page, order)
        await pay_part(page, code)
        await page.get_by_role("button", name="이어서 결제").click()
        await pay_part(page, code)
        await expect(page.get_by_role("heading", name="결제되지 않았습니다")).to_be_visible()
        await expect(page.get_by_text("이미 사용한 상품권입니다.")).to_be_visible()
        await page.get_by_role("button", name="확인").click()
        await page.get_by_role("button", name="뒤로").click()
        await expect(page.get_by_role("tab", name="주문", selected=True)).to_be_visible()
        await take_back(stall, order)
        await open_payment(page, order)
        await pay_part(page, code)
        await page.get_by_role("button", name="이어서 결제").click()
        await expect(page.locator("button.cash")).to_contain_text("24,700원")
        await page.context.close()
    finally:
        await ledger.end()
