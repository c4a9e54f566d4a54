"""Whoever is refused reads why in their own language: every refusal the code makes has its sentence in both."""

from __future__ import annotations

import ast
import re

from tests.tidy.project import modules, parsed, short
from tests.tidy.refusals import CODES

HANGUL = re.compile("[가-힣]")


def _written(node: ast.expr) -> str | None:
    """What a sentence says apart from the values in it; None when all of it comes from elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
        said = "".join(parts)
        return said if any(letter.isalpha() for letter in said) else None
    return None


def _sentences() -> list[tuple[str, str | None, str | None]]:
    found = []
    for path in modules("src"):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in CODES and len(node.args) >= 2:
                where = f"{short(path)}:{node.lineno}"
                found.append((where, _written(node.args[0]), _written(node.args[1])))
    return found


def test_every_refusal_speaks_both_languages():
    """contract §6: Korean first, then English, each in its own letters."""
    sentences = _sentences()
    assert len(sentences) > 250
    assert [where for where, ko, _ in sentences if ko is not None and not HANGUL.search(ko)] == []
    assert [where for where, _, en in sentences if en is not None and (not en or HANGUL.search(en))] == []
