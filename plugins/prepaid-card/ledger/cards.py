"""The money on the cards: charges, payments, and both taken back, in one SQLite file.

Three things hold wherever it is interrupted. A balance and the entry that changed it are one transaction. A key counts
once: asked again it gives the entry it gave before. A balance is lowered only where it suffices, in the statement that
lowers it, so that two tills at the same moment cannot both have the last thousand won.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Kind = Literal["charge", "payment"]

CODE = re.compile(r"PC-[0-9A-Z]{4,32}")
KEY = re.compile(r"[\w.:-]{1,120}", re.ASCII)
LARGEST = 2_000_000
"""Won in one entry: a slip of the finger stops here."""

SIGN: dict[Kind, int] = {"charge": 1, "payment": -1}
SCHEMA = (Path(__file__).parent / "cards.sql").read_text(encoding="utf-8")
BUSY_S = 10


class LedgerError(Exception):
    """What was asked cannot be, and nothing has changed.

    status: of HTTP.  code: for programs, one of the README's.  balance: where that is the reason.
    """

    def __init__(self, status: int, code: str, balance: int | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.balance = status, code, balance


@dataclass(frozen=True)
class Entry:
    """One change of a balance. amount: won; card None: cancelled before it arrived."""

    kind: Kind
    key: str
    card: str | None
    amount: int
    at: str
    cancelled_at: str | None


class Cards:
    """All cards of one ledger. A connection per call: any thread may ask, any number at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with closing(self._connect()) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)

    def balance(self, card: str) -> int:
        """Won on a card. Raises LedgerError NO_CARD."""
        with closing(self._connect()) as db:
            return _balance(db, card)

    def enter(self, kind: Kind, key: str, card: str, amount: int) -> Entry:
        """Charges a card or pays with it; the first charge opens the card.

        amount: won, 1…LARGEST. Raises LedgerError: INVALID; NO_CARD; BALANCE, less is on it; KEY_USED, by an entry that is
        not this one; CANCELLED, this one was taken back.
        """
        if not (CODE.fullmatch(card) and KEY.fullmatch(key) and 0 < amount <= LARGEST):
            raise LedgerError(400, "INVALID")
        with self._writing() as db:
            if (known := _entry(db, kind, key)) is not None:
                if known.cancelled_at is not None:
                    raise LedgerError(409, "CANCELLED")
                if (known.card, known.amount) != (card, amount):
                    raise LedgerError(409, "KEY_USED")
                return known
            if kind == "charge":
                db.execute("INSERT INTO cards VALUES (?, 0) ON CONFLICT DO NOTHING", (card,))
            _move(db, card, SIGN[kind] * amount)
            db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, NULL)", (kind, key, card, amount, _now()))
            return _known(db, kind, key)

    def cancel(self, kind: Kind, key: str) -> Entry:
        """Takes an entry back, once however often it is asked; a key nobody used is refused from now on.

        Raises LedgerError: INVALID; BALANCE, a charge that is spent already.
        """
        if not KEY.fullmatch(key):
            raise LedgerError(400, "INVALID")
        with self._writing() as db:
            known = _entry(db, kind, key)
            if known is None:
                db.execute("INSERT INTO entries VALUES (?, ?, NULL, 0, ?, ?)", (kind, key, _now(), _now()))
            elif known.cancelled_at is None:
                assert known.card is not None
                _move(db, known.card, -SIGN[kind] * known.amount)
                db.execute(
                    "UPDATE entries SET cancelled_at = ? WHERE kind = ? AND key = ?", (_now(), kind, key)
                )
            return _known(db, kind, key)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._file, timeout=BUSY_S, isolation_level=None)
        # What was answered is on disk: the shop's books rest on it.
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        return db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as db:
            # The lock comes before the first look: a key is not found missing twice at once.
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")


def _move(db: sqlite3.Connection, card: str, change: int) -> None:
    moved = db.execute(
        "UPDATE cards SET balance = balance + :change WHERE code = :card AND balance >= -:change",
        {"change": change, "card": card},
    )
    if moved.rowcount == 0:
        raise LedgerError(409, "BALANCE", _balance(db, card))


def _balance(db: sqlite3.Connection, card: str) -> int:
    row = db.execute("SELECT balance FROM cards WHERE code = ?", (card,)).fetchone()
    if row is None:
        raise LedgerError(404, "NO_CARD")
    return int(row[0])


def _entry(db: sqlite3.Connection, kind: Kind, key: str) -> Entry | None:
    row = db.execute(
        "SELECT kind, key, card, amount, at, cancelled_at FROM entries WHERE kind = ? AND key = ?",
        (kind, key),
    ).fetchone()
    return None if row is None else Entry(*row)


def _known(db: sqlite3.Connection, kind: Kind, key: str) -> Entry:
    entry = _entry(db, kind, key)
    assert entry is not None
    return entry


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
