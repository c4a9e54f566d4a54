"""The envelope `{name, version, callbackId?, data}` in both directions (contract, wire §1).

Reading takes two steps: first the envelope with `data` left as raw JSON, then, once the row of
the table is known and the caller may use it, `data` straight into the row's struct. Replies and
pushes are built by joining bytes, because their `data` was encoded once and may go to many.
"""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import msgspec
from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType, ValidationError
from msgspec.json import Decoder

from jumak.domain.errors import InvalidArgument
from jumak.protocol.errors import Lang, error_json, invalid_input
from jumak.protocol.halves import members, mended
from jumak.protocol.row import AnyKeys, AnyShape, Reply, Row, Tolerant

MAX_FRAME = 2_500_000
"""Longest message taken, bytes: a stored value of 1 MB (plugin-runtime §6) and the quoting around it."""

LONGEST_FRAME = 16_000_000
"""The same for what carries a body to somebody else's server: 10 MB, and the quoting or base64 around it."""

CARRIERS = frozenset({"http.request", "websocket.send"})
"""Messages that carry such a body."""

MAX_CALLBACK_ID = 64
MAX_COMMAND_ID = 64
MAX_ECHO = 64

EMPTY = Raw(b"{}")

# What a decoder raises on hostile input: wrong shape or broken JSON, broken UTF-8, deep nesting.
_BROKEN = (DecodeError, UnicodeError, RecursionError)


class Frame(Struct, frozen=True, rename="camel"):
    """A message as it arrived; `data` is its raw JSON, `{}` when absent or null.

    With `callback_id` an answer is expected (contract, wire §1).
    """

    name: str
    version: int = 1
    callback_id: str | None = None
    data: Raw = EMPTY


class _Loose(Struct, frozen=True, rename="camel"):
    """An envelope of which only the callback id matters: the rest was wrong."""

    callback_id: Any = None


class _CommandId(Struct, frozen=True, rename="camel"):
    command_id: str | None = None


class MalformedFrame(InvalidArgument):
    """No envelope could be read. `callback_id` is set when at least that was legible, so that the
    sender gets an answer (H-10).
    """

    def __init__(self, cause: InvalidArgument, callback_id: str | None) -> None:
        super().__init__(cause.ko, cause.en, **cause.data)
        self.callback_id = callback_id


_frames = Decoder(Frame)
_loose = Decoder(_Loose)
_command_ids = Decoder(_CommandId)
_any = Decoder(Any)
_parts = Decoder(dict[str, Raw])
_decoders: dict[type[Struct], Decoder[Any]] = {}


def longest(name: str) -> int:
    """How long a message of this name may be, bytes."""
    return LONGEST_FRAME if name in CARRIERS else MAX_FRAME


def decode_frame(text: bytes | str) -> Frame:
    """The envelope of a message. Raises MalformedFrame for anything that is none, or is too long."""
    if len(text) > LONGEST_FRAME:
        raise MalformedFrame(_too_long(LONGEST_FRAME), None)
    try:
        frame = _frames.decode(text)
    except _BROKEN as problem:
        mendable = _mended_frame(text)
        if mendable is None:
            raise MalformedFrame(invalid_input(problem), _legible_callback_id(text)) from None
        frame = mendable
    if len(text) > MAX_FRAME and len(text) > longest(frame.name):
        raise MalformedFrame(_too_long(MAX_FRAME), _legible_callback_id(text))
    if frame.callback_id is not None and len(frame.callback_id) > MAX_CALLBACK_ID:
        raise MalformedFrame(
            InvalidArgument(
                "callbackId가 너무 깁니다.",
                f"callbackId is longer than {MAX_CALLBACK_ID} characters.",
                path="$.callbackId",
            ),
            None,
        )
    if bytes(frame.data) == b"null":
        return Frame(frame.name, frame.version, frame.callback_id)
    return frame


