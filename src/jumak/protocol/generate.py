"""Writes what is generated from the table: `python -m jumak.protocol.generate [--check] [ROOT]`.

With `--check` nothing is written; the command fails and names the files that are stale.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from jumak.protocol.openapi import openapi_document
from jumak.protocol.reference import facts_page, messages_page
from jumak.protocol.schema import Json, messages_schema
from jumak.protocol.table import TABLE
from jumak.protocol.typescript import typescript_files
from jumak.protocol.web import web_module


def documents() -> dict[str, str]:
    """Every generated file: path below the project's root → content."""
    return {
        "schema/messages.schema.json": _pretty(messages_schema(TABLE)),
        "schema/openapi.json": _pretty(openapi_document(TABLE)),
        "docs/reference/messages.md": messages_page(TABLE),
        "docs/reference/facts.md": facts_page(),
        "web/src/client/messages.generated.ts": web_module(TABLE),
        **typescript_files(TABLE),
    }


def stale(root: Path) -> list[str]:
    """Paths whose file is missing or differs from what the declarations give now."""
    return [
        path
        for path, text in documents().items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]


def write(root: Path) -> None:
    """Writes every generated file below the project's root."""
    for path, text in documents().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _pretty(document: Json) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def main() -> int:
    """The command line."""
    arguments = argparse.ArgumentParser(description="Write the files generated from the table of messages.")
    arguments.add_argument("--check", action="store_true", help="write nothing, fail when something is stale")
    arguments.add_argument("root", nargs="?", type=Path, default=Path.cwd(), help="the project's folder")
    given = arguments.parse_args()
    if not given.check:
        write(given.root)
        return 0
    paths = stale(given.root)
    for path in paths:
        sys.stderr.write(f"{path} is stale: run `make gen`\n")
    return 1 if paths else 0


if __name__ == "__main__":
    sys.exit(main())
