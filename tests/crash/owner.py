"""What the owner asks a server that is killed and started again."""

from __future__ import annotations

from typing import Any

import httpx

from tests.crash.shop_process import ShopProcess

WITHIN_S = 30.0
Json = dict[str, Any]


async def post(server: ShopProcess, name: str, data: Json) -> Json:
    """As the owner, who may do what every person in the shop may."""
    headers = {"Authorization": f"Bearer {server.owner.token}"}
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=WITHIN_S) as http:
        reply: Json = (await http.post(f"/v1/{name}", json=data, headers=headers)).json()
        return reply
