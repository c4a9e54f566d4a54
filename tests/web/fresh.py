"""Fresh projects in folders of their own, as somebody else's machine has them.

The packages come from the files `npm pack` made of them; tools are the project's own, linked in, so that nothing is
downloaded. A project sees what it names and what a package names as its dependency, and nothing else.
"""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.tidy.project import ROOT
from tests.web.building import SOURCES, run, tarballs

SDK = "@tossplace/pos-plugin-sdk"
TEST = "@tossplace/pos-plugin-test"
VENDOR = {SDK: "pos-plugin-sdk", TEST: "pos-plugin-test"}
"""The names plugins import → our packages, as a changed line of `package.json` has it."""

OWN = {"@jumak/pos-plugin-sdk": "pos-plugin-sdk"}
"""Under its own name, for a bundler's alias."""

WEBPACK = ("webpack", "webpack-cli", "typescript")
VITE = ("vite", "@vitejs/plugin-react", "react", "react-dom")


def project(
    folder: Path,
    *,
    fixture: str | None = None,
    files: Mapping[str, str] | None = None,
    packages: Mapping[str, str] = VENDOR,
    tools: Iterable[str] = (),
) -> Path:
    """Makes a project below a folder: a fixture of `plugins/`, with files written over it."""
    home = folder / (fixture or "project")
    if fixture is not None:
        shutil.copytree(SOURCES / fixture, home)
        shutil.copytree(SOURCES / "driver", folder / "driver")
    for name, text in (files or {}).items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    needed = set(tools)
    for name, package in packages.items():
        needed |= _unpack(tarballs()[package], home / "node_modules" / name)
    for tool in needed:
        link = home / "node_modules" / tool
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(ROOT / "node_modules" / tool)
    return home


def tool(name: str, *arguments: str, folder: Path) -> str:
    """Runs a program of the project's `node_modules`."""
    return run([str(ROOT / "node_modules" / ".bin" / name), *arguments], folder)


def _unpack(tarball: Path, target: Path) -> set[str]:
    """Unpacks a package as npm does; the names of its dependencies."""
    target.mkdir(parents=True)
    with tarfile.open(tarball) as archive:
        for member in archive:
            member.name = member.name.removeprefix("package/")
            archive.extract(member, target, filter="data")
    manifest = json.loads((target / "package.json").read_text(encoding="utf-8"))
    return set(manifest.get("dependencies", {}))
