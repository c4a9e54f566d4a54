"""The `jumak` command on a real folder, with and without its server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from jumak.main import ServeOptions, exposure
from jumak.server.clock import SystemClock
from jumak.server.connections import Connections
from jumak.server.ids import UuidIds
from jumak.store.sqlite import SqliteStore
from tests.ports import free_port
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
        with Running(tmp_path / "demo", verb="demo") as server:
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
    assert "installed bell" in run("plugin", "install", str(tmp_path / "bell"), *data)
    assert run("plugin", "list", *data).startswith("bell")
    run("plugin", "logs", "bell", *data)
    assert run("plugin", "remove", "bell", *data) == "removed bell\n"
    assert run("plugin", "list", *data) == ""
    assert (tmp_path / "bell" / "main.py").exists()
