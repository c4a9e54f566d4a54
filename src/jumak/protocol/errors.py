"""How a refusal looks outside: its HTTP status and its body (contract §6).

Every error leaves as `{complete: false, errorMessage, error: {code, reason?, data?}}`. Whatever is
no `PosError` is a bug of ours and leaves as `INTERNAL`, without telling what happened inside.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

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


def error_json(error: BaseException, lang: Lang = "ko") -> bytes:
    """`error_body` as JSON: the `data` of a failed reply, the body of a failed HTTP answer."""
    return msgspec.json.encode(error_body(error, lang))


def invalid_input(problem: BaseException) -> InvalidArgument:
    """Turns what the decoder found into a refusal whose `data.path` names the field.

    A missing field is named itself (`$.order`), not the object it is missing from. `$` is the
    message's `data`, or the HTTP body, which is the same.
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
    return InvalidArgument(
        f"입력값이 올바르지 않습니다: {path}",
        f"{what.rstrip('.')} (at {path}).",
        path=path,
    )
