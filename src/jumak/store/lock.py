"""The lock of a shop's folder: one writer, and it dies with its process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jumak.store.errors import ShopInUse


class FolderLock:
    """Held from construction until `release` or the end of the process, however that comes.

    Raises ShopInUse when somebody else holds it; the text names the process.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / "shop.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except OSError:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise ShopInUse(
                f"the shop in {folder} is open in another process" + (f" ({holder})" if holder else "")
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Give the folder free. The file stays: removing it would let two processes lock two files."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def lock_made(folder: Path) -> FolderLock:
    """The lock of a folder that is made, for its owner alone, when there is none. Raises ShopInUse."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FolderLock(folder)


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        # flock belongs to the open file, so that a second open in this very process is refused too.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
