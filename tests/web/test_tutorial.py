"""The TypeScript tutorial, step by step, from empty folders: what it builds works in a browser and headless."""

from __future__ import annotations

import re
import shutil
import sys
from functools import cache
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.service.asking import a_line, an_order
from tests.tidy.project import ROOT
from tests.web.building import run, tarballs
from tests.web.house import House
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = ROOT / "docs/tutorial/typescript-plugin.md"


@cache
def sections() -> dict[str, str]:
    """Heading → text of the tutorial."""
    parts = re.split(r"^## \d+\. (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in for the project's folder that holds the packages as `make packages` writes them."""
    home = tmp_path_factory.mktemp("jumak")
    (home / "dist").mkdir()
    for file in tarballs().values():
        shutil.copy(file, home / "dist")
    (home / ".venv").symlink_to(sys.prefix)
    return home


def follow(section: str, folder: Path, home: Path) -> str:
    """Writes the files of a section and runs its commands; the commands."""
    text = sections()[section].replace("JUMAK", str(home))
    files = re.findall(r"^`([\w./-]+)`\n\n```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert files, section
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    commands: str
    (commands,) = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    for command in commands.splitlines():
        words = command.split()
        run([sys.executable if words[0] == "python3" else words[0], *words[1:]], folder)
    return commands


def followed(section: str, folder: Path, home: Path) -> Path:
    """The zip that a section makes."""
    folder.mkdir()
    (made,) = re.findall(r"zipfile -c \.\./(\S+)", follow(section, folder, home))
    return folder.parent / made


@pytest.fixture(scope="module")
def worker(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return followed("A worker", tmp_path_factory.mktemp("tutorial") / "hello-worker", packages)


@pytest.fixture(scope="module")
def page(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return followed("A page", tmp_path_factory.mktemp("tutorial") / "hello-page", packages)


async def until_logged(house: House, plugin: str, text: str) -> str:
    """Waits for a line of the plugin's console."""

    async def found() -> str:
        return next((entry["text"] for entry in await house.log(plugin) if text in entry["text"]), "")

    return await until(found, f"{plugin} logs {text}")


@pytest.mark.parametrize("headless", [False, True], ids=["browser", "headless"])
async def test_the_worker(headless: bool, worker: Path, house: House, browser: Browser):
    """H-5, H-1, H-45: the unmodified zip logs the menu and merchant; its method is a tile whose callback gets (order, price)."""
    installed = await house.host.install(worker)
    assert installed.plugin.id == "hello-worker"
    assert installed.plugin.profile == "field"
    if headless:
        await house.ask("plugin.update", id="hello-worker", headless=True)
    till = await house.till(browser)
    assert "주막 시험점" in await until_logged(house, "hello-worker", "categories 3 catalogs")
    order = (await house.ask("order.add", order=an_order(a_line(1), a_line(3))))["order"]
    await till.get_by_role("tab", name="결제").click()
    await till.get_by_role("button", name=re.compile(order["number"])).click()
    await till.get_by_role("button", name="스탬프").click()
    line = await until_logged(house, "hello-worker", f"pay {order['id']}")
    assert line.endswith(str(order["paymentPrice"]["paymentUnpaidValue"]))

    async def is_paid() -> bool:
        return (await house.ask("order.get", id=order["id"]))["order"]["paymentState"] == "COMPLETED"

    await until(is_paid, "the order is paid")


async def test_the_page(page: Path, house: House, browser: Browser):
    """H-5, H-6, H-74: its tab has the title of its manifest, its module script runs, its toast is shown."""
    installed = await house.host.install(page)
    assert installed.plugin.id == "hello-page"
    till = await house.till(browser)
    await till.get_by_role("tab", name="인사").click()
    await expect(till.frame_locator("iframe[title='인사']").get_by_role("heading")).to_have_text(
        "주막 시험점"
    )
    await expect(till.get_by_text("주막 시험점, 안녕하세요")).to_be_visible()


async def test_its_test(worker: Path, packages: Path):
    """H-79: the test of the worker passes under `node --test`, in a shop it starts itself."""
    follow("Test it", worker.with_suffix(""), packages)
