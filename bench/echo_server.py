"""uvicorn around the bare echo, with the settings of the shop's server: `python -m bench.echo_server PORT`."""

from __future__ import annotations

import asyncio
import socket
import sys

import uvicorn
from uvloop import new_event_loop

from bench.bare import echo


class Server(uvicorn.Server):
    """Says when it is ready."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, then says so."""
        await super().startup(sockets)
        print("ready", flush=True)


def main() -> None:
    """Serves until it is told to stop."""
    config = uvicorn.Config(
        echo, port=int(sys.argv[1]), ws="websockets-sansio", http="httptools", lifespan="off", log_level="warning",
        access_log=False, ws_per_message_deflate=False,
    )  # fmt: skip
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(Server(config).serve())


if __name__ == "__main__":
    main()