def decode_data(row: Row, body: bytes | Raw, limit: int | None = None) -> Any:
    """`data` of a message as its row's struct; an empty body is `{}`.

    Null equals absent, unknown keys are ignored (contract §4.4, E-14, H-21); half an emoji becomes
    U+FFFD, as in every browser. A `Raw` field holds its JSON as it was sent, whatever else is put
    right. limit: of the row itself unless another is given. Raises InvalidArgument with `data.path`.
    """
    raw = bytes(body) or b"{}"
    limit = longest(row.name) if limit is None else limit
    if len(raw) > limit:
        raise _too_long(limit)
    try:
        try:
            return _decode(row.data, raw)
        except ValidationError:
            raise
        except _BROKEN:
            text = raw.decode()
            mendable = mended(text)
            if mendable is None:
                raise
            return _with_raw(row.data, _decode(row.data, mendable.encode()), text)
    except _BROKEN as problem:
        raise invalid_input(problem, row.data) from None


def _decode(kind: type[Struct], raw: bytes) -> Any:
    decoder = _decoder_of(kind)
    try:
        return decoder.decode(raw)
    except ValidationError:
        # Structs say what may be absent, not what may be null: take nulls off and look again.
        if b"null" not in raw:
            raise
        return decoder.decode(msgspec.json.encode(_without_top_nulls(kind, raw)))


def _without_top_nulls(kind: type[Struct], raw: bytes) -> Any:
    kept = _raw_keys(kind)
    if not kept:
        return without_nulls(_any.decode(raw))
    parts = {key: part for key, part in _parts.decode(raw).items() if bytes(part) != b"null"}
    return {key: part if key in kept else without_nulls(_any.decode(part)) for key, part in parts.items()}


@cache
def _raw_keys(kind: type[Struct]) -> frozenset[str]:
    """Keys whose value is left as JSON."""
    fields = msgspec.structs.fields(kind)
    return frozenset(field.encode_name for field in fields if Raw in (field.type, *get_args(field.type)))


def _with_raw(kind: type[Struct], data: Any, text: str) -> Any:
    """What is left as JSON, as it was before anything was mended."""
    kept = _raw_keys(kind)
    if not kept:
        return data
    parts = members(text)
    names = {field.encode_name: field.name for field in msgspec.structs.fields(kind)}
    was = {names[key]: Raw(parts[key].encode()) for key in kept if key in parts}
    return msgspec.structs.replace(data, **was)


def _mended_frame(text: bytes | str) -> Frame | None:
    """The envelope of a message with half an emoji in its data; None when something else is wrong."""
    try:
        whole = text if isinstance(text, str) else text.decode()
        mendable = mended(whole)
        if mendable is None:
            return None
        frame = _frames.decode(mendable)
        parts = members(whole)
    except _BROKEN:
        return None
    if "\ufffd" in frame.name + (frame.callback_id or ""):
        return None
    data = Raw(parts["data"].encode()) if "data" in parts else EMPTY
    return Frame(frame.name, frame.version, frame.callback_id, data)


def command_id_of(body: bytes | Raw) -> str | None:
    """The `commandId` a write carries beside its keys (contract, extensions §1), or None.

    Raises InvalidArgument unless it is text of 1 to 64 characters.
    """
    raw = bytes(body)
    # A scan for the key costs nothing against a second look at the whole body.
    if b'"commandId"' not in raw:
        return None
    try:
        command_id = _command_ids.decode(raw).command_id
    except _BROKEN as problem:
        raise invalid_input(problem) from None
    return check_command_id(command_id)


def echoed(row: Row, body: bytes | Raw) -> dict[str, Any]:
    """The short texts of `data` that every answer of this message repeats (`Row.echo`), as far as they are legible."""
    if not row.echo:
        return {}
    try:
        sent = _any.decode(body)
    except _BROKEN:
        return {}
    if not isinstance(sent, dict):
        return {}
    return {
        key: sent[key] for key in row.echo if isinstance(sent.get(key), str) and len(sent[key]) <= MAX_ECHO
    }


def check_command_id(command_id: str | None) -> str | None:
    """The id, unless it is empty or too long; also for the `Idempotency-Key` header."""
    if command_id is not None and not 1 <= len(command_id) <= MAX_COMMAND_ID:
        raise InvalidArgument(
            "commandId는 1자 이상 64자 이하여야 합니다.",
            f"commandId has 1 to {MAX_COMMAND_ID} characters.",
            path="$.commandId",
        )
    return command_id


