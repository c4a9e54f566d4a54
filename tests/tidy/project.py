"""The project's files, and what can be read off them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "jumak"
RULES = ROOT / "docs" / "rules" / "README.md"

RULE_ID = re.compile(
    r"\b(MON|DSC|VAT|ORD|ADD|CAN|SPL|TBL|NUM|PAY|NET|CSH|RCP|SIM|SET|KDS|CAT|TIL|RPT|PRN|SCN|DSP|SEC|OFF)"
    r"-(\d+|[a-z])(?![A-Za-z0-9])"
)
"""A rule of the rulebook, MON-3, or one of its properties, MON-a."""


def modules(*below: str) -> Iterator[Path]:
    """Python files of the project, by default of `src` and `tests`."""
    for folder in below or ("src", "tests"):
        yield from sorted((ROOT / folder).rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def short(path: Path) -> str:
    """A path as people write it."""
    return path.relative_to(ROOT).as_posix()


def ids_in(text: str) -> set[str]:
    """Rule ids a text cites; `DSC-1…7` and `NET-3-5` style ranges count with both ends."""
    found = {f"{noun}-{number}" for noun, number in RULE_ID.findall(text)}
    for noun, first, last in re.findall(r"\b([A-Z]{3})-(\d+)…(?:[A-Z]{3}-)?(\d+)", text):
        found |= {f"{noun}-{number}" for number in range(int(first), int(last) + 1)}
    return found


@cache
def rules() -> dict[str, str]:
    """Every rule and property of the rulebook → its section, e.g. `3.1`."""
    section = ""
    found: dict[str, str] = {}
    for line in RULES.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"#+ (\d+(?:\.\d+)?)", line):
            section = heading[1]
        defined = re.match(r"(?:- )?\*\*(?:∀ )?([A-Z]{3}-(?:\d+|[a-z]))\*\*", line)
        if defined:
            found.setdefault(defined[1], section)
    return found


@cache
def duties() -> tuple[str, ...]:
    """Every duty of a host, H-12, and every sharp edge it tolerates, E-3, in the contract's order."""
    found: list[str] = []
    for page, letter in (("host-duties", "H"), ("wire", "E")):
        text = (ROOT / f"docs/contract/{page}.md").read_text(encoding="utf-8")
        found += re.findall(rf"^\| ({letter}-\d+) \|", text, re.MULTILINE)
    return tuple(found)


def duties_in(text: str) -> set[str]:
    """Duties and edges a text cites; `H-1…H-10` counts with both ends."""
    found = set(re.findall(r"\b[HE]-\d+\b", text))
    for letter, first, last in re.findall(r"\b([HE])-(\d+)…(?:[HE]-)?(\d+)", text):
        found |= {f"{letter}-{number}" for number in range(int(first), int(last) + 1)}
    return found
