"""Draws the icons of an installed till from `web/public/icons/jumak.svg`; run again whenever the drawing changes.

python -m tests.web.draw_icons
"""

from __future__ import annotations

import asyncio

from tests.browser import browser
from tests.tidy.project import ROOT

ICONS = ROOT / "web" / "public" / "icons"
GROUND = "#8c3f1f"
SAFE = 0.8
"""What of a maskable icon no launcher cuts off, by its width."""

WANTED = {"jumak-192.png": (192, 1.0), "jumak-512.png": (512, 1.0), "jumak-maskable-512.png": (512, SAFE)}
"""File → its width in pixels, and how much of it the drawing takes."""


async def draw(drawing: str) -> None:
    """Writes all of them."""
    async with browser() as running:
        for name, (width, share) in WANTED.items():
            page = await running.new_page(viewport={"width": width, "height": width})
            ground = "transparent" if share == 1 else GROUND
            await page.set_content(
                f"<style>body{{margin:0;height:100vh;display:grid;place-items:center;background:{ground}}}"
                f"svg{{width:{share:.0%}}}</style>{drawing}"
            )
            await page.screenshot(path=ICONS / name, omit_background=True)
            await page.close()


if __name__ == "__main__":
    asyncio.run(draw((ICONS / "jumak.svg").read_text(encoding="utf-8")))
