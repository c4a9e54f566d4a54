"""`jumak plugin new`: the beginning of a plugin in Python."""

from __future__ import annotations

import json
from pathlib import Path

from jumak.plugins.manifest import MANIFEST, check_id

MAIN = '''"""{name}: says in the plugin console when an order was completed."""

from jumak.sdk import Plugin

plugin = Plugin("{id}")


@plugin.on("order.complete")
async def tell(pos, order_id: str) -> None:
    order = await pos.order.get_order(order_id)
    print(f"order {{order.number}} is complete")


plugin.run()
'''


def begin(folder: Path) -> None:
    """Writes a working plugin; the folder's name is its id. Raises InvalidArgument, FileExistsError."""
    plugin_id = folder.name
    check_id(plugin_id)
    folder.mkdir(parents=True)
    manifest = {"id": plugin_id, "name": plugin_id, "version": "0.1.0", "kind": "python", "entry": "main.py"}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    (folder / "main.py").write_text(MAIN.format(id=plugin_id, name=plugin_id), "utf-8")
