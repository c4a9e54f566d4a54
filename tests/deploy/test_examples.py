"""Deploy: what the examples say is what the programs take: command lines, variables, ports, paths, units, NATS's settings."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from jumak.cli import parser
from jumak.server.monitoring import Monitor
from jumak.server.pages import openapi_json
from tests.nats import PROGRAM
from tests.tidy.project import ROOT, modules

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text("utf-8"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
INSTALLED = "/opt/jumak/bin/jumak"
"""Where the units say the program is."""

SERVER_PORT, HUB_PORT = 8700, 8790
PAGES = set(json.loads(openapi_json())["paths"])
OURS_ALONE = {"JUMAK_BIND", "JUMAK_HOST", "JUMAK_PORT", "JUMAK_ADDRESS"}
"""Variables of the examples themselves, which no program of ours reads."""

KEYS = {
    "Unit": "Description Documentation After Wants",
    "Service": (
        "Type ExecStart ExecStartPost EnvironmentFile LoadCredential StateDirectory StateDirectoryMode ReadWritePaths Restart "
        "RestartSec KillMode TimeoutStopSec LimitNOFILE Nice IOSchedulingClass User Group UMask NoNewPrivileges ProtectSystem "
        "ProtectHome PrivateTmp PrivateDevices ProtectProc ProtectKernelTunables ProtectKernelModules ProtectKernelLogs "
        "ProtectControlGroups ProtectClock ProtectHostname LockPersonality RestrictRealtime RestrictSUIDSGID RestrictNamespaces "
        "RestrictAddressFamilies CapabilityBoundingSet SystemCallArchitectures SystemCallFilter"
    ),
    "Timer": "OnCalendar RandomizedDelaySec Persistent",
    "Install": "WantedBy",
}


def unit(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Sections of a unit with their settings in order."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for line in path.read_text("utf-8").splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            current = sections.setdefault(header[1], [])
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, line
            current.append((key, value))
    return sections


def commands() -> Iterator[Any]:
    """Every command line of ours with where it stands."""
    for name, service in COMPOSE["services"].items():
        if service.get("image") == "jumak":
            words = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", service["command"])
            yield pytest.param(shlex.split(words), id=f"compose {name}")
    for path in UNITS:
        for key, value in unit(path)["Service"]:
            if key.startswith("ExecStart") and INSTALLED in value:
                words = re.sub(r"\$\{(\w+)\}", r"/\1", value).replace("%%", "%")
                inner = shlex.split(words)
                inner = shlex.split(inner[2])[1:] if inner[0] == "/bin/sh" else inner
                assert inner[0] == INSTALLED
                yield pytest.param(inner[1:], id=path.stem)
    docker = (DEPLOY / "Dockerfile").read_text("utf-8")
    yield pytest.param(json.loads(re.search(r"^CMD (.+)$", docker, re.MULTILINE)[1]), id="Dockerfile")  # type: ignore[index]


@pytest.mark.parametrize("words", list(commands()))
def test_the_command_line_takes_every_command(words: list[str]):
    """Deploy: by the real parser, with the ports that health checks and the load balancer ask."""
    arguments = parser().parse_args(words)
    if words[0] == "serve":
        assert arguments.port == SERVER_PORT
    if words[0] == "hub":
        assert arguments.listen[1] == HUB_PORT


def test_health_is_asked_where_it_is_answered():
    """Deploy: paths the server has, at the ports it is told; figures do not leave by the load balancer."""
    asked = [
        (name, *found)
        for name, service in COMPOSE["services"].items()
        for found in re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)'", str(service.get("healthcheck")))
    ]
    server, hub = (str(SERVER_PORT), "/readyz"), (str(HUB_PORT), "/readyz")
    assert asked == [("jumak-1", *server), ("jumak-2", *server), ("hub", *hub)]
    balancer = (DEPLOY / "compose" / "haproxy.cfg").read_text("utf-8")
    (checked,) = re.findall(r"httpchk GET (\S+)", balancer)
    (denied,) = re.findall(r"deny .*\{ path,url_dec (\S+) \}", balancer)
    assert {checked, denied, "/readyz"} <= PAGES
    servers = dict(re.findall(r"^  server \S+ ([\w-]+):(\d+)$", balancer, re.MULTILINE))
    assert set(servers) == {name for name in COMPOSE["services"] if name.startswith("jumak-")}
    assert set(servers.values()) == {str(SERVER_PORT)}
    for name in servers:
        assert f"--address http://{name}:{SERVER_PORT}" in COMPOSE["services"][name]["command"]
    (bound,) = re.findall(r"^  bind :(\d+)$", balancer, re.MULTILINE)
    assert COMPOSE["services"]["balancer"]["ports"] == [
        f"${{JUMAK_BIND:-127.0.0.1}}:${{JUMAK_PORT:-8080}}:{bound}"
    ]


def test_everything_a_service_names_is_there():
    """Deploy: networks, volumes, secrets, services waited for, and files, each of which is there or has its example."""
    folder = DEPLOY / "compose"
    ignored = (folder / ".gitignore").read_text("utf-8").split()
    examples = {path.name.replace(".example", "") for path in folder.glob("*.example*")}
    assert examples | {"nats.auth", "metrics.token"} == set(ignored)
    for service in COMPOSE["services"].values():
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
        for name in service.get("env_file", ()):
            assert name in examples
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (folder / source).is_file() or source[2:] in ignored, source
            else:
                assert source in COMPOSE["volumes"], source
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].removeprefix("./") in ignored


def test_only_the_balancer_and_the_processes_are_believed():
    """Deploy: by their own addresses; what a client says of itself goes before the balancer adds what it knows."""
    services = COMPOSE["services"]
    named = ("balancer", "jumak-1", "jumak-2")
    addresses = [services[name]["networks"]["inside"]["ipv4_address"] for name in named]
    for name in named[1:]:
        assert services[name]["environment"]["FORWARDED_ALLOW_IPS"].split(",") == addresses
    (network,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    for address in map(ipaddress.ip_address, addresses):
        assert address in ipaddress.ip_network(network["subnet"])
        assert address not in ipaddress.ip_network(network["ip_range"])
    balancer = (DEPLOY / "compose" / "haproxy.cfg").read_text("utf-8")
    for header in ("X-Forwarded-For", "Forwarded"):
        assert f"\n  http-request del-header {header}\n" in balancer


def test_nothing_is_open_to_others_at_first():
    """Deploy: passwords are examples until somebody chose some, so every port is this machine's until told otherwise."""
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert len(published) == 2
    for port in published:
        assert re.match(r"\$\{\w+_BIND:-127\.0\.0\.1\}:", port), port


