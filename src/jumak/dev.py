"""`make dev`: a command that starts again whenever a file of the package is saved.

python -m jumak.dev demo --data demo-shop --port 8700 --no-browser
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

PACKAGE = Path(__file__).parent
WATCHED = frozenset({".py", ".sql", ".html", ".css"})
LOOK_EVERY_S = 0.5
GRACE_S = 10.0


def saved(folder: Path = PACKAGE) -> dict[Path, int]:
    """When each watched file below a folder was saved, ns."""
    return {
        path: path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.suffix in WATCHED and path.is_file()
    }


def stop(process: subprocess.Popen[bytes]) -> None:
    """Asks it to end, and ends it if it does not."""
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(arguments: list[str]) -> None:
    """Runs `jumak <arguments>` until Ctrl-C, again after every save and, after a crash, at the next."""
    command = [str(Path(sys.executable).with_name("jumak")), *arguments]
    # Whoever ends this ends the shop too, instead of leaving it on its port.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while True:
            before = saved()
            process = subprocess.Popen(command)  # noqa: S603  # what the developer typed
            try:
                while saved() == before:
                    time.sleep(LOOK_EVERY_S)
            finally:
                stop(process)
            sys.stderr.write("Files were saved: starting again.\n")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main(sys.argv[1:])
