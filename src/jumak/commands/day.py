"""A day as people type it at the command line."""

from __future__ import annotations

import argparse
from datetime import date


def day(text: str) -> date:
    """An ISO date. Raises ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date as in 2026-01-31") from None
