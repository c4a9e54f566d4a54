"""The single writer of a shop: commands queue while a commit is under way and share the next one.

A batch is whatever waits when the writer comes round; it never waits for more. Its commands run one
after the other on the event loop (they never suspend), each writing into the batch's `Layer` only if it
succeeds. Then the file gets everything at once. The COMMIT, which waits for the disk, runs in a thread
when the disk is slow, with nothing else touching that connection; reads go on meanwhile on their own
connection, pinned to what memory knows, so that no query sees half of a commit.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from jumak import metrics
from jumak.domain.calendar import to_ms
from jumak.domain.merchant import Shop
from jumak.service.ports import Clock, Command, Committed, Ids, Live, Reader, Result
from jumak.store.errors import StoreError
from jumak.store.lock import FolderLock, lock_made
from jumak.store.reading import ReadView
from jumak.store.replies import KEPT_MS, again, body_hash, stored_reply
from jumak.store.sqlite.checkpoint import Checkpointer
from jumak.store.sqlite.file import FILE_NAME, connect, create_file, fill_new, open_for_writing
from jumak.store.sqlite.layer import SqliteLayer
from jumak.store.sqlite.memory import memory_of
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.rows import SqliteRows
from jumak.store.sqlite.run import run_at_once
from jumak.store.transaction import WriteView
from jumak.store.vault import Vault

LARGEST_BATCH: Final = 256
FAST_COMMIT_S: Final = 0.0003
"""A commit usually quicker than this stays on the event loop: a thread would cost more."""
ALONE_COMMIT_S: Final = 0.002
"""The same for a command that is alone, when nobody else waits."""

_PRUNE_EVERY_MS: Final = 60_000
_PRUNE_SOON_MS: Final = 100
_PRUNE_ROWS: Final = 2_000

Done = Callable[[Result], None]

_log = logging.getLogger(__name__)


class SqliteStore:
    """Implements `service.ports.Store` on one file. Made by `open`, `create` or `in_memory`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        folder: Path | None,
        lock: FolderLock | None,
        clock: Clock,
        ids: Ids,
        live: Live,
    ) -> None:
        self.clock, self.ids, self.live = clock, ids, live
        self.folder = folder
        self._connection = connection
        self._lock = lock
        self._queue: deque[tuple[Command, Done]] = deque()
        self._listeners: list[Callable[[Committed], None]] = []
        self._vault = Vault(folder)
        self._busy = False
        self._closing = False
        self._idle: asyncio.Event | None = None
        self._commit_s = 0.0
        self._fast_commit_s, self._alone_commit_s = FAST_COMMIT_S, ALONE_COMMIT_S
        self.closed = False
        self._prune_ms = 0
        if folder is None:
            # One connection: what it reads between two batches is committed.
            self._reading, self._checkpointer, self._thread = connection, None, None
        else:
            self._reading = connect(folder / FILE_NAME, read_only=True)
            self._checkpointer = Checkpointer(folder / FILE_NAME)
            self._thread = ThreadPoolExecutor(1, "jumak-commit")
        self.memory = memory_of(self._reading)
        codec = self.memory.codec
        self._read_rows, self._write_rows = SqliteRows(self._reading, codec), SqliteRows(connection, codec)
        metrics.shops_open.follow(self, lambda _: 1)
        metrics.writer_queue.follow(self, lambda store: len(store._queue))

    @classmethod
    def open(cls, folder: Path, *, clock: Clock, ids: Ids, live: Live) -> Self:
        """Open the shop in a folder. Raises ShopMissing, ShopInUse, NewerFile."""
        path = folder / FILE_NAME
        lock = FolderLock(folder) if folder.is_dir() else None
        try:
            return cls(open_for_writing(path), folder, lock, clock, ids, live)
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    @classmethod
    def found(cls, folder: Path, shop: Shop) -> None:
        """Make a new shop in a folder (made too). Raises ShopExists, ShopInUse."""
        lock = lock_made(folder)
        try:
            create_file(folder / FILE_NAME, shop)
        finally:
            lock.release()

    @classmethod
    def create(cls, folder: Path, shop: Shop, *, clock: Clock, ids: Ids, live: Live) -> Self:
        """Make a new shop in a folder (made too) and open it. Raises ShopExists, ShopInUse."""
        lock = lock_made(folder)
        try:
            create_file(folder / FILE_NAME, shop)
            return cls(open_for_writing(folder / FILE_NAME), folder, lock, clock, ids, live)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def in_memory(cls, shop: Shop, *, clock: Clock, ids: Ids, live: Live) -> Self:
        """A shop that is gone with the process, for tests and plugin development."""
        connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False, cached_statements=256
        )
        fill_new(connection, shop)
        store = cls(connection, None, None, clock, ids, live)
        store.memory.nothing_on_disk()
        return store

    # -- the port ------------------------------------------------------------------------------------

    def submit(self, command: Command, done: Done) -> None:
        """See `ports.Store`."""
        if self._closing:
            raise StoreError("the shop is closing")
        self._queue.append((command, done))
        if not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._turn)

    async def execute(self, command: Command) -> Result:
        """See `ports.Store`."""
        outcome: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        def done(result: Result) -> None:
            if not outcome.done():
                outcome.set_result(result)

        self.submit(command, done)
        return await outcome

    def reader(self) -> Reader:
        """See `ports.Store`."""
        return ReadView(self.memory, self._read_rows, self._vault, self.live, self._now())

    def on_commit(self, listener: Callable[[Committed], None]) -> None:
        """See `ports.Store`."""
        self._listeners.append(listener)

    def always_threaded(self) -> None:
        """Commit as on a slow disk, whatever this one is like (for tests)."""
        self._fast_commit_s = self._alone_commit_s = -1.0

    async def close(self) -> None:
        """See `ports.Store`. A second call does nothing."""
        if self._closing:
            return
        self._closing = True
        metrics.shops_open.leave(self)
        metrics.writer_queue.leave(self)
        if self._busy:
            self._idle = asyncio.Event()
            await self._idle.wait()
        if self._checkpointer is not None:
            self._checkpointer.close()
        if self._thread is not None:
            self._thread.shutdown(wait=True)
        if self._reading is not self._connection:
            self._reading.close()
            try:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.Error:
                # Nothing is lost: the log keeps everything until the shop is opened again.
                _log.exception("the last checkpoint failed")
        self._connection.close()
        if self._lock is not None:
            self._lock.release()
        self.closed = True

    # -- the writer ----------------------------------------------------------------------------------

    def _now(self) -> datetime:
        now = self.clock.now()
        # The journal keeps milliseconds; a fact must read the same before and after a restart.
        return now.replace(microsecond=now.microsecond // 1_000 * 1_000)

    def _turn(self) -> None:
        """Run what is queued and commit it."""
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
        try:
            layer, results = self._run(batch)
        except Exception:
            _log.exception("a batch could not be written; its commands run one by one")
            self._carefully(batch)
            return
        if layer.is_empty:
            self._finish(batch, results, layer.merge_announcements())
            return
        alone = len(batch) == 1 and not self._queue
        limit = self._alone_commit_s if alone else self._fast_commit_s
        if self._thread is None or self._commit_s < limit:
            try:
                self._commit()
            except Exception as error:
                self._failed(batch, layer, error)
            else:
                self._committed(batch, results, layer)
            return
        self._pin()
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._commit)
        future.add_done_callback(lambda outcome: self._returned(batch, results, layer, outcome))

    def _run(self, batch: list[tuple[Command, Done]]) -> tuple[SqliteLayer, list[Result]]:
        """Every command in turn, then all of their writes into an open transaction.

        Raises what only a bug or a broken disk can cause; then nothing is written.
        """
        layer = SqliteLayer(self.memory, self._connection, self._vault)
        at = self._now()
        try:
            results = [self._decide(layer, command, self._now()) for command, _ in batch]
            if not layer.is_empty:
                self._prune(to_ms(at), layer)
                layer.finish(to_ms(at))
        except BaseException:
            layer.drop()
            raise
        return layer, results

    def _decide(self, layer: SqliteLayer, command: Command, at: datetime) -> Result:
        body: bytes | None = None
        if command.command_id is not None:
            body = body_hash(command.name, command.body)
            owner = command.caller.id
            stored = layer.replies.get((owner, command.command_id)) or run_at_once(
                command.name, stored_reply(self._write_rows, self.memory, owner, command.command_id)
            )
            if stored is not None:
                return again(stored, body, command.command_id)
        tx = WriteView(
            layer, self._write_rows, self._vault, self.live, self.ids, command.caller, at, command.command_id
        )
        try:
            reply: bytes = run_at_once(command.name, tx.replied(command))
        except Exception as refusal:
            return Result(error=refusal)
        layer.absorb(tx, reply, body)
        return Result(reply=reply)

    def _carefully(self, batch: list[tuple[Command, Done]]) -> None:
        """After a bug: each command in a commit of its own, so that only the guilty one fails."""
        for command, done in batch:
            try:
                layer, results = self._run([(command, done)])
            except Exception as error:
                self._answer(done, Result(error=error))
                continue
            try:
                if not layer.is_empty:
                    self._commit()
            except Exception as error:
                layer.drop()
                self._answer(done, Result(error=error))
                continue
            committed = layer.merge_announcements() if layer.is_empty else layer.merge()
            metrics.batch_commands.observe(1)
            self._answer(done, results[0])
            self._tell(committed)
        self._next()

    def _commit(self) -> None:
        begun = time.perf_counter()
        self._connection.execute("COMMIT")
        took = time.perf_counter() - begun
        metrics.commit_seconds.observe(took)
        # A moving average that follows a disk that changes its mood within a few commits.
        self._commit_s += (took - self._commit_s) * 0.25

    def _returned(
        self, batch: list[tuple[Command, Done]], results: list[Result], layer: SqliteLayer, outcome: Any
    ) -> None:
        self._unpin()
        error = outcome.exception()
        if error is not None:
            self._failed(batch, layer, error)
        else:
            self._committed(batch, results, layer)

    def _committed(
        self, batch: list[tuple[Command, Done]], results: list[Result], layer: SqliteLayer
    ) -> None:
        committed = layer.merge()
        metrics.batch_commands.observe(len(batch))
        if self._checkpointer is not None:
            self._checkpointer.wrote(layer.pages_written)
            if self._checkpointer.due_inline:
                self._checkpointer.inline(self._connection)
        self._finish(batch, results, committed)

    def _failed(self, batch: list[tuple[Command, Done]], layer: SqliteLayer, error: BaseException) -> None:
        """The disk refused: nothing of the batch has happened, and everybody is told so."""
        _log.error("a commit failed: %s", error)
        layer.drop()
        self._finish(batch, [Result(error=error)] * len(batch), None)

    def _finish(
        self, batch: list[tuple[Command, Done]], results: list[Result], committed: Committed | None
    ) -> None:
        for (_, done), result in zip(batch, results, strict=True):
            self._answer(done, result)
        if committed is not None:
            self._tell(committed)
        self._next()

    def _answer(self, done: Done, result: Result) -> None:
        try:
            done(result)
        except Exception:
            # The write is on disk whatever becomes of its reply.
            _log.exception("a reply could not be delivered")

    def _tell(self, committed: Committed) -> None:
        if not (committed.entries or committed.announcements):
            return
        metrics.facts.inc(len(committed.entries))
        for listener in self._listeners:
            try:
                listener(committed)
            except Exception:
                _log.exception("a listener of commits failed")

    def _next(self) -> None:
        if self._queue:
            asyncio.get_running_loop().call_soon(self._turn)
            return
        self._busy = False
        if self._idle is not None:
            self._idle.set()

    def _pin(self) -> None:
        # A read inside a transaction fixes what this connection sees until the commit is in memory too.
        self._reading.execute("BEGIN")
        self._reading.execute(SQL["last_fact"]).fetchone()

    def _unpin(self) -> None:
        self._reading.execute("COMMIT")

    def _prune(self, now_ms: int, layer: SqliteLayer) -> None:
        # A clock that was set back far must not end the pruning until it has caught up.
        if not self._prune_ms - _PRUNE_EVERY_MS <= now_ms < self._prune_ms:
            layer.flush()
            pruned = self._connection.execute(SQL["prune_commands"], (_PRUNE_ROWS, now_ms - KEPT_MS))
            # When there was more than one helping, the next one follows soon.
            self._prune_ms = now_ms + (_PRUNE_EVERY_MS if pruned.rowcount < _PRUNE_ROWS else _PRUNE_SOON_MS)
