"""Scopes: groups, roles, refusals."""

from __future__ import annotations

import re

import pytest

from jumak.domain.errors import InvalidArgument, PermissionDenied
from jumak.protocol.scopes import (
    ALL_SCOPES,
    DEVICE_SCOPES,
    ROLE_SCOPES,
    SDK_SCOPES,
    expand,
    require,
)
from jumak.protocol.table import TABLE
from tests.tidy.project import ROOT


def test_a_role_holds_the_ones_below_it():
    """SEC-1: server < cashier < manager < owner (rulebook §7.5)."""
    held = [expand([ROLE_SCOPES[role]]) for role in ("server", "cashier", "manager", "owner")]
    assert held[0] < held[1] < held[2] < held[3]
    assert "payment:write" in held[1] - held[0]
    assert {"catalog:write", "report:read"} <= held[2] - held[1]
    assert {scope for scope in SDK_SCOPES if scope.endswith(":read")} <= held[0]
    assert {"order:write", "order:manage", "table:manage", "kds:write", "device", "ui"} <= held[0]
    assert held[3].isdisjoint({"till", "display:read", "network", "payment-method", "order:submit"})


def test_groups_are_names_and_no_scopes():
    """H-76: `plugin` is every SDK scope, `all` every scope there is."""
    assert expand(["plugin"]) == frozenset(SDK_SCOPES)
    assert expand(["all"]) == frozenset(ALL_SCOPES)
    assert expand([]) == frozenset()


def test_unknown_scopes_are_refused_by_place():
    """H-76: a misspelt scope grants nothing silently."""
    with pytest.raises(InvalidArgument) as caught:
        expand(["order:read", "order:reed"])
    assert caught.value.data["path"] == "$.scopes[1]"


def test_a_missing_scope_is_named():
    """H-76: the refusal names the scope."""
    require(expand(["staff:order"]), ("staff:order", "order:manage"))
    require(frozenset(), ())
    with pytest.raises(PermissionDenied) as caught:
        require(expand(["till"]), ("staff:own",))
    assert caught.value.reason == "SCOPE"
    assert caught.value.data == {"scope": "staff:own"}


def test_scopes_are_those_of_the_contract():
    """H-76: the tables of plugin-runtime §10 list the same scopes."""
    page = (ROOT / "docs/contract/plugin-runtime.md").read_text(encoding="utf-8")
    section = page.split("## 10. Scopes")[1].split("Shown at install")[0]
    named = re.findall(r"`([a-z]+(?:-[a-z]+)?(?::[a-z]+)?)`", section)
    assert set(named) == set(ALL_SCOPES)


def test_every_scope_of_the_table_and_of_devices_exists():
    """H-76: a row cannot ask for a scope nobody can hold."""
    for row in TABLE.values():
        expand(row.scopes)
    for scopes in DEVICE_SCOPES.values():
        expand(scopes)
