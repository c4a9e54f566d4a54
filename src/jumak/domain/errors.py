"""Refusals: every error a caller can act on.

    PosError
    ├── InvalidArgument   INVALID_ARGUMENT    what was sent is wrong; data.path names the field
    ├── Unauthenticated   UNAUTHENTICATED     no valid token
    ├── PermissionDenied  PERMISSION_DENIED   known caller, not allowed
    ├── AclDenied         ACL_DENIED          not on the plugin's allow-list; data.origin to add
    ├── NotFound          NOT_FOUND           the thing named does not exist
    ├── UnknownMethod     UNKNOWN_METHOD      no such message
    ├── Conflict          CONFLICT            somebody else was first
    ├── DuplicateKey      DUPLICATE_KEY       a key was used before for something else
    ├── InvalidState      INVALID_STATE       not possible in the state it is in
    ├── UnsupportedMode   UNSUPPORTED_MODE    not in this kind of shop
    ├── Locked            LOCKED              somebody holds it; data.until
    ├── RateLimited       RATE_LIMITED        too many messages; data.retryAfterMs
    ├── NetworkFailed     NETWORK             the other server could not be reached or understood
    ├── HostUnavailable   HOST_UNAVAILABLE    nobody there to do it
    └── TimedOut          TIMEOUT             no answer in time

Codes are few and permanent (contract §6); `reason` names the rule. Texts are for people: Korean
is sent unless the caller asks for English. HTTP statuses live in `protocol/errors.py` alone.
"""

from __future__ import annotations

from typing import Any, ClassVar


class PosError(Exception):
    """A refusal: nothing was changed.

    ko, en: the sentence for people, safe to show.  reason: names the rule.  data: for programs.
    """

    code: ClassVar[str] = "INTERNAL"

    def __init__(self, ko: str, en: str, *, reason: str | None = None, **data: Any) -> None:
        super().__init__(en)
        self.ko = ko
        self.en = en
        self.reason = reason
        self.data: dict[str, Any] = data


class InvalidArgument(PosError):
    """What was sent is wrong. `path` names the field as a JSON path, e.g. `$.order.lineItems[0]`."""

    code = "INVALID_ARGUMENT"


class Unauthenticated(PosError):
    """No token, or one that is not valid (any more)."""

    code = "UNAUTHENTICATED"


class PermissionDenied(PosError):
    """The caller is known but may not do this."""

    code = "PERMISSION_DENIED"


class AclDenied(PosError):
    """The plugin may not call this address; `data.origin` names it."""

    code = "ACL_DENIED"


class NotFound(PosError):
    """The thing named does not exist."""

    code = "NOT_FOUND"


class UnknownMethod(PosError):
    """There is no message of this name."""

    code = "UNKNOWN_METHOD"


class Conflict(PosError):
    """Somebody else was first; `data` holds what stands now."""

    code = "CONFLICT"


class DuplicateKey(PosError):
    """A key was used before with another body."""

    code = "DUPLICATE_KEY"


class InvalidState(PosError):
    """Not possible in the state it is in."""

    code = "INVALID_STATE"


class UnsupportedMode(PosError):
    """Not in this kind of shop (prepaid, no tables, ...)."""

    code = "UNSUPPORTED_MODE"


class Locked(PosError):
    """Somebody holds it for a while; `data.until` tells how long at most."""

    code = "LOCKED"


class RateLimited(PosError):
    """Too many messages; `data.retryAfterMs` tells when to come back."""

    code = "RATE_LIMITED"


class NetworkFailed(PosError):
    """Somebody else's server could not be reached, or what came from it made no sense."""

    code = "NETWORK"


class HostUnavailable(PosError):
    """Nobody is there to do it: no till connected, or a subscriber too slow."""

    code = "HOST_UNAVAILABLE"


class TimedOut(PosError):
    """No answer in time."""

    code = "TIMEOUT"
