"""The cart of a till (contract, draft-order; extensions §5)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from jumak.domain.base import CatalogId, Doc, Memo, PublicId, Won
from jumak.domain.discount import StaffDiscount
from jumak.domain.draft.types import DraftOrder
from jumak.domain.order.types import Count, DiningOption, NumGuests, Quantity
from jumak.protocol.messages.order import OrderReply
from jumak.protocol.row import Data, Nothing, Reply, Row

LineKey = Annotated[str, Meta(max_length=64)]
Index = Annotated[int, Meta(ge=-(2**31), le=2**31)]
Approval = Annotated[str, Meta(min_length=1, max_length=64)]
SentLine = Annotated[
    dict[str, Any],
    Meta(
        description="PluginDraftOrderItemDto; unknown keys are kept and returned",
        extra_json_schema={"required": ["item", "itemPrice", "quantity", "diningOption"]},
    ),
]
SentChoice = Annotated[
    dict[str, Any],
    Meta(
        description="PluginOrderItemOptionChoice, the whole object",
        extra_json_schema={"required": ["id", "title", "priceValue", "quantity"]},
    ),
]


class DraftReply(Reply, frozen=True, kw_only=True):
    """The cart as it is now."""

    draft_order: DraftOrder


class AddLineItem(Data, frozen=True, kw_only=True):
    """One more line; checked field by field, answered with every key it came with."""

    line_item: SentLine


class LineByKey(Data, frozen=True, kw_only=True):
    """Which line."""

    key: LineKey


class DiscountByIndex(Data, frozen=True, kw_only=True):
    """Which order discount, counted from 0."""

    index_of_discount: Index


class LineDiscountByIndex(Data, frozen=True, kw_only=True):
    """Which discount of which line, counted from 0."""

    key: LineKey
    index_of_discount: Index


class UpdateItemQuantity(Data, frozen=True, kw_only=True):
    """How many of this line."""

    key: LineKey
    quantity: Quantity


class UpdateItemOptionChoices(Data, frozen=True, kw_only=True):
    """The options of this line from now on."""

    key: LineKey
    option_choices: Annotated[tuple[SentChoice, ...], Meta(max_length=200)]


class UpdateItemMemo(Data, frozen=True, kw_only=True):
    """The note of this line from now on; an empty text clears it."""

    key: LineKey
    memo: Memo


class UpdateIgnorePrint(Data, frozen=True, kw_only=True):
    """true: no kitchen slip for this cart."""

    ignore_print: bool


class AddDraftDiscount(Data, frozen=True, kw_only=True):
    """An order discount; a large one by staff needs approval (rulebook §7.5)."""

    discount: StaffDiscount
    approval_id: Approval | None = None


class AddDraftItemDiscount(Data, frozen=True, kw_only=True):
    """A discount on one line; a large one by staff needs approval (rulebook §7.5)."""

    key: LineKey
    discount: StaffDiscount
    approval_id: Approval | None = None


class UpdateDraft(Data, frozen=True, kw_only=True):
    """The cart's header; what is left out stays, an empty memo, table 0 or guests 0 clear."""

    memo: Memo | None = None
    table_id: CatalogId | Literal[0] | None = None
    num_guests: Annotated[int, Meta(ge=0, le=9_999)] | None = None


class UpdateDiningOption(Data, frozen=True, kw_only=True):
    """How this line is eaten from now on, every line when no key is sent."""

    dining_option: DiningOption
    key: LineKey | None = None


class SubmitDraft(Data, frozen=True, kw_only=True):
    """What becomes of the cart: an order of its own, or further lines of one that is there.

    alone: refused where the cart's table has an open order already.
    """

    order_id: PublicId | None = None
    alone: bool = False
    approval_id: Approval | None = None


class StartPayment(Data, frozen=True, kw_only=True):
    """The approval that staff bring, where the cart costs nothing and is an order at once (rulebook §7.5)."""

    approval_id: Approval | None = None


class HeldById(Data, frozen=True, kw_only=True):
    """Which held cart."""

    id: PublicId


class HeldDraftOrder(Doc, frozen=True, kw_only=True):
    """A cart that was put aside. title: of its first line.  heldBy: the person's name, else the till's."""

    id: str
    held_at: str
    held_by: str
    title: str
    line_count: Count
    order_price_value: Won
    table_id: CatalogId | None = None
    num_guests: NumGuests | None = None
    memo: Memo | None = None


class HeldReply(Reply, frozen=True, kw_only=True):
    """The carts that were put aside, the newest first."""

    held_draft_orders: tuple[HeldDraftOrder, ...]


class HeldChange(Data, frozen=True, kw_only=True):
    """A cart was put aside or taken up again: all that are aside now, the newest first."""

    held_draft_orders: tuple[HeldDraftOrder, ...]


class DraftChange(Data, frozen=True, kw_only=True):
    """The cart changed, whoever changed it."""

    event: Literal["change"]
    draft_order: DraftOrder


SDK = "sdk-0.0.27"
PAGE = "draft-order.md"
MORE = "extensions.md §5"
READ = ("draft:read",)
WRITE = ("draft:write",)
STAFF = ("staff:order", "draft:write")

