"""Starts a local plugin's entry: `python -m jumak.sdk.run <entry>`.

The shop's supervisor calls it. Before a line of the plugin runs, its limits are set and stdin and
stdout belong to the protocol.
"""

from __future__ import annotations

import os
import resource
import runpy
import sys
from pathlib import Path

from jumak.sdk import plugin as plugins
from jumak.sdk.transport import claim_stdio


def main(entry: str) -> None:
    """Runs a file or module of the current folder, as a program."""
    limit_self()
    if not os.environ.get("JUMAK_URL"):
        claim_stdio()
    folder = Path.cwd()
    sys.path.insert(0, str(folder))
    if (vendored := folder / "vendor").is_dir():
        sys.path.insert(1, str(vendored))
    if (folder / entry).is_file():
        runpy.run_path(str(folder / entry), run_name="__main__")
    else:
        runpy.run_module(entry.removesuffix(".py").replace("/", "."), run_name="__main__", alter_sys=True)
    if plugins.CREATED and not any(plugin.has_run for plugin in plugins.CREATED):
        plugins.CREATED[0].run()


def limit_self() -> None:
    """Memory (JUMAK_MEMORY_MB, address space), CPU (JUMAK_CPU_S, in all), priority below the till's."""
    if megabytes := int(os.environ.get("JUMAK_MEMORY_MB", "0")):
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    if seconds := int(os.environ.get("JUMAK_CPU_S", "0")):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.environ.get("JUMAK_NICE"):
        os.nice(int(os.environ["JUMAK_NICE"]))


if __name__ == "__main__":
    main(sys.argv[1])
