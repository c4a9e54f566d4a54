"""The two npm packages in fresh projects: what Vite, webpack, esbuild and Node make of them, and who tests with them."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.service.asking import a_line, an_order
from tests.tidy.project import ROOT
from tests.web.building import BESIDE, PACKAGES, environment, packed, run, tarballs
from tests.web.fresh import OWN, SDK, TEST, VENDOR, VITE, WEBPACK, project, tool
from tests.web.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

CREATED = f"""
const {{ default: posPluginTest }} = require("{TEST}");
module.exports = posPluginTest.createWebpackConfig(require("./package.json"));
"""
"""The `webpack.config.js` of the templates."""


def webpack_worker(fixture: str, folder: Path) -> Path:
    """A worker of a template: `main` of package.json, built by `webpack`."""
    home = project(folder, fixture=fixture, files={"webpack.config.cjs": CREATED}, tools=WEBPACK)
    tool("webpack", "--config", "webpack.config.cjs", folder=home)
    return packed((home / "dist").rglob("*"), home, folder / "plugin.zip")


def vite_page(folder: Path) -> Path:
    """A page of Vite and React."""
    home = project(folder, fixture="page-react", packages={SDK: VENDOR[SDK]}, tools=VITE)
    tool("vite", "build", "--logLevel", "warn", folder=home)
    return packed((home / "dist").rglob("*"), home / "dist", folder / "plugin.zip")


def esbuild_page(folder: Path) -> Path:
    """A page whose source names the other SDK, led to ours by the bundler."""
    home = project(folder, fixture="page-esbuild", packages=OWN)
    alias = f"--alias:{SDK}=@jumak/pos-plugin-sdk"
    tool(
        "esbuild",
        "src/page.js",
        "--bundle",
        alias,
        "--outfile=dist/page.js",
        "--log-level=warning",
        folder=home,
    )
    for beside in BESIDE["page-esbuild"]:
        shutil.copy(home / beside, home / "dist" / beside)
    return packed((home / "dist").rglob("*"), home / "dist", folder / "plugin.zip")


BUILT: dict[str, Callable[[Path], Path]] = {
    "webpack-ts": lambda folder: webpack_worker("worker-ts", folder),
    "webpack-js": lambda folder: webpack_worker("worker-js", folder),
    "vite-react": vite_page,
    "esbuild": esbuild_page,
}
PAGES = {"vite-react": ("리액트", "주막 시험점"), "esbuild": ("이에스빌드", "esbuild")}
"""Page → its tab, and what its heading says."""


@pytest.fixture(scope="module", params=BUILT)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A project's name and the zip it made."""
    return request.param, BUILT[request.param](tmp_path_factory.mktemp(request.param))


async def test_the_plugin_of_a_fresh_project(built: tuple[str, Path], house: House, browser: Browser):
    """H-5, H-79: its zip installs as it is and answers in a browser; a worker's also under the server."""
    name, zip_file = built
    plugin = await house.install(zip_file, id=name)
    till = await house.till(browser)
    await house.tester.is_up(plugin)
    assert (await house.tester.call(plugin, "merchant.getMerchant"))["name"] == "주막 시험점"
    if name in PAGES:
        tab, heading = PAGES[name]
        await till.get_by_role("tab", name=tab).click()
        shown = till.frame_locator(f"iframe[title='{tab}']").get_by_role("heading")
        await expect(shown).to_have_text(heading)
        return
    await till.close()
    await house.ask("plugin.update", id=plugin, headless=True)
    await house.tester.is_up(plugin)
    order = (await house.ask("order.add", order=an_order(a_line(1))))["order"]
    assert (await house.tester.call(plugin, "order.getOrder", order["id"]))["number"] == order["number"]


CONNECTED = """
const pos = await connect({ url: process.argv[2], token: process.argv[3], WebSocket });
const { name } = await pos.merchant.getMerchant();
await pos.order.on('add', async (id) => {
  const { number } = await pos.order.getOrder(id);
  console.log(JSON.stringify({ name, number }));
  pos.close();
});
console.log('listening');
"""
NODE = {
    "import": (
        "main.mjs",
        f"import {{ connect }} from '{SDK}'; import {{ WebSocket }} from 'ws'; {CONNECTED}",
    ),
    "require": (
        "main.cjs",
        f"const {{ connect }} = require('{SDK}'); const {{ WebSocket }} = require('ws');\n"
        f"async function main() {{ {CONNECTED} }}\nvoid main();",
    ),
}


