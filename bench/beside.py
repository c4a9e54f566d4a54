"""What a misbehaving plugin costs a sale: orders beside it, against orders beside a plugin that behaves (H-71, H-77)."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import httpx
from tqdm import tqdm

from bench.processes import Serving, guarded_shop, new_shop
from bench.report import Load
from bench.targets import BESIDE_FLOOD, BESIDE_GROWTH, BESIDE_LOOP, Measured

ROUNDS, LOAD_S = 3, 2.5
SETTLE_S = 2.0
"""What a plugin does at its start is no misbehaviour yet."""

BEGUN = "begun"

HEARS = f"self.onmessage = () => {{}}; console.log({BEGUN!r});"
PLUGINS = {
    "quiet": HEARS,
    "loop": HEARS + "setTimeout(() => { for (;;); }, 10);",
    "flood": HEARS
    + """
let number = 0;
setInterval(() => {
  for (let i = 0; i < 2000; i++)
    self.postMessage({name: 'merchant.info.request', version: 1, callbackId: 'c' + number++, data: {}});
}, 5);
""",
    # Slow enough to live through a round: a quicker one is ended for its memory at once.
    "growth": HEARS
    + "const all = []; setInterval(() => { all.push(new Array(20_000).fill(all.length)); }, 5);",
}
MISBEHAVING = {"loop": BESIDE_LOOP, "flood": BESIDE_FLOOD, "growth": BESIDE_GROWTH}


def measure(folder: Path) -> list[Measured]:
    """One row per way to misbehave."""
    token = new_shop(folder / "shop", scope="all")
    for name, code in PLUGINS.items():
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as file:
            file.writestr("main.js", code)
            file.writestr(
                "plugin.json", json.dumps({"id": name, "name": name, "version": "1", "kind": "worker"})
            )
    rates: dict[str, list[float]] = {name: [] for name in PLUGINS}
    with guarded_shop(folder / "shop", token) as shop:
        for _ in tqdm(range(ROUNDS), desc="orders beside a plugin", leave=False):
            for name in PLUGINS:
                rates[name].append(_beside(shop, folder, name))
    quiet = statistics.median(rates["quiet"])
    return [
        Measured(
            target,
            statistics.median(one / other for one, other in zip(rates[name], rates["quiet"], strict=True)),
            f"{statistics.median(rates[name]):.0f}/s, beside a quiet plugin {quiet:.0f}/s",
        )
        for name, target in MISBEHAVING.items()
    ]


def _beside(shop: Serving, folder: Path, name: str) -> float:
    data = ["--yes", "--data", str(folder / "shop")]
    _jumak("plugin", "install", str(folder / f"{name}.zip"), "--headless", *data)
    try:
        _wait_for(shop, name)
        time.sleep(SETTLE_S)
        return shop.load("http", Load, clients=1, seconds=LOAD_S).per_s
    finally:
        _jumak("plugin", "remove", name, *data)


def _wait_for(shop: Serving, name: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        logs = httpx.post(
            f"http://127.0.0.1:{shop.port}/v1/plugin-log.list",
            json={"pluginId": name},
            headers={"Authorization": f"Bearer {shop.token}"},
            trust_env=False,
        )
        if BEGUN in logs.text:
            return
        time.sleep(0.05)
    raise RuntimeError(f"the plugin {name} did not begin: {logs.text}")


def _jumak(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "jumak", *words], stdout=subprocess.DEVNULL, check=True)
