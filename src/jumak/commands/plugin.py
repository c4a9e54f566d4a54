"""`jumak plugin install|list|logs|remove|new`."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from jumak.commands.reach import Refused, add_data, administration, post, running_server
from jumak.main import opened_shop
from jumak.plugins.host import PluginHost
from jumak.plugins.manifest import check_id

MAIN = '''"""{name}: says in the plugin console when an order was completed."""

from jumak.sdk import Plugin

plugin = Plugin("{id}")


@plugin.on("order.complete")
async def tell(pos, order_id: str) -> None:
    order = await pos.order.get_order(order_id)
    print(f"order {{order.number}} is complete")


plugin.run()
'''


async def _install(arguments: argparse.Namespace) -> None:
    source: Path = arguments.package
    package = await asyncio.to_thread(_zipped, source)
    access = await running_server(arguments.data)
    if access is not None:
        upload = await asyncio.to_thread(post, access, "uploads", package, "application/zip")
        body = json.dumps({"package": upload["id"]}).encode()
        answer = await asyncio.to_thread(post, access, "plugin.install", body, "application/json")
        plugin = answer["plugin"]
        print(f"installed {plugin['id']} {plugin['version']}")
        return
    async with opened_shop(arguments.data) as shop:
        reply = await PluginHost(shop, arguments.data).install(source)
    print(f"installed {reply.plugin.id} {reply.plugin.version}")


def _zipped(source: Path) -> bytes:
    """A package as one archive; a folder is packed, hidden files and caches left out."""
    if not source.exists():
        raise Refused(f"there is nothing at {source}")
    if source.is_file():
        return source.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(source.rglob("*")):
            inside = file.relative_to(source)
            if file.is_file() and not any(
                part.startswith(".") or part == "__pycache__" for part in inside.parts
            ):
                archive.write(file, inside.as_posix())
    return packed.getvalue()


async def _list(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data) as ask:
        for plugin in (await ask("plugin.list.request", {}))["plugins"]:
            print(f"{plugin['id']:24}{plugin['version']:12}{plugin['state']:10}{plugin['name']}")


async def _logs(arguments: argparse.Namespace) -> None:
    access = await running_server(arguments.data)
    if access is None:
        file = arguments.data / "plugins" / arguments.id / "plugin.log"
        if not file.is_file():
            raise Refused(f"there is no log of {arguments.id}")
        print(file.read_text("utf-8"), end="")
        return
    async with administration(arguments.data) as ask:
        kinds = ["log", "trace"] if arguments.trace else ["log"]
        asked = {"pluginId": arguments.id, "limit": arguments.limit, "kinds": kinds}
        for entry in (await ask("plugin-log.list.request", asked))["entries"]:
            print(f"{entry['at']} {entry['level']:5} {entry['text']}")


async def _remove(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data) as ask:
        await ask("plugin.uninstall.request", {"id": arguments.id})
    print(f"removed {arguments.id}")


async def _new(arguments: argparse.Namespace) -> None:
    begin(arguments.folder)
    print(f"{arguments.folder}: edit main.py, then jumak plugin install {arguments.folder}")


def begin(folder: Path) -> None:
    """Writes the template; the folder's name is the plugin's id. Raises InvalidArgument, FileExistsError."""
    plugin_id = folder.name
    check_id(plugin_id)
    folder.mkdir(parents=True)
    manifest = {"id": plugin_id, "name": plugin_id, "version": "0.1.0", "kind": "python", "entry": "main.py"}
    (folder / "plugin.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    (folder / "main.py").write_text(MAIN.format(id=plugin_id, name=plugin_id), "utf-8")


def add(commands: Any) -> None:
    """Adds the commands."""
    plugin = commands.add_parser("plugin", help="plugins of the shop").add_subparsers(
        required=True, metavar="install|list|logs|remove|new"
    )
    install = plugin.add_parser("install", help="install or update a zip or folder")
    install.add_argument("package", type=Path, metavar="ZIP|FOLDER")
    add_data(install)
    install.set_defaults(run=_install)
    listing = plugin.add_parser("list", help="what is installed")
    add_data(listing)
    listing.set_defaults(run=_list)
    logs = plugin.add_parser("logs", help="a plugin's console")
    logs.add_argument("id", metavar="ID")
    logs.add_argument("--limit", type=int, default=200)
    logs.add_argument("--trace", action="store_true", help="its messages too, of a running shop")
    add_data(logs)
    logs.set_defaults(run=_logs)
    remove = plugin.add_parser("remove", help="remove a plugin and its storage")
    remove.add_argument("id", metavar="ID")
    add_data(remove)
    remove.set_defaults(run=_remove)
    new = plugin.add_parser("new", help="begin a plugin from a template")
    new.add_argument("folder", type=Path, metavar="FOLDER")
    new.set_defaults(run=_new)
