"""`jumak check`, `backup`, `restore`, `export`, `at`: what is stored of a shop. All but restore work while a server runs."""

from __future__ import annotations

import argparse
import contextlib
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tqdm import tqdm

from jumak.commands.reach import Refused, add_data, database_of
from jumak.store.opening import checked, exported, order_at
from jumak.store.sqlite.backup import backup, restore
from jumak.store.sqlite.file import FILE_NAME


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, what: str) -> None:
        self._bar = tqdm(desc=what, unit="", disable=not sys.stderr.isatty(), leave=False)

    def part(self, done: int, total: int) -> None:
        """So many of so many."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def place(self, what: str, rows: int) -> None:
        """So many rows of that."""
        self._bar.set_description(what, refresh=False)
        self._bar.update(rows - self._bar.n)

    def close(self) -> None:
        """Gone without a trace."""
        self._bar.close()


@contextlib.contextmanager
def _legible(file: Path) -> Iterator[None]:
    """Raises Refused when the file is none of SQLite, or too damaged to be read at all."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise Refused(f"{file} cannot be read as a shop: {error}") from None


async def _check(arguments: argparse.Namespace) -> None:
    bar = _Bar("checking")
    with _legible(arguments.data / FILE_NAME):
        findings = await checked(arguments.data, database_of(arguments), bar.place)
    bar.close()
    for finding in findings:
        print(finding)
    if findings:
        raise Refused(f"{len(findings)} things are wrong")
    print("All is well.")


def _in_a_file(arguments: argparse.Namespace, instead: str) -> None:
    if database_of(arguments) is not None:
        raise Refused(f"a shop of a database is {instead}: docs/how-to/postgresql.md")


async def _backup(arguments: argparse.Namespace) -> None:
    _in_a_file(arguments, "copied with pg_dump, its folder with cp")
    bar = _Bar("copying")
    backup(arguments.data, arguments.file, bar.part)
    bar.close()
    print(f"Copied to {arguments.file}")


async def _restore(arguments: argparse.Namespace) -> None:
    _in_a_file(arguments, "put back with pg_restore")
    with _legible(arguments.file):
        restore(arguments.file, arguments.data)
    print(f"Put back into {arguments.data}")


async def _export(arguments: argparse.Namespace) -> None:
    place = arguments.data, database_of(arguments)
    if arguments.file is None:
        await exported(*place, sys.stdout.buffer)
        return
    bar = _Bar("exporting")
    with arguments.file.open("xb") as out:
        lines = await exported(*place, out, bar.part)
    bar.close()
    print(f"{lines} lines in {arguments.file}")


async def _at(arguments: argparse.Namespace) -> None:
    place = arguments.data, database_of(arguments)
    order = await order_at(*place, arguments.order, seq=arguments.seq, at=arguments.time)
    if order is None:
        raise Refused("there was no such order then")
    print(order.decode())


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date-time like 2026-01-02T12:30:00") from None
    return at if at.tzinfo is not None else at.astimezone()


def add(commands: Any) -> None:
    """Adds the commands."""
    checking = commands.add_parser("check", help="verify every invariant of what is stored of the shop")
    add_data(checking)
    checking.set_defaults(run=_check)
    copying = commands.add_parser("backup", help="copy the shop, also while it runs")
    copying.add_argument("file", type=Path, metavar="FILE")
    add_data(copying)
    copying.set_defaults(run=_backup)
    restoring = commands.add_parser("restore", help="put a copy back")
    restoring.add_argument("file", type=Path, metavar="FILE")
    add_data(restoring)
    restoring.set_defaults(run=_restore)
    exporting = commands.add_parser("export", help="hand everything out as JSON lines, without secrets")
    exporting.add_argument("file", type=Path, nargs="?", metavar="FILE")
    add_data(exporting)
    exporting.set_defaults(run=_export)
    travel = commands.add_parser("at", help="an order as it was after a fact or at an instant")
    travel.add_argument("order", metavar="ORDER")
    moment = travel.add_mutually_exclusive_group()
    moment.add_argument("--seq", type=int, help="number of a fact")
    moment.add_argument("--time", type=_instant, help="ISO date-time, local without offset")
    add_data(travel)
    travel.set_defaults(run=_at)
