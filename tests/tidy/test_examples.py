"""What the pages show runs, and every command is on the first page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.tidy.commands import commands
from tests.tidy.project import ROOT

STARTED_S = 60
RUN_S = 60


def blocks(page: str, language: str) -> list[str]:
    """Code blocks of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def jumak(*arguments: str | Path) -> list[str]:
    return [str(Path(sys.executable).with_name("jumak")), *map(str, arguments)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A demo shop served as the README serves it: port and folder."""
    folder, port = tmp_path_factory.mktemp("demo") / "shop", free_port()
    server = subprocess.Popen(
        jumak("demo", "--data", folder, "--port", str(port), "--no-browser"),
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder.parent,
    )
    assert server.stdout is not None
    lines = []
    for line in server.stdout:
        lines.append(line)
        if line.startswith("Jumak is ready"):
            break
    assert lines, "the server said nothing"
    assert lines[-1].startswith("Jumak is ready: http://"), lines
    yield port, folder
    server.terminate()
    server.stdout.close()
    assert server.wait(STARTED_S) == 0


def token(folder: Path, name: str) -> str:
    made = subprocess.run(
        jumak("token", "create", name, "--data", folder, "--scope", "plugin"),
        capture_output=True,
        text=True,
        timeout=RUN_S,
        check=True,
    )
    lines = made.stdout.splitlines()
    assert len(lines) == 1
    return lines[0]


def until(process: subprocess.Popen[str], text: str) -> str:
    """Reads on until a line holds the text."""
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"ended with {process.wait()} before it said {text!r}")


def run_plugin(code: str, shop: tuple[int, Path], name: str, folder: Path, text: str) -> None:
    """Runs a plugin as a remote service until it prints the text."""
    port, data = shop
    path = folder / f"{name}.py"
    path.write_text(code, encoding="utf-8")
    environment = os.environ | {
        "JUMAK_URL": f"ws://127.0.0.1:{port}/v1/socket",
        "JUMAK_TOKEN": token(data, name),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, str(path)], env=environment, stdout=subprocess.PIPE, text=True, cwd=folder
    )
    try:
        until(process, text)
    finally:
        process.terminate()
        assert process.stdout is not None
        process.stdout.close()
        process.wait(RUN_S)


def test_the_plugin_of_the_readme_takes_an_order_adds_to_it_and_records_a_payment(
    shop: tuple[int, Path], tmp_path: Path
):
    """Examples: the first thing a reader tries works as it stands."""
    (code,) = blocks("README.md", "python")
    run_plugin(code, shop, "first-guest", tmp_path, "COMPLETED")


def test_the_plugin_of_the_tutorial_connects(shop: tuple[int, Path], tmp_path: Path):
    """Examples: the tutorial's steps, put together, run."""
    start, listen, *_ = blocks("docs/tutorial/first-plugin.md", "python")
    head, run = start.rsplit("plugin.run()", 1)
    run_plugin(f"{head}{listen}\nplugin.run(){run}", shop, "lamp", tmp_path, "connected to")


def test_the_settings_of_the_tutorial(shop: tuple[int, Path], tmp_path: Path):
    """Examples: inputs are declared and read back."""
    settings = blocks("docs/tutorial/first-plugin.md", "python")[-1]
    code = f'from jumak.sdk import Plugin\nplugin = Plugin("lamp")\n{settings}\nplugin.run()\n'
    run_plugin(code, shop, "lamp-settings", tmp_path, "10")


def test_both_readmes_show_the_same_plugin_and_commands():
    """Examples: the Korean page is the same page."""
    assert blocks("README.md", "python") == blocks("README.ko.md", "python")
    english, korean = (
        re.findall(r"^\| (`.*?`) ", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        for page in ("README.md", "README.ko.md")
    )
    assert english == korean


@pytest.mark.parametrize(
    "page", ["README.md", "README.ko.md", "docs/how-to/backup-and-restore.md", "docs/how-to/time-travel.md"]
)
def test_commands_on_pages_exist(page: str):
    """Examples: whatever a page tells people to type is a command."""
    text = (ROOT / page).read_text(encoding="utf-8")
    names = {name for name, _, _ in commands()}
    for shown in re.findall(r"\bjumak ([a-z]+(?: [a-z]+)?)", text):
        words = shown.split()
        assert {f"jumak {words[0]}", f"jumak {shown}"} & names or any(
            name.startswith(f"jumak {words[0]} ") and len(words) == 1 for name in names
        ), shown


def test_make_knows_the_commands_people_type():
    """Examples: the words of CONTRIBUTING are targets of the Makefile, and the other way round."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `make ([a-z]+)`", page, re.MULTILINE)) == targets
