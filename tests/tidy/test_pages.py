"""Pages stand alone and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tidy.project import ROOT, short

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PAGE_NAME = re.compile(r"`((?:\.\./)*[\w./-]*\.md)`")
SKIPPED = {".git", ".venv", "node_modules", ".hypothesis", ".mypy_cache", ".ruff_cache", "__pycache__"}
TEXT = {
    ".py", ".md", ".toml", ".json", ".lock", ".sql", ".html", ".css", ".txt", ".yml", ".yaml", ".mako", ".ini", ""
}  # fmt: skip

# Put together here so that this file does not hold what it looks for.
FORBIDDEN = {
    "a package registry": re.compile("|".join((r"pypi\.org", r"pythonhosted\.org", r"registry\.npm" + "js", r"--index" + "-url", r"--find" + "-links"))),
    "pages outside the project": re.compile(r"\.\./" + "shared"),
}  # fmt: skip


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]


def files() -> list[Path]:
    return [
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file()
        and path.suffix in TEXT
        and not SKIPPED & set(path.relative_to(ROOT).parts)
        and not any(part.endswith(".egg-info") for part in path.parts)
        and path.name not in ("LICENSE", "test_pages.py")
    ]


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings as readers' programs make them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.lower().replace("`", ""))
        found.add(plain.strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", pages(), ids=short)
def test_links_resolve(page: Path):
    """Pages: every relative link names a file, every anchor a heading."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        meant = (page.parent / file).resolve() if file else page
        assert meant.exists(), target
        assert not anchor or anchor in anchors(meant), target


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=short)
def test_named_pages_exist(page: Path):
    """Pages: a page named in code type is beside the page that names it."""
    for name in PAGE_NAME.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / name).exists() or (ROOT / name).exists(), name


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str):
    """Pages: the project stands alone and is fetched from wherever its user fetches things."""
    holding = [
        short(path)
        for path in files()
        if FORBIDDEN[what].search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert holding == []


def test_lock_files_pin_every_requirement_with_hashes():
    """Pages: what is installed is what was tested."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8"))
        assert blocks
        for block in blocks:
            assert re.match(r"[\w.-]+==", block), block[:60]
            assert "--hash=sha256:" in block, block[:60]
