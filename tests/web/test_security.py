"""What a plugin cannot do, tried by one that does try, in a real browser (contract, plugin-runtime §3)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from tests.browser import browser as running_browser
from tests.ports import free_port
from tests.web.building import SOURCES, packed
from tests.web.house import House
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Origin:
    """A small web server that keeps what was asked of it. `/redirect?to=X` leads to another origin."""

    def __init__(self, elsewhere: str = "") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked: list[str] = []
        self._elsewhere = elsewhere
        self._open: set[asyncio.StreamWriter] = set()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        self._open.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ")[1]
            self.asked.append(path)
            parts = urlsplit(path)
            if parts.path == "/redirect":
                place = parts.query.removeprefix("to=")
                where = f"Location: {self._elsewhere}/{place}-redirect\r\n"
                writer.write(f"HTTP/1.1 302 Found\r\n{where}Content-Length: 0\r\n\r\n".encode())
            else:
                cors = "Access-Control-Allow-Origin: *\r\n"
                writer.write(
                    f"HTTP/1.1 200 OK\r\n{cors}Content-Length: 2\r\nConnection: close\r\n\r\nok".encode()
                )
            await writer.drain()
        writer.close()

    async def close(self) -> None:
        """Ends connections a browser opened ahead and never used."""
        for writer in self._open:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def origin(elsewhere: str = "") -> AsyncIterator[Origin]:
    """Serves one on a free port."""
    served = Origin(elsewhere)
    server = await asyncio.start_server(served.answer, "127.0.0.1", served.port)
    yield served
    server.close()
    await served.close()


def spy_zip(folder: Path, config: dict[str, str], kind: str) -> Path:
    """The spy as a worker or as a page, with where it shall try to go."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    script = (SOURCES / "spy" / "spy.js").read_text(encoding="utf-8")
    if kind == "worker":
        (folder / "main.js").write_text(script)
    else:
        (folder / "spy.js").write_text(script)
        (folder / "index.html").write_text(
            '<!doctype html><title>spy</title><body><script src="spy.js"></script>'
        )
        (folder / "iframe-manifest.json").write_text(
            json.dumps({"tab": {"title": "스파이", "description": "-", "href": "index.html"}})
        )
    about = {
        "id": f"spy-{kind}",
        "name": "스파이",
        "version": "1",
        "kind": "worker" if kind == "worker" else "iframe",
    }
    (folder / "plugin.json").write_text(json.dumps(about | {"acl": [config["listed"], config["rebound"]]}))
    return packed(folder.rglob("*"), folder, folder.with_suffix(".zip"))


async def ended(house: House, plugin: str) -> dict[str, str]:
    """Waits for the spy's last word; attempt → how it ended."""

    async def last_word() -> list[str]:
        said = [entry["text"] for entry in await house.log(plugin) if entry.get("title") == "spy"]
        return said if any(line.startswith("end:") for line in said) else []

    return dict(line.split(": ", 1) for line in await until(last_word, "the spy tried everything", 60))


MAY_SAY_DONE = {"form", "beacon", "style", "prefetch", "own-cookies", "frame"}
"""Ways that tell their caller nothing of the refusal: the server at the other end tells."""


@pytest.mark.parametrize("kind", ["worker", "page"])
async def test_a_spy_reaches_nothing_off_its_list(kind: str, house: House, tmp_path: Path):
    """H-2, H-3, H-63, H-65, H-76: no fetch, socket, image, form, worker, navigation, redirect or rebound name leads out, and the POS stays closed."""
    port = urlsplit(house.url).port
    async with origin() as sink, origin(sink.url) as listed, running_browser(REBINDING) as browser:
        config = {
            "sink": sink.url, "listed": listed.url, "shop": house.local_url,
            "other": f"http://other.localhost:{port}", "rebound": f"http://rebound.test:{port}",
        }  # fmt: skip
        other = tmp_path / "other"
        other.mkdir()
        (other / "main.js").write_text("self.onmessage = null;")
        (other / "secret.txt").write_text("a sister's secret")
        (other / "plugin.json").write_text(
            json.dumps({"id": "other", "name": "다른 것", "version": "1", "kind": "worker"})
        )
        await house.install(packed(other.rglob("*"), other, tmp_path / "other.zip"), scopes=["plugin"])
        plugin = await house.install(spy_zip(tmp_path / "spy", config, kind), scopes=["plugin"])
        till = await house.till(browser)
        results = await ended(house, plugin)
        if kind == "page":
            # Its last try is to leave with what it knows; the browser says that it did not let it.
            await until(lambda: _refused(house), "the frame was kept from leaving")
        assert sink.asked == []
        assert "/control" in listed.asked
        assert results.pop("control").startswith("done")
        reached = {what for what, how in results.items() if how.startswith("done")} - MAY_SAY_DONE - {"end"}
        assert reached == set(), results
        assert results.get("own-cookies", 'done ""') == 'done ""'
        assert urlsplit(till.url).path == "/host"
        refusal = f"{sink.url} is not on the allow-list (connect-src): add origin {sink.url}"
        await until(lambda: _told(house, plugin, refusal), "its console says which origin to add")


