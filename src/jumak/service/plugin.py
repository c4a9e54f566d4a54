"""Installed plugins and messages between them (contract, plugin-runtime §4, 8, 9).

These use cases only change what is installed and enabled; `plugins/host.py` hears of the facts and
starts and stops processes.
"""

from __future__ import annotations

import logging

import msgspec

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument, NotFound
from jumak.domain.fact import Fact
from jumak.protocol.messages.plugin import (
    InfoReply,
    ListReply,
    PluginData,
    PluginInstall,
    PluginReply,
    UnicastData,
    UpdateData,
)
from jumak.protocol.row import Done, Nothing
from jumak.protocol.scopes import check_names
from jumak.service.documents import Device, Install, SettingPage
from jumak.service.journal import whole
from jumak.service.ports import Reader, Transaction
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
    """Switches a plugin on or off, or changes what it may do. A changed plugin is started anew."""
    install = await _installed(tx, data.id)
    if data.scopes is not None:
        check_names(data.scopes)
    if data.origin_map:
        raise InvalidArgument(
            "파이썬 플러그인에는 개발용 주소 연결(originMap)을 쓸 수 없습니다.",
            "A Python plugin has no origin map: point its own settings at the local service.",
            path="$.originMap",
        )
    enabled = install.enabled if data.enabled is None else data.enabled
    changed = msgspec.structs.replace(
        install,
        enabled=enabled,
        disabled_reason="" if data.enabled is not None else install.disabled_reason,
        profile=data.profile or install.profile,
        acl=install.acl if data.acl is None else tuple(data.acl),
        scopes=install.scopes if data.scopes is None else tuple(data.scopes),
    )
    if changed != install:
        tx.put(changed)
        tx.record(Fact("plugin.update", install.id, {"enabled": enabled}))
    return PluginReply(plugin=install_view(changed, tx))


@command("plugin.restart.request")
async def restart_plugin(tx: Transaction, data: PluginData) -> Done:
    """Stops it and starts it again; one that was disabled after crashes is enabled again."""
    install = await _installed(tx, data.id)
    if install.disabled_reason:
        tx.put(msgspec.structs.replace(install, enabled=True, disabled_reason=""))
    tx.record(Fact("plugin.restart", install.id))
    return Done()


@command("plugin.uninstall.request")
async def uninstall_plugin(tx: Transaction, data: PluginData) -> Done:
    """Removes the plugin with its settings, texts and secrets; what it did in the shop stays."""
    await _installed(tx, data.id)
    tx.drop(Install, data.id)
    tx.drop(SettingPage, data.id)
    for area, key in await tx.value_sizes(data.id):
        tx.put_value(data.id, area, key, None)
    tx.record(Fact("plugin.uninstall", data.id))
    return Done()


async def record_install(tx: Transaction, install: Install) -> PluginReply:
    """Puts an unpacked package in place. Updates keep settings, texts and whether it is enabled."""
    old = await tx.get(Install, install.id)
    if old is None and any(device.caller_id == install.id for device in (await tx.all(Device)).values()):
        raise InvalidArgument(
            f"'{install.id}' 이름은 이미 다른 서비스가 쓰고 있습니다. 다른 id로 설치해 주세요.",
            f"'{install.id}' is the identity of a service or device; install it under another id.",
            path="$.overrides.id",
        )
    if old is not None:
        install = msgspec.structs.replace(install, enabled=old.enabled or bool(old.disabled_reason))
    tx.put(install)
    what = {"version": install.version, "hash": install.hash, "scopes": list(install.scopes)}
    tx.record(Fact("plugin.install", install.id, what))
    return PluginReply(plugin=install_view(install, tx))


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
        log.info("unicast from %s dropped: %s is not running", caller.name, data.to)
    return Done()


def install_view(install: Install, read: Reader) -> PluginInstall:
    """An installed plugin as staff see it."""
    fares = read.live.plugin_states().get(install.id)
    state = "stopped" if fares is None else fares.state
    return PluginInstall(
        id=install.id,
        name=install.name,
        sdk_name=install.sdk_name,
        version=install.version,
        hash=install.hash,
        kind=install.kind,
        state=state if install.enabled else "disabled",
        profile=install.profile,
        acl=list(install.acl),
        scopes=list(install.scopes),
        origin_map={},
        loaded_at=install.loaded_at,
        reason=install.disabled_reason or (fares.reason if fares else ""),
    )


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
