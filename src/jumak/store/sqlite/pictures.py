"""The pictures of the menu beside a copy of a shop: one archive, named by the content of what is in it."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from jumak.domain.catalog.picture import NAME
from jumak.store.sqlite.file import make_private

FOLDER = "pictures"
ENDING = ".pictures.zip"


def archive_of(copy: Path) -> Path:
    """Where the pictures of a copy are."""
    return copy.with_name(copy.name + ENDING)


class PictureArchive:
    """The pictures of a shop while it is copied. folder: of the shop.

    `add` what is there before the shop's file is copied and again after it: so each picture an item has in that copy
    is in, also one that came or was cleared away meanwhile. `finish` puts the archive in its place, if it holds any.
    """

    def __init__(self, folder: Path, copy: Path) -> None:
        self._folder, self._target = folder / FOLDER, archive_of(copy)
        self._unfinished = self._target.with_name(self._target.name + ".part")
        self._names: set[str] = set()

    def add(self) -> None:
        """Everything that is not in it yet."""
        names = {path.name for path in self._folder.iterdir()} if self._folder.is_dir() else set()
        new = sorted(name for name in names - self._names if NAME.fullmatch(name))
        if not new:
            return
        if not self._names:
            make_private(self._unfinished)
        with zipfile.ZipFile(self._unfinished, "a") as archive:
            for name in new:
                try:
                    content = (self._folder / name).read_bytes()
                except FileNotFoundError:
                    continue
                archive.writestr(name, content)
                self._names.add(name)

    def finish(self) -> None:
        """On disk under its own name."""
        if not self._names:
            return
        with self._unfinished.open("rb") as file:
            os.fsync(file.fileno())
        self._unfinished.replace(self._target)

    def drop(self) -> None:
        """The copy failed."""
        self._unfinished.unlink(missing_ok=True)


def put_back(copy: Path, folder: Path) -> None:
    """The pictures of a copy into the folder of a shop; those that are there already stay."""
    source = archive_of(copy)
    if not source.exists():
        return
    home = folder / FOLDER
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if NAME.fullmatch(name) and not (home / name).exists():
                unfinished = home / f".{name}"
                unfinished.write_bytes(archive.read(name))
                with unfinished.open("rb") as file:
                    os.fsync(file.fileno())
                unfinished.replace(home / name)
