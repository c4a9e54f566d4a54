"""Tables as CSV (RFC 4180), as spreadsheets in Korea write and open them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from jumak.formats.errors import BadFile

MAX_CELL = 40_000
_SEPARATORS = ",;\t"

_ACTS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet would take for a formula, or for the sign of one, an earlier guard before it included."""


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes it for CP949.

    A cell that would act as a formula gets an apostrophe in front; `read_csv` takes it away again.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow(["'" + cell if _ACTS.match(cell) else cell for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "surrogatepass")


def read_csv(content: bytes) -> Iterator[list[str]]:
    """Its rows, from the top. UTF-8, UTF-16 or CP949; commas, semicolons or tabs. Raises BadFile."""
    text = _decoded(content)
    csv.field_size_limit(MAX_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for row in lines:
            yield [cell[1:] if cell[:1] == "'" and _ACTS.match(cell) else cell for cell in row]
    except csv.Error as error:
        raise BadFile(
            f"CSV {lines.line_num}번째 줄을 읽을 수 없습니다. 따옴표의 짝이 맞는지 확인해 주세요.",
            f"Line {lines.line_num} of the CSV cannot be read ({error}): check that its quotes are closed.",
            "CSV",
        ) from None


def _decoded(content: bytes) -> str:
    is_utf_16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    encodings = ("utf-16",) if is_utf_16 else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile(
        "파일의 글자를 읽을 수 없습니다. 'CSV UTF-8'이나 xlsx로 다시 저장해 주세요.",
        "The letters of the file cannot be read: save it as CSV UTF-8 or as xlsx.",
        "ENCODING",
    )


def _separator(text: str) -> str:
    """The one that stands most often in the first line, outside of quotes."""
    first = next((line for line in text[:MAX_CELL].splitlines() if line.strip()), "")
    outside = re.sub(r'"(?:[^"]|"")*"', "", first)
    return max(_SEPARATORS, key=outside.count)