def test_the_log_can_be_archived():
    """Deploy: the archive is a volume, which begins as root's, and is PostgreSQL's before PostgreSQL starts."""
    database, owner = COMPOSE["services"]["database"], COMPOSE["services"]["archive-owner"]
    assert database["depends_on"] == {"archive-owner": {"condition": "service_completed_successfully"}}
    (folder,) = set(re.findall(r"(/\w+)/\.?%f", database["command"]))
    assert f"archive:{folder}" in database["volumes"]
    assert owner["volumes"] == [f"archive:{folder}"]
    assert owner["entrypoint"] == ["chown", "postgres:postgres", folder]
    assert "restart" not in owner


def test_variables_are_read_by_somebody():
    """Deploy: no misspelt variable."""
    source = "".join(path.read_text("utf-8") for path in modules("src"))
    named: set[str] = set()
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            named |= set(re.findall(r"\bJUMAK_[A-Z_]+", path.read_text("utf-8")))
    assert named - OURS_ALONE
    assert [name for name in named - OURS_ALONE if f'"{name}"' not in source] == []


@pytest.mark.parametrize("path", [*UNITS, *(DEPLOY / "systemd").glob("*.timer")], ids=lambda path: path.name)
def test_units_are_such(path: Path, tmp_path: Path):
    """Deploy: known settings only, and systemd's own check where there is one; nothing that keeps Node from compiling."""
    sections = unit(path)
    for section, settings in sections.items():
        assert {key for key, _ in settings} <= set(KEYS[section].split()), section
    if path.suffix == ".service":
        settings = dict(sections["Service"])
        assert settings["User"] == "jumak"
        assert settings["NoNewPrivileges"] == settings["ProtectHome"] == "yes"
        assert settings["ProtectSystem"] == "strict"
        assert "MemoryDenyWriteExecute" not in settings
    if shutil.which("systemd-analyze") is None:
        return
    # What is started has to be there: the program that runs these tests stands in for it.
    for each in path.parent.glob("jumak-*.*"):
        text = each.read_text("utf-8").replace(INSTALLED, str(Path(sys.executable).with_name("jumak")))
        (tmp_path / each.name).write_text(text, "utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("node", ["nats-1", "nats-2", "nats-3"])
def test_nats_takes_its_settings(node: str, tmp_path: Path):
    """Deploy: by the real server, for each node."""
    folder = DEPLOY / "compose"
    shutil.copy(folder / "nats.conf", tmp_path)
    shutil.copy(folder / "nats-auth.example.conf", tmp_path / "nats-auth.conf")
    assert COMPOSE["services"][node]["environment"] == {"NATS_NAME": node}
    checked = subprocess.run(
        [PROGRAM, "-t", "-c", tmp_path / "nats.conf"],
        env=os.environ | {"NATS_NAME": node},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert f"nats://{node}:6222" in (folder / "nats.conf").read_text("utf-8")


def test_the_image_is_made_of_what_is_there():
    """Deploy: every source of a COPY exists and is let through to the build."""
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    through = {
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split() if line[0] == "!"
    }
    copied = [
        word
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]
    assert len(copied) > 8
    for name in copied:
        assert (ROOT / name).exists(), name
        assert name.partition("/")[0] in through, name
    stages = {match[1] for line in lines if (match := re.match(r"FROM \S+ AS (\w+)", line))}
    assert set(re.findall(r"--from=(\w+)", "\n".join(lines))) <= stages
    assert f"EXPOSE {SERVER_PORT}" in lines


def test_the_token_of_the_how_to_is_long_enough(tmp_path: Path):
    """Deploy: what the page has people make opens the figures."""
    page = (ROOT / "docs" / "how-to" / "deploy.md").read_text("utf-8")
    assert "openssl rand -hex 24" in page
    (tmp_path / "token").write_text("0" * 48)
    assert Monitor.of_file(tmp_path / "token").token is not None
