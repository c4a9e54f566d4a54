"""What lies in a shop's folder comes along whole, or is refused by its name."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from jumak.store.copying.folder import Files
from jumak.store.errors import CopyDiffers, CopyRefused


def files(tmp_path: Path) -> Files:
    """From `from` to `to`, which are there."""
    source, target = tmp_path / "from", tmp_path / "to"
    for folder in (source, target):
        folder.mkdir(exist_ok=True)
    return Files(source, target, frozenset(("shop.lock",)))


def copied(tmp_path: Path) -> Path:
    """Copies; the folder it is in."""
    both = files(tmp_path)
    both.check()
    both.copy()
    both.compare()
    return both.target


def test_folders_and_modes(tmp_path: Path) -> None:
    """Also folders with nothing in them, and one that nobody may write."""
    files(tmp_path)
    source = tmp_path / "from"
    (source / "a" / "empty").mkdir(parents=True)
    (source / "closed").mkdir()
    (source / "closed" / "run").write_bytes(b"#!")
    (source / "link").symlink_to("a")
    for name, mode in (("closed/run", 0o750), ("closed", 0o550), ("a/empty", 0o711), ("a", 0o755)):
        (source / name).chmod(mode)
    target = copied(tmp_path)
    for name, mode in (("closed/run", 0o750), ("closed", 0o550), ("a/empty", 0o711), ("a", 0o755)):
        assert (target / name).stat().st_mode & 0o777 == mode, name
    assert (target / "link").readlink() == Path("a")
    assert copied(tmp_path) == target, "a copy that goes on finds all of it there"
    (target / "a" / "empty").rmdir()
    with pytest.raises(CopyDiffers, match="empty is missing"):
        files(tmp_path).compare()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        # A name of its own length: an address of a socket is short.
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (pipe, "pipe", "neither a file nor a folder"),
        (listening, "socket", "neither a file nor a folder"),
        (Path.touch, "picture.copying", "is named as a copy that is not finished"),
    ],
)
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], None], name: str, said: str) -> None:
    """Is refused before anything is copied: it is neither waited for nor left out in silence."""
    files(tmp_path)
    (tmp_path / "from" / "below").mkdir()
    make(tmp_path / "from" / "below" / name)
    with pytest.raises(CopyRefused, match=f"below/{name} .*{said}"):
        copied(tmp_path)
    assert list((tmp_path / "to").iterdir()) == []


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    """As with another file in the place of one."""
    files(tmp_path)
    (tmp_path / "from" / "a").mkdir()
    (tmp_path / "to" / "a").touch()
    with pytest.raises(CopyRefused, match="a is there already, and is no folder"):
        copied(tmp_path)


def test_a_folder_inside(tmp_path: Path) -> None:
    """Would be copied into itself."""
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(CopyRefused, match="is inside"):
        Files(tmp_path, inside, ()).check()
