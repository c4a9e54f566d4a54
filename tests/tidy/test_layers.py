"""Imports point inward: plugins → server → service → protocol → domain; sdk → protocol."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.tidy.project import ROOT, SRC, modules, parsed, short

MAY_IMPORT: dict[str, frozenset[str]] = {
    "metrics": frozenset(),
    "logs": frozenset({"domain"}),
    "ending": frozenset(),
    "domain": frozenset({"domain"}),
    "protocol": frozenset({"domain", "protocol", ""}),
    "service": frozenset({"domain", "protocol", "logs", "service", ""}),
    "store": frozenset({"ending", "domain", "service", "metrics", "logs", "store", ""}),
    "formats": frozenset({"ending", "domain", "formats", ""}),
    "devices": frozenset({"ending", "domain", "service", "devices", ""}),
    "server": frozenset(
        {"ending", "domain", "formats", "protocol", "service", "metrics", "logs", "server", ""}
    ),
    "feed": frozenset(
        {"ending", "domain", "formats", "protocol", "service", "store", "metrics", "logs", "feed", ""}
    ),
    "hub": frozenset({"ending", "domain", "service", "store", "feed", "metrics", "logs", "hub", ""}),
    "plugins": frozenset({"ending", "domain", "protocol", "service", "server", "logs", "plugins", ""}),
    "sdk": frozenset({"domain", "protocol", "sdk", ""}),
}
"""Layer → layers it may import; "" is the package itself (its version). Layers not listed know every part."""

PACKAGE_OF = {"PIL": "pillow", "nats": "nats-py", "prometheus_client": "prometheus-client"}
"""Packages with another name than what they are imported by."""

KNOW_ALL = frozenset(
    {"main", "shops", "cli", "__init__", "__main__", "testing", "dev", "commands", "demo", "simulate"}
)
"""The places that wire the parts: the composition root, the command line, the public fakes, the demo."""


def layer_of(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Dotted names a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{short(path)} imports relatively"
            names.add(node.module or "")
            if node.module == "jumak":
                names |= {f"jumak.{alias.name}" for alias in node.names if (SRC / alias.name).is_dir()}
    return names


@pytest.mark.parametrize("path", list(modules("src/jumak")), ids=short)
def test_imports_point_inward(path: Path):
    """Layers: an inner part knows no outer one."""
    layer = layer_of(path)
    if layer not in MAY_IMPORT:
        assert layer in KNOW_ALL, f"{short(path)}: put the layer on the list"
        return
    ours = {name for name in imported(path) if name == "jumak" or name.startswith("jumak.")}
    layers = {[*name.split("."), ""][1] for name in ours}
    assert layers <= MAY_IMPORT[layer]


@pytest.mark.parametrize("path", list(modules("src/jumak/domain")), ids=short)
def test_the_rules_touch_nothing(path: Path):
    """Layers: domain/ knows the standard library and msgspec, and of that no clock, chance, file or socket."""
    outside = {name.split(".")[0] for name in imported(path)}
    assert outside <= {"jumak", "msgspec", *sys.stdlib_module_names}
    assert outside.isdisjoint(
        {"asyncio", "random", "secrets", "time", "uuid", "os", "pathlib", "socket", "sqlite3", "threading"}
    )
    calls = {node.attr for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)}
    assert calls.isdisjoint({"now", "utcnow", "today"})
    assert not any(isinstance(node, ast.Await | ast.AsyncFunctionDef) for node in ast.walk(parsed(path)))


@pytest.mark.parametrize("path", list(modules("src", "tests")), ids=short)
def test_every_module_says_why_it_exists(path: Path):
    """Layers: a docstring at the top of each module."""
    if path.name == "__init__.py" and not path.read_text(encoding="utf-8").strip():
        pytest.fail(f"{short(path)} is empty")
    assert ast.get_docstring(parsed(path)), "no docstring"


def test_what_is_imported_is_declared():
    """Layers: no package is used that only another one happens to bring."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[^\w-]", name)[0].lower() for name in project["dependencies"]}
    used = {name.split(".")[0] for path in modules("src") for name in imported(path)}
    used -= {*sys.stdlib_module_names, "jumak", ""}
    used = {PACKAGE_OF.get(name, name) for name in used}
    # The pytest plugin is imported by pytest alone.
    assert used - {"pytest", "pytest_asyncio"} <= declared


def test_the_messages_of_every_noun_are_in_the_table():
    """H-79: a module of messages that nobody imports would be silent."""
    text = (SRC / "protocol/messages/__init__.py").read_text(encoding="utf-8")
    for path in (SRC / "protocol/messages").glob("*.py"):
        if path.name != "__init__.py":
            assert f"    {path.stem},\n" in text or f"import {path.stem}" in text, path.stem


def test_folders_are_those_of_the_architecture_page():
    """Layers: ARCHITECTURE.md has one line for each folder of the package."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in SRC.iterdir():
        if path.is_dir() and any(path.rglob("*.py")):
            assert f"{path.name}/" in page, path.name
