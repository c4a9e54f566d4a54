"""Scans: from a till to plugins, and from a plugin to a till (contract, ui §4; SCN-1, SCN-2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from jumak.domain.errors import HostUnavailable, InvalidArgument
from jumak.protocol.messages.ui import BarcodeData
from jumak.protocol.row import Done
from jumak.server.connections import Push
from jumak.server.live import Ask
from jumak.server.ui.tills import one_till, plugins_at

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

SCAN = "barcode.event"

_EDGES = re.compile(r"^[\x00-\x20\x7f-\x9f]+|[\x00-\x20\x7f-\x9f]+$")


def trimmed(code: str) -> str:
    """A code without the control characters and blanks scanners put around it; inside they may mean something."""
    return _EDGES.sub("", code)


class Barcodes:
    """See the module."""

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop

    def serve(self) -> None:
        """Takes over the messages."""
        self._shop.live["barcode.send.request"] = self.send
        self._shop.live["barcode.scan.request"] = self.scan

    async def send(self, ask: Ask, data: BarcodeData) -> Done:
        """A plugin's code: one till treats it like its own scanner's, other plugins hear of it, the sender does not.

        Raises HostUnavailable without a till.
        """
        push = _scan(data)
        till = one_till(self._shop.connections, ask.caller)
        if till is None or till.caller is None:
            raise HostUnavailable("연결된 포스가 없습니다.", "No till is connected.")
        till.push(push)
        self._tell_plugins(push, till.caller.device_id, but=ask.caller.id)
        return Done()

    async def scan(self, ask: Ask, data: BarcodeData) -> Done:
        """A till's scan, after its own look-up: to the plugins it hosts and to those no till hosts.

        A guest's code is as good as money, and told to nobody: a till may not know yet what they look like (PAY-9).
        """
        if ask.session is not None:
            ask.session.acted()
        push = _scan(data)
        if not self._is_wallet_code(trimmed(data.barcode)):
            self._tell_plugins(push, ask.caller.device_id)
        return Done()

    def _is_wallet_code(self, code: str) -> bool:
        known = self._shop.connections.wallet_codes.values()
        return any(one.is_one(code) for reads in known for one in reads)

    def _tell_plugins(self, push: Push, device: str | None, but: str = "") -> None:
        for one in plugins_at(self._shop.connections, device, SCAN):
            if one.caller is not None and one.caller.id != but:
                one.push(push)


def _scan(data: BarcodeData) -> Push:
    code = trimmed(data.barcode)
    if not code:
        raise InvalidArgument("바코드가 비어 있습니다.", "The barcode is empty.", path="$.barcode")
    return Push(SCAN, msgspec.json.encode({"barcode": code}))
