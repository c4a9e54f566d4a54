"""HTTP through the shop, to servers of the plugin's allow-list (contract, wire §8.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Raw

from jumak.sdk.connection import TIMEOUT_S
from jumak.sdk.namespaces import Namespace
from jumak.sdk.payload import json_text
from jumak.sdk.values import View, read

Headers = Mapping[str, str] | Iterable[tuple[str, str]]
"""Names and values; pairs may repeat a name."""


class HttpResponse(View, frozen=True, kw_only=True):
    """What a server answered, whatever its status. body: text, empty when there is none."""

    code: int
    body: str
    headers: tuple[tuple[str, str], ...]


class HttpNamespace(Namespace):
    """Calls of other servers. Any status is an answer; what fails on the way raises PosPluginSdkError.

    headers: a dict or pairs.  payload: any JSON value, sent as `jumak.sdk.payload` writes it; a text
    as it is; None is no body.  timeout: seconds, 30 unless given.
    Raises ACL_DENIED with the origin that is missing on the allow-list, NETWORK, TIMEOUT.
    """

    async def get(
        self,
        url: str,
        headers: Headers | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
    ) -> HttpResponse:
        """GET."""
        return await self._send("GET", url, None, headers, timeout)

    async def delete(
        self,
        url: str,
        headers: Headers | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
    ) -> HttpResponse:
        """DELETE."""
        return await self._send("DELETE", url, None, headers, timeout)

    async def head(
        self,
        url: str,
        headers: Headers | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
    ) -> HttpResponse:
        """HEAD."""
        return await self._send("HEAD", url, None, headers, timeout)

    async def options(
        self,
        url: str,
        headers: Headers | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
    ) -> HttpResponse:
        """OPTIONS."""
        return await self._send("OPTIONS", url, None, headers, timeout)

    async def post(
        self,
        url: str,
        payload: Any = None,
        headers: Headers | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
    ) -> HttpResponse:
        """POST."""
        return await self._send("POST", url, payload, headers, timeout)

    async def put(
        self,
        url: str,
        payload: Any = None,
        headers: Headers | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
    ) -> HttpResponse:
        """PUT."""
        return await self._send("PUT", url, payload, headers, timeout)

    async def patch(
        self,
        url: str,
        payload: Any = None,
        headers: Headers | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
    ) -> HttpResponse:
        """PATCH."""
        return await self._send("PATCH", url, payload, headers, timeout)

    async def _send(
        self, method: str, url: str, payload: Any, headers: Headers | None, timeout_s: float | None
    ) -> HttpResponse:
        pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
        data: dict[str, Any] = {"url": url, "method": method, "headers": list(pairs)}
        if payload is not None:
            data["payload"] = Raw(json_text(payload).encode())
        wait_s = TIMEOUT_S if timeout_s is None else timeout_s
        data["timeoutMs"] = round(wait_s * 1_000)
        return read(HttpResponse, await self._call("http.request", data, timeout=wait_s))
