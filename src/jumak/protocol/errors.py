"""How a refusal looks outside: its HTTP status and its body (contract §6).

Every error leaves as `{complete: false, errorMessage, error: {code, reason?, data?}}`. Whatever is
no `PosError` is a bug of ours and leaves as `INTERNAL`, without telling what happened inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType, inspect

from jumak.domain.errors import InvalidArgument, PosError

Lang = Literal["ko", "en"]

STATUS: dict[str, int] = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "ACL_DENIED": 403,
    "NOT_FOUND": 404,
    "UNKNOWN_METHOD": 404,
    "CONFLICT": 409,
    "DUPLICATE_KEY": 409,
    "INVALID_STATE": 409,
    "UNSUPPORTED_MODE": 422,
    "LOCKED": 423,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
    "NETWORK": 502,
    "HOST_UNAVAILABLE": 503,
    "TIMEOUT": 504,
}
"""Code → HTTP status; the codes are permanent."""

INTERNAL_KO = "내부 오류가 발생했습니다. 잠시 후 다시 시도해 주세요."
INTERNAL_EN = "Something went wrong inside the shop. Please try again."

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<key>key in )?(?P<path>\$.*)`)?$", re.DOTALL)
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")
_STEP = re.compile(r"\.[^.\[]+|\[[^\]]*\]")
_KOREAN = (
    (re.compile(r"Object missing required field `[^`]+`"), "필수 항목이 없습니다"),
    (re.compile(r"Expected `([^`]+)`, got `([^`]+)`"), "입력값이 올바르지 않습니다({1} 대신 {0} 필요)"),
    (re.compile(r"Expected `([^`]+)`( .+)"), "입력값이 올바르지 않습니다({0}{1} 필요)"),
    (re.compile(r"Invalid enum value (.+)", re.DOTALL), "쓸 수 없는 값 {0}"),
)
"""Sentences of the decoder and what they are in Korean; the field follows."""


class ErrorDetail(Struct, frozen=True, kw_only=True):
    """For programs: a lasting code, the rule that refused and what it found."""

    code: str
    reason: str | UnsetType = UNSET
    data: dict[str, Any] | UnsetType = UNSET


class ErrorBody(Struct, frozen=True, kw_only=True, rename="camel"):
    """A refusal as it is sent; `error_message` is for people and safe to show."""

    complete: Literal[False] = False
    error_message: str
    error: ErrorDetail


def status_of(error: BaseException) -> int:
    """The HTTP status of a refusal, 500 for anything that is none."""
    return STATUS.get(error.code, 500) if isinstance(error, PosError) else 500


def error_body(error: BaseException, lang: Lang = "ko") -> ErrorBody:
    """A refusal as it is sent. Never holds null: what is None is left out (contract §4.4)."""
    if not isinstance(error, PosError):
        return ErrorBody(
            error_message=INTERNAL_KO if lang == "ko" else INTERNAL_EN,
            error=ErrorDetail(code="INTERNAL"),
        )
    data = {key: value for key, value in error.data.items() if value is not None}
    return ErrorBody(
        error_message=(error.ko if lang == "ko" else error.en) or error.code,
        error=ErrorDetail(code=error.code, reason=error.reason or UNSET, data=data or UNSET),
    )


def error_json(
    error: BaseException, lang: Lang = "ko", beside: Mapping[str, Any] = MappingProxyType({})
) -> bytes:
    """`error_body` as JSON: the `data` of a failed reply, the body of a failed HTTP answer.

    beside: keys that stand beside it (`Row.echo`).
    """
    body = error_body(error, lang)
    return msgspec.json.encode({**beside, **msgspec.to_builtins(body)} if beside else body)


def invalid_input(problem: BaseException, shape: type | None = None) -> InvalidArgument:
    """Turns what the decoder found into a refusal whose `data.path` names the field.

    A missing field is named itself (`$.order`), not the object it is missing from. `$` is the
    message's `data`, or the HTTP body, which is the same.  shape: what was decoded; with it, a value
    that is none of an enum's is told which there are.
    """
    if isinstance(problem, RecursionError):
        return InvalidArgument(
            "입력이 너무 깊이 중첩되었습니다.", "The input is nested too deeply.", path="$"
        )
    if not isinstance(problem, msgspec.ValidationError):
        return InvalidArgument("올바른 JSON이 아닙니다.", "This is not valid JSON.", path="$")
    found = _PLACE.match(str(problem))
    what, path = (found["what"], found["path"] or "$") if found else (str(problem), "$")
    if missing := _MISSING.search(what):
        path = f"{path}.{missing['field']}"
    ko, en = _in_korean(what), what.rstrip(".")
    if shape is not None and what.startswith("Invalid enum value") and (allowed := _allowed(shape, path)):
        values = ", ".join(allowed)
        ko, en = f"{ko} (가능한 값: {values})", f"{en}; one of {values}"
    return InvalidArgument(f"{ko}: {path}", f"{en} (at {path}).", path=path)


def _allowed(shape: type, path: str) -> list[str]:
    """The values of the enum at a path, as far as only structs, lists and optional fields lead there."""
    here = [inspect.type_info(shape)]
    for step in _STEP.findall(path):
        here = [inner for kind in here for inner in _inside(kind, step)]
    return sorted({str(value) for kind in _alternatives(here) for value in _values(kind)})


def _alternatives(kinds: Iterable[inspect.Type]) -> Iterator[inspect.Type]:
    for kind in kinds:
        if isinstance(kind, inspect.Metadata):
            yield from _alternatives((kind.type,))
        elif isinstance(kind, inspect.UnionType):
            yield from _alternatives(kind.types)
        else:
            yield kind


def _inside(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    """What a step of a path, `.name` or `[0]`, leads to."""
    for one in _alternatives((kind,)):
        if isinstance(one, inspect.StructType):
            yield from (field.type for field in one.fields if f".{field.encode_name}" == step)
        elif isinstance(one, inspect.ListType | inspect.VarTupleType) and step.startswith("["):
            yield one.item_type


def _values(kind: inspect.Type) -> Iterable[object]:
    if isinstance(kind, inspect.EnumType):
        return [member.value for member in kind.cls]
    return kind.values if isinstance(kind, inspect.LiteralType) else ()


def _in_korean(what: str) -> str:
    """What is wrong, as far as the decoder says it in one of its usual sentences."""
    for pattern, korean in _KOREAN:
        if found := pattern.fullmatch(what):
            return korean.format(*found.groups())
    return "입력값이 올바르지 않습니다"
