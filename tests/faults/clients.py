"""Clients of a shop among others: they ask whichever server process comes to mind, until one answers."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import httpx

from tests.crash.guests import Guest, Listener, StreamListener
from tests.faults.fleet import Fleet
from tests.shops.conftest import Branch

THINKS_S = (0.3, 1.2)
"""A guest takes so long between two commands: fifty shops on one small machine."""

AGAIN_S = (0.1, 0.4)
PATIENCE_S = 120.0
NOT_NOW = (503, 504)
"""What a server answers that cannot say what became of it, or has not done it: it may be asked again."""

Json = dict[str, Any]


class AnyServer:
    """A shop at any of the processes, another one each time. Implements `guests.Server`."""

    def __init__(self, fleet: Fleet, branch: Branch, chance: random.Random) -> None:
        self._fleet, self._name, self._chance = fleet, branch.entry.name, chance
        self.up = asyncio.Event()
        self.up.set()

    @property
    def host(self) -> str:
        """The shop's name, as clients say it."""
        return f"{self._name}.localhost"

    @property
    def url(self) -> str:
        """See `guests.Server`."""
        return f"http://{self.host}:{self._chance.choice(self._fleet.servers).process.port}"

    @property
    def address(self) -> tuple[str, str]:
        """Of one of them, and the host name to say there."""
        server = self._chance.choice(self._fleet.servers)
        return server.address, f"{self.host}:{server.process.port}"


class PatientLine:
    """Asks by HTTP until there is an answer, always under the same id. Implements `guests.Line`."""

    def __init__(self, fleet: Fleet, server: AnyServer, token: str, chance: random.Random) -> None:
        self._fleet, self._server, self._token, self._chance = fleet, server, token, chance
        self.in_vain: Counter[str] = Counter()
        """Answers that were none, by what they said."""

    async def ask(self, name: str, data: Json, command_id: str) -> Json:
        """See `guests.Line`."""
        await asyncio.sleep(self._chance.uniform(*THINKS_S))
        reply = await self.now(name, data, command_id)
        # Guests ask for nothing that a shop refuses, as long as it has everything it has acknowledged.
        assert reply["complete"] is True, (name, data, reply)
        return reply

    async def now(self, name: str, data: Json, command_id: str | None = None) -> Json:
        """Without thinking first. command_id: none for what changes nothing."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                address, host = self._server.address
                headers = {"Host": host, "Authorization": f"Bearer {self._token}"}
                if command_id is not None:
                    headers["Idempotency-Key"] = command_id
                try:
                    answer = await self._fleet.http.post(f"{address}/v1/{name}", json=data, headers=headers)
                    if answer.status_code not in NOT_NOW:
                        assert answer.headers["content-type"].startswith("application/json"), answer.text
                        reply: Json = answer.json()
                        return reply
                    self.in_vain[answer.json()["error"].get("reason", answer.text)] += 1
                except httpx.TransportError as trouble:
                    self.in_vain[type(trouble).__name__] += 1
                await asyncio.sleep(self._chance.uniform(*AGAIN_S))

    async def must(self, name: str, data: Json) -> Json:
        """What must succeed."""
        reply = await self.now(name, data)
        assert reply["complete"] is True, reply
        return reply

    async def close(self) -> None:
        """See `guests.Line`; its connections are everybody's."""


class House:
    """One shop with a guest who orders and pays, and two who listen to it."""

    def __init__(self, fleet: Fleet, branch: Branch, token: str, ear: str, number: int, seed: int) -> None:
        chance = random.Random(f"{seed} {number}")
        self.branch = branch
        server = AnyServer(fleet, branch, chance)
        self.line = PatientLine(fleet, server, token, chance)
        self.answers = 0
        self.guest = Guest(number, server, self.line, seed, self._answered)
        kind = StreamListener if number % 4 == 3 else Listener
        self.listener = kind(server, ear, pause_s=0.2)

    def _answered(self) -> None:
        self.answers += 1
