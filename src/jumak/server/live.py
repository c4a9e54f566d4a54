"""Messages that touch connections and secrets instead of the store alone.

    @live("subscribe.request")
    async def subscribe(ask: Ask, data: SubscribeData) -> SubscribeReply: ...

They run as tasks of their own with a deadline; the rest of their session's namespace waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from jumak.domain.caller import Caller
from jumak.protocol.table import TABLE
from jumak.service.ports import Command, Result, Transaction

if TYPE_CHECKING:
    from jumak.server.session import Session
    from jumak.server.shop import RunningShop

ReplyT = TypeVar("ReplyT", bound=Struct)


class Ask(Struct, frozen=True):
    """A message being answered. session: None over HTTP."""

    shop: RunningShop
    caller: Caller
    session: Session | None
    name: str
    command_id: str | None = None
    answered: Callable[[Result], None] | None = None
    """Answers the message; only the first answer counts."""

    async def write(
        self,
        run: Callable[[Transaction], Awaitable[ReplyT]],
        *,
        caller: Caller | None = None,
        body: bytes | None = None,
        answer: bool = False,
    ) -> ReplyT:
        """Runs a use case as a command of the caller and hands out its reply.

        body: what was asked, without secrets: then a repeat under the same `commandId` gets the
        stored reply (PAY-7). Without it nothing is kept for repeats.
        answer: the reply is the message's and leaves at once, before the pushes of the commit (H-31).
        """
        kept: list[ReplyT] = []

        async def keep(tx: Transaction) -> ReplyT:
            reply = await run(tx)
            kept[:] = [reply]
            return reply

        command = Command(
            caller=caller or self.caller,
            name=self.name,
            body=body or b"",
            run=keep,
            command_id=self.command_id if body is not None else None,
        )
        settled: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        def done(result: Result) -> None:
            if answer and result.error is None and self.answered is not None:
                self.answered(result)
            if not settled.done():
                settled.set_result(result)

        self.shop.store.submit(command, done)
        result = await settled
        if result.error is not None:
            raise result.error
        if result.repeated:
            stored: ReplyT = msgspec.json.decode(result.reply, type=TABLE[self.name].reply)  # type: ignore[assignment]  # the row's reply is what `run` returns
            return stored
        return kept[0]


LiveHandler = Callable[[Ask, Any], Awaitable[Any]]
LiveT = TypeVar("LiveT", bound=LiveHandler)

LIVE: dict[str, LiveHandler] = {}


def live(name: str) -> Callable[[LiveT], LiveT]:
    """Answers a message beside the store."""

    def bind(handler: LiveT) -> LiveT:
        assert name not in LIVE, f"{name} has two handlers"
        LIVE[name] = handler
        return handler

    return bind
