"""The process that makes pictures ready for the menu: upright, small, and pixels only (`picture`)."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from jumak.formats.apart import answer
from jumak.formats.errors import BadFile
from jumak.formats.picture import Picture, PictureRequest

MAX_FILE = 20_000_000
MAX_PIXELS = 60_000_000
"""Four bytes each once unpacked."""

SIDE = 800
"""Longest side of what is kept: sharp on a tile, and on a guest's screen."""

QUALITY = 82
FORMATS = ("PNG", "JPEG", "WEBP")


def prepare_here(content: bytes) -> tuple[bytes, Picture]:
    """The picture as it is kept. Raises BadFile."""
    if len(content) > MAX_FILE:
        raise BadFile(
            f"사진이 너무 큽니다. {MAX_FILE // 1_000_000}MB까지 올릴 수 있습니다.",
            f"The picture is larger than {MAX_FILE // 1_000_000} MB.",
            "TOO_MUCH",
        )
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # Pillow raises at twice of it.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                # A large JPEG is unpacked at a fraction of its size.
                opened.draft("RGB", (SIDE * 2, SIDE * 2))
                upright = ImageOps.exif_transpose(opened)
                picture = _in_srgb(upright)
    except Image.DecompressionBombError:
        raise BadFile(
            "사진의 가로세로가 너무 큽니다. 줄여서 다시 올려 주세요.",
            "The picture has too many pixels: make it smaller.",
            "TOO_MUCH",
        ) from None
    except Exception:
        # Decoders of three formats raise whatever they like at what is damaged.
        raise BadFile(
            "사진을 읽을 수 없습니다. PNG, JPEG, WebP 파일을 올려 주세요.",
            "This is no picture that can be read: use PNG, JPEG or WebP.",
            "NO_PICTURE",
        ) from None
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    # Pixels alone go into a new picture: whatever else the file said stays behind.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue(), Picture(bare.width, bare.height)


def _in_srgb(picture: Image.Image) -> Image.Image:
    """As screens show it: phones save pictures in wider spaces of colour."""
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"))
        except (ImageCms.PyCMSError, OSError):
            converted = None
        picture = converted or picture
    return picture.convert(mode)


def _work(request: PictureRequest) -> Picture:
    content, picture = prepare_here(Path(request.source).read_bytes())
    Path(request.target).write_bytes(content)
    return picture


if __name__ == "__main__":
    answer(PictureRequest, _work)
