"""Makes a picture ready for the menu; what does so is `picture_work`, in a process of its own."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from jumak.formats.apart import apart

TIMEOUT_S = 30.0


class PictureRequest(Struct, frozen=True):
    """Read the picture at `source` and write what is kept of it to `target`."""

    source: str
    target: str


class Picture(Struct, frozen=True):
    """What was written: WebP of this size in pixels."""

    width: int
    height: int


async def prepare(source: Path, target: Path) -> Picture:
    """Reads a PNG, JPEG or WebP, told by its content, and writes a WebP of at most 800 pixels a side.

    Nothing but the pixels is kept: no place it was taken at, no name of a camera. Raises BadFile.
    """
    request = PictureRequest(str(source), str(target))
    return await apart("jumak.formats.picture_work", request, Picture, timeout_s=TIMEOUT_S)
