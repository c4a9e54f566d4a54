"""The HTTP door as an OpenAPI 3.1 document, generated from the table of messages.

Served at `/v1/openapi.json` and checked in as `schema/openapi.json`.
"""

from __future__ import annotations

from typing import Any

from jumak import __version__
from jumak.protocol.errors import STATUS
from jumak.protocol.row import Row
from jumak.protocol.schema import Components, Json

SOCKET_ONLY = frozenset({"session.open.request", "subscribe.request"})
"""They belong to a connection, which HTTP has none of."""

CLAIM = frozenset({"device.claim.request"})
"""Answered without a token: a new screen has none yet."""

_EXAMPLES: dict[str, tuple[str, str, Json]] = {
    "INVALID_ARGUMENT": ("잘못된 입력", "입력값이 올바르지 않습니다: $.order", {"data": {"path": "$.order"}}),
    "UNAUTHENTICATED": ("토큰 없음", "인증이 필요합니다.", {}),
    "PERMISSION_DENIED": (
        "권한 없음",
        "권한이 없습니다: order:write",
        {"reason": "SCOPE", "data": {"scope": "order:write"}},
    ),
    "NOT_FOUND": ("없음", "찾을 수 없습니다.", {}),
    "CONFLICT": ("다른 사람이 먼저 변경", "다른 곳에서 먼저 변경되었습니다.", {"reason": "VERSION"}),
    "DUPLICATE_KEY": (
        "같은 키, 다른 내용",
        "같은 키가 다른 내용으로 이미 사용되었습니다.",
        {"reason": "COMMAND_KEY_CONFLICT"},
    ),
    "INVALID_STATE": (
        "지금 상태에서 불가",
        "취소된 주문입니다.",
        {"reason": "ORDER_CANCELLED"},
    ),
    "UNSUPPORTED_MODE": ("이 매장에서 불가", "이 매장에서는 사용할 수 없습니다.", {}),
    "LOCKED": ("결제 중", "결제가 진행 중입니다.", {"reason": "PAYMENT_IN_PROGRESS"}),
    "RATE_LIMITED": ("너무 많은 요청", "요청이 너무 많습니다.", {"data": {"retryAfterMs": 1000}}),
    "INTERNAL": ("내부 오류", "내부 오류가 발생했습니다. 잠시 후 다시 시도해 주세요.", {}),
    "HOST_UNAVAILABLE": ("응답할 곳 없음", "지금은 처리할 수 없습니다.", {}),
    "TIMEOUT": ("시간 초과", "시간 안에 응답이 없었습니다.", {}),
}

_REFUSALS = (
    "INVALID_ARGUMENT",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "NOT_FOUND",
    "CONFLICT",
    "UNSUPPORTED_MODE",
    "LOCKED",
    "RATE_LIMITED",
    "INTERNAL",
    "HOST_UNAVAILABLE",
    "TIMEOUT",
)
"""One code per status; a read can meet them all too, as a bill that is paid or a PIN that is locked does."""


def openapi_document(table: dict[str, Row]) -> Json:
    """The whole document; the same table gives the same bytes."""
    served = [
        row
        for name, row in sorted(table.items())
        if row.kind in ("request", "notify") and name not in SOCKET_ONLY
    ]
    components = Components(served, "#/components/schemas/{name}")
    codes = _REFUSALS
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jumak",
            "version": __version__,
            "summary": "An open point of sale.",
            "description": (
                "Every message of the shop as `POST /v1/<message>`: the body is the message's `data`, "
                "the answer the reply's. Absent and null mean the same, unknown keys are ignored. "
                "Generated from the table of messages by `make gen`; do not edit."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": noun} for noun in sorted({row.namespace for row in served})] + [{"name": "server"}],
        "paths": {
            **{f"/v1/{row.path}": {"post": _operation(row, components)} for row in served},
            **_PLACES,
        },
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "From `jumak token create` or `device.pair`.",
                }
            },
            "parameters": {"IdempotencyKey": _IDEMPOTENCY_KEY},
            "responses": {code: _refusal(code) for code in sorted(codes)},
            "schemas": dict(sorted({**components.schemas, "Refusal": _REFUSAL}.items())),
        },
    }


def _operation(row: Row, components: Components) -> Json:
    responses: Json = {}
    if row.kind == "notify":
        responses["202"] = {"description": "Taken; notifications are not answered."}
    else:
        responses["200"] = {
            "description": "Done.",
            "content": {"application/json": {"schema": components.reply(row)}},
        }
    for code in _REFUSALS:
        responses[str(STATUS[code])] = {"$ref": f"#/components/responses/{code}"}
    operation: Json = {
        "operationId": row.path,
        "tags": [row.namespace],
        "summary": row.summary,
        "description": _description(row),
        "requestBody": {
            "required": bool(components.keys(components.data(row)).get("required")),
            "content": {"application/json": {"schema": components.data(row)}},
        },
        "responses": dict(sorted(responses.items())),
    }
    if row.write:
        operation["parameters"] = [{"$ref": "#/components/parameters/IdempotencyKey"}]
    if row.name in CLAIM:
        operation["security"] = []
    return operation


