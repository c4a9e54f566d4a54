"""Writes the pages read off code and tests: `python -m tests.tidy.generate [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tests.tidy import commands, coverage, figures, refusals
from tests.tidy.project import short

PAGES: dict[Path, Callable[[], str]] = {one.PAGE: one.page for one in (coverage, refusals, commands, figures)}
"""Every such page, and what reads off its content as it has to be now."""


def main() -> int:
    """The command line."""
    pages = {path: read_off() for path, read_off in PAGES.items()}
    stale = {
        path: text
        for path, text in pages.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }
    checking = "--check" in sys.argv[1:]
    for path, text in stale.items():
        if checking:
            sys.stderr.write(f"{short(path)} is stale: run `make gen`\n")
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if checking and stale else 0


if __name__ == "__main__":
    sys.exit(main())
