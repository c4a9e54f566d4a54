"""The envelope: reading what anybody may send, writing what everybody can read."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from jumak.domain.base import CatalogId
from jumak.domain.errors import InvalidArgument
from jumak.protocol.envelope import (
    MAX_FRAME,
    MalformedFrame,
    canonical_body,
    command_id_of,
    decode_data,
    decode_frame,
    encode_reply,
    error_frame,
    push_frame,
    reply_frame,
    request_frame,
)
from jumak.protocol.halves import members
from jumak.protocol.row import AnyKeys, Data, Reply, Row


class Line(Struct, frozen=True, kw_only=True):
    id: CatalogId
    memo: Annotated[str, Meta(max_length=5)] | None = None


class Ask(Data, frozen=True, kw_only=True):
    line_items: tuple[Line, ...]
    note: str | UnsetType = UNSET
    extra: Any = None


class Answer(Reply, frozen=True, kw_only=True):
    order: Line
    note: str | UnsetType = UNSET


class Free(AnyKeys, frozen=True, kw_only=True):
    """Free keys."""


ASK = Row(name="thing.ask.request", kind="request", data=Ask, reply=Answer)
FREE = Row(name="thing.free.request", kind="request", data=Free)


def refused(body: bytes) -> InvalidArgument:
    with pytest.raises(InvalidArgument) as caught:
        decode_data(ASK, body)
    return caught.value


def test_a_frame_is_read_with_its_data_left_raw():
    """H-10: name, version, callbackId and data of a message."""
    frame = decode_frame(b'{"name":"a.b.request","version":1,"callbackId":"x1","data":{"a": 1},"seq":3}')
    assert (frame.name, frame.version, frame.callback_id) == ("a.b.request", 1, "x1")
    assert bytes(frame.data) == b'{"a": 1}'


@pytest.mark.parametrize("text", ['{"name":"log"}', '{"name":"log","callbackId":null,"data":null}'])
def test_absent_and_null_data_are_empty(text: str):
    """H-21, E-7: absent and null are the same in the envelope, too."""
    frame = decode_frame(text)
    assert frame.callback_id is None
    assert bytes(frame.data) == b"{}"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[1",
        b'{"name":1}',
        b'{"name":"a","version":"1"}',
        b'{"name":"a\xff"}',
        b'{"name":"a\\ud800"}',
        b'{"name":"a"} x',
        b'{"name":"a","data":' + b"[" * 200_000,
        b'{"name":"a","version":1e999}',
        b'{"name":"' + b"a" * MAX_FRAME + b'"}',
    ],
)
def test_what_is_no_envelope_is_refused(text: bytes):
    """H-70: no message of any shape does more than be refused."""
    with pytest.raises(MalformedFrame) as caught:
        decode_frame(text)
    assert caught.value.code == "INVALID_ARGUMENT"
    assert caught.value.data["path"].startswith("$")


def test_a_broken_envelope_keeps_a_legible_callback_id():
    """H-10: who asked gets an answer even when the rest of the envelope is wrong."""
    with pytest.raises(MalformedFrame) as caught:
        decode_frame(b'{"callbackId":"x1","name":7}')
    assert caught.value.callback_id == "x1"


def test_a_callback_id_of_65_characters_is_refused():
    """H-70: callback ids have at most 64 characters."""
    decode_frame(json.dumps({"name": "a", "callbackId": "x" * 64}))
    with pytest.raises(MalformedFrame):
        decode_frame(json.dumps({"name": "a", "callbackId": "x" * 65}))


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_are_a_frame_or_refused(noise: bytes | str):
    """H-70: no message crashes the host."""
    with suppress(MalformedFrame):
        decode_frame(noise)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"{}", "$.lineItems"),
        (b'{"lineItems":null}', "$.lineItems"),
        (b'{"lineItems":[{"id":1},{"id":"2"}]}', "$.lineItems[1].id"),
        (b'{"lineItems":[{"id":1,"memo":"toolong"}]}', "$.lineItems[0].memo"),
        (b'{"lineItems":[{}]}', "$.lineItems[0].id"),
        (b'{"lineItems":[{"id":9007199254740992}]}', "$.lineItems[0].id"),
        (b'{"lineItems":[{"id":1.5}]}', "$.lineItems[0].id"),
        (b'{"lineItems":[{"id":123456789012345678901234567890}]}', "$.lineItems[0].id"),
        (b'{"lineItems":[{"id":NaN}]}', "$"),
        (b'{"lineItems":[{"id":true}]}', "$.lineItems[0].id"),
        (b'{"lineItems":[],"note":5}', "$.note"),
        (b'{"lineItems":[],"extra":' + b"[" * 200_000, "$"),
        (b'{"lineItems":[],"extra":"\xff"}', "$"),
        (b"[]", "$"),
        (b"3", "$"),
        (b"{", "$"),
    ],
)
def test_a_bad_field_is_named_by_its_path(body: bytes, path: str):
    """H-21: data.path names the field, whatever was wrong with it."""
    refusal = refused(body)
    assert refusal.code == "INVALID_ARGUMENT"
    assert refusal.data == {"path": path}


def test_null_equals_absent_in_every_optional_field():
    """H-21: null in fields declared as None or UNSET, at any depth; unknown keys are ignored (H-19)."""
    body = b'{"lineItems":[{"id":1,"memo":null,"new":null}],"note":null,"extra":null,"other":[null]}'
    assert decode_data(ASK, body) == Ask(line_items=(Line(id=1),))
    assert decode_data(ASK, b'{"lineItems":[]}').note is UNSET


def test_too_long_a_body_is_refused():
    """H-70: a body above the limit is refused before it is read."""
    with pytest.raises(InvalidArgument):
        decode_data(ASK, b" " * 11 + b"{}", limit=10)


def test_free_keys_are_collected_in_order():
    """E-4: inputs keyed by id keep the order received; the command's id is none of them."""
    read = decode_data(FREE, b'{"b":{"x":1},"commandId":"c","a":null}')
    assert list(read.keys) == ["b", "a"]
    with pytest.raises(InvalidArgument):
        decode_data(FREE, b"[]")


