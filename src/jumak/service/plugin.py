"""Installed plugins and messages between them (contract, plugin-runtime §4, 8, 9).

These use cases only change what is installed and enabled; `plugins/host.py` hears of the facts and
starts and stops processes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Literal

import msgspec

from jumak.domain.base import wire_name
from jumak.domain.calendar import calendar_of
from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument, NotFound
from jumak.domain.fact import Fact
from jumak.domain.origin import read_acl, read_origin_map
from jumak.logs import fields
from jumak.protocol.messages.plugin import (
    InfoReply,
    ListReply,
    PluginData,
    PluginDevice,
    PluginInstall,
    PluginReply,
    PluginTab,
    PluginVersion,
    UnicastData,
    UninstallData,
    UpdateData,
)
from jumak.protocol.row import Done, Nothing
from jumak.protocol.scopes import CLIENT_SCOPES, check_names
from jumak.service.documents import Copy, Device, Install, SettingPage, Tab
from jumak.service.identity import check_plugin_id, check_sdk_name
from jumak.service.journal import whole
from jumak.service.plugin_version import Decided, check_headless, copies_of, in_force
from jumak.service.ports import Documents, PluginState, PluginStateName, Reader, Transaction
from jumak.service.registry import command, query

MAX_UNICAST = 256_000
"""Longest unicast message, bytes of JSON."""

log = logging.getLogger(__name__)


@query("plugin.info.request")
async def plugin_info(read: Reader, caller: Caller, data: Nothing) -> InfoReply:
    """Who the caller is; always answered (H-1)."""
    return InfoReply(name=caller.name, version=caller.version, id=caller.id, profile=caller.profile)


@query("plugin.list.request")
async def list_plugins(read: Reader, caller: Caller, data: Nothing) -> ListReply:
    """Every installed plugin with its state (H-9)."""
    installed = await read.all(Install)
    return ListReply(plugins=[install_view(installed[key], read) for key in sorted(installed, key=str)])


@command("plugin.update.request")
async def update_plugin(tx: Transaction, data: UpdateData) -> PluginReply:
    """Switches a plugin on or off, goes back to a kept version, or changes what it may do and where it runs.

    A changed plugin is started anew.
    """
    install = await _installed(tx, data.id)
    changed = install if data.version is None else _rolled_back(tx, install, data.version)
    enabled = changed.enabled if data.enabled is None else data.enabled
    changed = msgspec.structs.replace(
        changed,
        enabled=enabled,
        disabled_reason="" if data.enabled is not None else changed.disabled_reason,
        name=data.name or changed.name,
        sdk_name=data.sdk_name or changed.sdk_name,
        profile=data.profile or changed.profile,
        acl=changed.acl if data.acl is None else read_acl(data.acl, "$.acl"),
        scopes=changed.scopes if data.scopes is None else grantable(data.scopes, "$.scopes"),
        origin_map=changed.origin_map
        if data.origin_map is None
        else read_origin_map(data.origin_map, "$.originMap"),
        headless=changed.headless if data.headless is None else data.headless,
        devices=changed.devices if data.devices is None else await _tills(tx, data.devices),
    )
    check_headless(changed)
    if changed.sdk_name != install.sdk_name:
        await check_sdk_name(tx, install.id, changed.sdk_name, "$.sdkName")
    if changed != install:
        tx.put(changed)
        tx.record(Fact("plugin.update", install.id, _difference(install, changed)))
    return PluginReply(plugin=install_view(changed, tx))


def _rolled_back(tx: Transaction, install: Install, version: str) -> Install:
    copies = copies_of(install)
    found = [copy for copy in copies if copy.hash == version]
    if not found:
        kept = ", ".join(copy.hash[:12] for copy in copies)
        raise NotFound(
            f"그 버전은 남아 있지 않습니다. 되돌릴 수 있는 버전: {kept}",
            f"That version is not kept; there are {kept}.",
            id=version[:64],
        )
    return in_force(install.id, found[0], install, at=calendar_of(tx.shop).iso(tx.at))


def _difference(before: Install, after: Install) -> dict[str, object]:
    """What the journal says of a change: the switch always, the rest where it changed (SEC-2)."""
    what: dict[str, object] = {"enabled": after.enabled}
    for name in (
        "version",
        "hash",
        "profile",
        "sdk_name",
        "acl",
        "scopes",
        "origin_map",
        "headless",
        "devices",
    ):
        if getattr(before, name) != getattr(after, name):
            what[wire_name(name)] = msgspec.to_builtins(getattr(after, name))
    return what


async def _tills(tx: Transaction, device_ids: list[str]) -> tuple[str, ...]:
    devices = await tx.all(Device)
    for place, device_id in enumerate(device_ids):
        device = devices.get(device_id)
        if device is None or device.kind != "till" or device.revoked_ms is not None:
            raise InvalidArgument(
                f"'{device_id[:64]}'은(는) 이 매장에 연결된 계산대가 아닙니다. device.list로 확인해 주세요.",
                f"{device_id[:64]!r} is no till paired with this shop; see device.list.",
                path=f"$.devices[{place}]",
            )
    return tuple(dict.fromkeys(device_ids))


@command("plugin.restart.request")
async def restart_plugin(tx: Transaction, data: PluginData) -> Done:
    """Stops it and starts it again; one that was disabled after crashes is enabled again."""
    install = await _installed(tx, data.id)
    if install.disabled_reason:
        tx.put(msgspec.structs.replace(install, enabled=True, disabled_reason=""))
    tx.record(Fact("plugin.restart", install.id))
    return Done()


@command("plugin.uninstall.request")
async def uninstall_plugin(tx: Transaction, data: UninstallData) -> Done:
    """Removes the plugin; settings, texts and secrets go as well or wait for its id to come back.

    What it did in the shop stays.
    """
    await _installed(tx, data.id)
    tx.drop(Install, data.id)
    if not data.keep_data:
        tx.drop(SettingPage, data.id)
        for area, key in await tx.value_sizes(data.id):
            tx.put_value(data.id, area, key, None)
    tx.record(Fact("plugin.uninstall", data.id, {"keepData": bool(data.keep_data)}))
    return Done()


async def record_install(
    tx: Transaction, plugin_id: str, copy: Copy, decided: Decided | None = None
) -> PluginReply:
    """Puts an unpacked package in force. Updates keep settings, texts and what the shop decided."""
    old = await tx.get(Install, plugin_id)
    install = in_force(plugin_id, copy, old, at=calendar_of(tx.shop).iso(tx.at), decided=decided)
    await check_names_of(tx, install, old)
    tx.put(install)
    what = {"version": install.version, "hash": install.hash, "scopes": list(install.scopes)}
    tx.record(Fact("plugin.install", install.id, what))
    return PluginReply(plugin=install_view(install, tx))


async def check_names_of(read: Documents, install: Install, old: Install | None) -> None:
    """Raises InvalidArgument when what is to be installed takes a name that is somebody else's (H-66)."""
    if old is None:
        await check_plugin_id(read, install.id)
    if old is None or old.sdk_name != install.sdk_name:
        await check_sdk_name(read, install.id, install.sdk_name, "$.overrides.sdkName")


