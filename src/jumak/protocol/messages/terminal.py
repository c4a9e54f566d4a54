"""Messages of the shop's card terminals (contract: extensions §6)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from jumak.domain.base import Doc, PublicId
from jumak.domain.terminal import Address, DriverName, TerminalRecord
from jumak.domain.wallet import Wallets
from jumak.protocol.row import Data, Done, Reply, Row

MOST_DEVICES = 200


class TerminalDraft(Doc, frozen=True, kw_only=True):
    """A terminal as it is set up; without an id a new one. devices: tills that charge on it, empty = every one."""

    id: PublicId | None = None
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    driver: DriverName
    address: Address
    devices: Annotated[tuple[PublicId, ...], Meta(max_length=MOST_DEVICES)] = ()


class SaveTerminal(Data, frozen=True, kw_only=True):
    """Set up or edit a terminal."""

    terminal: TerminalDraft
    expected_version: int | None = None


class TerminalReply(Reply, frozen=True, kw_only=True):
    """One terminal."""

    terminal: TerminalRecord


class RemoveTerminal(Data, frozen=True, kw_only=True):
    """Take a terminal away."""

    id: PublicId


class ListTerminals(Data, frozen=True, kw_only=True):
    """The terminals, and how they are."""


class Terminal(Doc, frozen=True, kw_only=True):
    """A terminal and how it is. state: `away` cannot be reached now.  here: this till charges on it.

    wallets: what it knows of them; absent where it takes cards only, or cannot be reached.
    """

    id: PublicId
    name: str
    driver: str
    address: str
    devices: tuple[PublicId, ...] = ()
    test_mode: bool = False
    version: int
    state: Literal["idle", "busy", "away"]
    model: str | None = None
    wallets: Wallets | None = None
    here: bool = False


class TerminalsReply(Reply, frozen=True, kw_only=True):
    """Terminals in the order they were set up, and the drivers one can name."""

    terminals: tuple[Terminal, ...]
    drivers: tuple[str, ...]


class TerminalId(Doc, frozen=True, kw_only=True):
    """A terminal by id."""

    id: PublicId


class TerminalChange(Data, frozen=True, kw_only=True):
    """A terminal was set up, edited or taken away; read the list again."""

    event: Literal["save", "remove"]
    terminal: TerminalId


ROWS: tuple[Row, ...] = (
    Row(
        name="terminal.list.request",
        kind="request",
        data=ListTerminals,
        reply=TerminalsReply,
        scopes=("staff:pay",),
        page="extensions.md",
    ),
    Row(
        name="terminal.save.request",
        kind="request",
        data=SaveTerminal,
        reply=TerminalReply,
        scopes=("staff:own",),
        write=True,
        page="extensions.md",
    ),
    Row(
        name="terminal.remove.request",
        kind="request",
        data=RemoveTerminal,
        reply=Done,
        scopes=("staff:own",),
        write=True,
        page="extensions.md",
    ),
    Row(
        name="terminal.change.event",
        kind="push",
        data=TerminalChange,
        scopes=("staff:pay",),
        page="extensions.md",
    ),
)
