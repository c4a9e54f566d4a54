"""Versions of a plugin: what is kept, what the shop decided, and the way back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jumak.domain.caller import SYSTEM
from jumak.domain.errors import DuplicateKey, InvalidArgument, NotFound
from jumak.plugins.host import PluginHost
from jumak.plugins.package import pack, read_package
from jumak.protocol.row import Done
from jumak.protocol.scopes import SDK_SCOPES
from jumak.protocol.table import row_of
from jumak.server.connections import Push
from jumak.service.documents import Copy, Install
from jumak.service.plugin_version import KEPT_VERSIONS, Decided, copies_of, in_force
from jumak.service.ports import Command, Result, Transaction
from jumak.testing import SimulatedShop, simulated_shop
from jumak.testing.shop import OWNER


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(folder=tmp_path / "shop") as simulated:
        yield simulated


@pytest.fixture
async def host(shop: SimulatedShop) -> PluginHost:
    return await shop.host()


def build(tmp_path: Path, text: str = "x", **manifest: object) -> Path:
    folder = tmp_path / "gift"
    folder.mkdir(exist_ok=True)
    (folder / "main.js").write_text(text)
    if manifest:
        about = {"id": "gift", "name": "선물", "version": "1", "kind": "worker", **manifest}
        (folder / "plugin.json").write_text(json.dumps(about))
    return folder


async def until(holds: Callable[[], bool]) -> None:
    """Waits for what happens in a thread, by asking."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 (a thread does it)
            await asyncio.sleep(0.01)


def copy(version: str, **more: Any) -> Copy:
    asked: dict[str, Any] = {
        "hash": f"{version}-hash", "version": version, "installed_at": "2026-02-01T12:00:00", "folder": f"gift/{version}",
        "name": "선물", "sdk_name": "gift", "profile": "documented", "acl": (), "scopes": ("plugin",),
        "entry": "main.js", "kinds": ("worker",),
    }  # fmt: skip
    return Copy(**(asked | more))


AT = "2026-02-02T12:00:00"


def test_what_the_shop_decided_stays():
    """plugin-runtime §9, §10: a scope taken away stays away, one added stays, a new one of the package is granted."""
    first = copy("1", scopes=("order:read", "ui"), acl=("https://a.example", "https://b.example"))
    old = msgspec.structs.replace(
        in_force("gift", first, None, at=AT, decided=Decided(name="카드", profile="field")),
        scopes=("order:read", "kds:read"),
        acl=("https://a.example", "https://mine.example"),
        headless=True,
        devices=("till-1",),
    )
    second = copy(
        "2", name="선물 2", sdk_name="gift-2", scopes=("order:read", "ui", "catalog:read"),
        acl=("https://b.example", "https://c.example"),
    )  # fmt: skip
    new = in_force("gift", second, old, at=AT)
    assert set(new.scopes) == {"order:read", "kds:read", "catalog:read"}
    assert new.acl == ("https://c.example", "https://mine.example")
    assert (new.name, new.sdk_name, new.profile) == ("카드", "gift-2", "field")
    assert (new.headless, new.devices) == (True, ("till-1",))
    assert [kept.version for kept in new.versions] == ["2", "1"]
    again = in_force("gift", second, new, at=AT, decided=Decided(scopes=("ui",), acl=(), headless=False))
    assert (again.scopes, again.acl, again.headless) == (("ui",), (), False)


def test_groups_of_scopes():
    """plugin-runtime §10: taking one scope out of the group `plugin` leaves the others, also after an update."""
    old = in_force("gift", copy("1"), None, at=AT)
    less = msgspec.structs.replace(old, scopes=tuple(scope for scope in SDK_SCOPES if scope != "network"))
    new = in_force("gift", copy("2", scopes=("plugin", "kds:write")), less, at=AT)
    assert set(new.scopes) == {*SDK_SCOPES, "kds:write"} - {"network"}


