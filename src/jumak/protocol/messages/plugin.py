"""Plugins: who they are, their packages, unicast, logs (contract, plugin-runtime §4, 8, 9)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from jumak.domain.caller import Profile
from jumak.protocol.row import Data, Done, Nothing, Reply, Row, Tolerant


class InfoReply(Reply, frozen=True, kw_only=True):
    """The caller as the shop knows it; `name` is its address for unicast."""

    name: str
    version: str
    id: str
    profile: Profile


class UnicastData(Data, frozen=True, kw_only=True):
    """A message to the plugin named `to`. `from` is set by the shop, whatever was sent."""

    to: str
    message: Any = None


class UnicastEvent(Data, frozen=True, kw_only=True, rename={"sender": "from"}):
    """A message from another plugin."""

    sender: str
    to: str
    message: Any = None


class PluginInstall(Data, frozen=True, kw_only=True, omit_defaults=True):
    """An installed plugin as staff see it (contract, extensions §2).

    state: `starting` `running` `stopping` `stopped` `crashed` `disabled`; reason: why it stopped.
    """

    id: str
    name: str
    version: str
    hash: str
    kind: str
    state: str
    profile: Profile
    acl: list[str]
    scopes: list[str]
    origin_map: dict[str, str]
    loaded_at: str
    sdk_name: str
    reason: str = ""


class PluginData(Data, frozen=True, kw_only=True):
    """Which plugin."""

    id: str


class SessionData(Data, frozen=True, kw_only=True):
    """The plugin a till wants to host."""

    plugin_id: str


class SessionReply(Reply, frozen=True, kw_only=True):
    """A token for that plugin's own session, and until when it opens one."""

    token: str
    expires_at: str


class ListReply(Reply, frozen=True, kw_only=True):
    """Every installed plugin, by id."""

    plugins: list[PluginInstall]


class PluginReply(Reply, frozen=True, kw_only=True):
    """The plugin as it is now."""

    plugin: PluginInstall


class Overrides(Data, frozen=True, kw_only=True):
    """What the installer decided differently from the package."""

    id: str | None = None
    name: str | None = None
    acl: list[str] | None = None
    scopes: list[str] | None = None
    profile: Profile | None = None


class InstallData(Data, frozen=True, kw_only=True):
    """A package: the id of an upload."""

    package: str
    overrides: Overrides | None = None


class UpdateData(Data, frozen=True, kw_only=True):
    """What to change of a plugin."""

    id: str
    enabled: bool | None = None
    profile: Profile | None = None
    acl: list[str] | None = None
    scopes: list[str] | None = None
    origin_map: dict[str, str] | None = None


class ChangeEvent(Data, frozen=True, kw_only=True):
    """A plugin was installed, changed, started or stopped."""

    plugin: PluginInstall


class StoppingEvent(Data, frozen=True, kw_only=True):
    """The plugin will be stopped in this many milliseconds."""

    grace_ms: int


class LogMessage(Tolerant, frozen=True, kw_only=True):
    """A line for the plugin's own console; accepted in any shape (contract, wire §12)."""

    log: Any = None
    type: Any = None


LogKind = Literal["log", "trace"]


class TracedMessage(Data, frozen=True, kw_only=True, omit_defaults=True):
    """A message of the plugin's session. in: from the plugin.

    bytes: size of the whole message.  ms: from a request to this reply.  code: of a reply, `OK` or the
    error's.  body: the beginning of its `data`, secrets masked; absent where all of it is secret.
    """

    direction: Literal["in", "out"]
    name: str
    bytes: int
    callback_id: str = ""
    ms: float = -1
    code: str = ""
    body: str = ""


