"""The files of a shop beside its rows: pictures, uploads, installed plugins, the key of plugins' secrets.

Regular files, links as they are, and folders, with their modes. Anything else is refused by its name.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from msgspec import Struct

from jumak.store.errors import CopyDiffers, CopyRefused
from jumak.store.sqlite.file import FILE_NAME, sync_folder

_UNFINISHED = ".copying"


class FilesSum(Struct, frozen=True):
    """files: how many.  size: bytes of all.  hash: hex, over names and contents."""

    files: int
    size: int
    hash: str


class Files:
    """From one folder into another; both the same: they stay where they are.

    target: of the copy.  leave: names of files at the top that belong to a process and not to the shop.
    """

    def __init__(self, source: Path, target: Path, leave: Collection[str]) -> None:
        self._source, self.target = source, target
        self._leave = frozenset(leave)
        self._stay = source.resolve() == target.resolve()

    def check(self) -> None:
        """Raises CopyRefused for what is no file, and when something else has the place of one."""
        if self._stay:
            return
        if self.target.resolve().is_relative_to(self._source.resolve()):
            raise CopyRefused(
                f"{self.target} is inside {self._source}, all of which is copied; choose another folder"
            )
        for name in self._folders():
            there = self.target / name
            if os.path.lexists(there) and (there.is_symlink() or not there.is_dir()):
                raise CopyRefused(f"{there} is there already, and is no folder as {self._source / name} is")
        for name in self._names():
            there = self.target / name
            _check_kind(self._source / name)
            if os.path.lexists(there) and not _equal(self._source / name, there):
                raise CopyRefused(f"{there} is there already, and is another file than {self._source / name}")

    def copy(self) -> None:
        """Those that are not there yet; each appears only when it is whole and on disk. Folders too, with their modes."""
        if self._stay:
            return
        for name in self._folders():
            (self.target / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in self._names():
            there = self.target / name
            if os.path.lexists(there):
                continue
            _copy(self._source / name, there)
            sync_folder(there.parent)
        # From the inside out, and last: a folder may be one that nobody writes.
        for name in reversed(list(self._folders())):
            shutil.copymode(self._source / name, self.target / name)
            sync_folder((self.target / name).parent)

    def compare(self) -> FilesSum | None:
        """Of both; None when they stay where they are. Raises CopyDiffers."""
        if self._stay:
            return None
        whole, size, count = hashlib.sha256(), 0, 0
        for name in self._folders():
            if not (self.target / name).is_dir():
                raise CopyDiffers(f"the folder {self.target / name} is missing")
        for name in self._names():
            mine, its = _content(self._source / name), _content(self.target / name)
            if mine != its:
                raise CopyDiffers(f"the file {self.target / name} is not what {self._source / name} is")
            whole.update(f"{name.as_posix()}\0{mine}\n".encode())
            size += (self._source / name).lstat().st_size
            count += 1
        return FilesSum(count, size, whole.hexdigest())

    def _folders(self) -> Iterator[Path]:
        """Of folders below, each before what is in it; also those with nothing in them."""
        for folder, folders, _ in os.walk(self._source, onerror=_unreadable):
            folders[:] = sorted(each for each in folders if not (Path(folder) / each).is_symlink())
            here = Path(folder).relative_to(self._source)
            yield from (here / each for each in folders)

    def _names(self) -> Iterator[Path]:
        """Of everything that is no folder, in order."""
        for folder, folders, files in os.walk(self._source, onerror=_unreadable):
            here = Path(folder).relative_to(self._source)
            links = [each for each in folders if (Path(folder) / each).is_symlink()]
            folders.sort()
            for name in sorted(files + links):
                if here == Path() and (name in self._leave or name.startswith(FILE_NAME)):
                    continue
                yield here / name


def _unreadable(error: OSError) -> None:
    raise CopyRefused(f"{error.filename} cannot be read: {error.strerror}") from error


def _check_kind(path: Path) -> None:
    """A pipe would be waited for, and no socket or device is a shop's."""
    if not stat.S_ISREG(kind := path.lstat().st_mode) and not stat.S_ISLNK(kind):
        raise CopyRefused(f"{path} is neither a file nor a folder: take it away, or look whose it is")
    # The name of a file on its way here, which is made anew when a copy goes on.
    if path.name.endswith(_UNFINISHED):
        raise CopyRefused(f"{path} is named as a copy that is not finished: rename it, or take it away")


def _content(path: Path) -> str | None:
    """What of it is compared; None when there is none."""
    if path.is_symlink():
        return f"-> {path.readlink()}"
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _equal(one: Path, other: Path) -> bool:
    return _content(one) == _content(other)


def _copy(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    unfinished = target.with_name(target.name + _UNFINISHED)
    unfinished.unlink(missing_ok=True)
    # With the mode it has: the key of secrets is its owner's alone, from the first byte on.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as given, os.fdopen(descriptor, "wb") as taken:
        shutil.copyfileobj(given, taken)
        taken.flush()
        os.fsync(taken.fileno())
    shutil.copymode(source, unfinished)
    unfinished.replace(target)