def _description(row: Row) -> str:
    scopes = " or ".join(f"`{scope}`" for scope in row.scopes) or "none"
    member = f" SDK member: `{row.sdk}`." if row.sdk else ""
    return f"Message `{row.name}`. Scope: {scopes}.{member}"


def _refusal(code: str) -> Json:
    """The answer of a status, with an example of every code that shares it."""
    alike = [other for other in _EXAMPLES if STATUS[other] == STATUS[code]]
    return {
        "description": " · ".join(f"`{other}`" for other in alike),
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Refusal"},
                "examples": {other: _example(other) for other in alike},
            }
        },
    }


def _example(code: str) -> Json:
    summary, message, detail = _EXAMPLES[code]
    return {
        "summary": summary,
        "value": {"complete": False, "errorMessage": message, "error": {"code": code, **detail}},
    }


_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "A key of your own, by custom a UUID: the same key with the same body answers the stored reply "
        "and does nothing again, with another body it is refused (`COMMAND_KEY_CONFLICT`)."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 64},
}

_REFUSAL: Json = {
    "title": "Refusal",
    "description": "Nothing was changed. `errorMessage` is for people, `error` for programs.",
    "type": "object",
    "properties": {
        "complete": {"const": False},
        "errorMessage": {"type": "string", "minLength": 1},
        "error": {
            "type": "object",
            "properties": {
                "code": {"enum": sorted(STATUS)},
                "reason": {"type": "string"},
                "data": {"type": "object"},
            },
            "required": ["code"],
        },
    },
    "required": ["complete", "errorMessage", "error"],
}


def _place(summary: str, media: str, *, open_to_all: bool, **more: Any) -> Json:
    operation: Json = {
        "tags": ["server"],
        "summary": summary,
        "responses": {"200": {"description": "Fine.", "content": {media: {}}}, **more.pop("responses", {})},
        **more,
    }
    if open_to_all:
        operation["security"] = []
    return {"get": operation}


_PLACES: dict[str, Json] = {
    "/v1/events": _place(
        "Pushes as server-sent events, from a number of the journal on",
        "text/event-stream",
        open_to_all=False,
        operationId="events",
        parameters=[
            {
                "name": "after",
                "in": "query",
                "required": False,
                "description": "The last `seq` you handled; what came later is replayed first.",
                "schema": {"type": "integer", "minimum": 0},
            }
        ],
        responses={"401": {"$ref": "#/components/responses/UNAUTHENTICATED"}},
    ),
    "/v1/uploads": {
        "post": {
            "operationId": "uploads",
            "tags": ["server"],
            "summary": "A plugin package, a menu or a picture on its way to the message that takes it",
            "description": "Scope: `staff:manage`. The body is the file itself; the answer's `id` is kept for a day.",
            "requestBody": {"required": True, "content": {"application/octet-stream": {}}},
            "responses": {
                "200": {"description": "`id` of the upload.", "content": {"application/json": {}}},
                **{
                    str(STATUS[code]): {"$ref": f"#/components/responses/{code}"}
                    for code in ("INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED")
                },
            },
        }
    },
    "/v1/downloads/{id}": _place(
        "A file that a message has made; scope `staff:manage`",
        "application/octet-stream",
        open_to_all=False,
        operationId="downloads",
        parameters=[{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        responses={
            str(STATUS[code]): {"$ref": f"#/components/responses/{code}"}
            for code in ("UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND")
        },
    ),
    "/.jumak/pictures/{name}": _place(
        "A picture of the menu; it never changes",
        "image/webp",
        open_to_all=True,
        operationId="pictures",
        parameters=[{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
        responses={"404": {"description": "There is none of this name."}},
    ),
    "/v1/openapi.json": _place("This document", "application/json", open_to_all=True, operationId="openapi"),
    "/healthz": _place("The process lives", "text/plain", open_to_all=True, operationId="healthz"),
    "/readyz": _place(
        "The shop takes orders",
        "text/plain",
        open_to_all=True,
        operationId="readyz",
        responses={"503": {"description": "Not yet, or no longer."}},
    ),
    "/metrics": _place(
        "Figures for Prometheus; on loopback, with the operator's token, or with `report:read` where one shop is served",
        "text/plain",
        open_to_all=False,
        operationId="metrics",
    ),
}
