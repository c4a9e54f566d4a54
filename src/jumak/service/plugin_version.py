"""What becomes of an installed plugin when another version of it is put in force (contract, plugin-runtime §9).

A package asks, the shop decides. What the shop decided differently from the package in force stays
when the next one comes: a scope taken away is not granted again, one added is kept, a name given by
staff does not change back.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from jumak.domain.caller import Caller, Profile
from jumak.domain.errors import InvalidArgument
from jumak.protocol.scopes import ALL_SCOPES, expand
from jumak.service.documents import Copy, Install

HostedKind = Literal["worker", "iframe"]

KEPT_VERSIONS = 5
"""Copies of a plugin that are kept to go back to, the one in force included."""


class Decided(Struct, frozen=True, kw_only=True):
    """What the shop decides for one installation; None = as it was, else as the package asks."""

    name: str | None = None
    sdk_name: str | None = None
    acl: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    profile: Profile | None = None
    headless: bool | None = None


def in_force(
    plugin_id: str, copy: Copy, old: Install | None, *, at: str, decided: Decided | None = None
) -> Install:
    """The plugin with this copy in force, loaded at this local time; enabled unless staff switched it off.

    Raises InvalidArgument when it is to run headless and has no worker.
    """
    decided = decided or Decided()
    before = None if old is None else copy_of(old)
    install = Install(
        id=plugin_id,
        name=decided.name or copy.name,
        sdk_name=decided.sdk_name or copy.sdk_name,
        version=copy.version,
        hash=copy.hash,
        kinds=copy.kinds,
        profile=decided.profile or copy.profile,
        entry=copy.entry,
        acl=copy.acl if decided.acl is None else decided.acl,
        scopes=copy.scopes if decided.scopes is None else decided.scopes,
        enabled=True,
        folder=copy.folder,
        loaded_at=at,
        settings=copy.settings,
        headless=bool(decided.headless),
        tab=copy.tab,
        dev_url=copy.dev_url,
        versions=(copy,),
    )
    if old is not None and before is not None:
        install = msgspec.structs.replace(
            install,
            name=decided.name or _stays(copy.name, before.name, old.name),
            sdk_name=decided.sdk_name or _stays(copy.sdk_name, before.sdk_name, old.sdk_name),
            profile=decided.profile or (copy.profile if old.profile == before.profile else old.profile),
            acl=_acl(copy, before, old) if decided.acl is None else decided.acl,
            scopes=_scopes(copy, before, old) if decided.scopes is None else decided.scopes,
            enabled=old.enabled or bool(old.disabled_reason),
            headless=(old.headless and "worker" in copy.kinds)
            if decided.headless is None
            else decided.headless,
            devices=old.devices,
            origin_map=old.origin_map,
            versions=(copy, *(kept for kept in copies_of(old) if kept.hash != copy.hash))[:KEPT_VERSIONS],
        )
    check_headless(install)
    return install


def copies_of(install: Install) -> tuple[Copy, ...]:
    """The kept copies, the one in force first; a plugin from before versions were kept has that one."""
    return install.versions or (
        Copy(
            hash=install.hash,
            version=install.version,
            installed_at=install.loaded_at,
            folder=install.folder,
            name=install.name,
            sdk_name=install.sdk_name,
            profile=install.profile,
            acl=install.acl,
            scopes=install.scopes,
            entry=install.entry,
            kinds=install.kinds,
            tab=install.tab,
            settings=install.settings,
            dev_url=install.dev_url,
        ),
    )


def copy_of(install: Install) -> Copy:
    """The copy in force."""
    return copies_of(install)[0]


def runs_on_server(install: Install) -> bool:
    """Whether the server runs a process for it."""
    return "python" in install.kinds or (install.headless and "worker" in install.kinds)


def hosted_kinds(install: Install) -> tuple[HostedKind, ...]:
    """What tills run of it: its page, and its worker unless that runs headless."""
    kinds: list[HostedKind] = []
    if "worker" in install.kinds and not install.headless:
        kinds.append("worker")
    if "iframe" in install.kinds:
        kinds.append("iframe")
    return tuple(kinds)


def is_for(install: Install, till: Caller) -> bool:
    """Whether this till is to host it."""
    return install.enabled and (not install.devices or till.device_id in install.devices)


def check_headless(install: Install) -> None:
    """Raises InvalidArgument for a plugin to run headless that has no worker."""
    if install.headless and "worker" not in install.kinds:
        raise InvalidArgument(
            "화면 없이(headless) 실행할 수 있는 것은 worker(main.js)뿐인데 이 플러그인에는 없습니다.",
            "Only a worker (main.js) runs headless, and this plugin has none.",
            path="$.headless",
        )


def _stays(asked: str, asked_before: str, held: str) -> str:
    return asked if held == asked_before else held


def _acl(copy: Copy, before: Copy, old: Install) -> tuple[str, ...]:
    taken = set(before.acl) - set(old.acl)
    added = [entry for entry in old.acl if entry not in before.acl]
    return tuple(dict.fromkeys([*(entry for entry in copy.acl if entry not in taken), *added]))


def _scopes(copy: Copy, before: Copy, old: Install) -> tuple[str, ...]:
    if old.scopes == before.scopes:
        return copy.scopes
    asked_before, held = expand(before.scopes), expand(old.scopes)
    now = (expand(copy.scopes) - (asked_before - held)) | (held - asked_before)
    return tuple(scope for scope in ALL_SCOPES if scope in now)
