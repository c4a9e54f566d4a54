"""Pictures for the menu: what is kept of them, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jumak.formats.errors import BadFile
from jumak.formats.picture import prepare
from jumak.formats.picture_work import SIDE, prepare_here

GPS, ORIENTATION = 0x8825, 0x0112


def drawn(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **how: object) -> bytes:
    """A picture, its left half red."""
    picture = Image.new(mode, size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    picture.save(out, kind, **how)  # type: ignore[arg-type]
    return out.getvalue()


def read(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=["WEBP"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_become_small_webp(kind: str) -> None:
    """extensions §9: PNG, JPEG and WebP; at most 800 pixels a side, never made larger."""
    kept, said = prepare_here(drawn(kind, (2_000, 1_000)))
    assert (said.width, said.height) == read(kept).size == (SIDE, SIDE // 2)
    assert prepare_here(drawn(kind))[1].width == 60


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "CMYK", "I;16"])
def test_every_mode_of_colour(mode: str) -> None:
    """extensions §9: grey, palettes and print colours are drawn; see-through parts stay so."""
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    kept, _ = prepare_here(out.getvalue())
    assert read(kept).mode == ("RGBA" if mode in ("RGBA", "LA") else "RGB")


def test_only_pixels_are_kept_and_they_stand_upright() -> None:
    """extensions §9: a picture from a phone is turned upright, and says nothing of where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    exif[0x010F] = "PhoneMaker"
    kept, said = prepare_here(drawn("JPEG", (60, 40), exif=exif, comment=b"secret"))
    picture = read(kept)
    assert (said.width, said.height) == (40, 60)
    assert picture.convert("RGB").getpixel((20, 5))[0] > 200  # type: ignore[index]
    assert len(picture.getexif()) == 0
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(picture.info)
    assert b"PhoneMaker" not in kept
    assert b"secret" not in kept


def png_that_says(width: int, height: int) -> bytes:
    """A PNG whose head promises this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1_000)))
        + chunk(b"IEND", b"")
    )


HOSTILE = {
    "nothing": b"",
    "a script": b"<script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a GIF": drawn("GIF"),
    "a bomb": png_that_says(50_000, 50_000),
    "more than is there": png_that_says(500, 500),
    "half a JPEG": drawn("JPEG", (600, 400))[:400],
    "too long": bytes(20_000_001),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    """extensions §9: told by its content, whatever its name; a bomb before it is unpacked."""
    with pytest.raises(BadFile):
        prepare_here(content)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=20))
def test_damaged_pictures_are_drawn_or_refused(place: int, noise: bytes) -> None:
    """extensions §9: no content is an accident."""
    content = drawn("PNG")
    try:
        kept, _ = prepare_here(content[:place] + noise + content[place + len(noise) :])
    except BadFile:
        return
    assert read(kept).format == "WEBP"


async def test_a_process_of_its_own(tmp_path: Path) -> None:
    """extensions §9: the server only hands paths over."""
    (tmp_path / "in").write_bytes(drawn("PNG"))
    said = await prepare(tmp_path / "in", tmp_path / "out")
    assert (said.width, said.height) == (60, 40)
    assert read((tmp_path / "out").read_bytes()).size == (60, 40)
    (tmp_path / "in").write_bytes(b"no")
    with pytest.raises(BadFile) as refused:
        await prepare(tmp_path / "in", tmp_path / "other")
    assert refused.value.reason == "NO_PICTURE"
    assert not (tmp_path / "other").exists()
