"""Where on NATS a shop and its hub meet: two streams, and a few subjects for each shop.

`JUMAK_JOURNAL` buffers facts between shop and hub. It may lose them: the shop's own journal is the queue, and the hub
asks again for what it misses. `JUMAK_LATEST` keeps the last message of each subject alone.
"""

from __future__ import annotations

from typing import Final

from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

JOURNAL_STREAM: Final = "JUMAK_JOURNAL"
LATEST_STREAM: Final = "JUMAK_LATEST"
KEPT_S: Final = 7 * 24 * 3_600.0
"""How long a hub may be away before it has to ask the shops again."""
DOUBLES_S: Final = 120.0

CONSUMER: Final = "hub"
"""Of the journal stream; every process of a hub takes from it. Another hub on the same NATS needs another name."""

FACTS: Final = "journal"
"""shop → hub: `messages.Facts`."""
ABOUT: Final = "about"
"""shop → hub: `messages.About`, whenever it connects."""
HEARD: Final = "heard"
"""shop → hub: `messages.Heard`, every now and then."""
WANTED: Final = "wanted"
"""hub → shop: `messages.Wanted`, send again."""
MENU: Final = "menu"
"""hub → shop: `messages.Menu`."""
MENU_RESULT: Final = "menu-result"
"""shop → hub: `messages.MenuResult`."""
_LATEST: Final = (ABOUT, HEARD, WANTED, MENU, MENU_RESULT)


def subject(shop: str, what: str) -> str:
    """E.g. `jumak.gangnam-1.journal`."""
    return f"jumak.{shop}.{what}"


def of_all_shops(what: str) -> str:
    """That subject of whatever shop."""
    return f"jumak.*.{what}"


def shop_of(name: str) -> str:
    """The shop a subject is of."""
    return name.split(".")[1]


def streams() -> tuple[StreamConfig, StreamConfig]:
    """Both streams, as the hub makes them."""
    journal = _stream(JOURNAL_STREAM, FACTS)
    journal.max_age = KEPT_S
    latest = _stream(LATEST_STREAM, *_LATEST)
    latest.max_msgs_per_subject = 1
    return journal, latest


def _stream(name: str, *whats: str) -> StreamConfig:
    return StreamConfig(
        name=name,
        subjects=[of_all_shops(what) for what in whats],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        duplicate_window=DOUBLES_S,
        # A shop asks for the last message of a subject by the subject of its question, so NATS can say which it may.
        allow_direct=True,
    )
