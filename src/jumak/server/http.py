"""The HTTP door: `POST /v1/<name>` (contract, wire §2), as a plain ASGI application.

The path is the message name with or without `.request`, the body is its `data`, the answer is the
reply's `data` or an error body. Everything else below `/v1/` is in `pages.py` and `events.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument, PermissionDenied, PosError, Unauthenticated
from jumak.protocol.envelope import MAX_FRAME, check_command_id, command_id_of, echoed, longest
from jumak.protocol.errors import Lang, error_json, status_of
from jumak.protocol.openapi import CLAIM
from jumak.protocol.row import Row
from jumak.protocol.table import is_message, row_at
from jumak.server.picture_links import base_for, with_addresses

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

MAX_DRAIN = 64_000_000
"""A body that is too long is read to its end, so that its sender hears the answer, but not beyond this."""

NOBODY = Caller(id="nobody", kind="device", name="nobody")
"""Whoever redeems a one-time code: it has no token yet."""

JSON = (b"content-type", b"application/json")
_ACCEPTED = b'{"complete":true}'


class Asked:
    """What a request's headers say. lang: of the error texts."""

    __slots__ = ("_headers", "command_id", "lang", "length", "token")

    def __init__(self, headers: Headers) -> None:
        self._headers = headers
        self.token: str | None = None
        self.command_id: str | None = None
        self.lang: Lang = "ko"
        self.length = 0
        for name, value in headers:
            if name == b"authorization":
                if value[:7].lower() == b"bearer ":
                    self.token = value[7:].strip().decode("latin-1")
            elif name == b"idempotency-key":
                self.command_id = value.decode("latin-1")
            elif name == b"accept-language":
                self.lang = lang_of(value)
            elif name == b"content-length" and value.isdigit():
                self.length = int(value)

    def header(self, name: bytes) -> bytes:
        """Any other header, empty when it is not there."""
        return next((value for key, value in self._headers if key == name), b"")


def lang_of(accept_language: bytes) -> Lang:
    """Korean unless English is asked for first."""
    return "en" if accept_language[:2].lower() == b"en" else "ko"


class ApiDoor:
    """Answers `POST /v1/<name>`."""

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        asked = Asked(scope["headers"])
        try:
            path = scope["path"][4:]
            limit = longest(row_at(path).name) if is_message(path) else MAX_FRAME
            body = await read_body(receive, asked.length, limit)
            row = row_at(path)
            caller = self.caller_of(asked, row)
            self._check_flood(caller, row)
            command_id = _command_id(asked, row, body)
        except PosError as error:
            self._shop.count_refusal(error)
            await answer(send, status_of(error), error_json(error, asked.lang))
            return
        result = await self._shop.ask(caller, row, body, command_id=command_id)
        if result.error is not None:
            refusal = error_json(result.error, asked.lang, echoed(row, body))
            await answer(send, status_of(result.error), refusal)
        elif row.kind == "notify":
            await answer(send, 202, _ACCEPTED)
        else:
            await answer(send, 200, with_addresses(result.reply, base_for(self._shop, caller)))

    def _check_flood(self, caller: Caller, row: Row) -> None:
        try:
            self._shop.guard.check(caller, row.name)
        except PosError:
            self._shop.watch.refused_flood(caller, row)
            raise

    def caller_of(self, asked: Asked, row: Row | None = None) -> Caller:
        """Who asks, with whoever is signed in on the device. Raises Unauthenticated."""
        if asked.token is None:
            if row is not None and row.name in CLAIM:
                _check_site(asked)
                return NOBODY
            raise Unauthenticated(
                "토큰이 필요합니다: Authorization: Bearer <토큰>",
                "A token is needed: Authorization: Bearer <token>",
            )
        return self._shop.sign_ins.acting(self._shop.credentials.caller_of(asked.token))


async def read_body(receive: Receive, length: int, limit: int = MAX_FRAME) -> bytes:
    """The whole body. Raises InvalidArgument when it is longer than `limit`, having read it away."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body") and len(body) <= limit:
        return body
    parts, size = [body], len(body)
    while message.get("more_body") and size <= MAX_DRAIN:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= limit:
            parts.append(part)
    if size > limit or length > limit:
        raise InvalidArgument("메시지가 너무 깁니다.", f"The body is longer than {limit} bytes", path="$")
    return b"".join(parts)


async def drain(receive: Receive) -> None:
    """Reads a body nobody wants, and keeps nothing of it."""
    size, more = 0, True
    while more and size <= MAX_DRAIN:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)


async def answer(send: Send, status: int, body: bytes, kind: tuple[bytes, bytes] = JSON) -> None:
    """A whole response."""
    headers = [kind, (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _check_site(asked: Asked) -> None:
    """Raises PermissionDenied when a browser asks on behalf of another site's page.

    Only where no token is needed: nothing here is sent by a browser on its own, so no foreign page can
    act with somebody's rights. But it could use up the wrong codes of everybody (`pairing.Throttle`).
    """
    if asked.header(b"sec-fetch-site") in (b"cross-site", b"same-site"):
        raise PermissionDenied(
            "다른 사이트에서 보낸 요청입니다.", "This was asked by another site's page", reason="ORIGIN"
        )


def _command_id(asked: Asked, row: Row, body: bytes) -> str | None:
    """`commandId` of a write, from the body or the header; both must agree."""
    if not row.write:
        return None
    inside, outside = command_id_of(body), check_command_id(asked.command_id)
    if inside is not None and outside is not None and inside != outside:
        raise InvalidArgument(
            "commandId와 Idempotency-Key가 다릅니다.",
            "commandId and Idempotency-Key differ",
            path="$.commandId",
        )
    return inside if inside is not None else outside
