"""Taking an order: the menu, the sheet of an item, the cart with everything in it."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.web.till.plugin_cart import a_plugin_line, become_main
from tests.web.till.screenshots import Look
from tests.web.till.stall import Stall

PHONE = 900


async def _till(stall: Stall, browser: Browser, look: Look) -> Page:
    await become_main(stall)
    page = await stall.page(browser, **look)
    await page.locator("li[data-index='0'] button").wait_for()
    return page


async def _tile(page: Page, ko: str, en: str) -> None:
    await page.locator(".tile", has_text=ko).or_(page.locator(".tile", has_text=en)).first.click()


async def _show_cart(page: Page) -> None:
    if (page.viewport_size or {"width": 0})["width"] < PHONE:
        await page.locator(".bar").click()


async def _filled(stall: Stall, browser: Browser, look: Look) -> Page:
    page = await _till(stall, browser, look)
    await stall.ask("draft-order.add-line-item", lineItem=a_plugin_line(metadata={"quantityFixed": True}))
    soup = a_plugin_line("갈비탕", 15_000, quantity=2, memo="당면 많이, 파는 빼고")
    soup["item"] |= {"id": 9, "titleI18n": {"languages": {"en": "Short rib soup"}}}
    soup["optionChoices"] = [
        {
            "id": 5,
            "title": "공기밥",
            "priceValue": 0,
            "quantity": 1,
            "titleI18n": {"languages": {"en": "White rice"}},
        }
    ]
    await stall.ask("draft-order.add-line-item", lineItem=soup)
    noodles = a_plugin_line("물냉면", 11_000, diningOption="TOGO", key="cold")
    noodles["item"] |= {"id": 12, "titleI18n": {"languages": {"en": "Cold noodles in broth"}}}
    await stall.ask("draft-order.add-line-item", lineItem=noodles)
    await stall.ask(
        "draft-order.add-item-discount", key="cold", discount={"title": "단골", "percentBp": 1_000}
    )
    await stall.ask("draft-order.add-discount", discount={"title": "쿠폰", "amountMoney": {"value": 2_000}})
    await stall.ask("draft-order.update", memo="창가 자리")
    return page


async def menu(stall: Stall, browser: Browser, look: Look) -> Page:
    """The menu over an empty cart."""
    page = await _till(stall, browser, look)
    await stall.ask("catalog-item.set-state", catalog={"id": 2}, state="SOLD_OUT")
    await page.locator(".out").first.wait_for()
    return page


async def cart(stall: Stall, browser: Browser, look: Look) -> Page:
    """A further round for a table, with a plugin's line, discounts and a note."""
    line = a_plugin_line()
    dto = {
        "diningOption": "HERE",
        "item": line["item"],
        "quantity": {"value": 3},
        "chargePrice": {"value": 45_000},
    }
    await stall.ask("order.add", order={"lineItems": [dto], "tableId": 3, "discounts": []})
    page = await _filled(stall, browser, look)
    await stall.ask("draft-order.update", tableId=3, numGuests=4)
    await _show_cart(page)
    await page.locator(".further").wait_for()
    await page.locator(".what").nth(1).click()
    return page


async def options(stall: Stall, browser: Browser, look: Look) -> Page:
    """The sheet of a dish with options due and free ones."""
    page = await _till(stall, browser, look)
    await _tile(page, "김치찌개", "Kimchi stew")
    await page.locator("dialog .choice").nth(2).click()
    await page.locator("dialog .choice").nth(6).click()
    return page


async def weight(stall: Stall, browser: Browser, look: Look) -> Page:
    """Sold by weight."""
    page = await _till(stall, browser, look)
    await page.locator("input[type=search]").fill("육회" if look["language"] == "ko" else "tartare")
    await _tile(page, "육회", "Beef tartare")
    await page.keyboard.type("250")
    return page


async def search(stall: Stall, browser: Browser, look: Look) -> Page:
    """Initial consonants."""
    page = await _till(stall, browser, look)
    await page.locator("input[type=search]").fill("ㅂㅂ")
    await page.locator(".count").first.wait_for()
    return page


async def discount(stall: Stall, browser: Browser, look: Look) -> Page:
    """A large discount by a cashier."""
    page = await _filled(stall, browser, {**look, "pin": "3333"})
    await _show_cart(page)
    await page.locator(".tools button").nth(1).click()
    await page.locator("dialog .quick button").nth(3).click()
    return page


async def tables(stall: Stall, browser: Browser, look: Look) -> Page:
    """The short list of tables."""
    page = await _till(stall, browser, look)
    await stall.ask("table.seat", tableId=2, numGuests=2)
    await _show_cart(page)
    await page.locator(".head > button").click()
    await page.locator("dialog .tables button").nth(4).click()
    return page


async def held(stall: Stall, browser: Browser, look: Look) -> Page:
    """Carts that were put aside."""
    page = await _filled(stall, browser, look)
    await _show_cart(page)
    await page.locator(".acts > button").last.wait_for()
    await page.locator(".cart > .acts > button").first.click()
    await stall.ask("draft-order.add-line-item", lineItem=a_plugin_line("식혜", 4_500))
    await page.locator(".cart header button").last.click()
    await page.locator("dialog li").wait_for()
    return page


async def unknown(stall: Stall, browser: Browser, look: Look) -> Page:
    """A code nobody knows, and a cart that a plugin has paid on the way."""
    page = await _till(stall, browser, look)
    await page.locator("input[type=search]").fill("8809999999999")
    await page.keyboard.press("Enter")
    await page.locator("dialog .code").wait_for()
    return page
