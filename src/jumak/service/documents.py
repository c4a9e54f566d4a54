"""The kinds of small documents a shop keeps, and the ones that are not of the trade itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct

from jumak.domain.attempt import OPEN, Attempt
from jumak.domain.caller import Profile, Reach, Role
from jumak.domain.cash_receipt import CashReceipt, OrderReceipts
from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.catalog.sharing import SharedMenu, Twins
from jumak.domain.draft.types import Draft
from jumak.domain.kitchen import Station
from jumak.domain.merchant import Shop
from jumak.domain.order.unmerge import MergeRecord
from jumak.domain.refund import RefundAttempt
from jumak.domain.reservation import ReservationRecord
from jumak.domain.table import GroupRecord, Hall, TableRecord
from jumak.domain.terminal import TerminalRecord
from jumak.domain.till_receipt import TillReceipt, TillReceipts
from jumak.domain.waiting import PartyRecord, WaitingSetting


class Device(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A paired device or a service token. `token_hash`: SHA-256 of the token, hex; shown once, never kept.

    code_hash, code_expires_ms: the one-time pairing code. claim_hash: SHA-256 of the token the code was
    redeemed for. caller_id: the identity it acts as. till_id: the till whose guest a display faces, None = the
    main till.  reach: of a head office's token, see `Caller.reach`.
    """

    id: str
    kind: Literal["till", "kitchen", "display", "service", "plugin"]
    name: str
    caller_id: str
    scopes: tuple[str, ...]
    token_hash: str
    created_ms: int
    letter: str = "A"
    code_hash: str | None = None
    code_expires_ms: int | None = None
    claim_hash: str | None = None
    revoked_ms: int | None = None
    till_id: str | None = None
    reach: Reach | None = None


