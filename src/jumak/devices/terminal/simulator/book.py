"""What the card network never forgets: approvals, cancels and fences, on disk before anybody is answered.

A real network remembers while the terminal on the counter is switched off; so does this file. It holds the masked
number of a made-up card and nothing else about it (SEC-3); of a wallet's code that was used, its hash (PAY-9).
"""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

SCHEMA = """
CREATE TABLE IF NOT EXISTS charge (
    key TEXT PRIMARY KEY, amount INTEGER NOT NULL, approved_no TEXT NOT NULL, approved_at TEXT NOT NULL,
    installment_month TEXT NOT NULL, code TEXT NOT NULL, reversed INTEGER NOT NULL DEFAULT 0,
    wallet TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS cancel (
    key TEXT PRIMARY KEY, charge TEXT NOT NULL REFERENCES charge, amount INTEGER NOT NULL, approved_no TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS fence (key TEXT PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS used (code_hash BLOB PRIMARY KEY) STRICT;
"""


class Charged(Struct, frozen=True, kw_only=True):
    """An approval. amount: approved.  code: what its amount does (SIM-1).  reversed: by a network cancel.

    wallet: whose app paid, empty for a card in the hand.
    """

    key: str
    amount: int
    approved_no: str
    approved_at: str
    installment_month: str
    code: str
    reversed: bool = False
    wallet: str = ""


class Cancelled(Struct, frozen=True, kw_only=True):
    """Money given back of an approval. at: when, ISO 8601."""

    key: str
    charge: str
    amount: int
    approved_no: str
    at: str = ""


class Totals(Struct, frozen=True, kw_only=True):
    """Count and sum of approvals and of what was given back, network cancels apart (SET-1, NET-6)."""

    approvals: int
    approved: int
    cancels: int
    cancelled: int
    network_cancels: int

    @property
    def net(self) -> int:
        """Won the shop is owed."""
        return self.approved - self.cancelled


class Book:
    """One network's memory. folder None: in this process alone.

    seed: where its approval numbers begin; the same seed and the same questions, the same numbers (SIM-2).
    """

    def __init__(self, folder: Path | None = None, *, seed: int = 0) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        # The event loop is the only one here, whichever thread it was made in.
        self._db = sqlite3.connect(
            ":memory:" if folder is None else folder / "network.sqlite", isolation_level=None
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(SCHEMA)
        # A network's memory from before it could tell its totals, and from before it knew wallets.
        self._add_column("cancel", "at")
        self._add_column("charge", "wallet")
        self._seed = seed

    def _add_column(self, table: str, column: str) -> None:
        if all(known[1] != column for known in self._db.execute(f"PRAGMA table_info({table})")):
            self._db.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")

    def charged(self, key: str) -> Charged | None:
        """The approval under this key."""
        row = self._db.execute(
            "SELECT key, amount, approved_no, approved_at, installment_month, code, reversed, wallet FROM charge"
            " WHERE key = ?",
            (key,),
        ).fetchone()
        if row is None:
            return None
        return Charged(
            key=row[0],
            amount=row[1],
            approved_no=row[2],
            approved_at=row[3],
            installment_month=row[4],
            code=row[5],
            reversed=bool(row[6]),
            wallet=row[7],
        )

    def cancelled(self, key: str) -> Cancelled | None:
        """The cancel under this key."""
        row = self._db.execute(
            "SELECT key, charge, amount, approved_no, at FROM cancel WHERE key = ?", (key,)
        ).fetchone()
        if row is None:
            return None
        return Cancelled(key=row[0], charge=row[1], amount=row[2], approved_no=row[3], at=row[4])

    def given_back(self, charge: str) -> int:
        """Won of an approval that were cancelled so far."""
        (total,) = self._db.execute(
            "SELECT coalesce(sum(amount), 0) FROM cancel WHERE charge = ?", (charge,)
        ).fetchone()
        return int(total)

    def is_fenced(self, key: str) -> bool:
        """Nothing may be approved under this key any more."""
        return self._db.execute("SELECT 1 FROM fence WHERE key = ?", (key,)).fetchone() is not None

    def next_number(self) -> str:
        """An approval number of eight digits, never used before."""
        (used,) = self._db.execute(
            "SELECT (SELECT count(*) FROM charge) + (SELECT count(*) FROM cancel)"
        ).fetchone()
        # 7919 is prime to 10^8: the numbers look like a network's and none comes twice.
        return f"{(30_000_000 + self._seed + (used + 1) * 7_919) % 100_000_000:08d}"

    def add_charge(self, charged: Charged) -> None:
        """Keeps an approval."""
        self._db.execute(
            "INSERT INTO charge (key, amount, approved_no, approved_at, installment_month, code, wallet)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                charged.key,
                charged.amount,
                charged.approved_no,
                charged.approved_at,
                charged.installment_month,
                charged.code,
                charged.wallet,
            ),
        )

    def add_cancel(self, cancelled: Cancelled) -> None:
        """Keeps a cancel."""
        self._db.execute(
            "INSERT INTO cancel (key, charge, amount, approved_no, at) VALUES (?, ?, ?, ?, ?)",
            (cancelled.key, cancelled.charge, cancelled.amount, cancelled.approved_no, cancelled.at),
        )

    def use(self, code: str) -> bool:
        """A wallet's code is taken now and never again; False where it was taken before."""
        done = self._db.execute(
            "INSERT OR IGNORE INTO used (code_hash) VALUES (?)", (blake2b(code.encode()).digest(),)
        )
        return done.rowcount == 1

    def reverse(self, key: str) -> None:
        """Takes an approval back as if it had never been, and lets none follow under its key."""
        with self._db:
            self._db.execute("BEGIN")
            self._db.execute("INSERT OR IGNORE INTO fence (key) VALUES (?)", (key,))
            self._db.execute("UPDATE charge SET reversed = 1 WHERE key = ?", (key,))

    def keys(self) -> list[str]:
        """Keys of all approvals, in order."""
        return [key for (key,) in self._db.execute("SELECT key FROM charge ORDER BY rowid")]

    def totals(self, since: str = "", until: str = "~") -> Totals:
        """Of everything so far, or of a period: texts as the network writes instants, which sort as they do."""
        approvals, approved, reversals = self._db.execute(
            "SELECT count(*) FILTER (WHERE NOT reversed), coalesce(sum(amount) FILTER (WHERE NOT reversed), 0),"
            " count(*) FILTER (WHERE reversed) FROM charge WHERE approved_at >= ? AND approved_at < ?",
            (since, until),
        ).fetchone()
        cancels, cancelled = self._db.execute(
            "SELECT count(*), coalesce(sum(amount), 0) FROM cancel WHERE at >= ? AND at < ?", (since, until)
        ).fetchone()
        return Totals(
            approvals=approvals,
            approved=approved,
            cancels=cancels,
            cancelled=cancelled,
            network_cancels=reversals,
        )

    def close(self) -> None:
        """Ends it."""
        self._db.close()
