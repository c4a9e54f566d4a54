"""The body of a plugin's HTTP call: exactly the JSON it wrote, so that its signature holds (H-60)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import UNSET, Raw, UnsetType

from jumak.protocol.halves import mended

CONTENT_TYPE = ("Content-Type", "application/json")

_SPACED = re.compile(rb"[ \t\n\r]")
_PARTS = re.compile(rb'("(?:[^"\\]|\\.)*")|[ \t\n\r]+', re.DOTALL)


def body_of(payload: Raw | UnsetType) -> tuple[bytes | None, bool]:
    """The body for a payload, and whether it is JSON; None without one.

    A text is sent as it is. Null is the same as none, as everywhere (contract §4.4).
    """
    if payload is UNSET:
        return None, False
    raw = bytes(payload).strip(b" \t\n\r")
    if raw == b"null":
        return None, False
    if raw.startswith(b'"'):
        return text_of(raw).encode(), False
    return compact(raw), True


def compact(raw: bytes) -> bytes:
    """JSON without the spaces between its parts; each part stays as it was written."""
    if not _SPACED.search(raw):
        return raw
    try:
        return msgspec.json.format(raw, indent=-1)
    except msgspec.DecodeError:
        # Half an emoji stands in it, which the formatter does not pass on.
        return _PARTS.sub(rb"\1", raw)


def text_of(raw: bytes) -> str:
    """A JSON text as text; half an emoji becomes U+FFFD, as in every browser."""
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.DecodeError:
        whole = raw.decode()
        return msgspec.json.decode(mended(whole) or whole, type=str)


def with_content_type(headers: Sequence[tuple[str, str]], is_json: bool) -> tuple[tuple[str, str], ...]:
    """The headers, with `Content-Type: application/json` when JSON goes without one (H-61)."""
    if not is_json or any(name.lower() == "content-type" for name, _ in headers):
        return tuple(headers)
    return (*headers, CONTENT_TYPE)
