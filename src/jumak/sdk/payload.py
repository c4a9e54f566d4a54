"""The body of an HTTP call as JSON: exactly what `JSON.stringify` would write (contract, wire §8.2).

Partners check signatures over the body, and their servers were written against plugins in JavaScript:
compact, no ASCII escaping, `1.0` is `1`, half an emoji is escaped. A text is sent as it is, so whoever
signs another form hands over the text that was signed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring as quoted
from typing import Any

from jumak.sdk.errors import PosPluginSdkValidationError
from jumak.sdk.values import Record, View, write

_HALF = re.compile("[\ud800-\udfff]")


def json_text(value: Any) -> str:
    """The JSON of a payload. None is null, also as a value in a dict; the SDK's own values are as on the wire.

    Raises PosPluginSdkValidationError for what JSON has no word for: bytes, NaN, a key that is no text.
    """
    text = _text(value, "$.payload")
    # Two halves that stand together are one emoji; a half alone has no bytes and is escaped.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", whole)


def _text(value: Any, path: str) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Enum():
            return _text(value.value, path)
        case str():
            return quoted(value)
        case int():
            return str(value)
        case float():
            return _number(value, path)
        case datetime():
            return quoted(value.isoformat())
        case View() | Record():
            return _text(write(value), path)
        case Mapping():
            pairs = (f"{_key(key, path)}:{_text(inner, f'{path}.{key}')}" for key, inner in value.items())
            return f"{{{','.join(pairs)}}}"
        case list() | tuple():
            return f"[{','.join(_text(inner, f'{path}[{place}]') for place, inner in enumerate(value))}]"
    raise _refused(f"{type(value).__name__} is not JSON", path)


def _key(key: Any, path: str) -> str:
    if not isinstance(key, str):
        raise _refused(f"the key {key!r} is no text", path)
    return quoted(key)


def _number(value: float, path: str) -> str:
    """As JavaScript spells it: digits up to 1e21 and down to 1e-6, no fraction of zeros."""
    if not math.isfinite(value):
        raise _refused(f"{value} is not JSON", path)
    size = abs(value)
    if 1e-6 <= size < 1e21:
        digits = f"{Decimal(repr(value)):f}"
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    if size == 0:
        return "0"
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"


def _refused(message: str, path: str) -> PosPluginSdkValidationError:
    return PosPluginSdkValidationError([{"message": message, "path": path}])
