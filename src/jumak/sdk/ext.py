"""Extensions: every message of the table as a member, `pos.ext.<noun>.<verb>(**data)`.

The table itself is the list; a message added there is a member here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jumak.protocol.table import TABLE
from jumak.sdk.names import snake, topic_of_extension
from jumak.sdk.values import Record

if TYPE_CHECKING:
    from jumak.sdk.client import Pos
    from jumak.sdk.connection import Answer

Path = tuple[str, ...]

MESSAGES: dict[Path, str] = {
    tuple(map(snake, row.member)): name for name, row in TABLE.items() if row.kind != "push"
}
"""Member → the message it sends, or answers."""

TOPICS: dict[Path, str] = {
    tuple(map(snake, row.member)): topic
    for name, row in TABLE.items()
    if row.kind == "push" and (topic := topic_of_extension(name)) is not None
}
"""Member → the topic of its push."""

PLACES = {path[:length] for path in (*MESSAGES, *TOPICS) for length in range(1, len(path) + 1)}


class Extension:
    """A noun, or a verb of it: attributes go on, calling sends the message."""

    def __init__(self, pos: Pos, path: Path) -> None:
        self._pos, self._path = pos, path

    def __getattr__(self, word: str) -> Extension:
        if word.startswith("_"):
            raise AttributeError(word)
        return _at(self._pos, (*self._path, word))

    async def __call__(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
        command_id: str | None = None,
        **data: Any,
    ) -> Record:
        """Sends the message and answers its reply; a notification has none."""
        name = self._message("request", "notify")
        if TABLE[name].kind == "notify":
            self._pos.notify(name, data)
            return Record({})
        return Record(await self._pos.call(name, data, timeout=timeout, command_id=command_id))

    def on(self, *event_and_handler: Any) -> Callable[[], None]:
        """`on(handler)` for the push of this noun, `on(event, handler)` for one of several.

        `ext.plugin.stopping.on(handler)` names one as well; a noun without one of its own means all of them.
        """
        *event, handler = event_and_handler
        path = (*self._path, *(snake(word) for word in event if word != "change"))
        topics = [TOPICS[path]] if path in TOPICS else [
            topic for place, topic in TOPICS.items() if place[: len(path)] == path
        ]  # fmt: skip
        if not topics:
            raise AttributeError(f"no push of {'.'.join(path)}")
        ends = [self._pos.events.on(topic, handler) for topic in topics]

        def off() -> None:
            for end in ends:
                end()

        return off

    def answer(self, answer: Answer) -> None:
        """Answers a request of the shop, `ext.popup.open.answer(answer)`; what it raises is a refusal."""
        self._pos.connection.answer(self._message("host-request"), answer)

    def _message(self, *kinds: str) -> str:
        name = MESSAGES.get(self._path)
        if name is None or TABLE[name].kind not in kinds:
            raise AttributeError(f"no {' or '.join(kinds)} is {'.'.join(self._path)}")
        return name


class Extensions:
    """The nouns: `pos.ext.kds_order_item`, `pos.ext.waiting` and so on."""

    def __init__(self, pos: Pos) -> None:
        self._pos = pos

    def __getattr__(self, noun: str) -> Extension:
        if noun.startswith("_"):
            raise AttributeError(noun)
        return _at(self._pos, (noun,))


def _at(pos: Pos, path: Path) -> Extension:
    if path not in PLACES:
        raise AttributeError(f"no message begins with {'.'.join(path)}")
    return Extension(pos, path)
