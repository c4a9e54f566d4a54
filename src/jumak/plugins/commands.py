"""What `jumak plugin …` does. The command line prints what these return.

`ask` sends a message to the shop whose server runs; a shop that is not running is changed by the
same messages through a store of its own, so there is one way only.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from jumak.domain.errors import InvalidState, NotFound
from jumak.plugins.host import PluginHost
from jumak.plugins.manifest import check_id
from jumak.plugins.package import Package, check_requirements, read_package
from jumak.protocol.messages.plugin import LogEntry, Overrides, PluginInstall
from jumak.server.shop import RunningShop

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]

MAIN = '''"""{name}"""

from jumak.sdk import Plugin

plugin = Plugin("{id}")


@plugin.on_start
async def ready(pos):
    merchant = await pos.merchant.get_merchant()
    print(f"{{merchant.name}}: ready")


@plugin.on("order.add")
async def greet(pos, order_id):
    order = await pos.order.get_order(order_id)
    print(f"order {{order.number}}: {{order.charge_price.charge_price_value:,}} won")


plugin.run()
'''

TEST = '''"""Runs the plugin on a simulated shop: `jumak plugin test`, or plain pytest."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


async def test_it_starts(shop, monkeypatch):
    from jumak.sdk import Plugin

    monkeypatch.setattr(Plugin, "run", lambda self: None)
    from main import plugin

    async with shop.running_plugin(plugin) as pos:
        assert (await pos.merchant.get_merchant()).name
'''


def new(plugin_id: str, parent: Path, name: str | None = None) -> Path:
    """Writes a working plugin to `parent/<id>` and returns that folder.

    Raises InvalidArgument for an id that cannot be used, InvalidState when the folder exists.
    """
    check_id(plugin_id)
    folder = parent / plugin_id
    if folder.exists():
        raise InvalidState(f"'{folder}' 폴더가 이미 있습니다.", f"{folder} exists already.")
    folder.mkdir(parents=True)
    manifest = {
        "id": plugin_id,
        "name": name or plugin_id,
        "version": "0.1.0",
        "kind": "python",
        "entry": "main.py",
        "scopes": ["plugin"],
    }
    (folder / "plugin.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    (folder / "main.py").write_text(MAIN.format(id=plugin_id, name=name or plugin_id), encoding="utf-8")
    (folder / "test_plugin.py").write_text(TEST, encoding="utf-8")
    return folder


async def check(source: Path) -> Package:
    """Reads a package as an installation would. Raises InvalidArgument."""
    package = await asyncio.to_thread(read_package, source)
    await asyncio.to_thread(check_requirements, package)
    return package


def zipped(source: Path) -> bytes:
    """A package as a zip, ready to be uploaded. Raises InvalidArgument. Blocks: call it in a thread."""
    package = read_package(source)
    check_requirements(package)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(package.files):
            # A fixed date, so that the same files make the same zip.
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), package.files[name])
    return buffer.getvalue()


async def install_offline(
    shop: RunningShop, data: Path, source: Path, overrides: Overrides | None = None
) -> PluginInstall:
    """Installs into a shop this process has opened; it starts with the server. Raises InvalidArgument."""
    return (await PluginHost(shop, data).install(source, overrides)).plugin


async def list_installed(ask: Ask) -> list[PluginInstall]:
    """Installed plugins with their state."""
    return msgspec.convert((await ask("plugin.list.request", {}))["plugins"], list[PluginInstall])


async def logs(ask: Ask, plugin_id: str, *, after: int | None = None, limit: int = 200) -> list[LogEntry]:
    """Lines of a plugin's console, oldest first."""
    data: dict[str, Any] = {"pluginId": plugin_id, "limit": limit}
    if after is not None:
        data["after"] = after
    return msgspec.convert((await ask("plugin-log.list.request", data))["entries"], list[LogEntry])


async def remove(ask: Ask, plugin_id: str) -> None:
    """Uninstalls a plugin and its storage. Raises NotFound."""
    await ask("plugin.uninstall.request", {"id": plugin_id})


def logs_on_disk(data: Path, plugin_id: str, limit: int = 200) -> list[str]:
    """The newest lines of a plugin's log file, for a shop that is not running. Raises NotFound."""
    check_id(plugin_id)
    file = data / "plugins" / plugin_id / "plugin.log"
    if not file.is_file():
        raise NotFound("로그가 없습니다.", f"There is no log of {plugin_id}.", id=plugin_id)
    return file.read_text(encoding="utf-8", errors="replace").splitlines()[-limit:]
