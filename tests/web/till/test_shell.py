"""The till around its screens: signing in, moving between screens, and a server that is gone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.web.house import House
from tests.web.till.unsettled import nothing_is_owed

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_screens(house: House, browser: Browser) -> None:
    """The owner's till shows the shop's screens at once; the address keeps the one that is up; both languages."""
    await nothing_is_owed(house)
    till = await house.till(browser, "/")
    tabs = till.get_by_role("tab")
    await expect(tabs.first).to_be_visible()
    assert [name.strip() for name in await tabs.all_inner_texts()] == [
        "주문",
        "테이블",
        "현황",
        "정산",
        "상품",
        "설정",
    ]
    await till.get_by_role("tab", name="현황").click()
    await expect(till).to_have_url(re.compile(r"#/status$"))
    await till.keyboard.press("ArrowRight")
    await expect(till.get_by_role("tab", name="정산")).to_be_focused()
    await till.reload()
    await expect(till.get_by_role("tab", name="정산", selected=True)).to_be_visible()
    await till.get_by_role("button", name="English").click()
    await expect(till.get_by_role("tab", name="Settle", selected=True)).to_be_visible()
