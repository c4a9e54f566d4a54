"""Looks over the shoulder of every plugin: its console, its messages, its budget (H-70…H-75).

Implements `server/watch.Watch` for plugins of every kind, wherever they run, and answers what staff
ask about them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from jumak.domain.caller import Caller
from jumak.domain.errors import HostUnavailable, NotFound
from jumak.plugins.budget import Budget, NearLimit
from jumak.plugins.console import LINES, Console, as_text
from jumak.plugins.masking import MOST
from jumak.protocol.messages.plugin import (
    BudgetData,
    BudgetReply,
    LogData,
    LogEntry,
    LogMessage,
    LogReply,
)
from jumak.protocol.row import Done, Row
from jumak.server.connections import Push
from jumak.server.live import Ask
from jumak.server.shop import RunningShop
from jumak.server.trace import Trace
from jumak.server.watch import Level
from jumak.service.documents import Install
from jumak.service.ports import Committed

MAX_ENTRIES = 1_000
FLUSH_S = 0.25
"""Traced messages are pushed to those who ask for them this often, in one go."""

AGAIN_S = 1.0
"""Secrets that could not be read are read again after this."""

AT_ONCE = 100
"""Secrets that are decrypted before others have their turn."""

MOST_PUSHED = 200
"""Of one plugin in one go; the rest is there for `plugin-log.list.request`."""


class Flooded(Struct):
    """What the flood guard kept from a plugin in one second."""

    second: int = -1
    refused: int = 0
    dropped: int = 0


class PluginWatch:
    """See the module. console: the console of a plugin, by id."""

    def __init__(self, shop: RunningShop, console: Callable[[str], Console]) -> None:
        self._shop, self._console = shop, console
        self._budgets: dict[str, Budget] = {}
        self._floods: dict[str, Flooded] = {}
        self._met: set[str] = set()
        self._learning: set[str] = set()
        self._to_learn: set[str] = set()

    def serve(self) -> None:
        """Takes over the messages."""
        shop = self._shop
        shop.watch = self
        shop.store.on_commit(self._committed)
        shop.live["plugin-log.list.request"] = self.answer_log
        shop.live["plugin-budget.get.request"] = self.answer_budget
        shop.live["log"] = self.answer_log_message

    # -- `server/watch.Watch` --------------------------------------------------------------------

    def opened(self, caller: Caller) -> Trace | None:
        """See `Watch`."""
        self._met.add(caller.id)
        self._learn(caller.id)
        return self._console(caller.id).trace

    def called(self, caller: Caller, row: Row, data: Any) -> None:
        """See `Watch`."""
        if row.name == "secure-store.set.request":
            self._console(caller.id).secrets.remember(data.value)
        if not row.rate_limited:
            return
        budget = self._budgets.get(caller.id)
        if budget is None:
            budget = self._budgets[caller.id] = Budget()
        near = budget.count(row.name.removesuffix(".request"), self._now())
        # The SDKs of remote services have no such limit.
        if near is not None and caller.kind == "plugin":
            self._warn(caller, near)

    def refused_flood(self, caller: Caller, row: Row) -> None:
        """See `Watch`: one line a second."""
        flooded = self._floods.setdefault(caller.id, Flooded())
        second = int(self._now())
        if second != flooded.second:
            self._tell_flood(caller.id, flooded)
            flooded.second = second
            asyncio.get_running_loop().call_later(1, self._tell_flood, caller.id, flooded)
        if row.kind == "notify":
            flooded.dropped += 1
        else:
            flooded.refused += 1

    def note(self, plugin_id: str, level: Level, text: str) -> None:
        """See `Watch`."""
        self._console(plugin_id).write(level, text)

    # -- what staff ask --------------------------------------------------------------------------

    async def answer_log(self, ask: Ask, data: LogData) -> LogReply:  # noqa: ARG002 (any manager may look)
        """`plugin-log.list.request`."""
        await self._known(data.plugin_id)
        limit = max(min(data.limit or 200, MAX_ENTRIES), 1)
        return LogReply(entries=self._console(data.plugin_id).after(data.after, limit, data.kinds or LINES))

    async def answer_budget(self, ask: Ask, data: BudgetData) -> BudgetReply:  # noqa: ARG002 (any manager may look)
        """`plugin-budget.get.request`."""
        await self._known(data.plugin_id)
        budget = self._budgets.get(data.plugin_id)
        return BudgetReply(methods=[] if budget is None else budget.used(self._now()))

    async def answer_log_message(self, ask: Ask, data: LogMessage) -> Done:
        """`log`: accepted whatever its shape (H-73)."""
        said: dict[str, Any] = data.log if isinstance(data.log, dict) else {"contents": data.log}
        title = as_text(said.get("title", ""))[:200]
        failed = title == "onError" or str(said.get("level", "")).upper() == "ERROR"
        text = as_text(said.get("contents", ""))
        self._console(ask.caller.id).write("error" if failed else "debug", text, title=title)
        return Done()

    # -- who hears of it -------------------------------------------------------------------------

    def heard(self, plugin_id: str, entry: LogEntry) -> None:
        """A line: to every manager's screen that takes them."""
        if self._shop.connections.wanted("plugin-log.event"):
            self._shop.connections.send(_event(plugin_id, entry))

    def news(self, plugin_id: str) -> None:
        """There are messages: pushed a moment later to those who asked for this push by name."""
        asyncio.get_running_loop().call_later(FLUSH_S, self._flush, plugin_id)

    def _flush(self, plugin_id: str) -> None:
        # To whoever just takes every push they would be a burden: a busy plugin sends hundreds a second.
        readers = [
            one
            for one in self._shop.connections.all
            if "plugin-log.event" in one.visible and one.names is not None
        ]
        for entry in self._console(plugin_id).newest_trace(readable=bool(readers))[-MOST_PUSHED:]:
            push = _event(plugin_id, entry)
            for reader in readers:
                reader.push(push)

    # -- inside ----------------------------------------------------------------------------------

    def _committed(self, committed: Committed) -> None:
        for entry in committed.entries:
            if entry.fact.name == "plugin.setting":
                self._learn(entry.fact.subject)

    async def _known(self, plugin_id: str) -> None:
        read = self._shop.store.reader()
        if plugin_id not in self._met and await read.get(Install, plugin_id) is None:
            raise NotFound("플러그인을 찾을 수 없습니다.", "There is no such plugin.", id=plugin_id[:64])

    def _learn(self, plugin_id: str) -> None:
        self._to_learn.add(plugin_id)
        if plugin_id not in self._learning:
            self._learning.add(plugin_id)
            self._shop.begin(self._keep_learning(plugin_id))

    async def _keep_learning(self, plugin_id: str) -> None:
        # One after the other: a plugin that changes its settings without end is read at its own pace.
        try:
            while plugin_id in self._to_learn:
                self._to_learn.discard(plugin_id)
                try:
                    await self._read_secrets(plugin_id)
                except HostUnavailable:
                    # What is not known is not hidden.
                    self._to_learn.add(plugin_id)
                    await asyncio.sleep(AGAIN_S)
        finally:
            self._learning.discard(plugin_id)

    async def _read_secrets(self, plugin_id: str) -> None:
        """The plugin's passwords and secrets as they are now, so that its console hides them."""
        read = self._shop.store.reader()
        sizes = {
            key: size for (area, key), size in (await read.value_sizes(plugin_id)).items() if area == "secret"
        }
        found = []
        # No more of them than are looked for: each one is decrypted.
        for place, key in enumerate(sorted(sizes, key=sizes.__getitem__)[:MOST]):
            if text := await read.value(plugin_id, "secret", key):
                found.append(text)
            if place % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
        self._console(plugin_id).secrets.replace(found)

    def _warn(self, caller: Caller, near: NearLimit) -> None:
        window = "60초" if near.window_s == 60 else "30분"
        self.note(
            caller.id,
            "warn",
            f"{near.method}: {near.used} of the {near.limit} calls the SDK allows in {int(near.window_s)} s",
        )
        notice = {
            "level": "warn",
            "text": f"{caller.name}: {near.method} 호출이 한도에 가깝습니다 ({window} {near.used}/{near.limit}).",
            "action": {"type": "plugin-budget", "pluginId": caller.id},
        }
        self._shop.connections.send(Push("notice.event", msgspec.json.encode(notice)))

    def _tell_flood(self, plugin_id: str, flooded: Flooded) -> None:
        if flooded.refused or flooded.dropped:
            self.note(
                plugin_id,
                "warn",
                f"too many messages: {flooded.refused} refused (RATE_LIMITED), {flooded.dropped} dropped",
            )
            flooded.refused = flooded.dropped = 0

    def _now(self) -> float:
        return self._shop.clock.now().timestamp()


def _event(plugin_id: str, entry: LogEntry) -> Push:
    return Push("plugin-log.event", msgspec.json.encode({"pluginId": plugin_id, "entry": entry}))
