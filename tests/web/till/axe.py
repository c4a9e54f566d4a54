"""What axe finds on a page."""

from __future__ import annotations

from functools import cache

from playwright.async_api import Page

from tests.tidy.project import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

FIND = """async () => {
  const { violations } = await axe.run({ resultTypes: ["violations"], selectors: false });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}"""
"""Every rule is run. What passed is not described, nor brought over here: that takes ten times as long as the rules."""


async def serious(page: Page) -> list[str]:
    """Serious and critical findings, each with where it is."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    found: list[str] = await page.evaluate(FIND)
    return found


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")