def canonical_body(data: Any) -> bytes:
    """What a write asks for, in one spelling: without `commandId`, unknown keys, nulls and spaces.

    A repeat over another door, with the id in a header, is then the same body (PAY-7).
    """
    return msgspec.json.encode(data)


def without_nulls(value: Any) -> Any:
    """The same JSON value without the keys that hold null, at any depth."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def reply_name(name: str) -> str:
    """`x.response` for `x.request`, by convention only: replies are matched by `callbackId`."""
    return f"{name.removesuffix('.request')}.response"


def encode_reply(reply: Reply) -> bytes:
    """The `data` of a reply; `complete: true` comes first."""
    return msgspec.json.encode(reply)


def reply_frame(name: str, callback_id: str, data: bytes) -> bytes:
    """The answer to the request `name`; `data` is JSON already."""
    return b'{"name":%b,"version":1,"callbackId":%b,"data":%b}' % (
        msgspec.json.encode(reply_name(name)),
        msgspec.json.encode(callback_id),
        data,
    )


def error_frame(name: str, callback_id: str, error: BaseException, lang: Lang = "ko") -> bytes:
    """The answer to a request that was refused."""
    return reply_frame(name, callback_id, error_json(error, lang))


def push_frame(name: str, data: bytes, seq: int | None = None) -> bytes:
    """A push; `seq` is the journal's number for store events (contract, wire §9)."""
    head = b'{"name":%b,"version":1,' % msgspec.json.encode(name)
    if seq is None:
        return b'%b"data":%b}' % (head, data)
    return b'%b"seq":%d,"data":%b}' % (head, seq, data)


def request_frame(name: str, callback_id: str | None, data: bytes, version: int = 1) -> bytes:
    """A message somebody else has to answer (host requests, the SDK), or a notification without id."""
    envelope = _Outgoing(
        name=name,
        version=version,
        callback_id=UNSET if callback_id is None else callback_id,
        data=Raw(data),
    )
    return msgspec.json.encode(envelope)


class _Outgoing(Struct, frozen=True, kw_only=True, rename="camel"):
    name: str
    version: int
    callback_id: str | UnsetType = UNSET
    data: Raw


class _FreeKeys:
    """Decodes a message whose keys are free into its `keys`."""

    def __init__(self, kind: type[AnyKeys]) -> None:
        self._kind = kind
        self._keys: Decoder[dict[str, Any]] = Decoder(dict[str, Any])

    def decode(self, raw: bytes) -> AnyKeys:
        keys = self._keys.decode(raw)
        keys.pop("commandId", None)
        return msgspec.convert({"keys": keys}, self._kind)


class _FreeShape:
    """Decodes a message of any shape: whole, or what is no object into the first field."""

    def __init__(self, kind: type[AnyShape | Tolerant]) -> None:
        self._kind = kind
        self._first = kind.__struct_encode_fields__[0]

    def decode(self, raw: bytes) -> AnyShape | Tolerant:
        value = without_nulls(_any.decode(raw))
        if issubclass(self._kind, AnyShape) or not isinstance(value, dict):
            value = {self._first: value}
        return msgspec.convert(value, self._kind)


def _decoder_of(kind: type[Struct]) -> Decoder[Any] | _FreeKeys | _FreeShape:
    if issubclass(kind, AnyKeys):
        return _FreeKeys(kind)
    if issubclass(kind, AnyShape | Tolerant):
        return _FreeShape(kind)
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = Decoder(kind)
    return decoder


def _legible_callback_id(text: bytes | str) -> str | None:
    try:
        callback_id = _loose.decode(text).callback_id
    except _BROKEN:
        return None
    legible = isinstance(callback_id, str) and len(callback_id) <= MAX_CALLBACK_ID
    return callback_id if legible else None


def _too_long(limit: int) -> InvalidArgument:
    return InvalidArgument("메시지가 너무 깁니다.", f"The message is longer than {limit} bytes.", path="$")
