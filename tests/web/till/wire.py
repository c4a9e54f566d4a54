"""The wire between a till and its shop, to be held up and cut."""

from __future__ import annotations

import re

from playwright.async_api import Page, WebSocketRoute

from tests.web.till.stall import PINS

Frame = str | bytes


class Wire:
    """Put between a page and its shop by `cut_in`."""

    def __init__(self) -> None:
        self._held: list[tuple[WebSocketRoute, Frame]] | None = None
        self._page_sides: list[WebSocketRoute] = []

    def connect(self, page_side: WebSocketRoute) -> None:
        """Passes frames both ways, those of the shop unless they are held."""
        shop_side = page_side.connect_to_server()
        self._page_sides.append(page_side)

        def from_shop(frame: Frame) -> None:
            if self._held is None:
                page_side.send(frame)
            else:
                self._held.append((page_side, frame))

        page_side.on_message(shop_side.send)
        shop_side.on_message(from_shop)

    def hold(self) -> None:
        """Whatever the shop says from now on does not arrive."""
        self._held = []

    def release(self) -> None:
        """It arrives now, and what follows at once."""
        held, self._held = self._held or [], None
        for page_side, frame in held:
            page_side.send(frame)

    async def drop(self) -> None:
        """The connection is gone, with what was held; the next one passes everything."""
        self._held = None
        sides, self._page_sides = self._page_sides, []
        for page_side in sides:
            await page_side.close(code=1012)


async def cut_in(page: Page, pin: str = PINS["owner"]) -> Wire:
    """Loads a till's page again with a wire of ours in between, and signs the person in again."""
    wire = Wire()
    await page.route_web_socket(re.compile(r"/v1/socket$"), wire.connect)
    await page.reload()
    await page.locator("#sign-in").wait_for()
    await page.keyboard.type(pin)
    await page.keyboard.press("Enter")
    await page.get_by_role("tablist").first.wait_for()
    return wire
