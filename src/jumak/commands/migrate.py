"""`jumak migrate`: a shop from a file into a database, back, or from one to another, with the proof that nothing is missing."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from tqdm import tqdm

from jumak.commands.reach import Refused, shop_number
from jumak.server import owner
from jumak.store.copying.copy import Proof
from jumak.store.copying.ends import End, copied
from jumak.store.opening import InDatabase
from jumak.store.sqlite.file import FILE_NAME

LINE_EVERY_S: Final = 5.0
"""Where nobody looks at a bar a line is written so often."""

LEFT_BEHIND: Final = frozenset((owner.FILE, "shop.lock"))
"""Files that belong to the process that serves a folder."""

_FILE: Final = "sqlite:"
_DATABASE: Final = ("postgresql://", "postgres://")


class Address(NamedTuple):
    """One end as it is typed: a folder, or the address of a database."""

    folder: Path | None
    url: str | None


async def _migrate(arguments: argparse.Namespace) -> None:
    source, target = _ends(arguments)
    steps = Bars() if sys.stderr.isatty() else Lines()
    try:
        proof = await copied(source, target, steps, leave=LEFT_BEHIND, restart=arguments.restart)
    except asyncio.CancelledError:
        steps.end()
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        raise
    finally:
        steps.end()
    print(*told(proof), sep="\n")
    print(f"Copied to {_shown(target)}. {_shown(source)} holds what it held: serve one of the two, not both.")
    if not proof.source_told:
        print(f"{_shown(source)} cannot be written, so it knows nothing of its copy: do not serve it again.")


def _ends(arguments: argparse.Namespace) -> tuple[End, End]:
    ends: list[End] = []
    data, to_data = arguments.data, arguments.to_data or arguments.data
    for (folder, url), number, files in (
        (arguments.source, arguments.shop, data),
        (arguments.target, arguments.to_shop or arguments.shop, to_data),
    ):
        if folder is not None:
            ends.append(End(folder))
            continue
        if files is None:
            raise Refused(
                "a shop of a database has files in a folder (pictures, plugins, secret.key): name it with --data"
            )
        ends.append(End(files, InDatabase(url, number)))
    return ends[0], ends[1]


def _shown(end: End) -> str:
    """For people: no password."""
    return f"{end.folder}" if end.database is None else f"shop {end.database.shop_id} of the database"


def told(proof: Proof) -> list[str]:
    """What was compared, for people."""
    contents, files = proof.contents, proof.files
    lines = [f"{'read back and the same':24}{'rows':>14}  hash"]
    lines += [f"  {name:22}{each.rows:14,}  {each.hash[:16]}" for name, each in contents.tables.items()]
    if contents.chain is not None:
        seq, chained = contents.chain
        lines.append(f"journal: ends with fact {seq:,}, its chain with {chained}")
    days = contents.days.values()
    lines += [
        f"orders: {sum(day.orders for day in days):,}, {sum(day.sold for day in days):,} won, day by day on {len(days)} days",
        f"payments: {sum(day.payments for day in days):,}, {sum(day.paid for day in days):,} won, day by day",
        "files: stay in their folder" if files is None else f"files: {files.files:,}, {files.size:,} bytes",
        f"secrets of plugins: {proof.secrets[0]} of {proof.secrets[1]} open with secret.key",
        "check: all is well",
    ]
    if proof.secrets[0] < proof.secrets[1]:
        lines.append("secrets without their key are lost: is --data the folder of this shop?")
    if proof.went_on_from:
        lines.insert(0, f"went on after {proof.went_on_from:,} rows of an earlier run")
    return lines


class Bars:
    """Progress on a terminal: rows, and how long it still takes. Implements `copying.ports.Steps`."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def begin(self, what: str, rows: int) -> None:
        """See `Steps`."""
        self.end()
        self._bar = tqdm(total=rows, desc=what, unit=" rows", unit_scale=True, leave=False, file=sys.stderr)

    def done(self, rows: int) -> None:
        """See `Steps`."""
        if self._bar is not None:
            self._bar.update(rows)
        _heed()

    def end(self) -> None:
        """Gone without a trace."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class Lines:
    """Progress where there is no terminal: a line now and then. Implements `copying.ports.Steps`."""

    def __init__(self) -> None:
        self._what, self._rows, self._done = "", 0, 0
        self._begun = self._said = 0.0

    def begin(self, what: str, rows: int) -> None:
        """See `Steps`."""
        self.end()
        self._what, self._rows, self._done = what, rows, 0
        self._begun = self._said = time.monotonic()
        self._say(f"{what}: about {rows:,} rows")

    def done(self, rows: int) -> None:
        """See `Steps`."""
        self._done += rows
        now = time.monotonic()
        if now - self._said >= LINE_EVERY_S and self._done:
            self._said = now
            rest = (now - self._begun) / self._done * max(0, self._rows - self._done)
            self._say(f"{self._what}: {self._done:,} of {self._rows:,} rows, about {rest:.0f} s to go")
        _heed()

    def end(self) -> None:
        """How long it took."""
        if self._what:
            self._say(f"{self._what}: {self._done:,} rows in {time.monotonic() - self._begun:.1f} s")
            self._what = ""

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


def _heed() -> None:
    """Work that never suspends ends here when it is told to."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def address(text: str) -> Address:
    """`sqlite:DIR`, the shop's folder or its file, or `postgresql://…`. Raises ArgumentTypeError."""
    if text.startswith(_DATABASE):
        return Address(None, text)
    path = text.removeprefix(_FILE)
    if path == text or not path:
        # Not what was typed: it may hold a password.
        raise argparse.ArgumentTypeError("this is neither sqlite:DIR nor postgresql://…")
    folder = Path(path)
    return Address(folder.parent if folder.name == FILE_NAME else folder, None)


def add(commands: Any) -> None:
    """Adds the command."""
    migrating = commands.add_parser(
        "migrate", help="copy a shop that nobody serves into another store, and prove that it is the same"
    )
    where = "sqlite:DIR, the folder of a shop, or postgresql://…"
    migrating.add_argument(
        "--from",
        dest="source",
        type=address,
        required=True,
        metavar="ADDRESS",
        help=f"{where}: what is copied",
    )
    migrating.add_argument(
        "--to",
        dest="target",
        type=address,
        required=True,
        metavar="ADDRESS",
        help=f"{where}: empty, or this very copy begun",
    )
    migrating.add_argument(
        "--shop",
        type=shop_number,
        default=1,
        metavar="N",
        help="number of the shop in the database; 1 unless given",
    )
    migrating.add_argument(
        "--to-shop",
        type=shop_number,
        metavar="N",
        help="its number in the target, between two databases; the same unless given",
    )
    migrating.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ["JUMAK_DATA"]) if os.environ.get("JUMAK_DATA") else None,
        metavar="DIR",
        help="folder with the files of the shop in the database; may be the one of sqlite:DIR",
    )
    migrating.add_argument(
        "--to-data",
        type=Path,
        metavar="DIR",
        help="the same in the target, between two databases; --data unless given",
    )
    migrating.add_argument(
        "--restart", action="store_true", help="throw away a copy that is not finished, and begin anew"
    )
    migrating.set_defaults(run=_migrate)
