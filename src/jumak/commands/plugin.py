"""`jumak plugin …`: what is installed, with what rights, in which version, and what it says."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from jumak.commands.plugin_dev import LONGEST, dev, is_copy, line_of
from jumak.commands.plugin_source import Installer, InstallHere, InstallThroughServer, existing
from jumak.commands.reach import Asking, Refused, add_data, administration, database_of, running_server
from jumak.main import opened_shop
from jumak.plugins.host import PluginHost
from jumak.plugins.package import pack, read_package
from jumak.plugins.template import begin
from jumak.protocol.messages.plugin import InspectReply, Overrides

FOLLOW_S = 0.5
PAGE = 1_000
PROGRAM = (
    "It is a program on this machine, in its own process with limits: no sandbox against hostile code. "
    "Install only what you trust."
)
WORKER = (
    "Its worker runs in tills. Run headless it is a Node program on this machine, and Node is no sandbox against "
    "hostile code."
)


async def _install(arguments: argparse.Namespace) -> None:
    source = existing(arguments.package)
    access = await running_server(arguments.data)
    if access is not None:
        await _install_by(InstallThroughServer(access, source), arguments)
        return
    async with opened_shop(arguments.data, database=database_of(arguments)) as shop:
        await _install_by(InstallHere(PluginHost(shop, arguments.data), source), arguments)


async def _install_by(installer: Installer, arguments: argparse.Namespace) -> None:
    overrides = _overrides(arguments)
    plan = await installer.inspect(overrides)
    _show(plan)
    if not arguments.yes and not sys.stdin.isatty():
        print("  no terminal, so nobody is asked; what it may do stands above")
    elif not arguments.yes:
        if not (await _typed("Install it? [y/N] ")).lower().startswith("y"):
            raise Refused("nothing was installed")
        if not plan.has_manifest and overrides.acl is None and plan.installed is msgspec.UNSET:
            typed = await _typed(
                "Origins it may call, separated by spaces, as in https://api.example.com (none): "
            )
            overrides = msgspec.structs.replace(overrides, acl=typed.split())
    plugin = await installer.install(overrides)
    print(f"installed {plugin.id} {plugin.version}")


async def _typed(question: str) -> str:
    """What is typed in answer, "" at the end of the input."""
    try:
        return (await asyncio.to_thread(input, question)).strip()
    except EOFError:
        print()
        return ""


def _show(plan: InspectReply) -> None:
    print(f"{plan.id} {plan.version}: {plan.name} ({', '.join(plan.kinds)})")
    print(f"  hash        {plan.hash}")
    if plan.installed is not msgspec.UNSET:
        print(f"  replaces    {plan.installed.version} ({plan.installed.hash[:12]})")
    if not plan.has_manifest:
        print(
            "  plugin.json none: id and name are the zip's, version is its hash; choose with --id and --name"
        )
    print(f"  profile     {plan.profile}")
    print(f"  scopes      {' '.join(plan.scopes) or 'none'}")
    if plan.installed is not msgspec.UNSET and plan.added_scopes:
        print(f"  new scopes  {' '.join(plan.added_scopes)}")
    print(f"  may call    {' '.join(plan.acl) or 'no server'}")
    if "python" in plan.kinds or plan.headless:
        print(f"  {PROGRAM}")
    elif "worker" in plan.kinds:
        print(f"  {WORKER}")


async def _list(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data, database_of(arguments)) as ask:
        for plugin in (await ask("plugin.list.request", {}))["plugins"]:
            kinds = "+".join(plugin["kinds"]) + (" headless" if plugin["headless"] else "")
            print(
                f"{plugin['id']:24}{plugin['version']:12}{plugin['state']:10}{kinds:18}{plugin['profile']:12}"
                f"{plugin['hash'][:12]}  {plugin['loadedAt']}  {plugin['name']}"
            )
            if plugin.get("reason"):
                print(f"  {plugin['reason']}")
            for till in plugin["deviceStates"]:
                print(f"  {till['name']}: {till['state']} {till.get('reason', '')}".rstrip())
            if arguments.versions:
                for kept in plugin["versions"]:
                    print(f"  {kept['hash'][:12]}  {kept['version']:12}{kept['installedAt']}")


async def _update(arguments: argparse.Namespace) -> None:
    wanted = {
        "name": arguments.name,
        "sdkName": arguments.sdk_name,
        "acl": arguments.acl,
        "scopes": arguments.scope,
        "profile": arguments.profile,
        "headless": arguments.headless,
        "devices": arguments.device,
        "originMap": None if arguments.map is None else dict(_pair(text) for text in arguments.map),
    }
    changes = {key: value for key, value in wanted.items() if value is not None}
    if not changes:
        raise Refused("say what to change, as in --scope plugin or --acl https://api.example.com")
    async with administration(arguments.data, database_of(arguments)) as ask:
        await ask("plugin.update.request", {"id": arguments.id, **changes})
    print(f"updated {arguments.id}")


def _pair(text: str) -> tuple[str, str]:
    external, separator, local = text.partition("=")
    if not separator:
        raise Refused(f"{text!r} is no EXTERNAL=LOCAL, as in https://api.example.com=http://localhost:3000")
    return external, local


async def _roll_back(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data, database_of(arguments)) as ask:
        plugin = await _plugin(ask, arguments.id)
        present, *earlier = plugin["versions"]
        if arguments.version is None and not earlier:
            raise Refused(f"there is no version of {arguments.id} before {present['version']}")
        if arguments.version is not None:
            wanted = arguments.version
            earlier = [
                kept
                for kept in [*earlier, present]
                if kept["version"] == wanted or kept["hash"].startswith(wanted)
            ]
        if not earlier:
            raise Refused(f"no such version of {arguments.id} is kept; see `jumak plugin list --versions`")
        await ask("plugin.update.request", {"id": arguments.id, "version": earlier[0]["hash"]})
    print(f"{arguments.id} is {earlier[0]['version']} ({earlier[0]['hash'][:12]}) again")


async def _plugin(ask: Asking, plugin_id: str) -> dict[str, Any]:
    for plugin in (await ask("plugin.list.request", {}))["plugins"]:
        if plugin["id"] == plugin_id:
            found: dict[str, Any] = plugin
            return found
    raise Refused(f"there is no plugin {plugin_id}; see `jumak plugin list`")


async def _switch(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data, database_of(arguments)) as ask:
        await ask("plugin.update.request", {"id": arguments.id, "enabled": arguments.enabled})
    print(f"{'enabled' if arguments.enabled else 'disabled'} {arguments.id}")


async def _logs(arguments: argparse.Namespace) -> None:
    access = await running_server(arguments.data)
    if access is None:
        if arguments.follow:
            raise Refused(f"no server runs for {arguments.data}, so nothing is said that could be followed")
        file = arguments.data / "plugins" / arguments.id / "plugin.log"
        if not file.is_file():
            raise Refused(f"there is no log of {arguments.id}")
        text = file.read_text("utf-8")
        if arguments.export is None:
            print(text, end="")
        else:
            arguments.export.write_text(text, "utf-8")
        return
    async with administration(arguments.data, database_of(arguments)) as ask:
        if arguments.export is not None:
            await _export(ask, arguments)
            return
        kinds = ["log", "trace"] if arguments.trace else ["log"]
        asked: dict[str, Any] = {"pluginId": arguments.id, "limit": arguments.limit, "kinds": kinds}
        while True:
            for entry in (await ask("plugin-log.list.request", asked))["entries"]:
                if arguments.trace or not is_copy(entry):
                    print(line_of(entry, LONGEST), flush=True)
                asked["after"] = entry["seq"]
            if not arguments.follow:
                return
            asked.setdefault("after", 0)
            asked["limit"] = PAGE
            await asyncio.sleep(FOLLOW_S)


async def _export(ask: Asking, arguments: argparse.Namespace) -> None:
    as_json = arguments.export.suffix in (".json", ".jsonl")
    after, lines = 0, []
    # A file is looked at later, so it holds all there is: what was logged and every message.
    asked: dict[str, Any] = {"pluginId": arguments.id, "limit": PAGE, "kinds": ["log", "trace"]}
    while entries := (await ask("plugin-log.list.request", asked | {"after": after}))["entries"]:
        after = entries[-1]["seq"]
        lines += [msgspec.json.encode(entry).decode() if as_json else line_of(entry) for entry in entries]
    await asyncio.to_thread(arguments.export.write_text, "".join(f"{line}\n" for line in lines), "utf-8")
    print(f"{len(lines)} entries in {arguments.export}")


async def _remove(arguments: argparse.Namespace) -> None:
    async with administration(arguments.data, database_of(arguments)) as ask:
        plugin = await _plugin(ask, arguments.id)
        if not arguments.yes and not arguments.keep_data and sys.stdin.isatty():
            question = f"Remove {plugin['name']} with its settings and stored values? [y/N] "
            if not (await _typed(question)).lower().startswith("y"):
                raise Refused("nothing was removed; --keep-data keeps its settings and stored values")
        asked = {"id": arguments.id} | ({"keepData": True} if arguments.keep_data else {})
        await ask("plugin.uninstall.request", asked)
    print(f"removed {arguments.id}" + (", its settings and storage are kept" if arguments.keep_data else ""))


async def _new(arguments: argparse.Namespace) -> None:
    begin(arguments.folder)
    print(f"{arguments.folder}: edit main.py, then jumak plugin install {arguments.folder}")


async def _pack(arguments: argparse.Namespace) -> None:
    source = existing(str(arguments.folder))
    if not isinstance(source, Path):
        raise Refused("a folder is packed, not a URL")
    package = await asyncio.to_thread(read_package, source)
    out = arguments.output or Path(f"{package.manifest.id}-{package.manifest.version}.zip")
    await asyncio.to_thread(out.write_bytes, pack(package))
    print(f"{out}: {len(package.files)} files, {', '.join(package.kinds)}, hash {package.hash[:12]}")


async def _dev(arguments: argparse.Namespace) -> None:
    await dev(arguments.data, arguments.source, _overrides(arguments))


def _overrides(arguments: argparse.Namespace) -> Overrides:
    return Overrides(
        id=arguments.plugin_id,
        name=arguments.name,
        sdk_name=arguments.sdk_name,
        acl=arguments.acl,
        scopes=arguments.scope,
        profile=arguments.profile,
        headless=arguments.headless,
    )


def _add_decisions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", metavar="NAME", help="what staff call it")
    parser.add_argument("--sdk-name", metavar="NAME", help="the name it is told and other plugins write to")
    parser.add_argument("--acl", nargs="*", action="extend", metavar="ORIGIN", help="servers it may call")
    parser.add_argument(
        "--scope", nargs="*", action="extend", metavar="S", help="what it may do; all its scopes"
    )
    parser.add_argument("--profile", choices=("documented", "field"), help="how it is answered")
    parser.add_argument(
        "--headless",
        action=argparse.BooleanOptionalAction,
        help="run its worker under the server instead of in tills, or (--no-headless) in tills again",
    )


def add(commands: Any) -> None:
    """Adds the commands."""
    plugin = commands.add_parser("plugin", help="plugins of the shop").add_subparsers(
        required=True,
        metavar="install|list|update|rollback|enable|disable|logs|remove|new|dev|pack",
    )
    install = plugin.add_parser("install", help="install or update a zip, a folder or a development server")
    install.add_argument("package", metavar="ZIP|FOLDER|URL", help="a URL on this machine only")
    install.add_argument("--id", dest="plugin_id", metavar="ID", help="install it under this id")
    _add_decisions(install)
    install.add_argument("--yes", action="store_true", help="do not ask")
    add_data(install)
    install.set_defaults(run=_install)

    listing = plugin.add_parser("list", help="what is installed and how it fares")
    listing.add_argument("--versions", action="store_true", help="the kept versions too")
    add_data(listing)
    listing.set_defaults(run=_list)

    update = plugin.add_parser("update", help="change what a plugin may do and where it runs")
    update.add_argument("id", metavar="ID")
    _add_decisions(update)
    update.add_argument(
        "--device", nargs="*", action="extend", metavar="ID", help="tills that host it; none = all"
    )
    update.add_argument(
        "--map",
        nargs="*",
        action="extend",
        metavar="EXTERNAL=LOCAL",
        help="origins it calls → local ones, for development; none = no map",
    )
    add_data(update)
    update.set_defaults(run=_update)

    back = plugin.add_parser("rollback", help="put a kept version in force again")
    back.add_argument("id", metavar="ID")
    back.add_argument("version", nargs="?", metavar="VERSION|HASH", help="the one before unless given")
    add_data(back)
    back.set_defaults(run=_roll_back)

    for word, enabled in (("enable", True), ("disable", False)):
        switch = plugin.add_parser(word, help=f"switch a plugin {'on' if enabled else 'off'}")
        switch.add_argument("id", metavar="ID")
        add_data(switch)
        switch.set_defaults(run=_switch, enabled=enabled)

    logs = plugin.add_parser("logs", help="a plugin's console")
    logs.add_argument("id", metavar="ID")
    logs.add_argument("--limit", type=int, default=200)
    logs.add_argument("--trace", action="store_true", help="its messages both ways as well")
    logs.add_argument("--follow", action="store_true", help="go on with what it says from now on")
    logs.add_argument(
        "--export", type=Path, metavar="FILE", help="all of it into a file; .jsonl = one JSON a line"
    )
    add_data(logs)
    logs.set_defaults(run=_logs)

    remove = plugin.add_parser("remove", help="remove a plugin and its storage")
    remove.add_argument("id", metavar="ID")
    remove.add_argument(
        "--keep-data", action="store_true", help="its settings and storage stay for its return"
    )
    remove.add_argument("--yes", action="store_true", help="do not ask")
    add_data(remove)
    remove.set_defaults(run=_remove)

    new = plugin.add_parser("new", help="begin a plugin from a template")
    new.add_argument("folder", type=Path, metavar="FOLDER")
    new.set_defaults(run=_new)

    developing = plugin.add_parser(
        "dev", help="install a folder again whenever it changes, and show its console"
    )
    developing.add_argument("source", metavar="FOLDER|URL")
    developing.add_argument("--id", dest="plugin_id", metavar="ID", help="install it under this id")
    _add_decisions(developing)
    add_data(developing)
    developing.set_defaults(run=_dev)

    packing = plugin.add_parser("pack", help="check a folder and pack it; the same files make the same zip")
    packing.add_argument("folder", type=Path, metavar="FOLDER")
    packing.add_argument("-o", "--output", type=Path, metavar="ZIP", help="ID-VERSION.zip unless given")
    packing.set_defaults(run=_pack)