ROWS: tuple[Row, ...] = (
    Row(name="draft-order.get.request", kind="request", data=Nothing, reply=DraftReply, scopes=READ,
        sdk="draftOrder.get", origin=SDK, page=PAGE, about="The cart."),
    Row(name="draft-order.clear.request", kind="request", data=Nothing, reply=DraftReply, scopes=WRITE, write=True,
        sdk="draftOrder.clear", origin=SDK, page=PAGE, about="Empties the cart, staff's lines included."),
    Row(name="draft-order.add-line-item.request", kind="request", data=AddLineItem, reply=DraftReply, scopes=WRITE, write=True,
        sdk="draftOrder.addLineItem", origin=SDK, page=PAGE, about="One more line, never merged with another."),
    Row(name="draft-order.delete-line-item.request", kind="request", data=LineByKey, reply=DraftReply, scopes=WRITE, write=True,
        sdk="draftOrder.deleteLineItem", origin=SDK, page=PAGE, about="Takes a line out."),
    Row(name="draft-order.delete-discount.request", kind="request", data=DiscountByIndex, reply=DraftReply, scopes=WRITE, write=True,
        sdk="draftOrder.deleteDiscount", origin=SDK, page=PAGE, about="Takes an order discount off."),
    Row(name="draft-order.delete-item-discount.request", kind="request", data=LineDiscountByIndex, reply=DraftReply, scopes=WRITE,
        write=True, sdk="draftOrder.deleteItemDiscount", origin=SDK, page=PAGE, about="Takes a line's discount off."),
    Row(name="draft-order.update-item-quantity.request", kind="request", data=UpdateItemQuantity, reply=DraftReply, scopes=WRITE,
        write=True, sdk="draftOrder.updateItemQuantity", origin=SDK, page=PAGE, about="Another quantity of a line."),
    Row(name="draft-order.update-item-option-choices.request", kind="request", data=UpdateItemOptionChoices, reply=DraftReply,
        scopes=WRITE, write=True, sdk="draftOrder.updateItemOptionChoice", origin=SDK, page=PAGE, about="Other options of a line."),
    Row(name="draft-order.update-item-memo.request", kind="request", data=UpdateItemMemo, reply=DraftReply, scopes=WRITE, write=True,
        sdk="draftOrder.updateItemMemo", origin=SDK, page=PAGE, about="Another note on a line."),
    Row(name="draft-order.update-is-ignore-print.request", kind="request", data=UpdateIgnorePrint, reply=DraftReply, scopes=WRITE,
        write=True, sdk="draftOrder.updateIgnorePrint", origin=SDK, page=PAGE, about="Whether a kitchen slip is printed for this cart."),
    Row(name="draft-order.start-payment", kind="request", data=StartPayment, scopes=WRITE, write=True,
        sdk="draftOrder.startPayment", origin=SDK, page=PAGE, about="Opens the payment screen; the name has no suffix and is answered."),
    Row(name="draft-order.change.event", kind="push", data=DraftChange, scopes=READ,
        sdk="draftOrder.on", origin=SDK, page=PAGE, about="The cart changed, whoever changed it."),
    Row(name="draft-order.add-discount.request", kind="request", data=AddDraftDiscount, reply=DraftReply, scopes=STAFF, write=True,
        sdk="ext.draftOrder.addDiscount", page=MORE, about="An order discount on the cart."),
    Row(name="draft-order.add-item-discount.request", kind="request", data=AddDraftItemDiscount, reply=DraftReply, scopes=STAFF,
        write=True, sdk="ext.draftOrder.addItemDiscount", page=MORE, about="A line discount on the cart."),
    Row(name="draft-order.update.request", kind="request", data=UpdateDraft, reply=DraftReply, scopes=STAFF, write=True,
        sdk="ext.draftOrder.update", page=MORE, about="Note, table and guests of the cart."),
    Row(name="draft-order.update-dining-option.request", kind="request", data=UpdateDiningOption, reply=DraftReply, scopes=STAFF,
        write=True, sdk="ext.draftOrder.updateDiningOption", page=MORE, about="How a line or the whole cart is eaten."),
    Row(name="draft-order.submit.request", kind="request", data=SubmitDraft, reply=OrderReply, scopes=STAFF, write=True,
        sdk="ext.draftOrder.submit", page=MORE, about="Turns the cart into an OPENED order without paying, or adds it to one."),
    Row(name="draft-order.hold.request", kind="request", data=Nothing, reply=DraftReply, scopes=("staff:order",), write=True,
        sdk="ext.draftOrder.hold", page=MORE, about="Puts the cart aside for any till."),
    Row(name="draft-order.list-held.request", kind="request", data=Nothing, reply=HeldReply, scopes=("staff:order",),
        sdk="ext.draftOrder.listHeld", page=MORE, about="The carts that were put aside."),
    Row(name="draft-order.resume.request", kind="request", data=HeldById, reply=DraftReply, scopes=("staff:order",), write=True,
        sdk="ext.draftOrder.resume", page=MORE, about="Goes on with a cart that was put aside."),
    Row(name="held-draft-order.change.event", kind="push", data=HeldChange, scopes=("staff:order",),
        sdk="ext.heldDraftOrder.on", page=MORE, about="A cart was put aside or taken up again."),
    Row(name="draft-order.stop-payment.request", kind="request", data=Nothing, reply=DraftReply, scopes=("staff:order",), write=True,
        sdk="ext.draftOrder.stopPayment", page=MORE, about="The payment screen was left without paying; the cart may be changed again."),
)  # fmt: skip