@pytest.fixture(scope="module")
def node_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of plain Node in which npm itself installed the SDK, from its file."""
    home = tmp_path_factory.mktemp("node") / "project"
    home.mkdir()
    named = {"dependencies": {SDK: f"file:{tarballs()['pos-plugin-sdk']}"}}
    (home / "package.json").write_text(json.dumps(named), encoding="utf-8")
    run(["npm", "install", "--offline", "--silent"], home)
    (home / "node_modules" / "ws").symlink_to(ROOT / "node_modules" / "ws")
    for file, text in NODE.values():
        (home / file).write_text(text, encoding="utf-8")
    return home


@pytest.mark.parametrize("way", NODE)
async def test_a_node_program(way: str, node_project: Path, house: House):
    """H-78, H-79: it connects with a token, reads, hears an order, and ends once it has closed the connection."""
    pairing = {"kind": "service", "name": f"node-{way}"}
    token = (await house.shop.request("device.pair.request", pairing))["token"]
    program = await asyncio.create_subprocess_exec(
        "node", NODE[way][0], house.url, token,
        cwd=node_project, env=environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert program.stdout is not None
    try:
        async with asyncio.timeout(20):
            assert await program.stdout.readline() == b"listening\n"
            order = (await house.ask("order.add", order=an_order(a_line(1))))["order"]
            heard: dict[str, Any] = json.loads(await program.stdout.readline())
            assert heard == {"name": "주막 시험점", "number": order["number"]}
            assert await program.wait() == 0
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()


RUNNERS = {
    "jest": ["jest", "--rootDir=.", "--testMatch=**/run.jest.js"],
    "vitest": ["vitest", "run", "--dir=.", "run.vitest.mjs", "--config=vitest.config.mjs"],
    "node": ["node", "--test", "run.node.mjs"],
}


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project made from a template that has tests; `PluginTester` builds it."""
    home = project(tmp_path_factory.mktemp("tested"), tools=(*WEBPACK, "vitest"))
    shutil.copytree(Path(__file__).parent / "projects" / "tested", home, dirs_exist_ok=True)
    include = "export default { test: { include: ['run.vitest.mjs'] } };"
    (home / "vitest.config.mjs").write_text(include, encoding="utf-8")
    return home


@pytest.mark.parametrize("runner", RUNNERS)
async def test_with_the_tester(runner: str, tested: Path, monkeypatch: pytest.MonkeyPatch):
    """H-79: `PluginTester` installs the plugin in a shop of its own, under every test framework."""
    monkeypatch.setenv("CI", "1")
    monkeypatch.setenv("JUMAK_COMMAND", str(Path(sys.executable).parent / "jumak"))
    command, *arguments = RUNNERS[runner]
    if runner == "node":
        run([command, *arguments], tested)
    else:
        tool(command, *arguments, folder=tested)


def content(archive: tarfile.TarFile, name: str) -> bytes:
    """A file of a packed package."""
    file = archive.extractfile(f"package/{name}")
    assert file is not None, name
    return file.read()


@pytest.mark.parametrize("name", PACKAGES)
async def test_what_is_packed(name: str):
    """H-79: builds with their types, the README and the licence, every file `exports` names, and nothing else."""
    with tarfile.open(tarballs()[name]) as archive:
        files = {member.name.removeprefix("package/") for member in archive if member.isfile()}
        manifest = json.loads(content(archive, "package.json"))
        assert content(archive, "LICENSE") == (ROOT / "LICENSE").read_bytes()
    tops = {file.split("/")[0] for file in files}
    runtime = {"runtime"} if name == "pos-plugin-test" else set()
    assert tops == {"dist", "package.json", "README.md", "LICENSE"} | runtime
    built = {file for file in files if file.startswith("dist/")}
    assert all(file.endswith((".d.ts", "/index.js", "/package.json")) for file in built)
    assert {file for file in built if file.endswith(".js")} == {"dist/esm/index.js", "dist/cjs/index.js"}
    said = [manifest["main"], manifest["module"], manifest["types"]]
    said += [path for way in ("import", "require") for path in manifest["exports"]["."][way].values()]
    assert {path.removeprefix("./") for path in said} <= files