async def _told(house: House, plugin: str, text: str) -> bool:
    return any(entry["text"] == text for entry in await house.log(plugin))


async def _refused(house: House) -> bool:
    return any("Framing" in line and "frame-src" in line for line in house.said)


REBINDING = "--host-resolver-rules=MAP rebound.test 127.0.0.1"
"""A browser for which a public name leads to this machine."""


async def test_a_plugin_cannot_pretend_to_be_another(house: House, browser: Browser, tmp_path: Path):
    """H-2, E-2, H-66: who speaks is told by the frame, whatever the message says."""
    plugins: list[str] = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "main.js").write_text(FORGER)
        about = {"id": name, "name": name, "version": "1", "kind": "worker"}
        (folder / "plugin.json").write_text(json.dumps(about))
        plugins.append(
            await house.install(
                packed(folder.rglob("*"), folder, tmp_path / f"{name}.zip"), scopes=["plugin"]
            )
        )
    await house.till(browser)

    async def names() -> dict[str, str]:
        values = {
            name: entry["text"]
            for name in plugins
            for entry in await house.log(name)
            if entry.get("title") == "me"
        }
        return values if len(values) == 2 else {}

    assert await until(names, "both told their name") == {"first": "first", "second": "second"}


FORGER = """
self.onmessage = function (event) {
  if (event.data.callbackId !== "me") return;
  self.postMessage({ name: "log", version: 1, data: { type: "debug", log: { title: "me", contents: event.data.data.name } } });
};
self.postMessage({ name: "plugin.info.request", version: 1, callbackId: "me", data: { id: "first", name: "first", plugin: "first" },
  plugin: "first", pluginId: "first", from: "first", token: "first" });
"""


LISTENING = """<!doctype html><html lang="ko"><body onmessage="heard('attribute', event)">
<script>
  const said = new Set();
  const heard = (how, { data }) => {
    const what = data.forged ?? data.own ?? (data.name === "plugin.info.response" ? "the till" : undefined);
    const contents = `${how}: ${what}`;
    if (what === undefined || said.has(contents)) return;
    said.add(contents);
    parent.postMessage({ name: "log", version: 1, data: { log: { title: "heard", contents } } }, "*");
  };
  addEventListener("message", (event) => heard("listener", event));
  addEventListener("message", (event) => heard("capture", event), true);
  parent.postMessage({ name: "plugin.info.request", version: 1, callbackId: "me", data: {} }, "*");
</script>
<iframe src="nested.html"></iframe>
<iframe sandbox="allow-scripts" srcdoc="<script>parent.postMessage({ own: 'a frame without an origin' }, '*')</script>"></iframe>
"""
NESTED = """<!doctype html><script>
  onmessage = ({ data }) => parent.postMessage({ own: `nested, ${data.forged}` }, "*");
  parent.postMessage({ own: "a nested page" }, "*");
</script>"""
OWN = {"the till", "a nested page", "a frame without an origin"}

WORKER = """
const said = new Set();
self.onmessage = ({ data }) => {
  const contents = `worker: ${data.forged ?? "the till"}`;
  if (data.name !== "plugin.info.response" && data.forged === undefined || said.has(contents)) return;
  said.add(contents);
  self.postMessage({ name: "log", version: 1, data: { log: { title: "heard", contents } } });
};
self.postMessage({ name: "plugin.info.request", version: 1, callbackId: "me", data: {} });
"""