def test_a_command_id_stands_beside_the_keys():
    """PAY-7: 1 to 64 characters, absent when null."""
    assert command_id_of(b'{"id":"x","commandId":"c-1"}') == "c-1"
    assert command_id_of(b'{"id":"x"}') is None
    assert command_id_of(b'{"commandId":null}') is None
    for wrong in (b'{"commandId":""}', b'{"commandId":7}', json.dumps({"commandId": "c" * 65}).encode()):
        with pytest.raises(InvalidArgument) as caught:
            command_id_of(wrong)
        assert caught.value.data["path"] == "$.commandId"


def test_a_repeat_through_another_door_has_the_same_body():
    """PAY-7: spelling, unknown keys, nulls and where the id stands make no other body."""
    first = decode_data(ASK, b'{"commandId":"c","lineItems":[{"id":1}],"x":2}')
    again = decode_data(ASK, b'{ "note":null, "lineItems":[{"memo":null,"id":1}] }')
    other = decode_data(ASK, b'{"lineItems":[{"id":2}]}')
    assert canonical_body(first) == canonical_body(again) != canonical_body(other)


@given(st.text(min_size=1, max_size=64))
def test_frames_are_json_whatever_the_callback_id(callback_id: str):
    """H-10: a reply carries the very callbackId it answers."""
    data = encode_reply(Answer(order=Line(id=3)))
    reply = json.loads(reply_frame("thing.ask.request", callback_id, data))
    assert reply == {
        "name": "thing.ask.response",
        "version": 1,
        "callbackId": callback_id,
        "data": {"complete": True, "order": {"id": 3, "memo": None}},
    }


def test_complete_leads_a_reply_and_unset_keys_vanish():
    """H-11: `complete` is the boolean true."""
    assert encode_reply(Answer(order=Line(id=3))).startswith(b'{"complete":true,')
    assert b"note" not in encode_reply(Answer(order=Line(id=3)))


def test_a_refusal_is_a_reply_as_well():
    """H-11: `complete` is false, there is a text and a code."""
    frame = json.loads(
        error_frame("draft-order.start-payment", "c", InvalidArgument("가", "a", path="$.x"), "en")
    )
    assert frame["name"] == "draft-order.start-payment.response"
    assert frame["data"] == {
        "complete": False,
        "errorMessage": "a",
        "error": {"code": "INVALID_ARGUMENT", "data": {"path": "$.x"}},
    }


def test_pushes_carry_seq_only_when_they_are_store_events():
    """H-32: `seq` stands beside `name`."""
    assert push_frame("a.event", b"{}", 7) == b'{"name":"a.event","version":1,"seq":7,"data":{}}'
    assert push_frame("a.event", b"{}") == b'{"name":"a.event","version":1,"data":{}}'


def test_a_request_of_ours_reads_back():
    """H-78: what one side writes the other reads."""
    frame = decode_frame(request_frame("a.b.request", "c1", b'{"x":1}'))
    assert (frame.name, frame.callback_id, bytes(frame.data)) == ("a.b.request", "c1", b'{"x":1}')
    assert "callbackId" not in json.loads(request_frame("log", None, b"{}"))
    assert msgspec.json.decode(request_frame("toast.open", None, b"{}", version=2))["version"] == 2


def test_half_an_emoji_becomes_the_replacement_character():
    """H-10, E-7: JavaScript writes a cut pair as an escape; the message is read, as any browser would send it."""
    frame = decode_frame('{"name":"a.b.request","callbackId":"c","data":{"note":"막\\ud83d","lineItems":[]}}')
    assert bytes(frame.data) == '{"note":"막\\ud83d","lineItems":[]}'.encode()
    read = decode_data(ASK, frame.data)
    assert read.note == "막\ufffd"
    whole = decode_data(ASK, b'{"note":"\\ud83c\\udf76 \\\\ud83d","lineItems":[]}')
    assert whole.note == "🍶 \\ud83d"


@pytest.mark.parametrize(
    "text", ['{"a\\ud800":1}', '{"name":"a","callbackId":"\\ud800"}', '{"name":"a","data":["\\ud800"}']
)
def test_what_is_wrong_beside_it_is_still_refused(text: str):
    """H-70: nothing else is mended."""
    with pytest.raises(MalformedFrame):
        decode_frame(text)


@given(
    st.dictionaries(
        st.text(),
        st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=3)),
    )
)
def test_members_of_an_object_as_they_are_written(value: dict[str, object]):
    """H-60: ∀ object: each member's text, whatever stands around it."""
    for spaced in (json.dumps(value), json.dumps(value, indent=1), json.dumps(value, ensure_ascii=False)):
        found = members(spaced)
        assert found.keys() == value.keys()
        for key, text in found.items():
            assert json.loads(text) == value[key]
            assert text in spaced
    assert members(' { "a" : 1 , "a" : [ 2.0 ] } ') == {"a": "[ 2.0 ]"}
