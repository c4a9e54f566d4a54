"""Refusals as they leave: status, code, texts."""

from __future__ import annotations

import json

import pytest

from jumak.domain import errors
from jumak.domain.errors import Conflict, InvalidArgument, PosError
from jumak.protocol.envelope import decode_data
from jumak.protocol.errors import STATUS, error_body, error_json, status_of
from jumak.protocol.table import row_of
from tests.tidy.project import ROOT


def family(kind: type[PosError] = PosError) -> list[type[PosError]]:
    return [kind, *(child for sub in kind.__subclasses__() for child in family(sub))]


def test_every_class_of_refusal_has_a_code_with_a_status():
    """H-11: each code meets its HTTP status in one table."""
    ours = [kind for kind in family() if kind.__module__ == errors.__name__]
    assert {kind.code for kind in ours} <= STATUS.keys()


def test_statuses_are_those_of_the_contract():
    """H-11: the table of the contract, README §6."""
    page = (ROOT / "docs/contract/README.md").read_text(encoding="utf-8")
    section = page.split("## 6. Errors")[1].split("| Class in our SDKs")[0]
    documented: dict[str, int] = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) >= 2 and cells[1][:3].isdigit():
            codes = [code.strip(" `") for code in cells[0].split("·")]
            statuses = [int(status) for status in cells[1].split("·")]
            documented |= dict(zip(codes, statuses * len(codes), strict=False))
    assert documented == STATUS


def test_a_refusal_speaks_korean_unless_asked_for_english():
    """H-11: one sentence for people in their language, code, reason and data for programs."""
    refusal = Conflict("먼저 바뀌었습니다.", "It changed.", reason="VERSION", current=3, gone=None)
    assert error_body(refusal).error_message == "먼저 바뀌었습니다."
    assert json.loads(error_json(refusal, "en")) == {
        "complete": False,
        "errorMessage": "It changed.",
        "error": {"code": "CONFLICT", "reason": "VERSION", "data": {"current": 3}},
    }
    assert status_of(refusal) == 409


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_bug_says_nothing_about_the_inside(lang):
    """H-10: a bug gives INTERNAL, never silence, never its own words."""
    body = json.loads(error_json(KeyError("secret"), lang))
    assert body["error"] == {"code": "INTERNAL"}
    assert "secret" not in body["errorMessage"]
    assert body["errorMessage"]
    assert status_of(KeyError("secret")) == 500


@pytest.mark.parametrize(
    ("body", "ko", "en"),
    [
        (b'{"orderId":"1"}', "필수 항목이 없습니다: $.by", "missing required field `by` (at $.by)"),
        (b'{"orderId":"1","by":"age"}', "가능한 값: amount, count, guest, item", "one of amount, count, guest, item"),
        (b'{"orderId":1,"by":"item"}', "int 대신 str 필요", "Expected `str`, got `int` (at $.orderId)"),
    ],
)  # fmt: skip
def test_bad_input_is_told_what_would_be_right(body, ko, en):
    """H-21: the field, what is wrong with it and what it takes, in both languages."""
    with pytest.raises(InvalidArgument) as refused:
        decode_data(row_of("bill.split.request"), body)
    assert ko in refused.value.ko
    assert en in refused.value.en
