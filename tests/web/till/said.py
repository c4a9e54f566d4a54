"""What the shop said to a page: its data, which no page translates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from playwright.async_api import Page, WebSocket


class Said:
    """Listens to a page from before it is opened (`listen`); keeps every text the shop sent as data."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.problems: list[str] = []

    async def listen(self, page: Page) -> None:
        """For `Stall.page(before=…)`."""
        page.on("websocket", self._socket)
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.texts.update(_texts(json.loads(frame))))


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
