"""Local plugins as processes: real ones, in a shop on disk, with the shop's clock in the test's hand."""

from __future__ import annotations

import asyncio
import json
import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from jumak.domain.errors import InvalidArgument, NotFound
from jumak.plugins.host import PluginHost
from jumak.plugins.package import pack, read_package
from jumak.plugins.process import Limits
from jumak.protocol.messages.plugin import Overrides
from jumak.sdk import PosPluginSdkError
from jumak.testing import SimulatedShop, simulated_shop

from .samples import FOLDER

HEAD = "import asyncio, os, sys, time\nfrom jumak.sdk import Plugin\nplugin = Plugin('p')\n"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(folder=tmp_path / "shop") as simulated:
        yield simulated


def write(tmp_path: Path, code: str, **manifest: object) -> Path:
    folder = tmp_path / "source"
    folder.mkdir(exist_ok=True)
    about = {"id": "p", "name": "시험", "version": "1", "kind": "python", **manifest}
    (folder / "plugin.json").write_text(json.dumps(about))
    (folder / "main.py").write_text(HEAD + textwrap.dedent(code))
    return folder


async def until(shop: SimulatedShop, holds: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for a process to get somewhere, by asking."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 (another process sets it)
            await asyncio.sleep(0.01)


def state(host: PluginHost) -> str:
    fares = host.states().get("p")
    return fares.state if fares else "none"


def said(host: PluginHost) -> str:
    return "\n".join(entry.text for entry in host.console("p").entries)


async def test_a_plugin_runs_and_stops(shop: SimulatedShop, tmp_path: Path):
    """H-1, H-9, H-73, plugin-runtime §4: starting, running, its prints in the console, stopped in 300 ms."""
    host = await shop.host()
    source = write(
        tmp_path,
        """
        @plugin.on_start
        async def ready(pos):
            info = await pos.plugin.get_plugin_info()
            await pos.storage.set("k", "v")
            print("hello", info.name, info.profile, sorted(pos.scopes)[0])
            print("secrets:", [name for name in os.environ if "SECRET" in name])
            os.system("echo from a child")

        @plugin.on_stop
        async def bye(pos):
            print("bye")
        """,
        sdkName="my-p",
        scopes=["kds:read"],
    )
    installed = await host.install(source)
    assert (installed.plugin.name, installed.plugin.version, installed.plugin.state) == (
        "시험",
        "1",
        "stopped",
    )
    await until(shop, lambda: "from a child" in said(host))
    assert "hello my-p documented kds:read" in said(host)
    assert "secrets: []" in said(host)
    listed = (await shop.request("plugin.list.request"))["plugins"]
    assert [(one["id"], one["state"], one["hash"]) for one in listed] == [
        ("p", "running", installed.plugin.hash)
    ]
    entries = (await shop.request("plugin-log.list.request", {"pluginId": "p"}))["entries"]
    assert any(entry["text"].startswith("hello") for entry in entries)
    switched_off = (await shop.request("plugin.update.request", {"id": "p", "enabled": False}))["plugin"]
    assert switched_off["state"] == "stopping", "it still runs, and may still be asked to take money"
    await until(shop, lambda: state(host) == "none")
    assert "bye" in said(host)
    assert (await shop.request("plugin.list.request"))["plugins"][0]["state"] == "disabled"
    assert "hello" in (tmp_path / "shop" / "plugins" / "p" / "plugin.log").read_text()


async def test_update_keeps_storage_uninstall_removes_it(shop: SimulatedShop, tmp_path: Path):
    """plugin-runtime §9: updates keep storage and settings; uninstalling removes them."""
    host = await shop.host()
    code = """
        @plugin.on_start
        async def ready(pos):
            count = int(await pos.storage.get("count") or 0) + 1
            await pos.storage.set("count", str(count))
            print("count", count)
        """
    await host.install(write(tmp_path, code))
    await until(shop, lambda: "count 1" in said(host))
    await host.install(write(tmp_path, code, version="2"))
    await until(shop, lambda: "count 2" in said(host))
    await shop.request("plugin.restart.request", {"id": "p"})
    await until(shop, lambda: "count 3" in said(host))
    await shop.request("plugin.uninstall.request", {"id": "p"})
    await until(shop, lambda: not (tmp_path / "shop" / "plugins" / "p").exists())
    with pytest.raises(NotFound):
        await shop.request("plugin.restart.request", {"id": "p"})
    await host.install(write(tmp_path, code))
    await until(shop, lambda: "count 1" in said(host))


async def test_crashes(shop: SimulatedShop, tmp_path: Path):
    """H-8, plugin-runtime §4: again after 1 s doubling to 60 s; ten in ten minutes disable it with a reason."""
    host = await shop.host()
    await host.install(write(tmp_path, "raise SystemExit('broken on purpose')"))
    waits = []
    for _ in range(9):
        await until(shop, lambda: (host.wakes_at("p") or shop.clock.now()) > shop.clock.now())
        waking = host.wakes_at("p")
        assert waking is not None
        waits.append((waking - shop.clock.now()).total_seconds())
        shop.clock.jump(seconds=waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    await until(shop, lambda: state(host) == "none")
    listed = (await shop.request("plugin.list.request"))["plugins"][0]
    assert listed["state"] == "disabled"
    assert "10" in listed["reason"]
    assert "broken on purpose" in said(host)
    await shop.request("plugin.restart.request", {"id": "p"})
    await until(shop, lambda: state(host) == "crashed")


async def test_a_hanging_or_lying_plugin_costs_the_shop_nothing(shop: SimulatedShop, tmp_path: Path):
    """H-8, H-70, H-71, H-77: loops, floods and garbage end the plugin's own run; others go on."""
    host = await shop.host(Limits(ping_s=0.2))
    await host.install(
        write(
            tmp_path,
            """
            @plugin.on_start
            async def ready(pos):
                print("looping")
                while True:
                    pass
            """,
        )
    )
    await until(shop, lambda: "looping" in said(host))
    pos = await shop.pos("other")
    for number in range(20):
        await pos.storage.set("k", str(number))
    await until(shop, lambda: "no longer answers" in said(host))
    await host.install(
        write(
            tmp_path,
            """
            import threading
            from jumak.sdk.transport import claim_stdio

            def flood():
                for _ in range(300):
                    os.write(claim_stdio()[1], b"this is no envelope\\n")

            @plugin.on_start
            async def ready(pos):
                flood()
            """,
        )
    )
    await until(shop, lambda: "session was closed" in said(host))


async def test_a_child_that_keeps_the_pipes(shop: SimulatedShop, tmp_path: Path):
    """H-8: a plugin has ended when its own process has, whatever it started and left behind; that goes too."""
    host = await shop.host()
    await host.install(
        write(
            tmp_path,
            """
            import subprocess

            @plugin.on_start
            async def ready(pos):
                child = subprocess.Popen(["sleep", "1000"], stdout=int(OUT), stdin=0)
                print("child", child.pid, flush=True)
                await asyncio.sleep(0.2)
                os._exit(3)
            """.replace("int(OUT)", "__import__('jumak.sdk.transport', fromlist=['x']).claim_stdio()[1]"),
        )
    )
    await until(shop, lambda: "ended with code 3" in said(host))
    child = int(said(host).split("child ")[1].split()[0])
    await until(shop, lambda: not running(child))


def running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def test_an_answer_that_is_no_text(shop: SimulatedShop, tmp_path: Path):
    """H-70, H-8: bytes that are no UTF-8 inside an answer are counted, and the plugin is looked after as ever."""
    host = await shop.host(Limits(ping_s=0.2))
    await host.install(
        write(
            tmp_path,
            """
            from jumak.sdk.transport import claim_stdio

            @plugin.on_start
            async def ready(pos):
                for number in range(1, 9):
                    answer = b'{"name":"x","callbackId":"host:%d","data":"\\xff"}\\n' % number
                    os.write(claim_stdio()[1], answer)
                    time.sleep(0.1)
                print("said it")
                await asyncio.sleep(0.5)
                os._exit(0)
            """,
        )
    )
    await until(shop, lambda: "ended with code 0" in said(host) or "no longer answers" in said(host))


async def test_memory_is_limited(shop: SimulatedShop, tmp_path: Path):
    """architecture §6: own process with a memory limit; the plugin sees a MemoryError, the shop nothing."""
    host = await shop.host(Limits(memory_mb=512))
    await host.install(
        write(tmp_path, "try:\n    x = bytearray(1 << 30)\nexcept MemoryError:\n    print('too much')\n")
    )
    await until(shop, lambda: "too much" in said(host))


async def test_a_missing_scope(shop: SimulatedShop, tmp_path: Path):
    """H-76: a request beyond the package's scopes is refused with the scope's name."""
    host = await shop.host()
    await host.install(
        write(
            tmp_path,
            """
            @plugin.on_start
            async def ready(pos):
                try:
                    await pos.catalog.get_catalogs()
                except Exception as refused:
                    print(refused.code, refused.reason, refused.data)
            """,
            scopes=["kds:read"],
        )
    )
    await until(shop, lambda: "PERMISSION_DENIED SCOPE {'scope': 'catalog:read'}" in said(host))


async def test_a_till_opens_a_session_for_a_plugin(shop: SimulatedShop, tmp_path: Path):
    """wire §3: `plugin.open-session` gives a token that is that plugin, with its scopes, for five minutes."""
    host = await shop.host()
    await host.install(write(tmp_path, "", scopes=["catalog:read"]))
    till = await shop.staff("server")
    reply = await till.ext.plugin.open_session(plugin_id="p")
    hosted = shop.client(None, token=reply.token)
    await hosted.start()
    assert (await hosted.plugin.get_plugin_info()).id == "p"
    assert hosted.scopes == {"catalog:read"}
    shop.clock.jump(minutes=6)
    late = shop.client(None, token=reply.token)
    with pytest.raises(PosPluginSdkError) as refused:
        await late.start()
    assert refused.value.code == "UNAUTHENTICATED"


async def test_a_changed_plugin_loses_its_sessions(shop: SimulatedShop, tmp_path: Path):
    """SEC-1, H-76: tokens and sessions a till opened for a plugin end when its scopes change or it is removed."""
    host = await shop.host()
    await host.install(write(tmp_path, "", scopes=["catalog:read"]))
    till = await shop.staff("server")
    for change in (
        ("plugin.update.request", {"id": "p", "scopes": ["kds:read"]}),
        ("plugin.uninstall.request", {"id": "p"}),
    ):
        token = (await till.ext.plugin.open_session(plugin_id="p")).token
        opened = len(shop.running.connections.all)
        hosted = shop.client(None, token=token)
        await hosted.start()
        assert len(shop.running.connections.all) > opened
        await shop.request(*change)
        await shop.settle()
        assert not [one for one in shop.running.connections.of("p") if one.caller.device_id is not None]
        late = shop.client(None, token=token)
        with pytest.raises(PosPluginSdkError) as refused:
            await late.start()
        assert refused.value.code == "UNAUTHENTICATED"


async def test_an_identity_that_is_taken(shop: SimulatedShop, tmp_path: Path):
    """extensions §1: a package cannot become a service that is there already, and leaves no copy."""
    host = await shop.host()
    await shop.request("device.pair.request", {"kind": "service", "name": "p"})
    with pytest.raises(InvalidArgument):
        await host.install(write(tmp_path, ""))
    assert not (tmp_path / "shop" / "plugins" / "p").exists()


async def test_installs_in_quick_succession(shop: SimulatedShop, tmp_path: Path):
    """H-9: clearing old copies away never takes one that is just being installed."""
    host = await shop.host()
    for number in range(12):
        package = write(tmp_path, f"NUMBER = {number}")
        reply = await host.install(package)
        assert (tmp_path / "shop" / "plugins" / "p" / reply.plugin.hash[:16] / "main.py").exists()
    await shop.settle()
    assert (tmp_path / "shop" / "plugins" / "p" / reply.plugin.hash[:16] / "main.py").exists()


async def test_refused_packages_change_nothing(shop: SimulatedShop, tmp_path: Path):
    """plugin-runtime §9: a refusal leaves no copy and no plugin; uploads are named by id, never by path."""
    host = await shop.host()
    with pytest.raises(InvalidArgument):
        await host.install(write(tmp_path, "", id="No"))
    with pytest.raises(NotFound):
        await shop.request("plugin.install.request", {"package": "../../etc/passwd"})
    assert (await shop.request("plugin.list.request"))["plugins"] == []
    uploads = tmp_path / "shop" / "uploads"
    uploads.mkdir()
    (uploads / "0123").write_bytes(pack(read_package(write(tmp_path, ""))))
    reply = await shop.request(
        "plugin.install.request",
        {"package": "0123", "overrides": {"id": "other", "name": "다른 이름", "scopes": ["kds:read"]}},
    )
    assert (reply["plugin"]["id"], reply["plugin"]["name"]) == ("other", "다른 이름")
    assert reply["plugin"]["scopes"] == ["kds:read"]


async def test_a_sample_as_a_package(shop: SimulatedShop):
    """plugin-runtime §9: the kitchen monitor runs from its package, settings page and all."""
    host = await shop.host()
    pos = await shop.pos()
    item = {"id": 102, "title": "해물파전", "category": {"id": 2, "title": "안주"}, "type": "ITEM"}
    line = {"diningOption": "HERE", "item": item, "quantity": {"value": 1}, "chargePrice": {"value": 18_000}}
    await pos.order.add({"lineItems": [line], "discounts": []})
    await host.install(FOLDER / "kitchen-monitor")
    log = host.console("kitchen-monitor")
    await until(shop, lambda: any("[open]" in entry.text for entry in log.entries))
    await pos.order.add({"lineItems": [line], "discounts": []})
    await until(shop, lambda: any("open: 2" in entry.text for entry in log.entries))
    await host.install(FOLDER / "order-bridge")
    page = await shop.request("plugin-setting.get.request", {"pluginId": "order-bridge"})
    assert [entry["id"] for entry in page["inputs"]] == ["port", "secret"], "there before its first start"


async def test_log_messages_of_any_shape(shop: SimulatedShop):
    """H-73, E-13: `log` is accepted whatever it holds; `onError` entries stand out; the ring keeps 5,000."""
    host = await shop.host()
    pos = await shop.pos("p")
    entry = {"title": "onError", "contents": "boom", "level": "LOG"}
    for data in ({}, {"log": 5}, {"log": [1, {"a": None}]}, {"type": "debug", "log": entry}, {"x": 1}):
        pos.notify("log", data)
    pos.events.on("order.add", print)
    await pos.request("session.ping.request")
    await shop.settle()
    entries = list(host.console("p").entries)
    assert len(entries) == 5
    assert (entries[3].level, entries[3].text) == ("error", "boom")
    for number in range(6_000):
        shop.clock.jump(seconds=1)
        host.console("p").write("info", str(number))
    assert len(host.console("p").entries) == 5_000


async def test_secrets_in_logged_traffic(shop: SimulatedShop):
    """H-75: the SDK logs each message it sends; values of secureStore and settings are not written down."""
    host = await shop.host()
    pos = await shop.pos("p")
    sent = {"name": "secure-store.set.request", "data": {"key": "k", "value": "S3CRET"}}
    got = {"name": "setting.values.response", "data": {"settings": {"pin": "S3CRET"}}}
    for contents in (sent, json.dumps(sent), {"message": json.dumps(got)}, {"name": "order.get.request"}):
        pos.notify("log", {"type": "debug", "log": {"title": "eventMessage", "contents": contents}})
    await pos.request("session.ping.request")
    await shop.settle()
    assert "S3CRET" not in said(host)
    assert "secure-store.set.request: not written down" in said(host)
    assert "order.get.request" in said(host)


async def test_a_failing_handler_is_reported(shop: SimulatedShop):
    """python-sdk §3: a handler's error reaches the plugin's console, others run."""
    host = await shop.host()
    pos = await shop.pos("p")

    def broken(order_id: str) -> None:
        raise ValueError("no such lamp")

    pos.order.on("add", broken)
    item = {"id": 102, "title": "해물파전", "category": {"id": 2, "title": "안주"}, "type": "ITEM"}
    line = {"diningOption": "HERE", "item": item, "quantity": {"value": 1}, "chargePrice": {"value": 18_000}}
    await pos.order.add({"lineItems": [line], "discounts": []})
    await shop.settle()
    assert "no such lamp" in said(host)


async def test_a_new_business_mode(shop: SimulatedShop, tmp_path: Path):
    """H-8, merchant-device §2: plugins start anew when the business mode changes, and only then."""
    host = await shop.host()
    await host.install(
        write(
            tmp_path,
            """
            @plugin.on_start
            async def ready(pos):
                info = await pos.device.get_device_info()
                print("pays", info.business_type.operation.payment.type)
            """,
        )
    )
    await until(shop, lambda: "pays PAY_LATER" in said(host))
    version = (await shop.request("shop-setting.get.request"))["settings"]["version"]
    for changes in ({"phone": "02-000-0000"}, {"paymentTiming": "PAY_FIRST"}):
        await shop.request("shop-setting.update.request", {"changes": changes, "expectedVersion": version})
        version += 1
    await until(shop, lambda: "pays PAY_FIRST" in said(host))
    assert said(host).count("pays") == 2
    (listed,) = (await shop.request("plugin.list.request"))["plugins"]
    assert listed["loadMs"] > 0


async def test_a_worker_that_cannot_run_here(
    shop: SimulatedShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """H-9: a headless worker on a server without Node is shown stopped with the reason, not crashing."""
    monkeypatch.setenv("JUMAK_NODE", str(tmp_path / "nothing"))
    host = await shop.host()
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "main.js").write_text("")
    await host.install(folder, Overrides(headless=True))
    await until(shop, lambda: state(host) == "stopped")
    (listed,) = (await shop.request("plugin.list.request"))["plugins"]
    assert "Node" in listed["reason"]
    await shop.request("plugin.update.request", {"id": "p", "headless": False})
    await until(shop, lambda: state(host) == "none")
