"""The SDK's values, generated from the shop's own declarations by `python -m jumak.sdk.generate`.

Attributes are snake_case here and camelCase on the wire; absent is None; date-times are aware;
what the SDK does not know yet stands in `extra`. Words of an enumeration it does not know stay text.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from jumak.sdk.values import View


class CardType(StrEnum):
    """CREDIT DEBIT PREPAID FOREIGN"""

    CREDIT = "CREDIT"
    DEBIT = "DEBIT"
    PREPAID = "PREPAID"
    FOREIGN = "FOREIGN"


class ChannelGroup(StrEnum):
    """POS KIOSK DELIVERY TABLE_ORDER MOBILE_ORDER"""

    POS = "POS"
    KIOSK = "KIOSK"
    DELIVERY = "DELIVERY"
    TABLE_ORDER = "TABLE_ORDER"
    MOBILE_ORDER = "MOBILE_ORDER"


class ChoiceState(StrEnum):
    """ON_SALE SOLD_OUT"""

    ON_SALE = "ON_SALE"
    SOLD_OUT = "SOLD_OUT"


class DiningOption(StrEnum):
    """HERE TOGO DELIVERY PICKUP"""

    HERE = "HERE"
    TOGO = "TOGO"
    DELIVERY = "DELIVERY"
    PICKUP = "PICKUP"


class ItemType(StrEnum):
    """ITEM DELIVERY_FEE PREPAID_CARD MULTI_USE_TICKET COMBO GIFT_CARD"""

    ITEM = "ITEM"
    DELIVERY_FEE = "DELIVERY_FEE"
    PREPAID_CARD = "PREPAID_CARD"
    MULTI_USE_TICKET = "MULTI_USE_TICKET"
    COMBO = "COMBO"
    GIFT_CARD = "GIFT_CARD"


class OrderState(StrEnum):
    """REQUESTED OPENED COMPLETED CANCELLED"""

    REQUESTED = "REQUESTED"
    OPENED = "OPENED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class PaymentRecordState(StrEnum):
    """APPROVED COMPLETED CANCELLED"""

    APPROVED = "APPROVED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class PaymentState(StrEnum):
    """OPENED PAID CANCELLED COMPLETED REFUNDED"""

    OPENED = "OPENED"
    PAID = "PAID"
    CANCELLED = "CANCELLED"
    COMPLETED = "COMPLETED"
    REFUNDED = "REFUNDED"


class PriceType(StrEnum):
    """FIXED VARIABLE UNIT"""

    FIXED = "FIXED"
    VARIABLE = "VARIABLE"
    UNIT = "UNIT"


class RequestType(StrEnum):
    """NEW ADDED CHANGED CANCELLED MERGED"""

    NEW = "NEW"
    ADDED = "ADDED"
    CHANGED = "CHANGED"
    CANCELLED = "CANCELLED"
    MERGED = "MERGED"


class SaleState(StrEnum):
    """ON_SALE SOLD_OUT UNAVAILABLE DELETED"""

    ON_SALE = "ON_SALE"
    SOLD_OUT = "SOLD_OUT"
    UNAVAILABLE = "UNAVAILABLE"
    DELETED = "DELETED"


class SourceType(StrEnum):
    """CARD CASH EXTERNAL"""

    CARD = "CARD"
    CASH = "CASH"
    EXTERNAL = "EXTERNAL"


class TicketState(StrEnum):
    """OPENED COMPLETED CANCELLED"""

    OPENED = "OPENED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Until(StrEnum):
    """manual day-open"""

    MANUAL = "manual"
    DAY_OPEN = "day-open"


class TableGroup(View, frozen=True, kw_only=True):
    """Tables used together (TBL-5)."""

    id: int
    color: str
    merchant_id: int
    table_ids: tuple[int, ...]


class Table(View, frozen=True, kw_only=True):
    """A table as plugins see it (contract, table §1)."""

    id: int
    hall_id: int
    title: str
    capacity: int | None = None
    group: TableGroup | None = None


class LanguagePack(View, frozen=True, kw_only=True):
    """Texts by BCP-47 tag (CAT-8); the plain title is the fallback."""

    languages: dict[str, str]


class CategoryRef(View, frozen=True, kw_only=True):
    """A category as an order line or an item carries it: `{id, title}` suffices."""

    id: int
    title: str
    title_i18n: LanguagePack | None = None
    code: str | None = None
    order: int | None = None
    enabled: bool | None = None


class ItemSnapshot(View, frozen=True, kw_only=True):
    """The item as it was when it was ordered (CAT-6); `price_value` is the unit price before options."""

    id: int
    title: str
    category: CategoryRef
    code: str | None = None
    type: ItemType | str
    price_value: int


class QuantityValue(View, frozen=True, kw_only=True):
    """The `{value}` wrapper of a quantity: an integer, or a decimal for items sold by unit."""

    value: int | float


class Value(View, frozen=True, kw_only=True):
    """The `{value}` wrapper of the order API (contract §4.2), for won."""

    value: int


class ItemOptionChoice(View, frozen=True, kw_only=True):
    """A choice as it was made on an order line, snapshot included (CAT-6)."""

    id: int
    title: str
    title_i18n: LanguagePack | None = None
    price_value: int
    image_url: str
    state: ChoiceState | str
    quantity: int


class Discount(View, frozen=True, kw_only=True):
    """A discount as plugins see it: a positive amount with a title (contract, order §1.3)."""

    amount_money: Value
    title: str
    title_i18n: LanguagePack | None = None


class OrderItem(View, frozen=True, kw_only=True):
    """One line; `charge_price` is the all-in amount of the whole line after its own discounts (MON-8)."""

    id: str
    order_id: str
    dining_option: DiningOption | str
    item: ItemSnapshot
    quantity: QuantityValue
    charge_price: Value
    option_choices: tuple[ItemOptionChoice, ...]
    discounts: tuple[Discount, ...] = ()
    memo: str | None = None


class CardDetails(View, frozen=True, kw_only=True):
    """How a card paid (PAY-4, PAY-5); the number is masked as it is read, before anything sees it (SEC-3)."""

    installment_month: str
    card_type: CardType | str
    card_brand: str
    card_brand_id: str | None = None
    card_no: str | None = None
    source: str | None = None
    source_id: str | None = None
    balance: int | None = None
    van: str | None = None


class CashReceiptRequest(View, frozen=True, kw_only=True):
    """The cash receipt that came with a CASH payment (contract, payment §2); its number is read masked (RCP-5)."""

    identity_number: str
    issuer_type: str
    issuance_type: str
    self_issuance: bool


class ExternalDetails(View, frozen=True, kw_only=True):
    """Who took an EXTERNAL payment and by which means."""

    source: str | None = None
    source_id: str | None = None


class Payment(View, frozen=True, kw_only=True):
    """A payment as plugins see it (contract, payment §3)."""

    id: str
    state: PaymentRecordState | str
    source_type: SourceType | str
    order_id: str
    amount_money: int
    tax_money: int
    supply_money: int
    tip_money: int
    tax_exempt_money: int
    approved_no: str
    approved_at: datetime
    payment_key: str
    autocomplete: bool
    cancelled_at: datetime | None = None
    card_details: CardDetails | None = None
    cash_receipt: CashReceiptRequest | None = None
    external_details: ExternalDetails | None = None


class ChargePrice(View, frozen=True, kw_only=True):
    """What the order costs (rulebook §1.5)."""

    charge_list_price_value: int
    charge_discount_value: int
    charge_price_value: int
    charge_supply_value: int
    charge_tax_value: int
    charge_tip_value: int
    charge_tax_exempt_value: int = 0


class PaymentPrice(View, frozen=True, kw_only=True):
    """What was paid and what is owed (rulebook §1.5)."""

    payment_paid_value: int
    payment_unpaid_value: int


class RequestedInfo(View, frozen=True, kw_only=True):
    """The request of an outside channel (ORD-3), shop-local times with offset."""

    request_at: datetime
    expired_at: datetime
    expected_ready_at: datetime
    estimated_ready_at: datetime | None = None
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    declined_reason: str | None = None


class Channel(View, frozen=True, kw_only=True):
    """Which channels the order came through; stored and echoed."""

    groups: tuple[ChannelGroup | str, ...] | None = None


class Order(View, frozen=True, kw_only=True):
    """An order as plugins see it (contract, order §2.1), with the shop's own `backing` beside it."""

    id: str
    table_id: int | None = None
    table: Table | None = None
    order_key: str
    payment_state: PaymentState | str
    order_state: OrderState | str
    state: PaymentState | str
    line_items: tuple[OrderItem, ...]
    discounts: tuple[Discount, ...]
    payments: tuple[Payment, ...]
    charge_price: ChargePrice
    payment_price: PaymentPrice
    requested_info: RequestedInfo | None = None
    source: str
    channel: Channel | None = None
    num_guests: int | None = None
    memo: str | None = None
    opened_at: datetime | None = None
    created_at: datetime
    updated_at: datetime | None = None
    cancelled_at: datetime | None = None
    completed_at: datetime | None = None
    number: str
    version: int
    cancel_reason: str | None = None
    cancel_pending: bool = False