SIBLING = """<!doctype html><script>
  const ASK = { name: "payment.method.event.request", version: 1, callbackId: "host:pay:forged",
    data: { event: "pay", id: "stamp", order: { id: "x" }, price: { amountMoney: 990000 } } };
  // What a watcher takes for its beginning, and for a message into its worker.
  const forms = (forged) => [{ ...ASK, forged }, { say: "jumak.watch", worker: "/main.js", originMap: {}, forged },
    { do: "post", envelope: { ...ASK, forged }, forged }];
  const everywhere = (forged) => {
    const post = (frame) => {
      for (const form of forms(forged)) frame.postMessage(form, "*", form.say ? [new MessageChannel().port2] : []);
      for (let below = 0; below < frame.length; below += 1) post(frame[below]);
    };
    for (let beside = 0; beside < parent.length; beside += 1) if (parent[beside] !== self) post(parent[beside]);
    return parent.length;
  };
  // A frame that is gone when its message arrives is no source any more.
  const gone = (sandbox) => {
    const frame = document.createElement("iframe");
    if (sandbox) frame.sandbox = "allow-scripts";
    frame.srcdoc = `<script>for (let at = 0; at < top.length; at += 1) top[at].postMessage(
      { ...${JSON.stringify(ASK)}, forged: "by a frame that is gone" }, "*"); parent.postMessage("posted", "*")<\\/script>`;
    document.documentElement.append(frame);
    addEventListener("message", ({ source }) => source === frame.contentWindow && frame.remove());
  };
  let left = 30;
  parent.postMessage({ name: "plugin.info.request", version: 1, callbackId: "me", data: {} }, "*");
  const trying = setInterval(() => {
    const frames = everywhere("by a frame beside it");
    if (left % 10 === 0) gone(left % 20 === 0);
    left -= 1;
    if (left > 0) return;
    clearInterval(trying);
    parent.postMessage({ name: "log", version: 1, data: { log: { title: "done", contents: `${frames} frames` } } }, "*");
  }, 100);
</script>"""


@pytest.mark.parametrize("kind", ["worker", "page"])
async def test_a_plugin_cannot_speak_for_the_till(
    kind: str, house: House, browser: Browser, tmp_path: Path
) -> None:
    """H-2: frames hang side by side and can post to each other; a plugin hears the till and its own pages alone."""
    victim = await house.install(
        written(tmp_path / "victim", {"main.js": WORKER})
        if kind == "worker"
        else written(tmp_path / "victim", {"index.html": LISTENING, "nested.html": NESTED}),
        scopes=["plugin"],
    )
    await house.till(browser)

    async def heard() -> list[str]:
        return [entry["text"] for entry in await house.log(victim) if entry.get("title") == "heard"]

    own = {f"{how}: {what}" for how in ("attribute", "listener", "capture") for what in OWN}
    expected = {"worker: the till"} if kind == "worker" else own

    async def all_of_its_own() -> bool:
        return expected <= set(await heard())

    await until(all_of_its_own, "it heard the till and its own frames")
    evil = await house.install(written(tmp_path / "evil", {"index.html": SIBLING}), scopes=["plugin"])

    async def tried() -> list[str]:
        return [entry["text"] for entry in await house.log(evil) if entry.get("title") == "done"]

    # Its own watcher and page beside at least one of the other's.
    assert int((await until(tried, "the sister tried everything"))[0].split()[0]) >= 3
    assert set(await heard()) == expected


def written(folder: Path, files: dict[str, str]) -> Path:
    """A plugin of these files, named like its folder, as a zip."""
    folder.mkdir()
    is_worker = "main.js" in files
    about = {
        "id": folder.name,
        "name": folder.name,
        "version": "1",
        "kind": "worker" if is_worker else "iframe",
    }
    files = files | {"plugin.json": json.dumps(about)}
    if not is_worker:
        files["iframe-manifest.json"] = json.dumps({"tab": {"title": folder.name}})
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return packed(folder.rglob("*"), folder, folder.with_suffix(".zip"))
