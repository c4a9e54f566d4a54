"""Every screen that is photographed, held against what all screens owe everybody.

A new picture below `shots` is looked at here by itself.
"""

from __future__ import annotations

import os
import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.web.till.axe import serious
from tests.web.till.said import Said, injected
from tests.web.till.screenshots import SIZES, Picture, pictures
from tests.web.till.stall import Stall

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = bool(os.environ.get("JUMAK_LARGE"))
LANGUAGES = ["en", "ko"] if LONG else ["en"]
"""Axe and sizes find nearly the same in either language: the second one is for the long look."""
GUESTS = [pytest.param(True, id="hostile")] + ([pytest.param(False, id="friendly")] if LONG else [])
OWN_NAME = "한국어"
HANGUL = re.compile("[가-힣]")

READ = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("script, style")) texts.push(walker.currentNode.data);
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
    for (const name of ["aria-label", "placeholder", "title", "alt"]) texts.push(element.getAttribute(name) ?? "");
  return texts;
}"""
"""Everything a page says to those who see and those who hear it, what plugins' frames show left out."""


async def korean_left(page: Page, said: Said) -> list[str]:
    """Texts of the page in Korean that no data of the shop accounts for."""
    names = sorted((text for text in said.texts if HANGUL.search(text)), key=len, reverse=True)
    left = []
    for text in await page.evaluate(READ):
        rest = text.replace(OWN_NAME, "")
        for name in names:
            if not HANGUL.search(rest):
                break
            rest = rest.replace(name, "")
        if HANGUL.search(rest):
            left.append(text.strip())
    return left


@pytest.mark.parametrize("hostile", GUESTS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("picture", [pytest.param(take, id=name) for name, take in pictures()])
async def test_screen(picture: Picture, language: str, hostile: bool, stall: Stall, browser: Browser) -> None:
    """Screens bar: nothing serious for axe, no sideways scrolling in either size, nothing thrown, no Korean in English.

    Whatever people and plugins named is text, however it is written and however long it is.
    """
    said = Said(hostile=hostile)
    look = {"size": SIZES["phone"], "language": language, "before": said.listen}
    page = await picture(stall, browser, look)
    if hostile and said.texts:
        await expect(page.locator("body")).to_contain_text("{{7*7}}")
    for size, (width, height) in reversed(SIZES.items()):
        await page.set_viewport_size({"width": width, "height": height})
        assert await serious(page) == [], size
        assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), size
    assert await injected(page) == []
    assert said.problems == []
    if language == "en":
        assert await korean_left(page, said) == []
