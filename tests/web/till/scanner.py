"""A barcode scanner at a till."""

from __future__ import annotations

from playwright.async_api import Page


async def scan(page: Page, code: str) -> None:
    """A scanner types without a pause; where focus is does not matter outside of text fields."""
    await page.evaluate(
        """code => {
          document.activeElement?.blur();
          for (const key of [...code, "Enter"])
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        }""",
        code,
    )