class LogEntry(Data, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a plugin's console. seq: rises; at: shop-local; title, data: of `log` messages.

    trace: of an entry of kind `trace`, whose text says the same for people.
    """

    seq: int
    at: str
    level: Literal["debug", "info", "warn", "error"]
    text: str
    title: str = ""
    data: Any = None
    kind: LogKind = "log"
    trace: TracedMessage | None = None


class LogData(Data, frozen=True, kw_only=True):
    """A plugin's console after an entry, oldest first; without `after` the newest `limit`.

    kinds: `log` unless given; with `trace` the messages both ways too.
    """

    plugin_id: str
    after: int | None = None
    limit: int | None = None
    kinds: list[LogKind] | None = None


class LogReply(Reply, frozen=True, kw_only=True):
    """Entries of the console."""

    entries: list[LogEntry]


class BudgetData(Data, frozen=True, kw_only=True):
    """Whose calls."""

    plugin_id: str


class MethodBudget(Data, frozen=True, kw_only=True):
    """Calls of one method in the last minute (the SDK allows 100) and half hour (200)."""

    method: str
    used_60s: int = field(name="used60s")
    used_30min: int = field(name="used30min")


class BudgetReply(Reply, frozen=True, kw_only=True):
    """Methods the plugin called in the last half hour, the most used first."""

    methods: list[MethodBudget]


class LogEvent(Data, frozen=True, kw_only=True):
    """A new line of a plugin's console."""

    plugin_id: str
    entry: LogEntry


PAGE = "plugin-runtime.md"
EXT = "extensions.md"
SDK = "sdk-0.0.27"
OWNER = ("staff:own",)
MANAGER = ("staff:manage",)

ROWS = (
    Row(name="plugin.info.request", kind="request", data=Nothing, reply=InfoReply, rate_limited=True,
        sdk="plugin.getPluginInfo", origin=SDK, page=PAGE, about="who the caller is"),
    Row(name="plugin.unicast.send", kind="notify", data=UnicastData,
        sdk="pluginUnicast.send", origin=SDK, page=PAGE, about="a message to another plugin"),
    Row(name="plugin.unicast.event", kind="push", data=UnicastEvent,
        sdk="pluginUnicast.listen", origin=SDK, page=PAGE, about="a message from another plugin"),
    Row(name="plugin.open-session.request", kind="request", data=SessionData, reply=SessionReply,
        scopes=("till",), page=EXT, about="a short-lived token to host that plugin"),
    Row(name="plugin.list.request", kind="request", data=Nothing, reply=ListReply,
        scopes=OWNER, sdk="ext.plugin.list", page=EXT, about="installed plugins"),
    Row(name="plugin.install.request", kind="request", data=InstallData, reply=PluginReply, write=True,
        scopes=OWNER, sdk="ext.plugin.install", page=EXT, about="install or update an uploaded package"),
    Row(name="plugin.update.request", kind="request", data=UpdateData, reply=PluginReply, write=True,
        scopes=OWNER, sdk="ext.plugin.update", page=EXT, about="switch on or off, change scopes, profile, allow-list"),
    Row(name="plugin.restart.request", kind="request", data=PluginData, reply=Done, write=True,
        scopes=MANAGER, sdk="ext.plugin.restart", page=EXT, about="stop it and start it again"),
    Row(name="plugin.uninstall.request", kind="request", data=PluginData, reply=Done, write=True,
        scopes=OWNER, sdk="ext.plugin.uninstall", page=EXT, about="remove a plugin and its storage"),
    Row(name="plugin.change.event", kind="push", data=ChangeEvent,
        scopes=OWNER, sdk="ext.plugin.on", page=EXT, about="a plugin was installed, changed, started or stopped"),
    Row(name="plugin.stopping.event", kind="push", data=StoppingEvent,
        sdk="ext.plugin.stopping.on", page=EXT, about="the plugin is about to be stopped"),
    Row(name="log", kind="notify", data=LogMessage,
        sdk="(automatic)", origin=SDK, page="wire.md", about="a line for the plugin's own console"),
    Row(name="plugin-log.list.request", kind="request", data=LogData, reply=LogReply,
        scopes=MANAGER, sdk="ext.pluginLog.list", page=EXT, about="a plugin's console"),
    Row(name="plugin-budget.get.request", kind="request", data=BudgetData, reply=BudgetReply,
        scopes=MANAGER, sdk="ext.pluginBudget.get", page=EXT, about="calls against the SDK's rate limit"),
    Row(name="plugin-log.event", kind="push", data=LogEvent,
        scopes=MANAGER, sdk="ext.pluginLog.on", page=EXT, about="a new line of a plugin's console"),
)  # fmt: skip
