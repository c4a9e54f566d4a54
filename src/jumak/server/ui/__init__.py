"""Plugins' screens, sounds and scans, by way of the tills (contract, ui; decision 0014).

A plugin speaks to the shop over its own session, wherever it runs; the shop speaks to the till that
hosts it, or to every till for one that no till hosts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jumak.server.ui.barcodes import Barcodes
from jumak.server.ui.popups import Popups
from jumak.server.ui.power_saver import PowerSaver
from jumak.server.ui.surfaces import Surfaces

if TYPE_CHECKING:
    from jumak.server.session import Session
    from jumak.server.shop import RunningShop


class TillUi:
    """All of it, for one running shop."""

    def __init__(self, shop: RunningShop) -> None:
        self.popups = Popups(shop)
        self.surfaces = Surfaces(shop)
        self.power_saver = PowerSaver(shop)
        self.barcodes = Barcodes(shop)

    def serve(self) -> None:
        """Takes over its messages."""
        for part in (self.popups, self.surfaces, self.power_saver, self.barcodes):
            part.serve()

    def session_lost(self, session: Session) -> None:
        """A connection is gone: what its plugin had on screen goes too."""
        self.popups.session_lost(session)
        self.power_saver.session_lost(session)

    def popup_open(self, plugin_id: str) -> bool:
        """A popup of this plugin waits for somebody."""
        return self.popups.is_open(plugin_id)

    def close_popups(self, session: Session) -> None:
        """Ends the popups this session opened, e.g. with the payment they belong to: they answer `CANCELLED`."""
        self.popups.session_lost(session)

    def prefer_till(self, plugin_id: str, device_id: str | None) -> None:
        """From now on the plugin's popups go to this till if it is there: it started a payment with it.

        None: to whichever somebody used last, as before.
        """
        self.popups.prefer(plugin_id, device_id)
