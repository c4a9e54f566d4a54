"""The `jumak` command on a real folder, with and without its server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jumak.main import ServeOptions, exposure
from jumak.server.clock import SystemClock
from jumak.server.connections import Connections
from jumak.server.ids import UuidIds
from jumak.store.sqlite import SqliteStore
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.server.conftest import SHOP

JUMAK = [sys.executable, "-m", "jumak"]


def run(*words: str, good: bool = True) -> str:
    done = subprocess.run([*JUMAK, *words], capture_output=True, text=True, timeout=60)
    assert (done.returncode == 0) is good, done.stderr
    return done.stdout if good else done.stderr


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    shop = tmp_path / "shop"
    store = SqliteStore.create(shop, SHOP, clock=SystemClock(), ids=UuidIds(), live=Connections())
    await store.close()
    return shop


class Running:
    """`jumak serve` in a process of its own."""

    def __init__(self, folder: Path, *words: str, verb: str = "serve") -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [*JUMAK, verb, "--data", str(folder), "--port", str(port), "--no-browser", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline().strip()
        if self.ready.startswith("Made"):
            self.ready = self.process.stdout.readline().strip()
        self.code = self.process.stdout.readline().strip().rpartition("#claim=")[2]
        if not self.ready:
            raise AssertionError(self.process.communicate()[1])

    def post(self, name: str, token: str | None, data: dict[str, object]) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"{self.url}/v1/{name}", json.dumps(data).encode(), headers)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return json.loads(answer.read())

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    with Running(folder) as server:
        yield server


def test_serving(folder: Path, running: Running) -> None:
    """H-77: says where it is and how the owner signs in, stops cleanly on SIGTERM, leaves no credential."""
    assert running.ready == f"Jumak is ready: {running.url}"
    code = running.code
    claimed = running.post("device.claim", None, {"code": code})
    assert running.post("staff.list", str(claimed["token"]), {})["staff"] == []
    assert oct((folder / "owner.json").stat().st_mode & 0o777) == "0o600"
    status, errors = running.stop()
    assert (status, errors) == (0, "")
    assert not (folder / "owner.json").exists()


def test_a_shop_in_a_database(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shop of a database is made, served, played on, checked and handed out; its folder holds files alone."""
    monkeypatch.setenv("JUMAK_DATABASE_URL", postgres.url)
    where = ("--data", str(tmp_path / "demo"), "--shop", "1000001")
    with Running(tmp_path / "demo", "--menu-only", *where[2:], verb="demo") as server:
        assert server.ready == f"Jumak is ready: {server.url}"
        owner = server.post("device.claim", None, {"code": server.code})
        assert len(server.post("staff.list", str(owner["token"]), {})["staff"]) == 4  # type: ignore[arg-type]
        server.stop()
    assert not (tmp_path / "demo/shop.db").exists()
    assert "check: all is well" in run("simulate", "--orders", "3", *where)
    assert run("check", *where) == "All is well.\n"
    lines = [json.loads(line) for line in run("export", *where).splitlines()]
    order = next(line["order"] for line in lines if line["type"] == "order")
    assert json.loads(run("at", order["id"], *where)) == order
    assert "no shop 1000002" in run(
        "serve", "--data", str(tmp_path / "other"), "--shop", "1000002", good=False
    )


def test_a_link(folder: Path, running: Running) -> None:
    """H-77: a fresh link for the owner or a named till while it serves; without a server it says how to get one.

    It is at localhost, as what the server printed: below an address plugins would have no page.
    """
    link = run("link", "--data", str(folder)).strip()
    assert link.startswith(f"http://localhost:{urlsplit(running.url).port}/#claim=")
    owner = running.post("device.claim", None, {"code": link.partition("#claim=")[2]})
    assert running.post("staff.list", str(owner["token"]), {})["complete"] is True
    named = run("link", "--till", "둘째 계산대", "--data", str(folder)).strip().partition("#claim=")[2]
    till = running.post("device.claim", None, {"code": named})
    assert till["device"]["name"] == "둘째 계산대"  # type: ignore[index]
    with pytest.raises(urllib.error.HTTPError) as refused:
        running.post("staff.list", str(till["token"]), {})
    assert refused.value.code == 403
    refused.value.close()
    running.stop()
    assert "no server runs" in run("link", "--data", str(folder), good=False)


