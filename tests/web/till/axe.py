"""What axe finds on a page."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from tests.tidy.project import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


async def serious(page: Page) -> list[str]:
    """Serious and critical findings, each with where it is."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = (await page.evaluate("axe.run()"))["violations"]
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