def grantable(scopes: Iterable[str], path: str) -> tuple[str, ...]:
    """Scopes a plugin may be given. Raises InvalidArgument for others, naming the first."""
    scopes = tuple(dict.fromkeys(scopes))
    check_names(scopes, path)
    for place, scope in enumerate(scopes):
        if scope == "all" or scope in CLIENT_SCOPES:
            raise InvalidArgument(
                f"'{scope}'은(는) 매장의 화면과 직원을 위한 권한이라 플러그인에 줄 수 없습니다.",
                f"{scope} is for the shop's own screens and people; no plugin may have it.",
                path=f"{path}[{place}]",
            )
    return scopes


async def record_disable(tx: Transaction, plugin_id: str, reason: str) -> Done:
    """Switches off a plugin that keeps crashing, with the reason staff will read."""
    install = await _installed(tx, plugin_id)
    tx.put(msgspec.structs.replace(install, enabled=False, disabled_reason=reason))
    tx.record(Fact("plugin.disable", plugin_id, {"reason": reason}))
    return Done()


@query("plugin.unicast.send")
async def send_unicast(read: Reader, caller: Caller, data: UnicastData) -> Done:
    """Hands a message to the plugin named `to`; dropped and logged when it is not running (H-66).

    `from` is the sender's own name, whatever was sent.
    """
    if len(msgspec.json.encode(data.message)) > MAX_UNICAST:
        raise InvalidArgument(
            "메시지가 너무 큽니다. 256KB까지 보낼 수 있습니다.",
            f"A unicast message has at most {MAX_UNICAST} bytes of JSON.",
            path="$.message",
        )
    event = {"from": caller.name, "to": data.to, "message": data.message}
    installed = await read.all(Install)
    receivers = {install.id for install in installed.values() if install.sdk_name == data.to}
    # A remote service is no package: its identity is its name.
    if data.to not in installed:
        receivers.add(data.to)
    delivered = [read.live.push_to(receiver, "plugin.unicast.event", event) for receiver in receivers]
    if not any(delivered):
        log.info("a message for a plugin that does not run was dropped", extra=fields(caller))
    return Done()


def install_view(install: Install, read: Reader) -> PluginInstall:
    """An installed plugin as staff see it."""
    fares = read.live.plugin_states().get(install.id) or PluginState(state="stopped")
    return PluginInstall(
        id=install.id,
        name=install.name,
        sdk_name=install.sdk_name,
        version=install.version,
        hash=install.hash,
        kinds=list(install.kinds),
        state=fares.state if install.enabled else _winding_down(fares.state),
        profile=install.profile,
        acl=list(install.acl),
        scopes=list(install.scopes),
        origin_map=install.origin_map,
        loaded_at=install.loaded_at,
        headless=install.headless,
        devices=list(install.devices),
        versions=[
            PluginVersion(hash=copy.hash, version=copy.version, installed_at=copy.installed_at)
            for copy in copies_of(install)
        ],
        device_states=[
            PluginDevice(
                device_id=till.device_id,
                name=till.name,
                state=till.state,
                reason=till.reason,
                load_ms=till.load_ms,
            )
            for till in fares.devices
        ],
        tab=tab_view(install.tab),
        load_ms=fares.load_ms,
        dev_url=install.dev_url,
        reason=install.disabled_reason or fares.reason,
    )


def _winding_down(state: PluginStateName) -> Literal["stopping", "disabled"]:
    """A plugin that was switched off is disabled once nothing of it runs any more."""
    return "stopping" if state in ("starting", "running", "stopping") else "disabled"


def tab_view(tab: Tab | None) -> PluginTab | None:
    """A page's tab as it is sent."""
    if tab is None:
        return None
    return PluginTab(title=tab.title, description=tab.description, href=tab.href)


@whole("plugin.install")
@whole("plugin.update")
@whole("plugin.disable")
async def plugin_now(read: Reader, subject: str) -> PluginInstall | None:
    """What `plugin.change.event` carries."""
    install = await read.get(Install, subject)
    return None if install is None else install_view(install, read)


async def _installed(read: Reader, plugin_id: str) -> Install:
    install = await read.get(Install, plugin_id)
    if install is None:
        raise NotFound("플러그인을 찾을 수 없습니다.", "There is no such plugin.", id=plugin_id)
    return install
