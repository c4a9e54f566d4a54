"""Running a use case on the event loop, one question to the database after the other.

A use case is a coroutine that may await nothing but the ports of the store. Here each question it asks comes out of it
as a `Question`, so that whoever drives it answers questions and refuses anything else it might wait for: a use case
that waits for the world would hold up every command of the shop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from jumak.domain.errors import HostUnavailable
from jumak.store.postgres.connection import TROUBLE

AnswerT = TypeVar("AnswerT")

Lookup: TypeAlias = tuple[str, tuple[Any, ...]]
"""A statement that gives one row or none, and its arguments."""

_WEIGHT: Final = 1 / 8
"""Of the latest command of a name among all of them."""

_log = logging.getLogger(__name__)


class Source(Protocol):
    """Who can be asked: a connection or a pool of them."""

    def fetch(self, query: str, *args: Any) -> Coroutine[Any, Any, list[Any]]:
        """All rows."""

    def fetchrow(self, query: str, *args: Any) -> Coroutine[Any, Any, Any]:
        """The first row, or None."""


class Question:
    """Something the database is asked; awaiting it hands it to whoever drives the coroutine, who calls `ask`.

    lookup: what it looks up, if that is all it does.
    """

    def __init__(self, ask: Callable[[Source], Awaitable[Any]], lookup: Lookup | None = None) -> None:
        self.ask, self.lookup = ask, lookup

    def __await__(self) -> Generator[Question, Any, Any]:
        """The answer."""
        return (yield self)


class Asking:
    """A `Source` for coroutines that are driven."""

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """See `Source`."""
        rows: list[Any] = await Question(lambda source: source.fetch(query, *args))
        return rows

    async def fetchrow(self, query: str, *args: Any) -> Any:
        """See `Source`."""
        return await Question(lambda source: source.fetchrow(query, *args), (query, args))


class InTasks:
    """A `Source` each of whose questions is a task of its own.

    A read may begin in a plain callback, or within somebody else's task, and go on in another one (`server/at_once.py`);
    what the driver of the database times and cancels must not be any of these.
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """See `Source`."""
        return await _answered(self._source.fetch(query, *args))

    async def fetchrow(self, query: str, *args: Any) -> Any:
        """See `Source`."""
        return await _answered(self._source.fetchrow(query, *args))


async def _answered(asking: Coroutine[Any, Any, AnswerT]) -> AnswerT:
    try:
        return await asyncio.get_running_loop().create_task(asking)
    except TROUBLE as error:
        _log.warning("the database is away: %s", error)
        raise away() from None


def away() -> HostUnavailable:
    """What is answered while the database is away: nothing has happened."""
    return HostUnavailable(
        "데이터베이스에 연결할 수 없습니다. 잠시 후 다시 시도해 주세요.",
        "The database is away; try again in a moment",
        reason="DATABASE_AWAY",
    )


class Habits:
    """Which commands begin with a question, from how the latest of each name went.

    Running one up to a question it does not have would be running it for nothing.
    """

    def __init__(self) -> None:
        self._share: dict[str, float] = {}

    def asks(self, name: str) -> bool:
        """Most of them did."""
        return self._share.get(name, 0.0) > 0.5

    def saw(self, name: str, *, asked: bool) -> None:
        """One more has run."""
        share = self._share.get(name, float(asked))
        self._share[name] = share + (asked - share) * _WEIGHT


class Refusal(Exception):  # noqa: N818  # named for what is so
    """What the driven coroutine raised, apart from what can go wrong with the database. error: that."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


async def driven(
    name: str, running: Coroutine[Any, Any, Any], source: Source, known: Mapping[Lookup, Any], habits: Habits
) -> Any:
    """Runs a coroutine to its end. known: what was looked up beforehand.  habits: are told how it went.

    Raises Refusal with what it raises, and what the database raises as it comes: then the coroutine is ended where it
    stands, for it could only take the trouble for an answer.
    """
    answer: Any = None
    looked_up = False
    while True:
        try:
            asked = running.send(answer)
        except StopIteration as end:
            habits.saw(name, asked=looked_up)
            return end.value
        except Exception as error:
            raise Refusal(error) from error
        if not isinstance(asked, Question):
            running.close()
            raise Refusal(RuntimeError(f"{name} waited for something that is no port of the store"))
        if asked.lookup is not None:
            looked_up = True
            if asked.lookup in known:
                answer = known[asked.lookup]
                continue
        try:
            answer = await asked.ask(source)
        except BaseException:
            running.close()
            raise