def test_tokens_while_it_runs(folder: Path, running: Running) -> None:
    """H-2: the token is the only line; it works at once, also after revoking only until then."""
    token = run("token", "create", "lamp", "--data", str(folder), "--scope", "catalog:read", "order:read")
    assert token.count("\n") == 1
    assert running.post("merchant.info", token.strip(), {})["complete"] is True
    assert "lamp" in run("token", "list", "--data", str(folder))
    run("token", "revoke", "lamp", "--data", str(folder))
    with pytest.raises(urllib.error.HTTPError) as refused:
        running.post("merchant.info", token.strip(), {})
    assert refused.value.code == 401
    refused.value.close()
    assert "no scope" in run("token", "create", "x", "--data", str(folder), "--scope", "nonsense", good=False)


def test_tokens_without_a_server(folder: Path) -> None:
    """H-2: the command opens the shop itself; a server started later knows the token."""
    token = run("token", "create", "lamp", "--data", str(folder), "--scope", "all").strip()
    with Running(folder) as server:
        assert server.post("device.list", token, {})["complete"] is True


def test_after_a_kill(folder: Path) -> None:
    """H-77: a server that died leaves a file nobody can use; the next command goes on without it."""
    server = Running(folder)
    server.stop(signal.SIGKILL)
    assert (folder / "owner.json").exists()
    assert run("token", "create", "lamp", "--data", str(folder)).strip()


def test_the_demo(tmp_path: Path) -> None:
    """H-77: makes a shop once and serves it; the owner's code opens it."""
    for _ in range(2):
        with Running(tmp_path / "demo", "--menu-only", verb="demo") as server:
            assert server.ready == f"Jumak is ready: {server.url}"
            claimed = server.post("device.claim", None, {"code": server.code})
            assert server.post("catalog-item.list", str(claimed["token"]), {})["catalogs"]
            assert server.stop() == (0, "")


