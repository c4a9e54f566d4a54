"""The demo shop in a process of its own, and tills of it in a real browser."""

from __future__ import annotations

import atexit
import contextlib
import functools
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import httpx
from playwright.async_api import Browser, Page

from jumak.demo.shop import PEOPLE, create_demo_shop
from jumak.server.owner import read_access
from tests.forked import Forked
from tests.ports import free_port

Json = dict[str, Any]
READER = "Card reader to practise with: "
PINS = {role: pin for _, role, pin in PEOPLE}


class Stall:
    """Made by `open_stall`. It can be killed and started again at the same address.

    folder: where the shop is kept.  verb: the command that serves it.  link: what the command prints for the owner; one
    that was started by `serve` has used it up.  reader: of the card terminal that `demo` starts along.  beside: what a
    test has put there ends with it.
    """

    def __init__(self, folder: Path, verb: Literal["serve", "demo"] = "serve") -> None:
        self.folder, self.link, self.reader = folder, "", ""
        self.beside = contextlib.AsyncExitStack()
        self._verb, self._port = verb, free_port()
        self.url = f"http://localhost:{self._port}"
        self._process: Forked | None = None
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}", trust_env=False)
        self._token = ""

    async def start(self) -> None:
        """Starts its server and waits until it serves."""
        self._process = await Forked.start(
            *(self._verb, "--data", str(self.folder), "--no-browser", "--port", str(self._port))
        )
        said: list[str] = []
        while not self._ready(said):
            line = await self._process.stdout.readline()
            assert line, (said, self._process.errors)
            said.append(line.decode().strip())
        self.link = said[-1].rpartition(" ")[2]
        self.reader = next((line.removeprefix(READER) for line in said if line.startswith(READER)), "")
        if not self._token:
            pairing = {"kind": "service", "name": "test", "scopes": ["all"]}
            self._token = (await self._post("device.pair", pairing, await self._owner()))["token"]

    @staticmethod
    def _ready(said: list[str]) -> bool:
        """Whether the server has said that it serves, and after that where the owner signs in."""
        return any(line.startswith("Jumak is ready") for line in said[:-1])

    async def _owner(self) -> str:
        """A token of the owner's: of the till that takes the link, or, where that is left for a page, of the command line."""
        if self._verb == "demo":
            access = read_access(self.folder)
            assert access is not None
            return access.token
        code = self.link.rpartition("#claim=")[2]
        claimed: Json = (await self._http.post("/v1/device.claim", json={"code": code})).json()
        token: str = claimed["token"]
        return token

    async def end(self, how: int = signal.SIGTERM) -> None:
        """Ends its server; SIGKILL: as a power cut does. Returns when it is gone."""
        if self._process is not None:
            self._process.send_signal(how)
            await self._process.gone()
            self._process = None

    async def pause(self) -> None:
        """Its server hangs: connections stay open, nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    async def go_on(self) -> None:
        """It answers again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def close(self) -> None:
        """Ends everything."""
        await self.beside.aclose()
        await self.end(signal.SIGKILL)
        await self._http.aclose()

    async def ask(self, name: str, /, **data: Any) -> Json:
        """A request of somebody with every right, by its name without `.request`. Fails on a refusal."""
        return await self._post(name, data, self._token)

    async def refused(self, name: str, /, **data: Any) -> Json:
        """The body of a refusal. Fails when it is answered."""
        body = await self._send(name, data, self._token)
        assert body["complete"] is False, body
        return body

    async def upload(self, package: bytes) -> str:
        """A zip for `plugin.install`; its id."""
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await self._http.post("/v1/uploads", content=package, headers=headers)
        upload: str = answer.json()["id"]
        return upload

    async def _post(self, name: str, data: Json, token: str) -> Json:
        body = await self._send(name, data, token)
        assert body["complete"] is True, body
        return body

    async def _send(self, name: str, data: Json, token: str) -> Json:
        answer = await self._http.post(
            f"/v1/{name}", json=data, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        body: Json = answer.json()
        return body

    async def page(
        self,
        browser: Browser,
        path: str = "/",
        *,
        kind: str = "till",
        name: str = "계산대",
        pin: str | None = PINS["owner"],
        size: tuple[int, int] = (1280, 800),
        language: str = "ko",
        paired: bool = True,
        timezone: str = "Asia/Seoul",
        at: str | None = None,
        before: Callable[[Page], Awaitable[None]] | None = None,
        **pairing: Any,
    ) -> Page:
        """A page of a device of its own, unless it is not to be paired.

        kind: as devices are paired.  pin: who signs in at a till, None for nobody.  timezone: where it stands.
        at: where it opens the shop.  before: done to the page before it is opened.  pairing: what `device.pair` gets
        besides.
        """
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="ko-KR",
            timezone_id=timezone,
            reduced_motion="reduce",
        )
        # Before any script of the page, as the choice of an earlier visit would stand there.
        await context.add_init_script(
            f"localStorage.getItem('jumak.lang') ?? localStorage.setItem('jumak.lang', '{language}')"
        )
        page = await context.new_page()
        if before is not None:
            await before(page)
        if not paired:
            await page.goto(f"{at or self.url}{path}")
            return page
        code = (await self.ask("device.pair", kind=kind, name=name, **pairing))["code"]
        await page.goto(f"{at or self.url}{path}#claim={code}")
        if kind == "till" and pin is not None:
            await page.locator("#sign-in").wait_for()
            await page.keyboard.type(pin)
            await page.keyboard.press("Enter")
            await page.get_by_role("tablist").first.wait_for()
        return page


@contextlib.asynccontextmanager
async def open_stall(folder: Path, verb: Literal["serve", "demo"] = "serve") -> AsyncIterator[Stall]:
    """A new demo shop in a folder, served until the end of the block.

    verb: `demo` has the command make the shop, with the plugin that brings along.
    """
    if verb == "serve":
        await _put_demo_shop(folder)
    stall = Stall(folder, verb)
    try:
        await stall.start()
        yield stall
    finally:
        await stall.close()


async def _put_demo_shop(folder: Path) -> None:
    """A new demo shop: made once for all tests of this process, and copied."""
    pattern = _pattern()
    if not pattern.exists():
        await create_demo_shop(pattern)
    shutil.copytree(pattern, folder)


@functools.cache
def _pattern() -> Path:
    made = tempfile.TemporaryDirectory(prefix="jumak-demo-")
    atexit.register(made.cleanup)
    return Path(made.name) / "shop"
