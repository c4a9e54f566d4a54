"""Where scripts of ours stand in a plugin's page: before all of its own, and without a change to how it is read.

A doctype, and what a browser lets stand before it, stays first, because a page whose doctype comes after a tag is
laid out by other rules. After it nothing of the page has begun: a browser opens the head for the script, and what
the page's own `<html>` and `<head>` say is added to that.
"""

from __future__ import annotations

import codecs
import re

_BEFORE_SCRIPTS = re.compile(
    r"""\ufeff?(?:
        [\t\n\f\r\ ]+
      | <!--(?:-?>|.*?--!?>)  # <!--> and <!---> are whole comments
      | <[!?](?!--)[^>]*>     # a doctype, or what a browser takes for a comment: <?xml …?>, <![CDATA[…
      | </(?![a-z])[^>]*>
    )*""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_WIDE = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def with_scripts(page: bytes, scripts: str) -> bytes:
    """The page with script elements of ours in front of its own. scripts: in ASCII.

    Every other byte stays as it was. Pages in whatever writing holds ASCII as it is, and in UTF-16 with its mark,
    which is how a browser recognises it; no other is one that browsers read.
    """
    encoding = _WIDE.get(page[:2], "latin-1")
    if encoding == "latin-1":
        mark = codecs.BOM_UTF8 if page.startswith(codecs.BOM_UTF8) else b""
        at = len(mark) + _length(page[len(mark) :].decode("latin-1"))
    else:
        text = page.decode(encoding, "replace")
        at = len(text[: _length(text)].encode(encoding))
    return page[:at] + scripts.encode(encoding) + page[at:]


def _length(text: str) -> int:
    found = _BEFORE_SCRIPTS.match(text)
    return 0 if found is None else found.end()
