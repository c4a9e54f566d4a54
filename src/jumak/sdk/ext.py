"""Extensions: every message of the table as a member, `pos.ext.<noun>.<verb>(**data)`.

The table itself is the list; a message added there is a member here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jumak.protocol.table import TABLE
from jumak.sdk.names import kebab, topics_of_noun
from jumak.sdk.values import Record

if TYPE_CHECKING:
    from jumak.sdk.client import Pos


class Extension:
    """A noun, or a verb of it: attributes go on, calling sends the message."""

    def __init__(self, pos: Pos, path: str) -> None:
        self._pos, self._path = pos, path

    def __getattr__(self, word: str) -> Extension:
        if word.startswith("_"):
            raise AttributeError(word)
        path = f"{self._path}.{kebab(word)}"
        if not any(name.startswith((f"{path}.", path)) for name in TABLE):
            raise AttributeError(f"no message begins with {path}")
        return Extension(self._pos, path)

    async def __call__(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
        command_id: str | None = None,
        **data: Any,
    ) -> Record:
        """Sends `<noun>.<verb>.request` and answers its reply."""
        name = f"{self._path}.request"
        if name not in TABLE and self._path in TABLE:
            self._pos.notify(self._path, data)
            return Record({})
        return Record(await self._pos.call(name, data, timeout=timeout, command_id=command_id))

    def on(self, *event_and_handler: Any) -> Callable[[], None]:
        """`on(handler)` for the pushes of this noun, `on(event, handler)` for one of them.

        `ext.plugin.stopping.on(handler)` names one as well.
        """
        *event, handler = event_and_handler
        noun, _, word = self._path.partition(".")
        event = event or ([word] if word else [])
        topics = [
            topic for topic in topics_of_noun(noun) if not event or topic.partition(".")[2] == kebab(event[0])
        ]
        if not topics:
            raise AttributeError(f"no push of {self._path}")
        ends = [self._pos.events.on(topic, handler) for topic in topics]

        def off() -> None:
            for end in ends:
                end()

        return off


class Extensions:
    """The nouns: `pos.ext.kds_order_item`, `pos.ext.waiting` and so on."""

    def __init__(self, pos: Pos) -> None:
        self._pos = pos

    def __getattr__(self, noun: str) -> Extension:
        if noun.startswith("_"):
            raise AttributeError(noun)
        path = kebab(noun)
        if not any(name.startswith(f"{path}.") for name in TABLE):
            raise AttributeError(f"no message about {path}")
        return Extension(self._pos, path)
