"""Plugins as partners build them: our sources below `plugins/`, bundled by their tools, packed as zips.

Nothing of the bundlers' work is kept in the project: it is done once per state of the sources, below
`build/`, and every process of a test run waits for the first.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tidy.project import ROOT

SOURCES = Path(__file__).parent / "plugins"
SAMPLES = ROOT / "plugins"
BUILD = ROOT / "build" / "plugins"
PACKAGES = ("pos-plugin-sdk", "pos-plugin-test")

MADE: dict[str, tuple[list[str], str]] = {
    "worker-ts": (["webpack", "--mode", "production", "--config", "webpack.config.cjs"], "dist"),
    "worker-js": (["webpack", "--config", "webpack.config.cjs"], "dist"),
    "page-react": (["vite", "build", "--logLevel", "warn"], "dist"),
    "page-esbuild": (
        ["esbuild", "src/page.js", "--bundle", "--minify", "--log-level=warning", "--outfile=dist/page.js"],
        "dist",
    ),
}
"""Fixture → the command that builds it, and where the result lies."""

BESIDE: dict[str, tuple[str, ...]] = {"page-esbuild": ("index.html", "iframe-manifest.json")}
"""Files a bundler does not move."""


def environment() -> dict[str, str]:
    """Node's tools find the Node the project uses first."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def run(command: list[str], folder: Path) -> str:
    """Runs a tool; what it said is in the failure."""
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=150, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)} failed in {folder}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def packed(files: Iterable[Path], folder: Path, target: Path, below: str = "") -> Path:
    """A zip of files of a folder, as `zip -r` makes it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            if path.is_file():
                archive.write(path, below + path.relative_to(folder).as_posix())
    return target


def raw_zip(kind: str, target: Path) -> Path:
    """The hand-written plugin: as a worker (`main.js` alone), or as a page."""
    folder = SOURCES / "raw"
    names = ("main.js",) if kind == "worker" else ("main.js", "index.html", "iframe-manifest.json")
    return packed((folder / name for name in names), folder, target)


def python_zip(target: Path) -> Path:
    """The driver in Python, which nothing has to build."""
    return packed((SOURCES / "python").iterdir(), SOURCES / "python", target)


def fixture_zip(name: str) -> Path:
    """The zip of one of `MADE`, built now if it is not there yet."""
    home = BUILD / _state()
    target = home / f"driver-{name}.zip"
    with _alone():
        if not target.is_file():
            _prepare(home)
            _build(home, name, target)
    return target


def sample_zip(name: str) -> Path:
    """A sample of `plugins/` that has to be built, by the two commands its README names."""
    home = BUILD / _state() / "samples"
    target = home / f"{name}.zip"
    with _alone():
        if not target.is_file():
            folder = home / name
            without = shutil.ignore_patterns("dist", "node_modules", "__pycache__")
            shutil.copytree(SAMPLES / name, folder, ignore=without, dirs_exist_ok=True)
            # What it extends lies two folders above it, as in the project.
            shutil.copy(ROOT / "tsconfig.base.json", home.parent)
            run(["npm", "run", "--silent", "build"], folder)
            run([sys.executable, "-m", "jumak", "plugin", "pack", str(folder), "-o", str(target)], folder)
    return target


def tarballs() -> dict[str, Path]:
    """Package → the file `npm pack` makes of it, packed now if it is not there yet.

    What was built is packed as it is: building anew would take `dist` away from under other tests.
    """
    target = BUILD / _state() / "packed"
    with _alone():
        if not target.is_dir():
            half = target.with_name("half-packed")
            half.mkdir(parents=True, exist_ok=True)
            for name in PACKAGES:
                command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(half)]
                told = run(command, ROOT / "packages" / name)
                (half / told.split()[-1]).rename(half / f"jumak-{name}.tgz")
            half.rename(target)
    return {name: target / f"jumak-{name}.tgz" for name in PACKAGES}


def _state() -> str:
    digest = hashlib.sha256()
    packages = [ROOT / "packages" / name / "dist" for name in PACKAGES]
    samples = SAMPLES.glob("*/src")
    for folder in (SOURCES, *samples, *packages):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepare(home: Path) -> None:
    if (home / "node_modules").is_dir():
        return
    for old in BUILD.iterdir():
        if old.is_dir() and old != home:
            shutil.rmtree(old)
    shutil.copytree(SOURCES, home, dirs_exist_ok=True)
    # The name their source imports; the rest is found in the project's own `node_modules` above.
    scope = home / "node_modules" / "@tossplace"
    scope.mkdir(parents=True)
    for name in PACKAGES:
        (scope / name).symlink_to(ROOT / "packages" / name)


def _build(home: Path, name: str, target: Path) -> None:
    command, out = MADE[name]
    folder = home / name
    tool, *arguments = command
    run([str(ROOT / "node_modules" / ".bin" / tool), *arguments], folder)
    for beside in BESIDE.get(name, ()):
        shutil.copy(folder / beside, folder / out / beside)
    # Workers are packed with their folder, `dist/main.js`, pages with what is inside it: both ways are in use.
    is_worker = (folder / out / "main.js").is_file()
    packed((folder / out).rglob("*"), folder if is_worker else folder / out, target)
