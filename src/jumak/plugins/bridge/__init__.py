"""How plugins reach other servers: through the shop, behind their allow-list (contract, wire §8.2, §8.3).

`access` says where a URL may lead, `address` makes sure it leads there, `http` and `socket` talk,
and the `Bridge` answers plugins' messages with them.
"""

from __future__ import annotations

from jumak.plugins.bridge.bridge import Bridge
from jumak.plugins.bridge.http import Fetched
from jumak.plugins.bridge.socket import BridgeSocket

__all__ = ["Bridge", "BridgeSocket", "Fetched"]
