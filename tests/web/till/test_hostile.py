"""Whatever a plugin calls itself and says is text, wherever a till shows it.

What guests, staff and the menu are called is held against every screen by `test_screens.py`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.web.building import packed
from tests.web.till.axe import serious
from tests.web.till.driving import Driving, driving
from tests.web.till.paying import an_order, open_payment, stamp
from tests.web.till.said import SCRIPT, TAIL, injected
from tests.web.till.screenshots import SIZES

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAME = "도장" + TAIL
SHORT = NAME[:100]
"""As much of it as the shop takes for the name of a plugin."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def at(running: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Driving]:
    """A phone that hosts plugins with names nobody should have."""
    folder = tmp_path_factory.mktemp("hostile")
    async with driving("worker", running, folder, name=SHORT, tab=SHORT, size=SIZES["phone"]) as opened:
        yield opened


async def harmless(page: Page, *said: str) -> None:
    """All of it is shown as text; nothing came of it, and it fits a phone and a till."""
    for text in said or (TAIL,):
        await expect(page.locator("body")).to_contain_text(text.strip())
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), size
        assert await injected(page) == []
        assert await serious(page) == [], size


async def test_what_a_plugin_shows(at: Driving) -> None:
    """H-74: toast and alert, their buttons and headings."""
    page = at.page
    await at.call("toast.success", {"message": TAIL, "button": {"id": "more", "text": NAME}})
    await expect(page.locator(".toast .act")).to_contain_text("도장")
    await harmless(page)
    # Wherever it is long, what can be pressed is within reach.
    await page.set_viewport_size(dict(zip(("width", "height"), SIZES["phone"], strict=True)))  # type: ignore[arg-type]
    await page.locator(".toast .text").click()
    await at.call("alert.open", {"title": NAME, "message": TAIL})
    await expect(page.get_by_role("alertdialog")).to_contain_text("도장")
    await harmless(page)
    await page.get_by_role("alertdialog").get_by_role("button", name="확인").click()


async def test_what_a_plugin_asks(at: Driving) -> None:
    """H-67, H-74: popups, with everything in them that a plugin words."""
    page = at.page
    dialog = page.get_by_role("dialog")
    choices = [{"id": "one", "label": NAME}]
    asking = at.calling(
        "ui.openInputModal",
        {
            "title": NAME, "description": TAIL, "cta": {"submit": {"label": NAME}, "cancel": {"label": NAME}},
            "inputs": [
                {"id": "a", "type": "text", "label": NAME, "required": True, "default": "", "placeholder": NAME},
                {"id": "b", "type": "radio", "label": NAME, "required": False, "default": "", "values": choices},
                {"id": "c", "type": "checkbox", "label": NAME, "required": False, "default": [], "values": choices},
                {"id": "d", "type": "toggle", "label": NAME, "required": False, "default": False},
                {"id": "e", "type": "slider", "label": NAME, "required": False, "default": 1, "min": 0, "max": 2, "step": 1},
            ],
        },
    )  # fmt: skip
    await expect(dialog).to_contain_text("도장")
    await harmless(page)
    await dialog.locator(".primary").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("{{7*7}}")
    await harmless(page)
    await page.keyboard.press("Escape")
    await asking
    asking = at.calling("ui.openBarcode", {"productName": NAME})
    await expect(dialog).to_contain_text("도장")
    await harmless(page)
    await page.keyboard.press("Escape")
    await asking


async def test_its_tab_and_settings(at: Driving, tmp_path: Path) -> None:
    """H-6, plugin-runtime §5: the tab, the plugin's card with all that unfolds, its form, its console, the next install."""
    page = at.page
    await expect(page.get_by_role("tab", name="도장")).to_be_visible()
    field = {
        "id": "a",
        "type": "password",
        "label": NAME,
        "required": True,
        "default": "",
        "placeholder": NAME,
    }
    await at.call("setting.setInputs", [field, {"id": "b", "type": "danger", "text": NAME}])
    await page.locator("#tab-settings").click()
    await page.locator("#section-plugins").click()
    card = page.get_by_role("article").filter(has_text=SHORT).first
    for unfolded in await card.locator("summary").all():
        await unfolded.click()
    await harmless(page, SHORT)
    await card.get_by_role("button", name="설정").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator(".danger")).to_contain_text("도장")
    await harmless(page)
    await dialog.get_by_role("button", name="닫기").click()
    await page.locator("input[type=file]").set_input_files(hostile_zip(tmp_path))
    await expect(dialog).to_contain_text("도장")
    await harmless(page, "{{7*7}}")
    await page.keyboard.press("Escape")
    await card.get_by_role("button", name="콘솔").click()
    await expect(page.locator(".lines")).to_contain_text("{{7*7}}")
    await harmless(page, SHORT)


async def test_its_tile(at: Driving, browser: Browser) -> None:
    """PAY-8: a payment method with a name for a novel and a script for a picture."""
    page = at.page
    order: dict[str, Any] = await an_order(at.stall, memo=NAME)
    async with stamp(at.stall, SHORT, image=SCRIPT):
        await open_payment(page, order)
        await expect(page.locator(".tiles button").filter(has_text=SHORT)).to_be_visible()
        await harmless(page, SHORT)
        await page.keyboard.press("Escape")


def hostile_zip(folder: Path) -> Path:
    """A worker whose manifest is hostile from end to end."""
    about = {
        "id": "hostile",
        "name": SHORT.replace("\u202e", ""),
        "version": "1",
        "kind": "worker",
        "acl": ["https://xn--img-src-x.example"],
    }
    (folder / "main.js").write_text("", encoding="utf-8")
    (folder / "plugin.json").write_text(json.dumps(about), encoding="utf-8")
    return packed([folder / "main.js", folder / "plugin.json"], folder, folder / "hostile.zip")
