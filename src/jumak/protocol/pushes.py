"""From the journal's facts to pushes: the one table of what a fact is called outside.

A fact's `data` holds what its push needs under the push's own keys; a push takes the keys its
kind lists and nothing else, so audit details never leave. Facts without a push are for the audit
log and for time travel only. `docs/reference/facts.md` is generated from this table.

Some pushes carry a whole thing that the journal only refers to (`order.cancel` the order, H-35;
a party or reservation, whose names are personal data, SEC-4): `FactKind.whole` names its key and
the caller of `push_of` hands it in as it is now.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from jumak.domain.fact import Fact
from jumak.protocol.table import TABLE


class FactKind(Struct, frozen=True, kw_only=True):
    """What becomes of one kind of fact.

    push: name of the push, empty for audit-only facts.  keys: keys of `Fact.data` that are sent.
    whole: the key that takes the whole thing.  event: the push has an `event` key, the fact's word.
    numeric: the subject is a catalog id.  about: one line for the reference.
    """

    push: str = ""
    keys: tuple[str, ...] = ()
    whole: str = ""
    event: bool = True
    numeric: bool = False
    about: str


class Push(Struct, frozen=True):
    """A push before it has a number."""

    name: str
    data: dict[str, Any]


def _facts(
    noun: str, push: str, keys: tuple[str, ...], words: dict[str, str], *, numeric: bool = False
) -> dict[str, FactKind]:
    return {
        f"{noun}.{word}": FactKind(push=push, keys=keys, numeric=numeric, about=about)
        for word, about in words.items()
    }


FACTS: dict[str, FactKind] = {
    **_facts(
        "order",
        "order.change.event",
        ("order",),
        {
            "add": "an order was created, by any channel",
            "update": "lines, discounts, memo, guests, tip, table or estimate changed; also just before `cancel`",
            "accept": "a requested order was accepted",
            "decline": "a requested order was declined",
            "expire": "a requested order was not answered in time",
            "complete": "an order was completed",
            "call": "the customer was called",
        },
    ),
    "order.cancel": FactKind(
        push="order.change.event",
        keys=("order",),
        whole="order",
        about="an order was cancelled; the push carries the whole order",
    ),
    "order.cancel-pending": FactKind(
        about="staff cancelled an order whose money is not all back yet (CAN-2)"
    ),
    "order.collect": FactKind(about="the customer has the order (ORD-9)"),
    "order.lock": FactKind(about="somebody takes the money of an order: a lease (OFF-6)"),
    "order.unlock": FactKind(about="that lease was given back"),
    **_facts(
        "payment",
        "payment.change.event",
        ("payment", "order"),
        {
            "paid": "a payment was recorded, once per payment",
            "cancel": "a payment was cancelled, once per payment",
        },
    ),
    "payment.refund": FactKind(about="money of a payment was given back (CAN-5, CAN-6); amount and VAT"),
    **{
        f"attempt.{word}": FactKind(
            push="payment-attempt.change.event", keys=("attempt",), whole="attempt", event=False, about=about
        )
        for word, about in {
            "start": "an attempt to take money began; it is stored before anybody is asked (NET-1)",
            "approve": "an attempt became a payment",
            "decline": "the plugin or terminal refused",
            "cancel": "the guest went back; nothing was charged",
            "lose": "nobody knows what became of an attempt (NET-2)",
            "give-up": "staff stopped waiting for an attempt",
            "wait": "a plugin has not answered for two minutes; staff wait on or give up",
            "show": "the terminal gave the code that the guest's phone is to scan (PAY-9); the fact does not hold it",
            "find-nothing": "an attempt turned out to have charged nothing",
            "escalate": "an attempt needs a person: an approval that could not be recorded",
            "resolve": "a manager decided what became of an attempt; how, and the note",
            "approval": "an approval came after the attempt had its end, and changed nothing",
            "take-back": "the terminal is told to take back whatever it took (NET-3, NET-4); stored before it is",
            "net-cancel": "the terminal took back what it had taken; neither a sale nor a refund (NET-6)",
            "ask-again": "the terminal was asked in vain what became of an attempt, or a manager has it asked again",
        }.items()
    },
    **{
        f"refund.{word}": FactKind(
            push="payment-refund.change.event", keys=("refund",), whole="refund", event=False, about=about
        )
        for word, about in {
            "queue": "the order was cancelled: the payment is asked back once nothing else of it is being given back",
            "owe": "a part is to be given back by hand: nobody can be asked for it (CAN-7)",
            "ask": "a plugin or terminal is about to be asked to give a payment back; stored before it is (CAN-10)",
            "return": "the money of a payment that was asked back is back",
            "decline": "the plugin or terminal could not give it back",
            "give-up": "the plugin gave the refund up; the payment stays",
            "lose": "nobody knows whether the plugin or terminal gave the money back",
            "find-nothing": "it turned out late that nothing was given back",
            "resolve": "a manager found out that the money did not go back; the note",
        }.items()
    },
    **_facts(
        "table",
        "table.change.event",
        ("table", "order", "from", "to"),
        {
            "order-add": "an order was put on a table",
            "order-update": "the order of a table changed",
            "clear": "a table was emptied",
            "add": "a table was added to the plan",
            "update": "a table of the plan changed, or the tables it is used together with",
            "delete": "a table was taken off the plan",
            "move": "an order moved to another table",
            "swap": "two tables swapped their orders",
            "merge": "the order of one table was joined to that of another",
        },
        numeric=True,
    ),
    **_facts(
        "kds",
        "kds-order-item.change.event",
        ("kdsOrder",),
        {
            "open": "a ticket reached the kitchen, or came back by recall",
            "complete": "a ticket is done at all its stations",
            "cancel": "an open ticket was cancelled",
        },
    ),
    **_facts(
        "catalog",
        "catalog-item.change.event",
        ("catalog",),
        {
            "add": "an item was added to the menu",
            "update": "an item changed",
            "delete": "an item was taken off the menu",
            "sold-out": "an item can no longer be ordered",
            "on-sale": "an item can be ordered again",
        },
        numeric=True,
    ),
    **_facts(
        "category",
        "catalog-category.change.event",
        ("category",),
        {
            "add": "a category was added",
            "update": "a category changed",
            "delete": "a category was deleted",
        },
        numeric=True,
    ),
    **_facts(
        "option",
        "catalog-item-option.change.event",
        ("option",),
        {
            "add": "an option was added",
            "update": "an option changed",
            "delete": "an option was deleted",
            "sold-out": "a choice of an option can no longer be ordered",
            "on-sale": "a choice of an option can be ordered again",
        },
        numeric=True,
    ),
    "waiting.change": FactKind(
        push="waiting.change.event",
        keys=("party",),
        whole="party",
        event=False,
        about="a waiting party came, was called, seated, deferred or left",
    ),
    "reservation.change": FactKind(
        push="reservation.change.event",
        keys=("reservation",),
        whole="reservation",
        event=False,
        about="a reservation was booked, checked in, seated, cancelled or missed",
    ),
    "kds.bump": FactKind(about="lines of a ticket are done at a station (KDS-6); thousandths fulfilled"),
    "kds.recall": FactKind(about="bumped lines of an open ticket were taken back"),
    "kds.relabel": FactKind(about="a ticket followed its lines to another order (KDS-10, SPL-5)"),
    "kds.prioritize": FactKind(about="a ticket was moved to the front, or back"),
    "kds.acknowledge": FactKind(about="a station's screen has shown a ticket"),
    "kds.auto-clear": FactKind(about="a ticket was cleared at the business day's cut-off"),
    "kds.hand-over": FactKind(about="the expo handed an order over (ORD-9)"),
    "station.save": FactKind(about="a kitchen station was set up or edited"),
    "station.delete": FactKind(about="a kitchen station was closed"),
    "table.seat": FactKind(about="guests sat down without an order (TBL-7)"),
    **_facts(
        "hall",
        "hall.change.event",
        ("hall",),
        {
            "add": "a hall was added to the plan",
            "update": "a hall of the plan changed",
            "delete": "a hall was taken off the plan",
        },
        numeric=True,
    ),
    **_facts(
        "terminal",
        "terminal.change.event",
        ("terminal",),
        {
            "save": "a card terminal was set up or edited; before and after",
            "remove": "a card terminal was taken away",
        },
    ),
    "waiting.set-mode": FactKind(
        push="waiting-mode.change.event",
        keys=("mode", "until"),
        event=False,
        about="the waiting list takes parties, or no longer (TBL-10)",
    ),
    "stock.adjust": FactKind(about="stock was counted or corrected; thousandths before and after, and why"),
    "cash-receipt.issue": FactKind(about="a cash receipt issued outside was registered"),
    **{
        f"cash-receipt.{word}": FactKind(
            push="cash-receipt.change.event",
            keys=("cashReceipt",),
            whole="cashReceipt",
            event=False,
            about=about,
        )
        for word, about in {
            "queue": "a cash receipt for cash of the till is to be issued, asked for or by the law (RCP-2)",
            "lower": "part of its cash went back before anybody was asked for it",
            "withdraw": "it is not wanted any more, and nobody was asked for it",
            "send": "the issuer is about to be asked for it; stored before it is",
            "wait": "the issuer was not reached; it stays in the queue",
            "lose": "nobody knows whether the issuer heard; it is asked again under the same key",
            "approve": "it was issued",
            "refuse": "the issuer refused it; staff look after it",
            "cancel-queue": "a cash receipt, or a part of it, is to be cancelled (RCP-3, RCP-4)",
            "cancel-send": "the issuer is about to be asked for a cancel; stored before it is",
            "cancel-wait": "the issuer was not reached for a cancel; it stays in the queue",
            "cancel-lose": "nobody knows whether the issuer heard of a cancel; it is asked again under the same key",
            "cancel-approve": "a cancel was booked",
            "cancel-refuse": "the issuer refused a cancel; staff look after it",
        }.items()
    },
    "shop.update": FactKind(about="settings of the shop changed; before and after"),
    "staff.add": FactKind(about="a person was added"),
    "staff.update": FactKind(about="name, role or PIN of a person changed"),
    "staff.delete": FactKind(about="a person was removed"),
    "staff.login": FactKind(about="a person signed in on a device"),
    "staff.logout": FactKind(about="a person signed out"),
    "staff.pin-fail": FactKind(about="a wrong PIN was entered (SEC-2)"),
    "staff.approve": FactKind(
        about="a manager approved one act of somebody else: order and amount in `about` (SEC-1)"
    ),
    "staff.approval-use": FactKind(about="an approval was used up by the act it was given for (SEC-1)"),
    "device.pair": FactKind(about="a device or service token was made"),
    "device.claim": FactKind(about="a screen redeemed its one-time code"),
    "device.revoke": FactKind(about="a device or token was revoked"),
    "shop-directory.add": FactKind(about="a head office took a shop into its directory"),
    "shop-directory.set-groups": FactKind(about="a head office put a shop into other groups"),
    "menu-push.add": FactKind(about="a head office gave its menu, or a part of it, to shops"),
    "menu-push.result": FactKind(about="a shop took a menu of its head office, or refused it"),
    "shop-directory.suspend": FactKind(about="a head office suspended a shop, or gave another reason"),
    "shop-directory.resume": FactKind(about="a head office had a shop served again"),
    **{
        f"plugin.{word}": FactKind(
            push="plugin.change.event", keys=("plugin",), whole="plugin", event=False, about=about
        )
        for word, about in {
            "install": "a plugin package was installed",
            "update": "a plugin was switched on or off, or its profile, scopes or allow-list changed",
            "disable": "a plugin was switched off because it kept crashing",
        }.items()
    },
    "plugin.restart": FactKind(about="staff restarted a plugin"),
    "plugin.uninstall": FactKind(about="a plugin and its storage were removed"),
    "plugin.setting": FactKind(about="staff saved a plugin's settings page; names of inputs only"),
}
"""Fact name → what becomes of it. A test holds that code records no other name."""


def push_of(fact: Fact, whole: Any = None) -> Push | None:
    """The push this fact becomes, None for an audit-only fact.

    whole: for kinds with `FactKind.whole`, the thing as it is now; without it the push carries
    what the fact says itself, and None is returned when that is nothing.
    """
    kind = FACTS.get(fact.name)
    # An older journal may hold facts of a name that is gone: they must not stop a replay.
    if kind is None or not kind.push:
        return None
    data: dict[str, Any] = {}
    if kind.event:
        data["event"] = fact.name.split(".", 1)[1]
    for key in kind.keys:
        if key in fact.data:
            data[key] = fact.data[key]
    if kind.whole and whole is not None:
        data[kind.whole] = whole
    if not data.keys() - {"event"}:
        if not kind.event:
            return None
        data[kind.keys[0]] = {"id": int(fact.subject) if kind.numeric else fact.subject}
    return Push(kind.push, data)


def scopes_of(push: str) -> tuple[str, ...]:
    """Scopes of which any lets a caller see this push, none = everybody."""
    return TABLE[push].scopes
