"""`hosted-plugin.list.request`: which plugins a till runs, each on its own origin (contract, extensions §11)."""

from __future__ import annotations

from jumak.protocol.messages.plugin import HostedPlugin, HostedReply
from jumak.protocol.row import Nothing
from jumak.server.live import Ask
from jumak.service.documents import Install
from jumak.service.plugin import tab_view
from jumak.service.plugin_version import hosted_kinds, is_for


async def list_hosted(ask: Ask, data: Nothing) -> HostedReply:  # noqa: ARG001 (there is one list per till)
    """What this till hosts; nothing where pages of plugins cannot run."""
    installs = await ask.shop.store.reader().all(Install)
    hosted = (
        _view(ask, installs[key]) for key in sorted(installs, key=str) if is_for(installs[key], ask.caller)
    )
    return HostedReply(plugins=[plugin for plugin in hosted if plugin is not None])


def _view(ask: Ask, install: Install) -> HostedPlugin | None:
    kinds = hosted_kinds(install)
    origin = ask.shop.origins(install.id)
    if origin is None or not kinds:
        return None
    return HostedPlugin(
        id=install.id,
        name=install.name,
        version=install.version,
        hash=install.hash,
        profile=install.profile,
        kinds=list(kinds),
        origin=origin,
        origin_map=install.origin_map,
        entry=install.entry if "worker" in kinds else "",
        tab=tab_view(install.tab) if "iframe" in kinds else None,
    )