class Category(View, frozen=True, kw_only=True):
    """A group of items on the menu; `order` is its place, ties by id (CAT-1)."""

    id: int
    title: str
    title_i18n: LanguagePack | None = None
    code: str | None = None
    order: int
    enabled: bool
    version: int


class Label(View, frozen=True, kw_only=True):
    """A badge on an item; colour as CSS hex."""

    title: str
    color: str


class StockQuantity(View, frozen=True, kw_only=True):
    """What is left, never below 0 (CAT-9), and when that changed last (UTC with Z)."""

    remain_quantity: int | float
    last_change_date_time: datetime


class ItemPrice(View, frozen=True, kw_only=True):
    """One price of an item (CAT-4); `price_value` is won with VAT for `price_unit` units."""

    id: int
    title: str
    is_default: bool
    state: SaleState | str
    sku: str | None = None
    barcode: str | None = None
    price_type: PriceType | str
    price_unit: int
    price_value: int
    is_tax_free: bool
    is_stockable: bool
    stock_quantity: StockQuantity | None = None
    state_until: Until | str | None = None


class OptionChoice(View, frozen=True, kw_only=True):
    """One choice of an option as it is registered. `image_url` is the one field sent as null."""

    id: int
    title: str
    title_i18n: LanguagePack | None = None
    price_value: int
    image_url: str
    state: ChoiceState | str
    quantity_input_enabled: bool
    state_until: Until | str | None = None


