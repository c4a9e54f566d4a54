"""Plugins: who they are, their packages, unicast, logs (contract, plugin-runtime §4, 8, 9)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

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


Kind = Literal["worker", "iframe", "python"]


class PluginTab(Data, frozen=True, kw_only=True):
    """The tab of a page. href: the page inside the package, with its query and fragment."""

    title: str
    description: str
    href: str


class PluginVersion(Data, frozen=True, kw_only=True):
    """A kept version; the one in force comes first. hash: names it for a roll-back."""

    hash: str
    version: str
    installed_at: str


class PluginDevice(Data, frozen=True, kw_only=True, omit_defaults=True):
    """How a plugin fares in one till. load_ms: from its start until it asked who it is."""

    device_id: str
    name: str
    state: str
    reason: str = ""
    load_ms: int | None = None


class PluginInstall(Data, frozen=True, kw_only=True, omit_defaults=True):
    """An installed plugin as staff see it (contract, extensions §2).

    state: `starting` `running` `stopping` `stopped` `crashed` `disabled`, of the best till for a
    plugin that tills host; reason: why it stopped.  devices: the tills it is for, empty = every one.
    """

    id: str
    name: str
    version: str
    hash: str
    kinds: list[Kind]
    state: str
    profile: Profile
    acl: list[str]
    scopes: list[str]
    origin_map: dict[str, str]
    loaded_at: str
    sdk_name: str
    headless: bool
    devices: list[str]
    versions: list[PluginVersion]
    device_states: list[PluginDevice]
    tab: PluginTab | None = None
    load_ms: int | None = None
    dev_url: str = ""
    reason: str = ""


class PluginData(Data, frozen=True, kw_only=True):
    """Which plugin."""

    id: str


class UninstallData(Data, frozen=True, kw_only=True):
    """Which plugin goes. keepData: its settings, texts and secrets wait for the same id to come back."""

    id: str
    keep_data: bool | None = None


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


FileName = Annotated[str, Meta(max_length=255)]
Text = Annotated[str, Meta(min_length=1, max_length=100)]
Names = Annotated[list[str], Meta(max_length=200)]


class Overrides(Data, frozen=True, kw_only=True):
    """What the installer decided differently from the package."""

    id: str | None = None
    name: Text | None = None
    sdk_name: Text | None = None
    acl: Names | None = None
    scopes: Names | None = None
    profile: Profile | None = None
    headless: bool | None = None


class InstallData(Data, frozen=True, kw_only=True):
    """A package: the id of an upload, or the URL of a development server on this machine.

    file_name: what the uploaded zip is called, from which a package without `plugin.json` takes its name.
    """

    package: str
    file_name: FileName | None = None
    overrides: Overrides | None = None


class InstalledVersion(Data, frozen=True, kw_only=True):
    """The version of this plugin that is installed now."""

    version: str
    hash: str


class InspectReply(Reply, frozen=True, kw_only=True):
    """What an installation would put in force, with the overrides and what staff decided before.

    added_scopes: those that the installed version does not hold.
    """

    id: str
    name: str
    sdk_name: str
    version: str
    hash: str
    kinds: list[Kind]
    profile: Profile
    acl: list[str]
    scopes: list[str]
    added_scopes: list[str]
    headless: bool
    has_manifest: bool
    tab: PluginTab | UnsetType = UNSET
    installed: InstalledVersion | UnsetType = UNSET


class UpdateData(Data, frozen=True, kw_only=True):
    """What to change of a plugin. version: hash of a kept copy, to go back to it."""

    id: str
    enabled: bool | None = None
    name: Text | None = None
    sdk_name: Text | None = None
    profile: Profile | None = None
    acl: Names | None = None
    scopes: Names | None = None
    origin_map: Annotated[dict[str, str], Meta(max_length=50)] | None = None
    version: str | None = None
    headless: bool | None = None
    devices: Names | None = None


class HostedPlugin(Data, frozen=True, kw_only=True, omit_defaults=True):
    """A plugin for a till to host. kinds: what the till runs of it; entry: the worker's script."""

    id: str
    name: str
    version: str
    hash: str
    profile: Profile
    kinds: list[Literal["worker", "iframe"]]
    origin: str
    origin_map: dict[str, str]
    entry: str = ""
    tab: PluginTab | None = None


class HostedReply(Reply, frozen=True, kw_only=True):
    """What this till hosts, by id."""

    plugins: list[HostedPlugin]


class HostedEvent(Data, frozen=True, kw_only=True, omit_defaults=True):
    """Read the list of hosted plugins again. restart: this one starts anew even if nothing of it changed."""

    plugin_id: str
    restart: bool = False


class ReportedEntry(Data, frozen=True, kw_only=True):
    """A line for the plugin's console."""

    level: Literal["debug", "info", "warn", "error"]
    text: Annotated[str, Meta(max_length=100_000)]
    title: Annotated[str, Meta(max_length=200)] | None = None


class ReportData(Data, frozen=True, kw_only=True):
    """How a plugin fares in this till. A `crashed` is counted each time; other states may be told again."""

    plugin_id: str
    state: Literal["starting", "running", "crashed", "stopped"]
    reason: Annotated[str, Meta(max_length=1_000)] | None = None
    load_ms: Annotated[float, Meta(ge=0)] | None = None
    entries: Annotated[list[ReportedEntry], Meta(max_length=500)] | None = None


class ReportReply(Reply, frozen=True, kw_only=True):
    """What the till does next: wait that long and start it again, or leave it off."""

    restart_after_ms: int | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET


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
    Row(name="hosted-plugin.list.request", kind="request", data=Nothing, reply=HostedReply,
        scopes=("till",), sdk="ext.hostedPlugin.list", page=EXT, about="the plugins this till hosts"),
    Row(name="hosted-plugin.change.event", kind="push", data=HostedEvent,
        scopes=("till",), sdk="ext.hostedPlugin.on", page=EXT, about="a hosted plugin came, changed, left or is to restart"),
    Row(name="plugin.report.request", kind="request", data=ReportData, reply=ReportReply,
        scopes=("till",), page=EXT, about="how a hosted plugin fares; answers when to start it again"),
    Row(name="plugin.inspect.request", kind="request", data=InstallData, reply=InspectReply,
        scopes=OWNER, sdk="ext.plugin.inspect", page=EXT, about="what a package would install"),
    Row(name="plugin.list.request", kind="request", data=Nothing, reply=ListReply,
        scopes=OWNER, sdk="ext.plugin.list", page=EXT, about="installed plugins"),
    Row(name="plugin.install.request", kind="request", data=InstallData, reply=PluginReply, write=True,
        scopes=OWNER, sdk="ext.plugin.install", page=EXT, about="install or update an uploaded package"),
    Row(name="plugin.update.request", kind="request", data=UpdateData, reply=PluginReply, write=True,
        scopes=OWNER, sdk="ext.plugin.update", page=EXT, about="switch on or off, roll back, change scopes, allow-list, tills"),
    Row(name="plugin.restart.request", kind="request", data=PluginData, reply=Done, write=True,
        scopes=MANAGER, sdk="ext.plugin.restart", page=EXT, about="stop it and start it again"),
    Row(name="plugin.uninstall.request", kind="request", data=UninstallData, reply=Done, write=True,
        scopes=OWNER, sdk="ext.plugin.uninstall", page=EXT, about="remove a plugin, with its storage or without"),
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
