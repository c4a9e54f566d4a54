"""What the tests ask of a plugin, as `../driver/driver.js`, in Python.

A tester sends `{id, …}` by unicast and gets `{id, value}` or `{id, error}` back. It calls members as JavaScript
does: values in order, the last an object of options. Here options are keyword arguments, and what a function
does not take is left out.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from functools import reduce
from typing import Any

from jumak.sdk import Plugin, Pos
from jumak.sdk.names import snake
from jumak.sdk.values import write

plugin = Plugin("driver")
heard: list[dict[str, Any]] = []
"""Everything a listener got, oldest first: `{on, args}`."""

answering: set[asyncio.Task[None]] = set()


def member(pos: Pos, path: str) -> Any:
    return reduce(getattr, (snake(word) for word in path.split(".")), pos)


def bound(function: Callable[..., Any], arguments: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments for what a tester sent."""
    parameters = inspect.signature(function).parameters.values()
    places = sum(each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters)
    options = arguments[places] if len(arguments) > places and isinstance(arguments[places], dict) else {}
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return arguments[:places], options
    known = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
    keywords = {snake(key): value for key, value in options.items()}
    if "timeout_ms" in keywords:
        keywords["timeout"] = keywords["timeout_ms"] / 1_000
    return arguments[:places], {key: value for key, value in keywords.items() if key in known}


async def answer(pos: Pos, asked: dict[str, Any]) -> Any:
    if "call" in asked:
        function = member(pos, asked["call"])
        positional, keywords = bound(function, asked.get("args", []))
        return write(await function(*positional, **keywords))
    if "listen" in asked:
        path, *event = asked["listen"]

        def listener(*arguments: Any) -> None:
            heard.append({"on": ".".join((path, *event)), "args": [write(each) for each in arguments]})

        member(pos, path).on(*event, listener)
        return None
    if asked.get("take") is True:
        # A unicast has a longest length: ask again.
        taken = heard[:40]
        del heard[:40]
        return taken
    raise ValueError(f"the driver cannot {', '.join(asked)}")


async def reply(pos: Pos, asked: dict[str, Any], sender: str) -> None:
    result: dict[str, Any]
    try:
        result = {"value": await answer(pos, asked)}
    except Exception as problem:
        about = {key: getattr(problem, key, None) for key in ("code", "reason", "data")}
        result = {"error": {"name": type(problem).__name__, "message": str(problem), **about}}
    await pos.plugin_unicast.send({"id": asked["id"], **result}, sender)


@plugin.on("plugin_unicast.message")
def asked(pos: Pos, message: dict[str, Any], sender: str) -> None:
    """Not awaited here: what one question waits for may be what the next one does."""
    task = asyncio.create_task(reply(pos, message, sender))
    answering.add(task)
    task.add_done_callback(answering.discard)


plugin.run()
