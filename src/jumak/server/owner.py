"""How the command line reaches a running server: `owner.json` in the shop's folder.

Written at each start with a fresh token, readable by the owner of the folder only, gone after a
clean stop. Whoever can read it could read the shop's file as well.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from jumak.domain.caller import Caller
from jumak.protocol.scopes import ALL_SCOPES, expand

FILE = "owner.json"

COMMAND_LINE = Caller(id="command-line", kind="service", name="Command line", scopes=expand(ALL_SCOPES))
"""Who acts when the owner of the folder types a command."""


class OwnerAccess(Struct, frozen=True):
    """Where the server is and a token with every scope. url: for programs.  page: where a person opens the shop."""

    url: str
    page: str
    token: str


def write_access(folder: Path, access: OwnerAccess) -> None:
    """Puts the file in place at once, mode 0600."""
    fresh = folder / f"{FILE}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(access))
    fresh.replace(folder / FILE)


def read_access(folder: Path) -> OwnerAccess | None:
    """The file of a server that runs, or died without removing it; None when there is none."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=OwnerAccess)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def remove_access(folder: Path) -> None:
    """After a clean stop."""
    (folder / FILE).unlink(missing_ok=True)
