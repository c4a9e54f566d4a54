"""A real server for what must be asked through its doors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jumak.server.owner import read_access
from tests.ports import free_port


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """A real server on a demo shop: its address, an owner's token, its folder."""
    folder = tmp_path_factory.mktemp("schemathesis") / "shop"
    port = free_port()
    words = (
        "demo",
        "--data",
        str(folder),
        "--port",
        str(port),
        "--no-browser",
        "--no-flood-guard",
        "--menu-only",
    )
    with subprocess.Popen(
        [sys.executable, "-m", "jumak", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        while "Jumak is ready" not in (line := process.stdout.readline()):
            assert line, "the server did not start"
        access = read_access(folder)
        assert access is not None
        try:
            yield f"http://127.0.0.1:{port}", access.token, folder
        finally:
            process.terminate()
            process.wait(20)