class Option(View, frozen=True, kw_only=True):
    """A group of choices (CAT-5); `max_choices` -1 is unlimited."""

    id: int
    title: str
    title_i18n: LanguagePack | None = None
    is_required: bool
    min_choices: int
    max_choices: int
    choices: tuple[OptionChoice, ...]
    default_choices: tuple[int, ...]
    version: int


class CatalogItem(View, frozen=True, kw_only=True):
    """An item as plugins see it (contract, catalog §2.1): category, options and default price inside."""

    id: int
    title: str
    title_i18n: LanguagePack | None = None
    state: SaleState | str
    description: str | None = None
    description_i18n: LanguagePack | None = None
    category: Category
    labels: tuple[Label, ...]
    image_url: str | None = None
    price: ItemPrice
    prices: tuple[ItemPrice, ...]
    options: tuple[Option, ...]
    code: str | None = None
    type: ItemType | str
    color: str | None = None
    order: int = 0
    order_discountable: bool = True
    state_until: Until | str | None = None
    version: int


class Hall(View, frozen=True, kw_only=True):
    """A room of tables (contract, table §1)."""

    id: int
    title: str
    order: int


class KdsOrderPrice(View, frozen=True, kw_only=True):
    """Amounts of a ticket line (contract, kds §1.4)."""

    order_discount_value: int
    order_list_price_value: int
    order_price_value: int


class KdsQuantity(View, frozen=True, kw_only=True):
    """Absolute quantity before and now."""

    previous: int | float
    current: int | float


class KdsCategory(View, frozen=True, kw_only=True):
    """Category of a ticket line: id and sort position."""

    id: int
    order: int


class KdsItem(View, frozen=True, kw_only=True):
    """Product of a ticket line."""

    id: int
    category: KdsCategory


class KdsLineItem(View, frozen=True, kw_only=True):
    """A ticket line as plugins see it (contract, kds §1.4)."""

    id: str
    item_id: str
    title: str
    dining_option: DiningOption | str
    memo: str
    option_choices: tuple[ItemOptionChoice, ...]
    order_price: KdsOrderPrice
    quantity: KdsQuantity
    applied_discounts: tuple[Discount, ...]
    item: KdsItem
    created_at: datetime
    updated_at: datetime


class KdsOrderItem(View, frozen=True, kw_only=True):
    """A ticket as plugins see it (contract, kds §1.1)."""

    id: str
    state: TicketState | str
    order: Order
    line_items: tuple[KdsLineItem, ...]
    dining_option: DiningOption | str
    total_quantity: int | float
    order_request_type: RequestType | str
    cancelled_at: datetime | None = None
    completed_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class Station(View, frozen=True, kw_only=True):
    """The place that cooks some categories; no categories = all (KDS-3). Minutes of §5.4."""

    id: str
    name: str
    category_ids: tuple[int, ...]
    is_default: bool
    caution_min: int
    late_min: int


class Merchant(View, frozen=True, kw_only=True):
    """The store (contract, merchant-device §1)."""

    id: int
    name: str
    serial_number: str
    business_number: str
    address: str | None = None
    phone: str | None = None


