"""What the shop says to a page: kept, and on demand twisted into what a malicious guest or plugin would have said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from playwright.async_api import Page, WebSocketRoute

HANGUL = re.compile("[가-힣]")
TAIL = " <img src=x onerror=\"document.body.dataset.owned='1'\">{{7*7}}\u202e" + "W" * 300
"""Markup, a template's braces, letters that turn the line around, and a word longer than any screen is wide."""
SCRIPT = "javascript:document.body.dataset.owned='1'"
PICTURES = ("image", "imageUrl")


class Said:
    """Stands between a page and its shop from before the page is opened (`listen`).

    hostile: every name, memo and title the shop says ends in `TAIL`, and every picture is a script.
    """

    def __init__(self, *, hostile: bool = False) -> None:
        self._hostile = hostile
        self.texts: set[str] = set()
        self.problems: list[str] = []

    async def listen(self, page: Page) -> None:
        """For `Stall.page(before=…)`."""
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        await page.route_web_socket(re.compile(r"/v1/socket$"), self._connect)

    def _connect(self, page_side: WebSocketRoute) -> None:
        shop_side = page_side.connect_to_server()

        def from_shop(frame: str | bytes) -> None:
            said = json.loads(frame)
            if self._hostile:
                said["data"] = _twisted(said.get("data"))
            self.texts.update(_texts(said))
            page_side.send(json.dumps(said) if self._hostile else frame)

        page_side.on_message(shop_side.send)
        shop_side.on_message(from_shop)


async def injected(page: Page) -> list[str]:
    """What came into the page out of somebody's text: elements, scripts, what they did, templates that were worked out."""
    found: list[str] = await page.evaluate(
        """() => [
          ...[...document.querySelectorAll("body [onerror], body img[src=x], [src^='javascript:' i], [href^='javascript:' i]")]
            .map((element) => element.outerHTML.slice(0, 100)),
          ...(document.querySelector("[data-owned]") === null ? [] : ["owned"]),
        ]"""
    )
    return found


def _texts(value: Any) -> Iterator[str]:
    """Every text within, except sentences of the shop's own: those are to be in the page's language."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, dict) and value.get("name") != "notice.event":
        for key, inner in value.items():
            if key != "errorMessage":
                yield from _texts(inner)


def _twisted(value: Any, key: str = "") -> Any:
    """The same with everything that people named. All the demo shop's names are Korean, or translations (`languages`)."""
    if isinstance(value, list):
        return [_twisted(inner, key) for inner in value]
    if isinstance(value, dict):
        return {
            name: _twisted(inner, "languages" if key == "languages" else name)
            for name, inner in value.items()
        }
    if not isinstance(value, str):
        return value
    if key in PICTURES:
        return SCRIPT
    return value + TAIL if key == "languages" or HANGUL.search(value) else value
