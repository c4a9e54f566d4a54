"""Tables as CSV and XLSX: what is written is read again, and no file does worse than be refused."""

from __future__ import annotations

import contextlib
import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumak.domain.catalog.sheet.plan import Catalogue
from jumak.formats import apart, menu, menu_work
from jumak.formats.csv_table import read_csv, write_csv
from jumak.formats.errors import BadFile
from jumak.formats.xlsx import read_xlsx, write_xlsx

cells = st.text(max_size=20) | st.sampled_from(
    [
        "=1+1",
        "'=1",
        "''@x",
        "-5",
        "+82",
        "\t",
        "\r",
        "a\r\nb",
        '"',
        "_x0041_",
        "_x005F_",
        "\x07",
        "0012",
        "1e5",
        "＝A",
    ]
)
tables = st.lists(st.lists(cells, min_size=2, max_size=4).filter(any), min_size=1, max_size=5)


@given(tables)
def test_csv_comes_back_as_it_was(rows: list[list[str]]) -> None:
    """extensions §9: RFC 4180; whatever a cell holds."""
    assert list(read_csv(write_csv([["가", "나"], *rows])))[1:] == rows


@given(tables)
def test_no_csv_cell_acts_as_a_formula(rows: list[list[str]]) -> None:
    """extensions §9: a cell that a spreadsheet would run begins with an apostrophe."""
    text = write_csv(rows).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(
            cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for cell in row
        )


@given(tables)
def test_xlsx_comes_back_as_it_was(rows: list[list[str]]) -> None:
    """extensions §9: texts stay texts, formulas too; line breaks become one kind."""
    width = max(map(len, rows))
    even = [row + [""] * (width - len(row)) for row in rows]
    found = list(read_xlsx(write_xlsx(even, numbers=[False] * width, sheet="상품")))
    assert [row[:width] + [""] * (width - len(row)) for row in found] == even


def test_a_spreadsheet_counts_with_numbers_and_keeps_texts() -> None:
    """extensions §9: prices are numbers, a barcode keeps its zeros, nothing is a formula."""
    content = write_xlsx(
        [["가격", "바코드"], ["9000", "0012"], ["0.5", "=1+1"]], numbers=[True, False], sheet="상품"
    )
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert page is not None
    assert [cell.value for cell in page["A"]] == ["가격", 9000, 0.5]
    assert [cell.data_type for cell in page["B"]] == ["s", "s", "s"]
    assert [cell.value for cell in page["B"]] == ["바코드", "0012", "=1+1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_every_spreadsheet(encoding: str, separator: str) -> None:
    """extensions §9: encodings and separators are told by the content, also beside others inside quotes."""
    text = f'"상품명 (한글, 쉼표;;,,)"{separator}가격\r\n"비빔밥{separator}특"{separator}9000\r\n'
    assert list(read_csv(text.encode(encoding))) == [
        ["상품명 (한글, 쉼표;;,,)", "가격"],
        [f"비빔밥{separator}특", "9000"],
    ]


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A spreadsheet of ours with one part changed."""
    source = zipfile.ZipFile(io.BytesIO(write_xlsx([["상품명"], ["가"]], numbers=[False], sheet="상품")))
    return zipped(
        {each: change(source.read(each)) if each == name else source.read(each) for each in source.namelist()}
    )


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SHEET = "xl/worksheets/sheet1.xml"
HOSTILE = {
    "nothing": b"",
    "an open quote": b'"a,b\r\nc',
    "no text": b"\x80\x81\xff\xfe\x00",
    "half a zip": b"PK\x03\x04" + b"\x00" * 50,
    "a zip of something else": zipped({"readme.txt": b"hello"}),
    "an old spreadsheet": b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
    "a bomb": zipped(dict.fromkeys((f"{number}.xml" for number in range(21)), bytes(10_000_000))),
    "a thousand parts": zipped({f"{number}.xml": b"" for number in range(1_001)}),
    "a sheet that is no XML": with_part(SHEET, lambda _: b"<a><b></a>"),
    "entities": with_part(SHEET, lambda sheet: LAUGHS + sheet.replace(b"<sheetData>", b"<sheetData>&b;")),
    "an endless cell": b"x" * 50_000 + b",1\r\n",
}


NO_MENU = Catalogue({}, {}, {})


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_file_is_refused(content: bytes, tmp_path: Path) -> None:
    """extensions §9: with a sentence that says what would be right, and no more than that."""
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(BadFile) as refused:
        await menu.compare(path, NO_MENU, live=False, lang="ko")
    assert refused.value.ko
    assert refused.value.reason != "FILE"


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    """extensions §9: rows are counted while they are read."""
    path = tmp_path / "upload"
    path.write_bytes(b"a\r\n" * (menu_work.MAX_ROWS + 1))
    with pytest.raises(BadFile) as refused:
        menu_work.read_rows(path)
    assert refused.value.reason == "TOO_MANY_ROWS"


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_refused(content: bytes) -> None:
    """extensions §9: no content is an accident."""
    for rows in (read_csv(content), read_xlsx(b"PK\x03\x04" + content)):
        with contextlib.suppress(BadFile):
            assert all(isinstance(cell, str) for row in rows for cell in row)


async def test_both_kinds_are_written_and_read_in_another_process(tmp_path: Path) -> None:
    """extensions §9: the server only hands paths over."""
    rows = [["상품명", "분류", "가격"], ["비빔밥", "식사", "9000"]]
    kinds: tuple[menu.Kind, ...] = ("csv", "xlsx")
    for kind in kinds:
        path = tmp_path / kind
        await menu.write(path, kind, rows, sheet="상품")
        assert menu_work.read_rows(path) == rows
        found = await menu.compare(path, NO_MENU, live=False, lang="ko")
        assert [change.title for change in found.plan.added] == ["비빔밥"]


def test_a_cell_that_is_too_long() -> None:
    """extensions §9: a spreadsheet of some kilobytes may name one long text a thousand times; none is taken."""
    content = with_part("xl/worksheets/sheet1.xml", lambda sheet: sheet.replace("가".encode(), b"x" * 50_000))
    with pytest.raises(BadFile) as refused:
        list(read_xlsx(content))
    assert refused.value.reason == "TOO_MUCH"


async def test_an_answer_that_is_too_long_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """extensions §9: what a file becomes in the process that reads it does not fill the server."""
    path = tmp_path / "menu.csv"
    path.write_bytes(write_csv([["상품명", "가격"], *([f"상품 {number}", "x"] for number in range(500))]))
    assert (await menu.compare(path, Catalogue({}, {}, {}), live=False, lang="ko")).plan.bad
    monkeypatch.setattr(apart, "MAX_REPLY", 10_000)
    with pytest.raises(BadFile) as refused:
        await menu.compare(path, Catalogue({}, {}, {}), live=False, lang="ko")
    assert refused.value.reason == "TOO_MUCH"
