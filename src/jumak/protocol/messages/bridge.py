"""The network of plugins: HTTP and sockets through the shop, behind the allow-list (contract, wire §8)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, UnsetType

from jumak.protocol.row import Data, Done, Reply, Row

Url = Annotated[str, Meta(min_length=1, max_length=8_000)]
Pair = tuple[str, str]


class HttpRequest(Data, frozen=True, kw_only=True):
    """A call of a plugin. payload: kept as it was written, so that a signature over it verifies (H-60)."""

    url: Url
    method: Annotated[str, Meta(min_length=1, max_length=20)]
    headers: Annotated[tuple[Pair, ...], Meta(max_length=200)]
    payload: Raw | UnsetType = UNSET
    timeout_ms: Annotated[float, Meta(gt=0)] | None = None


class HttpReply(Reply, frozen=True, kw_only=True):
    """Whatever the status; headers as name and value, in order, repeated ones as often as they came."""

    code: int
    body: str
    headers: tuple[Pair, ...]


class SocketConnect(Data, frozen=True, kw_only=True):
    """Open a socket; sockets are told apart by URL."""

    url: Url
    headers: dict[str, str] | None = None
    timeout: Annotated[float, Meta(gt=0)] | None = None
    reject_unauthorized: bool | None = None


class SocketDisconnect(Data, frozen=True, kw_only=True):
    """Close the socket of this URL."""

    url: Url


class SocketSend(Data, frozen=True, kw_only=True):
    """Send text, or with `option.binary` the bytes that base64 stands for."""

    url: Url
    data: str
    option: Any = None


class SocketEvent(Data, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to a socket. code: of a close, as a string."""

    url: str
    event: Literal["open", "message", "close", "error"]
    data: str | None = None
    code: str | None = None
    error_name: str | None = None
    error_message: str | None = None


PAGE = "wire.md"
SDK = "sdk-0.0.27"
NETWORK = ("network",)

ROWS = (
    Row(name="http.request", kind="request", data=HttpRequest, reply=HttpReply, scopes=NETWORK, apart=True,
        sdk="http.get|http.post|http.put|http.patch|http.delete|http.head|http.options", origin=SDK, page=PAGE,
        about="an HTTP call through the shop"),
    Row(name="websocket.connect.request", kind="request", data=SocketConnect, reply=Done, scopes=NETWORK, apart=True,
        sdk="websocket.create", origin=SDK, page=PAGE, about="open a socket through the shop"),
    Row(name="websocket.disconnect.request", kind="request", data=SocketDisconnect, reply=Done, scopes=NETWORK, apart=True,
        sdk="websocket.disconnect", origin=SDK, page=PAGE, about="close it"),
    Row(name="websocket.send", kind="notify", data=SocketSend, scopes=NETWORK, apart=True,
        sdk="websocket.send", origin=SDK, page=PAGE, about="send a message over it"),
    Row(name="websocket.event", kind="push", data=SocketEvent, scopes=NETWORK,
        sdk="websocket.onOpen|websocket.onMessage|websocket.onError|websocket.onClose", origin=SDK, page=PAGE,
        about="what happened to a socket"),
)  # fmt: skip
