"""The files in a zip or folder, checked before anything of them touches the shop.

What is refused says what to mend: paths that lead outside or cannot be written on some system,
links, encryption, other ways of packing than every tool's, more than 50 MB or 2,000 files unpacked (measured while unpacking: a zip's own
figures may lie).
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from jumak.domain.errors import InvalidArgument
from jumak.plugins.manifest import wrong

MAX_BYTES = 50_000_000
MAX_FILES = 2_000
MAX_PATH, MAX_NAME = 400, 200

IGNORED = frozenset(
    {"__pycache__", "node_modules", "__MACOSX", "Thumbs.db", "desktop.ini", ".DS_Store", ".git"}
)
"""Left out of a package wherever they stand: they belong to the author's machine. Of a folder, hidden
files are left out as well; whoever zips them means them."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNWRITABLE = re.compile(r'[<>"|?*]')
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?", re.IGNORECASE
)

_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""How files may be packed: what every tool does, and what unpacks no further than it is read. Of bzip2 and LZMA a few
hundred bytes become gigabytes before the first of them can be counted."""

_BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
)  # fmt: skip
"""What reading a damaged or unusual zip raises."""


def read_files(source: Path, name: str = "") -> dict[str, bytes]:
    """Every file of a zip or folder by its path inside. name: what people call it, unless that is its own.

    Raises InvalidArgument. Blocks: call it in a thread.
    """
    if source.is_dir():
        files = _read_folder(source)
    elif source.is_file() and zipfile.is_zipfile(source):
        files = _read_zip(source)
    else:
        called = name or source.name
        raise wrong(
            f"'{called}'은(는) zip 파일이나 폴더가 아닙니다.", f"{called} is neither a zip nor a folder."
        )
    _check_together(files)
    return files


def walk(source: Path) -> Iterable[tuple[str, Path]]:
    """What of a folder belongs to its package, as path inside and path, in order; links included."""
    for root, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if not _is_private(name))
        linked = [name for name in folders if (Path(root) / name).is_symlink()]
        for name in sorted([*names, *linked]):
            if not _is_private(name) and not name.endswith(".pyc"):
                path = Path(root) / name
                yield path.relative_to(source).as_posix(), path


def _read_folder(source: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for relative, path in walk(source):
        if path.is_symlink() or not path.is_file():
            raise _link(relative)
        _check_path(relative)
        _check_size(total + path.stat().st_size, len(files) + 1)
        files[relative] = path.read_bytes()
        total += len(files[relative])
        _check_size(total, len(files))
    return files


def _read_zip(source: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                # Read as it stands in the file: zipfile cuts names at a zero byte.
                name = info.orig_filename
                is_folder = name.endswith("/")
                _check_path(name[:-1] if is_folder else name)
                mode = info.external_attr >> 16
                if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                    raise _link(name)
                if is_folder:
                    continue
                if info.flag_bits & 0x41:
                    raise wrong(
                        "암호화된 zip은 설치할 수 없습니다. 암호 없이 다시 압축해 주세요.",
                        "The zip is encrypted; pack it without a password.",
                    )
                if info.compress_type not in _PACKED:
                    raise wrong(
                        f"지원하지 않는 방식으로 압축된 파일입니다: {name[:80]} — 일반 zip(Deflate)으로 다시 압축해 주세요.",
                        f"{name[:80]} is packed in another way than deflated or stored; pack it as an ordinary zip.",
                    )
                if name.endswith(".pyc") or not IGNORED.isdisjoint(PurePosixPath(name).parts):
                    continue
                _check_size(total + info.file_size, len(files) + 1)
                with archive.open(info) as content:
                    data = content.read(MAX_BYTES - total + 1)
                total += len(data)
                _check_size(total, len(files) + 1)
                if name in files:
                    raise wrong(
                        f"zip에 같은 파일이 두 번 있습니다: {name}",
                        f"The zip holds {name} twice; pack each file once.",
                    )
                files[name] = data
    except _BROKEN as problem:
        raise wrong(
            "zip 파일을 읽을 수 없습니다. 다시 압축해 주세요.",
            f"The zip cannot be read ({problem}); pack it again.",
        ) from None
    return files


def _is_private(name: str) -> bool:
    return name in IGNORED or (name.startswith(".") and name != ".well-known")


def _check_path(name: str) -> None:
    shown = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", name)[:80]
    if _CONTROL.search(name):
        raise wrong(
            f"파일 이름에 제어 문자가 있습니다: {shown}",
            f"The name {shown!r} holds control characters; rename the file.",
        )
    parts = name.split("/")
    # A drive letter or backslash is an absolute path or a parent on some other system.
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or not name.strip("./"):
        raise wrong(
            f"패키지 밖을 가리키는 경로가 있습니다: {shown}",
            f"The path {shown!r} leads outside the package; pack only files below its folder.",
        )
    if "" in parts or "." in parts:
        raise wrong(
            f"경로가 올바르지 않습니다: {shown}",
            f"The path {shown!r} is not written plainly; pack the folder again.",
        )
    if len(name) > MAX_PATH or any(len(part.encode("utf-8", "surrogatepass")) > MAX_NAME for part in parts):
        raise wrong(
            f"파일 이름이 너무 깁니다: {shown}",
            f"The name {shown!r} is too long; keep names below {MAX_NAME} bytes and paths below {MAX_PATH}.",
        )
    for part in parts:
        if _DEVICE.fullmatch(part) or part[-1] in " ." or _UNWRITABLE.search(part) or not _is_text(part):
            raise wrong(
                f"다른 운영체제에서 쓸 수 없는 파일 이름입니다: {shown}",
                f"The name {shown!r} cannot be written on every system; rename the file.",
            )


def _is_text(part: str) -> bool:
    try:
        part.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_together(files: dict[str, bytes]) -> None:
    """Names that some systems take for one another, and files where others need a folder."""
    seen: dict[str, str] = {}
    for name in files:
        parts = name.split("/")
        for length in range(1, len(parts) + 1):
            path = "/".join(parts[:length])
            key = unicodedata.normalize("NFC", path).casefold()
            if seen.setdefault(key, path) != path:
                raise wrong(
                    f"대소문자만 다른 이름이 있습니다: {seen[key][:80]}, {path[:80]}",
                    f"{seen[key][:80]} and {path[:80]} are one name on some systems; rename one of them.",
                )
            if length < len(parts) and path in files:
                raise wrong(
                    f"'{path[:80]}'이(가) 파일이면서 폴더입니다.",
                    f"{path[:80]} is a file and a folder at once; rename one of them.",
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
        f"링크나 특수 파일은 넣을 수 없습니다: {name[:80]}",
        f"{name[:80]} is a link or a special file; put the file itself into the package.",
    )
