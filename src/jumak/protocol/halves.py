"""Half an emoji: what JavaScript leaves when it cuts a text in the middle of a surrogate pair.

`JSON.stringify` writes the half as an escape, `"\\ud83d"`. No UTF-8 text can hold it, so decoders
refuse the message; browsers that have to send it put U+FFFD there, and so do we.
"""

from __future__ import annotations

import json
import re

_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
    r"|\\.",
    re.DOTALL,
)
_HALF = len(r"\ud83d")
_SPACE = re.compile(r"[ \t\n\r]*")
# Numbers stay text: how many digits they have is nobody's business here.
_decoder = json.JSONDecoder(parse_int=str, parse_float=str)


def mended(text: str) -> str | None:
    """The same JSON with U+FFFD for every half, None when there is none."""
    if "\\u" not in text:
        return None
    found = _ESCAPE.sub(lambda escape: r"\ufffd" if len(escape[0]) == _HALF else escape[0], text)
    return None if found == text else found


def members(text: str) -> dict[str, str]:
    """The members of a JSON object, each as it is written; of a key that is there twice the last.

    text: known to be JSON but for its halves. Raises RecursionError when it is nested too deeply.
    """
    found: dict[str, str] = {}
    at = _after_space(text, _after_space(text, 0) + 1)
    while text[at] != "}":
        key, at = _decoder.raw_decode(text, at)
        begin = _after_space(text, _after_space(text, at) + 1)
        _, at = _decoder.raw_decode(text, begin)
        found[key] = text[begin:at]
        at = _after_space(text, at)
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return found


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