class Business(View, frozen=True, kw_only=True):
    """What kind of shop it is."""

    type: str


class PaymentOperation(View, frozen=True, kw_only=True):
    """PAY_FIRST prepaid, PAY_LATER postpaid."""

    type: str


class Switch(View, frozen=True, kw_only=True):
    """A feature of the shop that is on or off."""

    enabled: bool


class Operation(View, frozen=True, kw_only=True):
    """How the shop works."""

    payment: PaymentOperation
    table: Switch
    booking: Switch


class DeviceBusinessType(View, frozen=True, kw_only=True):
    """The shop's mode, by which plugins switch themselves (contract, merchant-device §2)."""

    business: Business
    operation: Operation


class DeviceInfo(View, frozen=True, kw_only=True):
    """The POS a plugin runs on (contract, merchant-device §2)."""

    name: str
    version: str
    platform: str
    arch: str
    serial_number: str
    os_version: str | None = None
    business_type: DeviceBusinessType


class ItemDraft(View, frozen=True, kw_only=True):
    """The item of a DTO line: a real item of the menu, title and category as overrides."""

    id: int
    title: str
    category: CategoryRef
    code: str | None = None
    type: ItemType | str


class QuantityDraft(View, frozen=True, kw_only=True):
    """How many; decimals only for items sold by unit (MON-5)."""

    value: int | float


class OptionChoiceDraft(View, frozen=True, kw_only=True):
    """A chosen option by id; quantity is per one item and defaults to 1 (X-7)."""

    id: int
    quantity: int | None = None


class OrderItemDraft(View, frozen=True, kw_only=True):
    """One line of a DTO (contract, order §1.2)."""

    dining_option: DiningOption | str
    item: ItemDraft
    quantity: QuantityDraft
    charge_price: Value
    option_choices: tuple[OptionChoiceDraft, ...] | None = None
    discounts: tuple[Discount, ...] | None = None
    memo: str | None = None


class OrderDraft(View, frozen=True, kw_only=True):
    """An order as a plugin asks for it (contract, order §1.1)."""

    line_items: tuple[OrderItemDraft, ...]
    discounts: tuple[Discount, ...] | None = None
    memo: str | None = None
    table_id: int | None = None
    num_guests: int | None = None
    order_key: str | None = None
    channel: Channel | None = None


class PaymentDraft(View, frozen=True, kw_only=True):
    """A payment as a plugin records it (contract, payment §2)."""

    source_type: SourceType | str
    order_id: str
    amount_money: int
    tax_money: int
    supply_money: int
    tip_money: int
    tax_exempt_money: int | None = None
    approved_no: str
    approved_at: datetime | str
    payment_key: str
    autocomplete: bool | None = None
    card_details: CardDetails | None = None
    cash_receipt: CashReceiptRequest | None = None
    external_details: ExternalDetails | None = None


class Price(View, frozen=True, kw_only=True):
    """The part of an order that is to be paid now: `PluginPrice` (contract, payment §6); exempt money inside supply."""

    amount_money: int
    tax_money: int
    supply_money: int
    tip_money: int
    tax_exempt_money: int


__all__ = [
    "Business",
    "CardDetails",
    "CardType",
    "CashReceiptRequest",
    "CatalogItem",
    "Category",
    "CategoryRef",
    "Channel",
    "ChannelGroup",
    "ChargePrice",
    "ChoiceState",
    "DeviceBusinessType",
    "DeviceInfo",
    "DiningOption",
    "Discount",
    "ExternalDetails",
    "Hall",
    "ItemDraft",
    "ItemOptionChoice",
    "ItemPrice",
    "ItemSnapshot",
    "ItemType",
    "KdsCategory",
    "KdsItem",
    "KdsLineItem",
    "KdsOrderItem",
    "KdsOrderPrice",
    "KdsQuantity",
    "Label",
    "LanguagePack",
    "Merchant",
    "Operation",
    "Option",
    "OptionChoice",
    "OptionChoiceDraft",
    "Order",
    "OrderDraft",
    "OrderItem",
    "OrderItemDraft",
    "OrderState",
    "Payment",
    "PaymentDraft",
    "PaymentOperation",
    "PaymentPrice",
    "PaymentRecordState",
    "PaymentState",
    "Price",
    "PriceType",
    "QuantityDraft",
    "QuantityValue",
    "RequestType",
    "RequestedInfo",
    "SaleState",
    "SourceType",
    "Station",
    "StockQuantity",
    "Switch",
    "Table",
    "TableGroup",
    "TicketState",
    "Until",
    "Value",
]
