"""The streams of a chain are the hub's: a shop may neither make nor change them, and waits until they are there."""

from __future__ import annotations

from typing import Final

from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from nats.js.errors import APIError, NotFoundError

from jumak.feed.subjects import streams

NO_CLUSTER: Final = 10_074
"""What a server by itself says when it is asked for replicas."""


async def prepare(stream: JetStreamContext) -> None:
    """Makes the streams where there are none; those of an earlier program let shops read their own last words after this."""
    for config in streams():
        assert config.name is not None
        try:
            info = await stream.stream_info(config.name)
        except NotFoundError:
            await _made(stream, config)
        else:
            if not info.config.allow_direct:
                await stream.update_stream(info.config, allow_direct=True)


async def _made(stream: JetStreamContext, config: StreamConfig) -> None:
    """Kept by three servers, so that each can be lost; a server without a cluster keeps it alone."""
    try:
        await stream.add_stream(config.evolve(num_replicas=3))
    except APIError as refusal:
        if refusal.err_code != NO_CLUSTER:
            raise
        await stream.add_stream(config)
