"""What can go wrong between a plugin and the shop (contract, python-sdk §4).

PosPluginSdkError              the shop refused: .code .reason .data, str() is for people
└── PosPluginSdkRateLimitError  too many calls of one method; nothing was sent
PosPluginSdkValidationError    a ValueError: wrong argument, nothing was sent; .issues
PosPluginSdkTimeoutError       a TimeoutError: no reply in time; .command_id of a write
ConnectionLost                 a ConnectionError: a write's reply was lost; .command_id
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


class PosPluginSdkError(Exception):
    """The shop refused and changed nothing. The codes are permanent; `reason` names the rule."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "INTERNAL",
        reason: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.data: dict[str, Any] = dict(data or {})

    @staticmethod
    def is_pos_plugin_sdk_error(error: object) -> bool:
        """Whether this came from the shop."""
        return isinstance(error, PosPluginSdkError)

    @classmethod
    def of_reply(cls, reply: Mapping[str, Any]) -> PosPluginSdkError:
        """The refusal in a reply with `complete: false`."""
        error = reply.get("error") or {}
        return cls(
            str(reply.get("errorMessage") or error.get("code") or "INTERNAL"),
            code=error.get("code", "INTERNAL"),
            reason=error.get("reason"),
            data=error.get("data"),
        )


class PosPluginSdkRateLimitError(PosPluginSdkError):
    """More calls of one method than the POS allows; raised before sending."""

    def __init__(self, method: str, retry_after_s: float) -> None:
        super().__init__(
            f"호출 횟수 제한을 넘었습니다: {method}",
            code="RATE_LIMITED",
            data={"method": method, "retryAfterMs": round(retry_after_s * 1000)},
        )


class PosPluginSdkValidationError(ValueError):
    """An argument is wrong; nothing was sent. `issues`: what and where, str() is their JSON."""

    def __init__(self, issues: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(json.dumps(list(issues), ensure_ascii=False))
        self.issues = list(issues)


class PosPluginSdkTimeoutError(TimeoutError):
    """No reply in time. A write may have happened: ask `pos.command_result(error.command_id)`."""

    def __init__(self, name: str, timeout_s: float, command_id: str | None) -> None:
        super().__init__(f"{name}: no reply within {round(timeout_s * 1000)} ms")
        self.command_id = command_id


class ConnectionLost(ConnectionError):  # noqa: N818 (the contract's name)
    """The connection ended. With a `command_id`, that write may have happened: ask for its result."""

    def __init__(self, message: str, command_id: str | None = None) -> None:
        super().__init__(message)
        self.command_id = command_id
