"""`/metrics` for Prometheus, and who may read it (decision 0035).

The figures are the process's (`jumak/metrics.py`), so they belong to whoever runs it: they are open to programs of the
same machine, and elsewhere to whoever brings the operator's token. A token of a shop opens them where the process is
that one shop's, with `report:read`, and nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from msgspec import Struct

from jumak import metrics
from jumak.domain.caller import Caller
from jumak.domain.errors import NotFound, PosError, Unauthenticated
from jumak.protocol.errors import error_json, status_of
from jumak.protocol.scopes import require
from jumak.server.http import Asked, Receive, Scope, Send, answer

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

PATH = "/metrics"
TEXT = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")
LOOPBACK = frozenset({"127.0.0.1", "::1"})
SHORTEST_TOKEN = 16
_FORWARDED = (b"x-forwarded-for", b"forwarded")
_LOCAL_HOST = re.compile(rb"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?")


class Monitor(Struct, frozen=True):
    """Who may read figures from elsewhere. token: SHA-256 of the operator's, None when there is none."""

    token: bytes | None = None

    @classmethod
    def of_file(cls, path: Path) -> Monitor:
        """The token in the first line of a file. Raises OSError; ValueError when it is too short to be one."""
        token = path.read_text("utf-8").partition("\n")[0].strip()
        if len(token) < SHORTEST_TOKEN:
            raise ValueError(f"{path} holds no token of {SHORTEST_TOKEN} letters or more in its first line")
        return cls(_digest(token))

    def lets_in(self, scope: Scope) -> bool:
        """A program of this machine that asks by itself, or one with the operator's token."""
        asked = Asked(scope["headers"])
        if _is_local(scope, asked):
            return True
        if self.token is None or asked.token is None:
            return False
        return hmac.compare_digest(self.token, _digest(asked.token))


def _is_local(scope: Scope, asked: Asked) -> bool:
    # A proxy passed it on for somebody, whoever that is said to be.
    if any(asked.header(name) for name in _FORWARDED):
        return False
    client = scope.get("client")
    # The name it was asked by as well: a page whose name was pointed here is no program of this machine.
    return (
        client is not None
        and client[0] in LOOPBACK
        and _LOCAL_HOST.fullmatch(asked.header(b"host")) is not None
    )


LOCAL_ONLY: Final = Monitor()
"""Programs of this machine and nobody else."""


async def serve_of_shop(
    monitor: Monitor, caller_of: Callable[[Asked], Caller], scope: Scope, send: Send
) -> None:
    """The page of a process that serves one shop. caller_of: whose token a request brings; raises PosError."""
    if not monitor.lets_in(scope):
        asked = Asked(scope["headers"])
        try:
            require(caller_of(asked).scopes, ("report:read",))
        except PosError as error:
            await answer(send, status_of(error), error_json(error, asked.lang))
            return
    await answer(send, 200, metrics.text(), TEXT)


async def serve_of_process(
    monitor: Monitor, shop_named: Callable[[str], RunningShop | None], scope: Scope, send: Send
) -> None:
    """The page of a process with many shops or none; `?shop=NAME` asks for what it knows of one it runs.

    shop_named: a shop that runs here.
    """
    asked = Asked(scope["headers"])
    if not monitor.lets_in(scope):
        error: PosError = Unauthenticated(
            "운영자 토큰이 필요합니다.",
            "This is for whoever runs the server: bring the token of --metrics-token",
        )
        await answer(send, 401, error_json(error, asked.lang))
        return
    name = parse_qs(scope["query_string"].decode("latin-1")).get("shop", [""])[0]
    if not name:
        await answer(send, 200, metrics.text(), TEXT)
        return
    shop = shop_named(name)
    if shop is None:
        error = NotFound(
            "이 프로세스에서 실행 중인 매장이 아닙니다.", "This process does not run that shop", reason="SHOP"
        )
        await answer(send, status_of(error), error_json(error, asked.lang))
        return
    await answer(send, 200, shop_text(shop).encode(), TEXT)


class MonitorApp:
    """The pages of a process that serves nobody, such as a chain's hub.

    ready: whether it does its work at the moment.  look: brings figures up to date that have to be asked for.
    """

    def __init__(
        self, monitor: Monitor, ready: Callable[[], Awaitable[bool]], look: Callable[[], Awaitable[None]]
    ) -> None:
        self._monitor, self._ready, self._look = monitor, ready, look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"] == "/healthz":
            await answer(send, 200, b"ok\n", TEXT)
        elif scope["path"] == "/readyz":
            is_ready = await self._ready()
            await answer(send, 200 if is_ready else 503, b"ready\n" if is_ready else b"not ready\n", TEXT)
        elif scope["path"] == PATH:
            if self._monitor.lets_in(scope):
                await self._look()
            await serve_of_process(self._monitor, lambda _: None, scope, send)
        else:
            await answer(send, 404, b"There is /healthz, /readyz and /metrics.\n", TEXT)


def shop_text(shop: RunningShop) -> str:
    """What a process knows of one shop since it opened it. Looked at, not collected: it has no label for the shop."""
    lines = ["# HELP jumak_shop_requests_total Messages that were taken, by name."]
    lines += ["# TYPE jumak_shop_requests_total counter"]
    lines += [
        f'jumak_shop_requests_total{{name="{name}"}} {count}' for name, count in sorted(shop.counts.items())
    ]
    lines += ["# HELP jumak_shop_refusals_total Messages that were refused, by error code."]
    lines += ["# TYPE jumak_shop_refusals_total counter"]
    lines += [
        f'jumak_shop_refusals_total{{code="{code}"}} {count}' for code, count in sorted(shop.refusals.items())
    ]
    lines += ["# HELP jumak_shop_connections Open sessions and event streams."]
    lines += ["# TYPE jumak_shop_connections gauge", f"jumak_shop_connections {len(shop.connections.all)}"]
    lines += ["# HELP jumak_shop_journal_seq Number of the newest fact."]
    lines += ["# TYPE jumak_shop_journal_seq gauge", f"jumak_shop_journal_seq {shop.store.reader().seq}", ""]
    return "\n".join(lines)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