def test_how_many_are_kept():
    """plugin-runtime §9: five copies; the same package again is no new one."""
    install = None
    for number in range(8):
        install = in_force("gift", copy(str(number)), install, at=AT)
        install = in_force("gift", copy(str(number)), install, at=AT)
    assert [kept.version for kept in copies_of(install)] == ["7", "6", "5", "4", "3"]
    assert KEPT_VERSIONS == 5


def test_a_document_from_before():
    """A plugin installed before there were kinds is Python, its own copy the one that is kept."""
    old = {
        "id": "p", "name": "시험", "sdk_name": "p", "version": "1", "hash": "ab" * 32, "kind": "python",
        "profile": "documented", "entry": "main.py", "acl": [], "scopes": ["plugin"], "enabled": True,
        "folder": "p/abababababababab", "loaded_at": AT,
    }  # fmt: skip
    install = msgspec.json.decode(msgspec.json.encode(old), type=Install)
    assert (install.kinds, install.headless, install.versions) == (("python",), False, ())
    (kept,) = copies_of(install)
    assert (kept.hash, kept.folder, kept.kinds) == (install.hash, install.folder, ("python",))
    assert [one.version for one in in_force("p", copy("2"), install, at=AT).versions] == ["2", "1"]


async def test_roll_back(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """H-9, plugin-runtime §9: back to a kept copy and forth; the files of all kept copies are there."""
    hashes = []
    for number in range(7):
        hashes.append((await host.install(build(tmp_path, f"// {number}"))).plugin.hash)
    await shop.request("plugin.update.request", {"id": "gift", "scopes": ["ui"]})
    await shop.settle()
    home = tmp_path / "shop" / "plugins" / "gift"

    async def kept() -> None:
        names = sorted(one[:16] for one in hashes[2:])
        await until(lambda: sorted(one.name for one in home.iterdir() if one.is_dir()) == names)

    await kept()
    back = (await shop.request("plugin.update.request", {"id": "gift", "version": hashes[3]}))["plugin"]
    assert (back["hash"], back["version"], back["scopes"]) == (hashes[3], hashes[3][:8], ["ui"])
    assert [one["hash"] for one in back["versions"]] == [
        hashes[3],
        hashes[6],
        hashes[5],
        hashes[4],
        hashes[2],
    ]
    await kept()
    install = await shop.running.store.reader().get(Install, "gift")
    assert (tmp_path / "shop" / "plugins" / install.folder / "main.js").read_text() == "// 3"
    for gone in (hashes[0], "", "x"):
        with pytest.raises(NotFound) as refused:
            await shop.request("plugin.update.request", {"id": "gift", "version": gone})
        assert hashes[3][:12] in refused.value.en


async def test_inspection(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """H-5, H-9, plugin-runtime §10: what would be installed is shown before, and changes nothing."""
    uploads = tmp_path / "shop" / "uploads"
    uploads.mkdir()

    async def inspect(upload: str, **more: object) -> dict[str, Any]:
        return await shop.request("plugin.inspect.request", {"package": upload, **more})

    (uploads / "plain").write_bytes(pack(read_package(build(tmp_path))))
    shown = await inspect("plain", fileName="Gift Card 1.2.zip")
    assert shown == {
        "id": "gift-card", "name": "Gift Card", "sdkName": "gift-card", "version": shown["hash"][:8],
        "hash": shown["hash"], "kinds": ["worker"], "profile": "field", "acl": [], "scopes": ["plugin"],
        "addedScopes": sorted(SDK_SCOPES), "headless": False, "hasManifest": False,
    }  # fmt: skip
    with pytest.raises(InvalidArgument, match="id"):
        await inspect("plain")
    assert (await shop.request("plugin.list.request"))["plugins"] == []
    (uploads / "named").write_bytes(pack(read_package(build(tmp_path, scopes=["ui", "kds:write"]))))
    assert (await inspect("named", overrides={"scopes": ["ui"]}))["addedScopes"] == ["ui"]
    await shop.request("plugin.install.request", {"package": "named", "overrides": {"scopes": ["ui"]}})
    # The reply does not wait for it: an upload is used up by its installation.
    await until(lambda: not (uploads / "named").exists())
    (uploads / "next").write_bytes(
        pack(read_package(build(tmp_path, version="2", scopes=["ui", "order:manage"])))
    )
    shown = await inspect("next")
    assert (shown["scopes"], shown["addedScopes"]) == (["ui", "order:manage"], ["order:manage"])
    assert shown["installed"]["version"] == "1"
    with pytest.raises(InvalidArgument):
        await shop.request("plugin.install.request", {"package": "next", "overrides": {"acl": ["nonsense"]}})
    assert (uploads / "next").exists(), "a refusal leaves the upload for another try"
    await shop.request("device.pair.request", {"kind": "service", "name": "taken"})
    with pytest.raises(InvalidArgument, match="identity"):
        await inspect("next", overrides={"id": "taken"})


@pytest.mark.parametrize(
    ("overrides", "path"),
    [
        ({"id": "No"}, "$.package"),
        ({"acl": ["https://fine.example", "*"]}, "$.overrides.acl[1]"),
        ({"scopes": ["ui", "staff:own"]}, "$.overrides.scopes[1]"),
        ({"scopes": ["all"]}, "$.overrides.scopes[0]"),
        ({"scopes": ["nonsense"]}, "$.overrides.scopes[0]"),
        ({"name": ""}, "$.overrides.name"),
    ],
)
async def test_wrong_decisions(
    shop: SimulatedShop, host: PluginHost, tmp_path: Path, overrides: dict[str, Any], path: str
):
    """H-76, plugin-runtime §7, §10: what the installer decides is checked as the package is, and named."""
    (tmp_path / "shop" / "uploads").mkdir()
    (tmp_path / "shop" / "uploads" / "u").write_bytes(pack(read_package(build(tmp_path))))
    with pytest.raises(InvalidArgument) as refused:
        await shop.request(
            "plugin.install.request", {"package": "u", "fileName": "gift.zip", "overrides": overrides}
        )
    assert refused.value.data["path"] == path
    assert host.states() == {}


async def test_rights_are_taken_away(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """H-76, plugin-runtime §7, §10: scopes and allow-list change later; the journal says how (SEC-2)."""
    await host.install(build(tmp_path, scopes=["ui", "network"], acl=["https://a.example"]))
    changes = {"scopes": ["ui"], "acl": ["https://B.example:443"], "sdkName": "선물-2", "name": "카드"}
    changed = (await shop.request("plugin.update.request", {"id": "gift", **changes}))["plugin"]
    assert (changed["scopes"], changed["acl"], changed["sdkName"], changed["name"]) == (
        ["ui"], ["https://b.example"], "선물-2", "카드",
    )  # fmt: skip
    entry = (await shop.request("audit.list.request", {"what": "plugin.update"}))["entries"][-1]
    assert entry["data"] == {
        "enabled": True, "scopes": ["ui"], "acl": ["https://b.example"], "sdkName": "선물-2",
    }  # fmt: skip
    for wrong, path in (
        ({"scopes": ["till"]}, "$.scopes[0]"),
        ({"acl": ["https://b.example/x"]}, "$.acl[0]"),
        ({"originMap": {"https://*.a.example": "http://localhost:1"}}, "$.originMap.https://*.a.example"),
    ):
        with pytest.raises(InvalidArgument) as refused:
            await shop.request("plugin.update.request", {"id": "gift", **wrong})
        assert refused.value.data["path"] == path


async def test_removed_with_its_data_or_without(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """plugin-runtime §6, §9: kept data is the plugin's again when it comes back; otherwise it is gone."""
    pos = await shop.pos("gift")
    for keep, left in ((True, "v"), (False, None)):
        await host.install(build(tmp_path))
        await pos.storage.set("k", "v")
        await pos.secure_store.set("s", "v")
        await shop.request("plugin.uninstall.request", {"id": "gift", "keepData": keep})
        await shop.settle()
        assert (await shop.request("plugin.list.request"))["plugins"] == []
        await host.install(build(tmp_path))
        assert (await pos.storage.get("k"), await pos.secure_store.get("s")) == (left, left)


async def test_kept_data_is_no_services(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """plugin-runtime §9, SEC-3: a token of the removed plugin's name would read its secrets; its package does."""
    pos = await shop.pos("gift")
    service = {"kind": "service", "name": "gift"}
    for area in ("secure_store", "setting"):
        await host.install(build(tmp_path))
        if area == "setting":
            await pos.setting.set_inputs(
                [{"id": "t", "type": "text", "label": "t", "required": False, "default": ""}]
            )
        else:
            await pos.secure_store.set("s", "v")
        await shop.request("plugin.uninstall.request", {"id": "gift", "keepData": True})
        await shop.settle()
        with pytest.raises(InvalidArgument, match="is kept") as refused:
            await shop.request("device.pair.request", service)
        assert refused.value.data["path"] == "$.name"
        await host.install(build(tmp_path))
        await shop.request("plugin.uninstall.request", {"id": "gift"})
        await shop.settle()
    token = (await shop.request("device.pair.request", service))["token"]
    acting = shop.client(None, token)
    await acting.start()
    assert await acting.secure_store.get("s") is None
    await acting.storage.set("k", "its own")
    for _ in range(2):
        paired = await shop.request("device.pair.request", service)
        await shop.request("device.revoke.request", {"id": paired["device"]["id"]})
    with pytest.raises(InvalidArgument, match="identity"):
        await host.install(build(tmp_path))


async def test_a_repeated_installation(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """PAY-7, H-31: the same command again gets the stored reply although the upload is gone; before its push, too."""
    uploads = tmp_path / "shop" / "uploads"
    uploads.mkdir()
    (uploads / "u").write_bytes(pack(read_package(build(tmp_path))))
    order: list[str] = []
    connections = shop.running.connections
    send = connections.send

    def noted(push: Push) -> None:
        order.append(push.name)
        send(push)

    connections.send = noted
    watching = await shop.staff("owner")
    watching.ext.plugin.on(print)
    await watching.request("session.ping.request")
    done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

    def answered(result: Result) -> None:
        order.append("reply")
        done.set_result(result)

    data = {"package": "u", "fileName": "gift.zip"}
    shop.running.dispatch(
        OWNER, row_of("plugin.install.request"), msgspec.json.encode(data), answered, command_id="c-1"
    )
    first = msgspec.json.decode((await done).reply)["plugin"]
    await shop.settle()
    assert order[0] == "reply"
    assert "plugin.change.event" in order
    both = await asyncio.gather(
        *(shop.request("plugin.install.request", data, command_id="c-1") for _ in range(2))
    )
    assert [reply["plugin"] for reply in both] == [first, first]
    with pytest.raises(DuplicateKey):
        await shop.request("plugin.install.request", {"package": "other"}, command_id="c-1")
    for command_id in ("c-2", None):
        with pytest.raises(NotFound):
            await shop.request("plugin.install.request", data, command_id=command_id)


async def test_what_was_removed_while_nothing_ran(shop: SimulatedShop, tmp_path: Path):
    """plugin-runtime §9: copies of plugins that are gone are cleared away at the next start."""
    left = tmp_path / "shop" / "plugins" / "gone" / "0123456789abcdef"
    left.mkdir(parents=True)
    await shop.host()
    assert not left.parent.exists()


async def test_an_old_plugin_is_listed(shop: SimulatedShop, host: PluginHost):
    """H-9: a plugin from before is shown with its own version as the kept one."""
    old = Install(
        id="p", name="시험", sdk_name="p", version="1", hash="ab" * 32, profile="documented", entry="main.py",
        acl=(), scopes=("plugin",), enabled=False, folder="p/abababababababab", loaded_at=AT,
    )  # fmt: skip

    async def put(tx: Transaction) -> Done:
        tx.put(old)
        return Done()

    await shop.running.store.execute(Command(caller=SYSTEM, name="t", body=b"", run=put))
    (shown,) = (await shop.request("plugin.list.request"))["plugins"]
    assert (shown["kinds"], shown["versions"]) == (
        ["python"], [{"hash": "ab" * 32, "version": "1", "installedAt": AT}],
    )  # fmt: skip
    assert host.states() == {}
