"""A shop in PostgreSQL: commands queue while a commit is under way and share the next one.

As on SQLite a batch is whatever waits when the writer comes round, runs against what is held in memory, and is written
at once, as a rule with a single statement. But other processes may write the same shop. Whoever commits moves the shop's row in
`heads` from the commit its memory knows to the next one; the row is locked until then, so that of two writers one finds
it moved. That one catches up with what the other has changed and runs the commands of its batch again, this time
holding the row from the start. A use case touches nothing but its transaction, so running it again is the same as
running it later. Journal numbers, row numbers and hashes follow from the row: no gap and no double, whoever writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import asyncpg
import msgspec

from jumak import metrics
from jumak.domain.calendar import to_ms
from jumak.domain.errors import HostUnavailable, TimedOut
from jumak.domain.merchant import Shop
from jumak.ending import ended
from jumak.service.ports import Clock, Command, Committed, Ids, Live, Reader, Result
from jumak.store.codec import shipped_dictionary
from jumak.store.copying.record import MARK
from jumak.store.errors import CopyUnfinished, ShopExists, StoreError
from jumak.store.postgres import past
from jumak.store.postgres.ahead import answers, first_lookup
from jumak.store.postgres.asking import Asking, Habits, InTasks, Lookup, Refusal, away, driven
from jumak.store.postgres.connection import TROUBLE
from jumak.store.postgres.database import Database
from jumak.store.postgres.layer import Moved, PostgresLayer, Undone
from jumak.store.postgres.memory import PostgresMemory, catch_up, memory_of
from jumak.store.postgres.queries import SQL
from jumak.store.postgres.rows import PostgresRows
from jumak.store.reading import ReadView
from jumak.store.replies import KEPT_MS, StoredReply, again, body_hash, stored_reply_in
from jumak.store.rows import CommandRow
from jumak.store.transaction import WriteView
from jumak.store.vault import Vault

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection


LARGEST_BATCH: Final = 256
VAIN_S: Final = 0.05
"""After a look that found nothing it rests so long, whatever it is told: words may be forged."""

BACK_WITHIN_S: Final = 10.0
"""Commands wait so long for a database that went away."""

ATTEMPTS: Final = 4
"""A batch is run again after another process was first (once: then the row is held) and after lost connections."""

_PRUNE_EVERY_MS: Final = 60_000
_PRUNE_SOON_MS: Final = 100
_PRUNE_ROWS: Final = 2_000
_CHANGES_KEPT: Final = 2_000
"""A process that is further behind reads the shop anew."""

Done = Callable[[Result], None]
Waiting = tuple[Command, Done]

_log = logging.getLogger(__name__)


async def found(database: Database, shop_id: int, shop: Shop) -> None:
    """Makes a new shop. Raises ShopExists, CopyUnfinished."""
    async with database.pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(SQL["found_shop"], shop_id, bytes(32)) is None:
            raise ShopExists(f"there is a shop {shop_id} in this database already")
        if await connection.fetchval(SQL["shop_value"], shop_id, MARK) is not None:
            raise CopyUnfinished(f"shop {shop_id} of this database")
        settings = msgspec.json.encode(shop)
        for name, value in (
            ("dictionary", shipped_dictionary()),
            ("settings", settings),
            ("founding", settings),
        ):
            await connection.execute(SQL["put_shop_value"], shop_id, name, value)


class PostgresStore:
    """Implements `service.ports.Store` for one shop of a database. Made by `open`."""

    def __init__(
        self,
        database: Database,
        memory: PostgresMemory,
        folder: Path | None,
        clock: Clock,
        ids: Ids,
        live: Live,
        fence: int | None = None,
    ) -> None:
        self.database, self.memory = database, memory
        self.fence = fence
        self.displaced = asyncio.Event()
        """Set once another process runs the shop, and nothing is written any more; or once the shop was put back."""
        self.clock, self.ids, self.live = clock, ids, live
        self.folder = folder
        self.closed = False
        self._vault = Vault(folder)
        self._queue: deque[Waiting] = deque()
        self._listeners: list[Callable[[Committed], None]] = []
        self._turn = asyncio.Lock()
        """Held by whoever changes the memory: a batch, or catching up with other processes."""
        self._writing: asyncio.Task[None] | None = None
        self._saying: asyncio.Task[None] | None = None
        self._closing = False
        self._prune_ms = 0
        self._pruning: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._read_rows = PostgresRows(InTasks(database.pool), memory.shop_id, memory.codec, memory)
        self._habits = Habits()
        self._write_rows = PostgresRows(Asking(), memory.shop_id, memory.codec, None)
        metrics.shops_open.follow(self, lambda _: 1)
        metrics.writer_queue.follow(self, lambda store: len(store._queue))
        database.wake_ups.listen(memory.shop_id, self._heard)
        database.lookout.follow(memory.shop_id, self._seen)
        self._following = asyncio.create_task(self._follow())

    @classmethod
    async def open(
        cls,
        database: Database,
        shop_id: int,
        *,
        folder: Path | None = None,
        clock: Clock,
        ids: Ids,
        live: Live,
        fence: int | None = None,
    ) -> Self:
        """Opens a shop, which other processes may have open too. Raises ShopMissing.

        fence: of the placement by which this process runs the shop (`placing.py`): it writes as long as that stands.
        None: it runs nothing, and may always write.

        folder: holds the key of plugins' secrets, the same in every process; without one a key that ends with this
        store.
        """
        await past.settle(database, shop_id)
        async with database.snapshot() as connection:
            memory = await memory_of(connection, shop_id)
        return cls(database, memory, folder, clock, ids, live, fence)

    # -- the port ------------------------------------------------------------------------------------

    def submit(self, command: Command, done: Done) -> None:
        """See `ports.Store`."""
        if self._closing:
            raise StoreError("the shop is closing")
        self._queue.append((command, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def execute(self, command: Command) -> Result:
        """See `ports.Store`."""
        outcome: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        def done(result: Result) -> None:
            if not outcome.done():
                outcome.set_result(result)

        self.submit(command, done)
        return await outcome

    def reader(self) -> Reader:
        """See `ports.Store`. What other processes committed within the last moments may not be in it yet."""
        return ReadView(self.memory, self._read_rows, self._vault, self.live, self._now())

    def on_commit(self, listener: Callable[[Committed], None]) -> None:
        """See `ports.Store`. The commits of other processes are told too, in the order of the journal."""
        self._listeners.append(listener)

    async def close(self) -> None:
        """See `ports.Store`. A second call does nothing; the database stays open."""
        if self._closing:
            return
        self._closing = True
        metrics.shops_open.leave(self)
        metrics.writer_queue.leave(self)
        if self._writing is not None:
            await self._writing
        if self._saying is not None:
            await self._saying
        # Pruning goes on with the next commit, here or elsewhere.
        await ended(self._following, self._pruning)
        self.database.lookout.leave(self.memory.shop_id, self._seen)
        self.database.wake_ups.leave(self.memory.shop_id, self._heard)
        self.closed = True

    # -- the writer ----------------------------------------------------------------------------------

    def _now(self) -> datetime:
        now = self.clock.now()
        # The journal keeps milliseconds; a fact must read the same before and after a restart.
        return now.replace(microsecond=now.microsecond // 1_000 * 1_000)

    async def _write(self) -> None:
        """Batch after batch while anything is queued."""
        while self._queue:
            async with self._turn:
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
                await self._serve(batch)

    async def _serve(self, batch: list[Waiting]) -> None:
        try:
            results, committed = await self._decided(batch)
        except TROUBLE as error:
            _log.error("the database is away: %s", error)
            results, committed = [Result(error=away())] * len(batch), None
        except (HostUnavailable, TimedOut) as error:
            _log.warning("a batch was not written: %s", error)
            results, committed = [Result(error=error)] * len(batch), None
        except Exception as error:
            if len(batch) > 1:
                _log.exception("a batch could not be written; its commands run one by one")
                for waiting in batch:
                    await self._serve([waiting])
                return
            results, committed = [Result(error=error)], None
        for (_, done), result in zip(batch, results, strict=True):
            self._answer(done, result)
        if committed is not None:
            self._tell(committed)
            self._say()
            self._tidy()

    async def _decided(self, batch: list[Waiting]) -> tuple[list[Result], Committed]:
        """What becomes of a batch, once it is on disk."""
        hold = False
        for attempt in range(ATTEMPTS):
            try:
                return await self._tried(batch, hold)
            except Moved:
                hold = True
            except TROUBLE:
                if attempt == ATTEMPTS - 1 or not await self.database.back(BACK_WITHIN_S):
                    raise
        raise away()

    async def _tried(self, batch: list[Waiting], hold: bool) -> tuple[list[Result], Committed]:
        """`_attempt` on a connection of its own."""
        done: tuple[list[Result], Committed] | None = None
        try:
            async with self.database.pool.acquire() as connection:
                done = await self._attempt(connection, batch, hold)
        except TROUBLE:
            # One that was lost on its way back to the pool has committed all the same.
            if done is None:
                raise
        assert done is not None
        return done

    async def _attempt(
        self, connection: Connection, batch: list[Waiting], hold: bool
    ) -> tuple[list[Result], Committed]:
        """One try. hold: be the only writer from the start. Raises Moved, and what the database raises."""
        layer = PostgresLayer(self.memory, connection, self._vault, self.fence)
        try:
            if hold:
                await layer.begin()
                row = await connection.fetchrow(SQL["lock_head"], self.memory.shop_id)
                assert row is not None
                head: int = row["commit"]
                self._check_fence(row["fence"])
                await self._catch_up(connection, head, row["hash"])
                layer = self._anew(layer)
            at = self._now()
            commands = [command for command, _ in batch]
            done = await self._done_before(connection, commands)
            known = await self._looked_up(
                layer, connection, [command for command in commands if _key(command) not in done], at
            )
            results = [
                await self._decide(layer, connection, command, done.get(_key(command)), known, self._now())
                for command in commands
            ]
            if layer.is_empty:
                # What was refused or found to be done already was so in the newest state there is.
                head, chained = await self._head(connection)
                await self._back_out(layer, connection)
                if (head, chained) != (self.memory.commit, self.memory.hash):
                    raise Moved
                return results, layer.merge_announcements()
            await layer.finish(to_ms(at), joined=self.database.joins)
        except BaseException:
            await self._back_out(layer, connection)
            raise
        begun = time.perf_counter()
        try:
            await layer.commit()
        except Moved:
            layer.drop()
            raise
        except Undone as undone:
            layer.drop()
            raise undone.__cause__ or undone from None
        except BaseException as error:
            # Whatever it still does is over, so that nobody waits for its lock.
            _end(connection)
            if (committed := await self._was_committed(layer)) is not True:
                layer.drop()
                if committed is None:
                    # Not to be run again by anybody here: it may have happened.
                    raise _untold() from error
                raise
        metrics.commit_seconds.observe(time.perf_counter() - begun)
        metrics.batch_commands.observe(len(batch))
        return results, layer.merge()

    def _anew(self, layer: PostgresLayer) -> PostgresLayer:
        """A layer on the memory as it is now, in the transaction of this one."""
        fresh = PostgresLayer(self.memory, layer.connection, self._vault, self.fence)
        fresh.begun = layer.begun
        return fresh

    async def _done_before(
        self, connection: Connection, commands: list[Command]
    ) -> dict[tuple[str, str | None], StoredReply]:
        """The answers kept for ids of these commands, asked for all at once."""
        numbers = self.memory.owners.known
        keys = {
            (number, command.command_id.encode()): _key(command)
            for command in commands
            if command.command_id is not None and (number := numbers.get(command.caller.id)) is not None
        }
        if not keys:
            return {}
        owners, command_ids = [owner for owner, _ in keys], [command_id for _, command_id in keys]
        rows = await connection.fetch(SQL["command_rows"], self.memory.shop_id, owners, command_ids)
        source = PostgresRows(connection, self.memory.shop_id, self.memory.codec, None)
        return {
            keys[owner, command_id]: await stored_reply_in(source, self.memory, CommandRow(*kept))
            for owner, command_id, *kept in rows
        }

    async def _looked_up(
        self, layer: PostgresLayer, connection: Connection, commands: list[Command], at: datetime
    ) -> Mapping[Lookup, Any]:
        """What these commands look up first, asked for all at once (`ahead.py`)."""
        asking = [command for command in commands if self._habits.asks(command.name)]
        if len(asking) < 2:
            return {}
        lookups = (first_lookup(self._view(layer, command, at).replied(command)) for command in asking)
        return await answers(connection, (lookup for lookup in lookups if lookup is not None))

    def _view(self, layer: PostgresLayer, command: Command, at: datetime) -> WriteView:
        return WriteView(
            layer, self._write_rows, self._vault, self.live, self.ids, command.caller, at, command.command_id
        )

    async def _decide(
        self,
        layer: PostgresLayer,
        connection: Connection,
        command: Command,
        done: StoredReply | None,
        known: Mapping[Lookup, Any],
        at: datetime,
    ) -> Result:
        """done: the answer kept for the command's id before this batch.  known: what was looked up for it."""
        body: bytes | None = None
        if command.command_id is not None:
            body = body_hash(command.name, command.body)
            stored = layer.replies.get((command.caller.id, command.command_id)) or done
            if stored is not None:
                return again(stored, body, command.command_id)
        tx = self._view(layer, command, at)
        try:
            reply: bytes = await driven(command.name, tx.replied(command), connection, known, self._habits)
        except Refusal as refusal:
            return Result(error=refusal.error)
        layer.absorb(tx, reply, body)
        return Result(reply=reply)

    async def _back_out(self, layer: PostgresLayer, connection: Connection) -> None:
        """Nothing of this has happened."""
        layer.drop()
        if layer.begun:
            try:
                await connection.execute("ROLLBACK")
            except BaseException as error:
                # An open transaction must not go back to the pool: it holds the shop's row.
                _end(connection)
                if not isinstance(error, TROUBLE):
                    raise

    async def _was_committed(self, layer: PostgresLayer) -> bool | None:
        """After a COMMIT without an answer: whether it took place, None when nobody can tell.

        Asked with the shop's row held: the transaction has ended by then, one way or the other.
        """
        shop_id, commit = self.memory.shop_id, self.memory.commit
        while await self.database.back(BACK_WITHIN_S):
            try:
                async with self.database.pool.acquire() as connection, connection.transaction():
                    head = await connection.fetchval(SQL["lock_head"], shop_id)
                    batch: bytes | None = await connection.fetchval(
                        SQL["batch_of_commit"], shop_id, commit + 1
                    )
                    # The shop is beyond that commit, so far that nobody remembers whose it was.
                    is_forgotten = batch is None and (head is None or head > commit)
                    return None if is_forgotten else batch == layer.batch
            except (*TROUBLE, asyncpg.PostgresError):
                _log.warning("the database went away again while it was asked what it has committed")
        return None

    def _check_fence(self, fence: int) -> None:
        """Raises HostUnavailable `DISPLACED` when another process runs the shop since then."""
        if self.fence is not None and fence != self.fence:
            self.displaced.set()
            raise HostUnavailable(
                "매장이 다른 서버로 옮겨졌습니다. 다시 시도해 주세요.",
                "Another server runs this shop now; try again",
                reason="DISPLACED",
            )

    def _tidy(self) -> None:
        """Now and then, beside the commands, which wait for none of it: what is dropped is needed by nobody."""
        now_ms = to_ms(self._now())
        # A clock that was set back far must not end the pruning until it has caught up.
        is_due = not self._prune_ms - _PRUNE_EVERY_MS <= now_ms < self._prune_ms
        if is_due and (self._pruning is None or self._pruning.done()):
            self._prune_ms = now_ms + _PRUNE_EVERY_MS
            self._pruning = asyncio.create_task(self._prune(now_ms))

    async def _prune(self, now_ms: int) -> None:
        shop_id = self.memory.shop_id
        try:
            async with self.database.pool.acquire() as connection:
                done = await connection.execute(SQL["prune_commands"], shop_id, _PRUNE_ROWS, now_ms - KEPT_MS)
                await connection.execute(SQL["prune_changes"], shop_id, self.memory.commit - _CHANGES_KEPT)
        except (*TROUBLE, asyncpg.PostgresError) as error:
            _log.warning("what nobody needs any more could not be dropped: %s", type(error).__name__)
            return
        if done == f"DELETE {_PRUNE_ROWS}":
            # There is more than that; the next helping follows soon.
            self._prune_ms = now_ms + _PRUNE_SOON_MS

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

    # -- other processes -----------------------------------------------------------------------------

    def _say(self) -> None:
        """Lets other processes know, without waiting for it; while one word is on its way no other is needed."""
        if self._saying is None or self._saying.done():
            self._saying = asyncio.create_task(self._said())

    async def _said(self) -> None:
        commit = 0
        while commit < self.memory.commit:
            commit = self.memory.commit
            await self.database.wake_ups.say(self.memory.shop_id, commit)

    def _heard(self, commit: int) -> None:
        """Somebody says that there is this commit; 0: words may have been missed."""
        if not commit or commit > self.memory.commit:
            self._woken.set()

    def _seen(self, commit: int, fence: int) -> None:
        """The lookout has seen where the shop stands: behind its memory when the database was put back."""
        if commit != self.memory.commit or self.fence not in (None, fence):
            self._woken.set()

    async def _follow(self) -> None:
        """Catches up with other processes whenever there is reason to think that one of them was here."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            before = self.memory.commit
            try:
                await self.caught_up()
            except HostUnavailable as error:
                _log.error("the shop is not followed any more: %s", error)
                return
            except (*TROUBLE, asyncpg.PostgresError) as error:
                _log.warning("the shop's newest commits could not be read: %s", error)
            except Exception:
                # It goes on: commands catch up by themselves, but listeners would wait for ever.
                _log.exception("the shop's newest commits could not be taken over")
            if self.memory.commit == before:
                await asyncio.sleep(VAIN_S)

    async def caught_up(self) -> None:
        """Everything committed until now is in memory, and its listeners have been told."""
        async with self._turn, self.database.snapshot() as connection:
            row = await connection.fetchrow(SQL["head_and_fence"], self.memory.shop_id)
            assert row is not None
            with contextlib.suppress(HostUnavailable):
                self._check_fence(row["fence"])
            await self._catch_up(connection, row["commit"], row["hash"])

    async def _head(self, connection: Connection) -> tuple[int, bytes]:
        row = await connection.fetchrow(SQL["head"], self.memory.shop_id)
        assert row is not None
        return row["commit"], row["hash"]

    async def _catch_up(self, connection: Connection, head: int, chained: bytes) -> None:
        """Takes over what others have committed. Raises HostUnavailable `PUT_BACK`."""
        memory = self.memory
        if (head, chained) == (memory.commit, memory.hash):
            return
        if await self._is_another_past(connection, head):
            # Whoever is connected has heard of what is not there: the shop has to be opened anew, in an epoch of its own.
            self.displaced.set()
            raise HostUnavailable(
                "데이터베이스가 이전 시점으로 복구되었습니다. 잠시 뒤 다시 시도해 주세요.",
                "The database was put back to an earlier moment; the shop is opened anew, try again",
                reason="PUT_BACK",
            )
        epoch = memory.epoch
        self._tell(await catch_up(connection, memory, head))
        if memory.epoch != epoch:
            # Another process has found that out: whoever is connected here has heard of another past.
            self.displaced.set()

    async def _is_another_past(self, connection: Connection, head: int) -> bool:
        """Whether what this memory knows to be committed is not in the journal: somebody put the database back."""
        if head <= self.memory.commit:
            return True
        if not self.memory.seq:
            return False
        chained: bytes | None = await connection.fetchval(
            SQL["commit_at"], self.memory.shop_id, self.memory.seq
        )
        return chained != self.memory.hash


def _untold() -> TimedOut:
    return TimedOut(
        "데이터베이스의 응답이 끊겼습니다. 처리되었을 수도 있으니 같은 commandId로 다시 보내 주세요.",
        "The database does not say what became of this, and may have done it: ask again under the same commandId",
        reason="NOT_ANSWERED",
    )


def _key(command: Command) -> tuple[str, str | None]:
    return command.caller.id, command.command_id


def _end(connection: Connection) -> None:
    """Closes a connection at once; one that is lost already has left the pool, which says so."""
    with contextlib.suppress(asyncpg.InterfaceError):
        connection.terminate()
