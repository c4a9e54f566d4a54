"""What the pages show runs, and every command is on the first page."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jumak.sdk import Record, connect
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
        jumak("demo", "--data", folder, "--port", str(port), "--no-browser", "--menu-only"),
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


def token(folder: Path, name: str, *scopes: str) -> str:
    made = subprocess.run(
        jumak("token", "create", name, "--data", folder, "--scope", *(scopes or ("plugin",))),
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


@contextlib.contextmanager
def running(code: str, shop: tuple[int, Path], name: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A plugin that runs as a remote service."""
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
        yield process
    finally:
        process.terminate()
        assert process.stdout is not None
        process.stdout.close()
        process.wait(RUN_S)


def run_plugin(code: str, shop: tuple[int, Path], name: str, folder: Path, text: str) -> None:
    """Runs a plugin until it prints the text."""
    with running(code, shop, name, folder) as process:
        until(process, text)


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
    settings = blocks("docs/tutorial/first-plugin.md", "python")[-2]
    code = f'from jumak.sdk import Plugin\nplugin = Plugin("lamp")\n{settings}\nplugin.run()\n'
    run_plugin(code, shop, "lamp-settings", tmp_path, "10")


def test_the_payment_method_of_the_tutorial(shop: tuple[int, Path], tmp_path: Path):
    """Examples, python-sdk §5: the code pays an order once, is refused the second time, and gives the stamps back."""
    port, data = shop
    code = blocks("docs/tutorial/first-plugin.md", "python")[-1]
    cashier = token(data, "cashier", "till", "staff:manage", "staff:pay", "staff:order", "plugin")
    with running(code, shop, "stamps", tmp_path):
        asyncio.run(asyncio.wait_for(pay_with_stamps(f"ws://127.0.0.1:{port}/v1/socket", cashier), RUN_S))


async def pay_with_stamps(url: str, token: str) -> None:
    async def scan(_: dict[str, Any]) -> dict[str, Any]:
        return {"type": "barcode", "data": {"result": "SUCCESS", "barcode": "card-1"}}

    async with connect(url, token, name="cashier") as till:
        till.ext.popup.open.answer(scan)
        item = next(
            one for one in await till.catalog.get_catalogs() if one.state == "ON_SALE" and not one.options
        )
        price = item.price.price_value
        line = {
            "dining_option": "HERE",
            "item": {"id": item.id, "title": item.title, "category": item.category, "type": "ITEM"},
            "quantity": {"value": 1},
            "charge_price": {"value": price},
        }

        async def pay() -> Record:
            order = await till.order.add({"line_items": [line], "discounts": []})
            method = {"pluginId": "stamps", "id": "stamp-card"}
            while "stamp-card" not in [each.id for each in (await till.ext.payment_method.list()).methods]:  # noqa: ASYNC110 (asked until another process is there)
                await asyncio.sleep(0.05)
            attempt = (
                await till.ext.payment.start(
                    order_id=order.id, tender="METHOD", amount=price, expected_unpaid=price, method=method
                )
            ).attempt
            while attempt.state == "SENT":
                await asyncio.sleep(0.05)
                attempt = (await till.ext.payment_attempt.get(id=attempt.id)).attempt
            return attempt

        first, second = await pay(), await pay()
        assert (first.state, second.state) == ("APPROVED", "DECLINED")
        assert second.error.message == "스탬프가 0개입니다"
        await till.payment.cancel(first.order_id, first.payment.id)
        assert (await pay()).state == "APPROVED"


def test_both_readmes_show_the_same_plugin_and_commands():
    """Examples: the Korean page is the same page."""
    assert blocks("README.md", "python") == blocks("README.ko.md", "python")
    english, korean = (
        re.findall(r"^\| (`.*?`) ", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        for page in ("README.md", "README.ko.md")
    )
    assert english == korean


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "README.ko.md",
        *(
            f"docs/how-to/{name}.md"
            for name in (
                "backup-and-restore",
                "head-office",
                "hub",
                "many-shops",
                "move-a-shop",
                "postgresql",
                "time-travel",
                "watch",
            )
        ),
    ],
)
def test_commands_on_pages_exist(page: str):
    """Examples: whatever a page tells people to type is a command."""
    text = (ROOT / page).read_text(encoding="utf-8")
    names = {name for name, _, _ in commands()}
    for shown in re.findall(r"\bjumak ([a-z]+(?: [a-z][a-z-]*)?)", text):
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