def test_never_two_servers(folder: Path, running: Running) -> None:
    """H-77: a second one is refused by the folder's lock."""
    done = subprocess.run(
        [*JUMAK, "serve", "--data", str(folder), "--port", str(free_port()), "--no-browser"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "open in another process" in done.stderr


@pytest.mark.parametrize(
    ("host", "certificate", "warns"),
    [
        ("127.0.0.1", None, False),
        ("::1", None, False),
        ("localhost", None, False),
        ("0.0.0.0", None, True),
        ("192.168.0.7", None, True),
        ("pos.example", None, True),
        ("0.0.0.0", Path("cert.pem"), False),
    ],
)
def test_a_warning_without_tls(host: str, certificate: Path | None, warns: bool) -> None:
    """H-75: listening to other machines without TLS says what that means; asked of the rule, not of the network."""
    warning = exposure(ServeOptions(folder=Path(), host=host, tls_cert=certificate))
    assert (warning is not None and "no TLS" in warning) == warns


def test_the_file(folder: Path, running: Running, tmp_path: Path) -> None:
    """H-77: check, backup and export work while it runs; a copy is put back into a new folder."""
    data = ("--data", str(folder))
    run("token", "create", "lamp", *data)
    assert run("check", *data) == "All is well.\n"
    run("backup", str(tmp_path / "copy.db"), *data)
    assert '"device.pair"' in run("export", *data)
    run("restore", str(tmp_path / "copy.db"), "--data", str(tmp_path / "second"))
    assert "lamp" in run("token", "list", "--data", str(tmp_path / "second"))
    assert "no such order" in run("at", "nothing", *data, good=False)


def test_no_shop(tmp_path: Path) -> None:
    """H-10: a folder without a shop is told in a sentence."""
    assert run("token", "list", "--data", str(tmp_path), good=False).startswith("jumak: ")
    assert "Traceback" not in run("serve", "--data", str(tmp_path), "--port", str(free_port()), good=False)


def test_a_plugins_life(folder: Path, running: Running, tmp_path: Path) -> None:
    """H-9, H-5: begun from the template, installed through the server, listed, logged, removed."""
    data = ("--data", str(folder))
    run("plugin", "new", str(tmp_path / "bell"))
    shown = run("plugin", "install", str(tmp_path / "bell"), *data)
    assert "no sandbox" in shown
    assert "scopes      plugin" in shown
    assert "installed bell 0.1.0" in shown
    assert run("plugin", "list", *data).startswith("bell")
    run("plugin", "logs", "bell", *data)
    assert run("plugin", "remove", "bell", *data) == "removed bell\n"
    assert run("plugin", "list", *data) == ""
    assert (tmp_path / "bell" / "main.py").exists()


def gift(tmp_path: Path, code: str) -> str:
    """A worker as a build leaves it in its project."""
    folder = tmp_path / "gift"
    (folder / "dist").mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}")
    (folder / "dist" / "main.js").write_text(code)
    return str(folder)


def test_versions_of_a_plugin(folder: Path, tmp_path: Path) -> None:
    """H-5, H-9, plugin-runtime §9: packed, installed, updated, rolled back, switched, its rights changed; no server."""
    data = ("--data", str(folder))
    packed = tmp_path / "gift-1.0.zip"
    assert "1 files, worker" in run("plugin", "pack", gift(tmp_path, "1"), "-o", str(packed))
    first = packed.read_bytes()
    run("plugin", "pack", gift(tmp_path, "1"), "-o", str(packed))
    assert packed.read_bytes() == first
    wanted = ("--acl", "https://a.example", "--scope", "ui", "network", "--name", "선물", "--yes")
    shown = run("plugin", "install", str(packed), *wanted, *data)
    assert "may call    https://a.example" in shown
    assert "plugin.json none" in shown
    assert "replaces" in run("plugin", "install", gift(tmp_path, "2"), "--yes", *data)
    versions = run("plugin", "list", "--versions", *data).splitlines()
    assert len(versions) == 3
    old, new = versions[2].split()[0], versions[1].split()[0]
    assert versions[0].split()[1] == new[:8]
    assert old in run("plugin", "rollback", "gift", *data)
    assert new in run("plugin", "rollback", "gift", new[:6], *data)
    assert "no such version" in run("plugin", "rollback", "gift", "x", *data, good=False)
    run("plugin", "update", "gift", "--scope", "ui", "--acl", "--profile", "documented", "--headless", *data)
    run("plugin", "disable", "gift", *data)
    line = run("plugin", "list", *data)
    assert "worker headless" in line
    assert "disabled" in line
    assert "documented" in line
    run("plugin", "enable", "gift", *data)
    assert "say what to change" in run("plugin", "update", "gift", *data, good=False)
    assert "origin" in run("plugin", "update", "gift", "--acl", "nonsense", *data, good=False)
    assert "kept" in run("plugin", "remove", "gift", "--keep-data", *data)
    assert "main.js" in run("plugin", "install", str(folder), *data, good=False)


def test_developing_a_plugin(folder: Path, running: Running, tmp_path: Path) -> None:
    """H-9, H-73: `dev` installs again on change, shows the console and what is wrong; `logs` exports and follows."""
    data = ("--data", str(folder))
    assert "no server runs" in run("plugin", "dev", str(tmp_path), "--data", str(tmp_path), good=False)
    run("plugin", "new", str(tmp_path / "bell"))
    code = "import sys, time\nprint('{word}', flush=True)\ntime.sleep(600)\n"
    main = tmp_path / "bell" / "main.py"
    main.write_text(code.format(word="ding"))
    with subprocess.Popen(
        [*JUMAK, "plugin", "dev", str(tmp_path / "bell"), *data], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        try:
            assert next(line for line in lines if line.startswith("installed bell 0.1.0"))
            assert next(line for line in lines if line.endswith(" ding\n"))
            (tmp_path / "bell" / "plugin.json").rename(tmp_path / "plugin.json")
            assert "plugin.json" in next(line for line in lines if line.startswith("not installed: "))
            main.write_text(code.format(word="dong"))
            (tmp_path / "plugin.json").rename(tmp_path / "bell" / "plugin.json")
            assert next(line for line in lines if line.startswith("installed bell 0.1.0"))
            assert next(line for line in lines if line.endswith(" dong\n"))
        finally:
            process.kill()
    with subprocess.Popen(
        [*JUMAK, "plugin", "logs", "bell", "--follow", *data], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert next(line for line in iter(process.stdout.readline, "") if line.endswith(" dong\n"))
        finally:
            process.kill()
    assert "entries in" in run("plugin", "logs", "bell", "--export", str(tmp_path / "log.jsonl"), *data)
    texts = [json.loads(line)["text"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert texts.index("ding") < texts.index("dong")
