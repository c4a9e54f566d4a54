"""A plugin's package: a zip or a folder, checked before anything of it touches the shop.

What is refused says what to mend: paths that lead outside, links, encryption, more than 50 MB or
2,000 files unpacked (measured while unpacking: a zip's own figures may lie).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path, PurePosixPath

from msgspec import Struct

from jumak.domain.errors import InvalidArgument
from jumak.plugins.manifest import Manifest, read_manifest, wrong

MAX_BYTES = 50_000_000
MAX_FILES = 2_000
IGNORED = frozenset({"__pycache__", ".git", ".venv", "__MACOSX", ".DS_Store", ".mypy_cache", ".ruff_cache"})
"""Left out of a package wherever they stand: they belong to the author's machine."""


class Package(Struct, frozen=True):
    """A checked package. files: by path inside it. hash: SHA-256 of paths and contents, hex."""

    manifest: Manifest
    files: dict[str, bytes]
    hash: str
    entry: str


def read_package(source: Path) -> Package:
    """The package in a zip file or folder. Raises InvalidArgument. Blocks: call it in a thread."""
    if source.is_dir():
        files = _read_folder(source)
    elif source.is_file() and zipfile.is_zipfile(source):
        files = _read_zip(source)
    else:
        raise wrong(
            f"'{source.name}'은(는) zip 파일이나 폴더가 아닙니다.",
            f"{source.name} is neither a zip nor a folder.",
        )
    files = _without_top_folder(files)
    if "plugin.json" not in files:
        raise wrong(
            "패키지 맨 위에 plugin.json이 없습니다.",
            "There is no plugin.json at the top of the package; add one (see docs/contract/plugin-runtime.md).",
        )
    manifest = read_manifest(files["plugin.json"])
    return Package(manifest, files, _hash(files), _entry(manifest, files))


def check_requirements(package: Package) -> None:
    """Raises InvalidArgument for a listed dependency that is neither vendored nor installed here."""
    for requirement in package.manifest.requirements:
        found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
        name = found.group() if found else requirement
        module = name.replace("-", "_").lower()
        if any(
            path.lower().startswith((f"vendor/{module}/", f"vendor/{module}.py")) for path in package.files
        ):
            continue
        try:
            metadata.distribution(name)
        except (metadata.PackageNotFoundError, ValueError):
            raise wrong(
                f"필요한 패키지가 설치되어 있지 않습니다: {requirement}. 서버에 설치하거나 vendor 폴더에 넣어 주세요.",
                f"It requires {requirement}, which is not installed: install it beside the server or put it in vendor/.",
            ) from None


def place(package: Package, folder: Path) -> Path:
    """Writes the installed copy to `folder/<id>/<hash>` in one step; one that is there already stays."""
    home = folder / package.manifest.id
    target = home / package.hash[:16]
    if target.exists():
        return target
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".unpack-") as scratch:
        unpacked = Path(scratch) / "copy"
        for name, content in package.files.items():
            path = unpacked / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        unpacked.rename(target)
    return target


def remove_copies(folder: Path, plugin_id: str, keep: str | None = None) -> None:
    """Deletes installed copies, all but `keep`; without it the plugin's whole folder."""
    home = folder / plugin_id
    if keep is None:
        shutil.rmtree(home, ignore_errors=True)
        return
    for copy in home.iterdir() if home.is_dir() else ():
        if copy.is_dir() and copy.name != keep:
            shutil.rmtree(copy, ignore_errors=True)


def _read_folder(source: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for root, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        for name in sorted([*names, *(inner for inner in folders if (Path(root) / inner).is_symlink())]):
            path = Path(root) / name
            if name in IGNORED or name.endswith(".pyc"):
                continue
            relative = path.relative_to(source).as_posix()
            if path.is_symlink() or not path.is_file():
                raise _link(relative)
            total += path.stat().st_size
            _check_size(total, len(files) + 1)
            files[relative] = path.read_bytes()
    return files


def _read_zip(source: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                name = info.filename
                if info.is_dir():
                    _check_path(name.rstrip("/"))
                    continue
                _check_path(name)
                if stat.S_ISLNK(info.external_attr >> 16):
                    raise _link(name)
                if info.flag_bits & 0x1:
                    raise wrong(
                        "암호화된 zip은 설치할 수 없습니다. 암호 없이 다시 압축해 주세요.",
                        "The zip is encrypted; pack it without a password.",
                    )
                if _is_ignored(name):
                    continue
                _check_size(total + info.file_size, len(files) + 1)
                with archive.open(info) as content:
                    data = content.read(MAX_BYTES - total + 1)
                total += len(data)
                _check_size(total, len(files) + 1)
                if name in files:
                    raise wrong(f"zip에 같은 파일이 두 번 있습니다: {name}", f"The zip holds {name} twice.")
                files[name] = data
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as problem:
        raise wrong(
            "zip 파일을 읽을 수 없습니다. 다시 압축해 주세요.",
            f"The zip cannot be read ({problem}); pack it again.",
        ) from None
    return files


def _is_ignored(name: str) -> bool:
    return name.endswith(".pyc") or not IGNORED.isdisjoint(PurePosixPath(name).parts)


def _check_path(name: str) -> None:
    path = PurePosixPath(name)
    # A drive letter or backslash is an absolute path or a parent on some other system.
    bad = (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or ":" in name
        or "\0" in name
        or not path.parts
    )
    if bad or len(name) > 400:
        raise wrong(
            f"패키지 밖을 가리키는 경로가 있습니다: {name[:80]}",
            f"The path {name[:80]!r} leads outside the package; pack only files below its folder.",
        )


def _check_size(total: int, count: int) -> None:
    if total > MAX_BYTES:
        raise wrong(
            "패키지가 너무 큽니다. 풀었을 때 50MB 이하여야 합니다.",
            "The package is larger than 50 MB unpacked; leave out what the plugin does not need.",
        )
    if count > MAX_FILES:
        raise wrong(
            "파일이 너무 많습니다. 2,000개까지 넣을 수 있습니다.",
            "The package holds more than 2,000 files; leave out what the plugin does not need.",
        )


def _link(name: str) -> InvalidArgument:
    return wrong(
        f"링크는 넣을 수 없습니다: {name[:80]}",
        f"{name[:80]} is a link; put the file itself into the package.",
    )


def _without_top_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    tops = {name.split("/", 1)[0] for name in files}
    if "plugin.json" in files or len(tops) != 1 or any("/" not in name for name in files):
        return files
    return {name.split("/", 1)[1]: content for name, content in files.items()}


def _hash(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name.encode())}:{name}:{len(files[name])}:".encode())
        digest.update(files[name])
    return digest.hexdigest()


def _entry(manifest: Manifest, files: dict[str, bytes]) -> str:
    entry = manifest.entry or "main.py"
    as_module = entry.removesuffix(".py").replace(".", "/")
    if not any(path in files for path in (entry, f"{as_module}.py", f"{as_module}/__main__.py")):
        raise wrong(
            f"시작 파일 '{entry[:80]}'이(가) 패키지에 없습니다.",
            f"The entry {entry[:80]!r} is not in the package; name a file or module of it in plugin.json.",
        )
    return entry
