"""Scopes: what a caller may do (contract, plugin-runtime §10 and extensions §1).

A caller holds a set of scopes; a message lists the ones of which any suffices. Granted scopes are
expanded once, when the caller is recognised, so that a check is a set lookup.
"""

from __future__ import annotations

from collections.abc import Iterable

from jumak.domain.caller import Caller, Role
from jumak.domain.errors import InvalidArgument, PermissionDenied
from jumak.protocol.row import Row

SDK_SCOPES: tuple[str, ...] = (
    "catalog:read",
    "order:read",
    "order:write",
    "payment:read",
    "payment:write",
    "payment-method",
    "table:read",
    "table:write",
    "kds:read",
    "draft:read",
    "draft:write",
    "network",
    "device",
    "ui",
)
"""Granted to a plugin unless its package or the shop says otherwise."""

EXTENSION_SCOPES: tuple[str, ...] = (
    "catalog:write",
    "order:manage",
    "order:submit",
    "table:manage",
    "kds:write",
    "report:read",
)
"""A package must list them and staff must accept them at install."""

CLIENT_SCOPES: tuple[str, ...] = (
    "till",
    "display:read",
    "staff:order",
    "staff:pay",
    "staff:manage",
    "staff:own",
)
"""Sessions of the shop's own screens and of people signed in."""

BRANCH_SCOPES: tuple[str, ...] = (
    "branch-report:read",
    "branch-order:read",
    "branch-menu:read",
    "branch-menu:push",
)
"""What a head office reads in several shops and gives them; the only ones a token with a `reach` may hold."""

OFFICE_SCOPES: tuple[str, ...] = ("directory:read", "directory:manage", *BRANCH_SCOPES)
"""What a head office does with its shops; of no use in any other shop, whoever holds them."""

ALL_SCOPES: tuple[str, ...] = (*SDK_SCOPES, *EXTENSION_SCOPES, *CLIENT_SCOPES, *OFFICE_SCOPES)

INCLUDES: dict[str, tuple[str, ...]] = {
    "plugin": SDK_SCOPES,
    "all": ALL_SCOPES,
    # A till shows its guests what a display of theirs would.
    "till": ("display:read",),
    "staff:own": ("staff:manage",),
    "staff:manage": ("staff:pay", "catalog:write", "report:read"),
    "staff:pay": ("staff:order", "payment:write"),
    "staff:order": (
        *(scope for scope in SDK_SCOPES if scope.endswith(":read")),
        "order:write",
        "order:manage",
        "table:write",
        "table:manage",
        "draft:write",
        "kds:write",
        "device",
        "ui",
    ),
}
"""What a scope brings with it. `plugin` and `all` are names for groups and no scopes themselves."""

ROLE_SCOPES: dict[Role, str] = {
    "server": "staff:order",
    "cashier": "staff:pay",
    "manager": "staff:manage",
    "owner": "staff:own",
}
"""Staff scope of a role (rulebook §7.5)."""

DEVICE_SCOPES: dict[str, tuple[str, ...]] = {
    "till": ("till",),
    "kitchen": ("kds:read", "kds:write"),
    "display": ("display:read",),
    "service": SDK_SCOPES,
}
"""What a paired device holds before anybody signs in; a service may be given others."""

_KNOWN = frozenset(ALL_SCOPES) | INCLUDES.keys()


def check_names(scopes: Iterable[str], path: str = "$.scopes") -> None:
    """Raises InvalidArgument, its path naming the first scope or group that does not exist."""
    for place, scope in enumerate(scopes):
        if scope not in _KNOWN:
            raise InvalidArgument(
                f"'{scope}' 권한은 없습니다. 있는 권한: {', '.join(sorted(_KNOWN))}",
                f"There is no scope '{scope}'; there are {', '.join(sorted(_KNOWN))}",
                path=f"{path}[{place}]",
            )


def expand(scopes: Iterable[str]) -> frozenset[str]:
    """Everything these scopes and groups allow, themselves included, group names left out.

    Raises InvalidArgument for a name that does not exist.
    """
    waiting = list(scopes)
    check_names(waiting)
    held: set[str] = set()
    while waiting:
        scope = waiting.pop()
        if scope not in held:
            held.add(scope)
            waiting.extend(INCLUDES.get(scope, ()))
    return frozenset(held - {"plugin", "all"})


_ANY_TOKEN = frozenset({"session.ping.request", "command.get.request"})
"""What needs no scope and touches nothing of a caller's own."""


def require_row(caller: Caller, row: Row) -> None:
    """Raises PermissionDenied `SCOPE` unless the caller may send this message.

    What needs no scope is everybody's, but for a head office's token: it has no storage, settings or secrets of its own.
    """
    require(caller.scopes, row.scopes)
    if caller.reach is not None and not row.scopes and row.name not in _ANY_TOKEN:
        raise PermissionDenied(
            "본사 토큰으로는 할 수 없습니다.",
            "A token of a head office may only do what its scopes name.",
            reason="SCOPE",
            scope=[],
        )


def require(held: frozenset[str], needed: tuple[str, ...]) -> None:
    """Raises PermissionDenied `SCOPE` naming what is missing (H-76), unless any needed scope is held."""
    if needed and held.isdisjoint(needed):
        names = " | ".join(needed)
        raise PermissionDenied(
            f"권한이 없습니다: {names}",
            f"This needs the scope {names}.",
            reason="SCOPE",
            scope=needed[0] if len(needed) == 1 else list(needed),
        )