class Staff(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person who signs in with a PIN (SEC-1). pin_hash: scrypt with salt."""

    id: str
    name: str
    role: Role
    pin_hash: str
    pin_salt: str
    version: int = 1


class Approval(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A manager's one-off approval (SEC-1): for one act, by one person, once. act: see `approval.act_of`.

    asked_by: caller it is for, and asked_staff the person signed in there, None where nobody is.
    """

    id: str
    action: str
    act: str = ""
    staff_id: str
    staff_name: str
    role: Role
    asked_by: str
    asked_staff: str | None = None
    expires_ms: int


class Cart(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A device's cart. No fact of the trade: kept so that it survives a reload, pushed without seq."""

    id: str
    draft: Draft


class HeldCart(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cart somebody put aside (보관): any till may go on with it. held_by: the person's name, or the till's."""

    id: str
    draft: Draft
    held_ms: int
    held_by: str


class PaymentLock(Struct, frozen=True, kw_only=True):
    """Somebody takes the money of this order: a lease (OFF-6). id: the order's id."""

    id: str
    lock_id: str
    holder: str
    expires_ms: int


class InFlight(Struct, frozen=True, kw_only=True):
    """What an open attempt reserves of an order (PAY-2). id: the order's id.

    locked: somebody is being charged right now, so nobody else touches the order (OFF-6).
    """

    id: str
    attempt_id: str
    amount: int
    locked: bool


class Serving(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The order whose money a till takes, as its guest sees it (DSP-1). id: the till's device id.

    lock_id: the lease of its payment screen, None when it takes the money without one.  attempt_id: its newest
    attempt.  paid_ms: since when nothing is owed.
    """

    id: str
    order_id: str
    lock_id: str | None = None
    attempt_id: str | None = None
    paid_ms: int | None = None


PluginKind = Literal["worker", "iframe", "python"]


class Tab(Struct, frozen=True, kw_only=True):
    """The tab of a page in the POS. href: the page inside the package, with its query and fragment."""

    title: str
    description: str = ""
    href: str = "index.html"


class Copy(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kept version of a plugin, as its package had it: what a roll-back puts in force again.

    acl, scopes, profile, name, sdk_name: what the package asked for; what the shop decided stands in
    `Install`.  folder: as `Install.folder`.
    """

    hash: str
    version: str
    installed_at: str
    folder: str
    name: str
    sdk_name: str
    profile: Profile
    acl: tuple[str, ...]
    scopes: tuple[str, ...]
    entry: str
    kinds: tuple[PluginKind, ...] = ("python",)
    tab: Tab | None = None
    settings: tuple[dict[str, Any], ...] = ()
    dev_url: str = ""


class Install(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An installed plugin package (contract, plugin-runtime §9).

    kinds: what it holds; a document from before there were others than Python has none written.
    entry: the worker's script or the Python module, empty for a page alone.
    folder: the unpacked copy, relative to `plugins/` in the shop's directory; what a page or worker
    is served from is its root.  hash: of the package's files.
    disabled_reason: why the shop itself switched it off, for people; empty when staff did.
    headless: its worker runs under the server instead of in tills.  devices: the tills that host
    it, empty = every one.  origin_map: for development, external origin → local origin.
    dev_url: origin of the development server it is loaded from, empty for a package.
    versions: the kept copies, the one in force first.
    """

    id: str
    name: str
    sdk_name: str
    version: str
    hash: str
    kinds: tuple[PluginKind, ...] = ("python",)
    profile: Profile
    entry: str
    acl: tuple[str, ...]
    scopes: tuple[str, ...]
    enabled: bool
    folder: str
    loaded_at: str
    settings: tuple[dict[str, Any], ...] = ()
    disabled_reason: str = ""
    headless: bool = False
    devices: tuple[str, ...] = ()
    tab: Tab | None = None
    origin_map: dict[str, str] = {}
    dev_url: str = ""
    versions: tuple[Copy, ...] = ()


class SettingPage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Inputs a plugin declared and the values staff saved, passwords not among them.

    id: the plugin's id.  declared: the plugin has run; before, its package's own inputs count.
    """

    id: str
    inputs: tuple[dict[str, Any], ...] = ()
    declared: bool = False
    values: dict[str, Any] = {}


class HubFeed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the shop remembers of its chain's hub. id: always `hub`.

    sent: number of the last fact the hub's stream has taken.  wish: the last wish of the hub to be sent facts again that
    was granted.
    """

    id: str
    sent: int = 0
    wish: str = ""


class TakenMenu(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one menu from above. by: who gave it.  added, changed, removed: items.

    left: items that were left out, see `sharing.Merged`.  refused: why nothing of it was taken, Korean and English;
    reason: the same for programs.
    """

    id: str
    version: int
    by: Literal["hub", "office"]
    added: int = 0
    changed: int = 0
    removed: int = 0
    left: int = 0
    refused: tuple[str, str] | None = None
    reason: str = ""


class ChainMenu(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a shop remembers of menus from above. id: always `chain`.

    newest: version of the newest one that was decided about.  taken: the last ones, the newest decision first.
    """

    id: str
    newest: int = 0
    taken: tuple[TakenMenu, ...] = ()
    twins: Twins = Twins()


class ShopEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A shop of a head office's directory. name: host label.  founding: the settings it begins with.

    groups: names by which the head office takes several shops together.
    """

    id: int
    name: str
    founding: Shop
    state: Literal["OPEN", "SUSPENDED"] = "OPEN"
    reason: str | None = None
    groups: tuple[str, ...] = ()
    created_ms: int
    version: int


class MenuPush(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A menu a head office gives to shops. version: see `chain_menu.Offer`.  asked: hash of who asked for what (PAY-7).

    by: who gave it, for people.  shops: numbers.
    """

    id: str
    name: str
    version: int
    at_ms: int
    by: str
    asked: str
    menu: SharedMenu
    shops: tuple[int, ...]


class PushResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a push in one shop; taken is None until that is known. id: the push, a colon, the shop's number."""

    id: str
    push: str
    shop: int
    version: int
    taken: TakenMenu | None = None


KINDS: dict[str, type[Struct]] = {
    "category": Category,
    "item": CatalogItem,
    "option": Option,
    "hall": Hall,
    "table": TableRecord,
    "group": GroupRecord,
    "merge": MergeRecord,
    "party": PartyRecord,
    "waiting": WaitingSetting,
    "reservation": ReservationRecord,
    "station": Station,
    "device": Device,
    "staff": Staff,
    "approval": Approval,
    "cart": Cart,
    "held-cart": HeldCart,
    "lock": PaymentLock,
    "attempt": Attempt,
    "in-flight": InFlight,
    "refund": RefundAttempt,
    "serving": Serving,
    "terminal": TerminalRecord,
    "install": Install,
    "setting": SettingPage,
    "cash-receipt": CashReceipt,
    "order-receipts": OrderReceipts,
    "till-receipt": TillReceipt,
    "till-receipts": TillReceipts,
    "hub-feed": HubFeed,
    "chain-menu": ChainMenu,
    "shop-entry": ShopEntry,
    "menu-push": MenuPush,
    "push-result": PushResult,
}
"""Kind name in the store → struct; the id is the struct's `id`. Noun modules add theirs here."""


def _receipt_has_no_end(receipt: TillReceipt) -> bool:
    sendings = (receipt.issue, *receipt.cancels)
    return receipt.issue.state != "WITHDRAWN" and any(each.state != "ISSUED" for each in sendings)


UNFINISHED: dict[type[Struct], Callable[[Any], bool]] = {
    Attempt: lambda attempt: attempt.state in OPEN,
    RefundAttempt: lambda refund: refund.state != "RETURNED",
    TillReceipt: _receipt_has_no_end,
}
"""Kinds of which nearly all come to their end, and which have not yet: `Reader.unfinished` finds those among many."""
