"""Values between Python and the wire."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from jumak.protocol.messages.order import ROWS as ORDER_ROWS
from jumak.sdk import Order, OrderState, PosPluginSdkValidationError, Record
from jumak.sdk.generate import generated, target
from jumak.sdk.types import ItemDraft, OrderDraft, OrderItemDraft, QuantityDraft, Value
from jumak.sdk.values import check, read, write

ADD = next(row for row in ORDER_ROWS if row.name == "order.add.request")

LINE = {
    "diningOption": "HERE",
    "item": {"id": 101, "title": "칼국수", "category": {"id": 1, "title": "식사"}, "type": "ITEM"},
    "quantity": {"value": 2},
    "chargePrice": {"value": 18_000},
    "optionChoices": [{"id": 301, "quantity": 1}],
}
ORDER = {
    "id": "o1",
    "orderKey": "k",
    "paymentState": "OPENED",
    "orderState": "SOMETHING_NEW",
    "state": "OPENED",
    "lineItems": [],
    "discounts": [],
    "payments": [],
    "chargePrice": {
        "chargeListPriceValue": 9_000,
        "chargeDiscountValue": 0,
        "chargePriceValue": 9_000,
        "chargeSupplyValue": 8_182,
        "chargeTaxValue": 818,
        "chargeTipValue": 0,
    },
    "paymentPrice": {"paymentPaidValue": 0, "paymentUnpaidValue": 9_000},
    "source": "POS",
    "createdAt": "2026-02-01T12:31:00+09:00",
    "number": "A-001",
    "version": 1,
    "fromTheFuture": {"a": 1},
}


def test_the_types_are_the_declarations():
    """The generated file is fresh: `python -m jumak.sdk.generate`."""
    assert target().read_text(encoding="utf-8") == generated()


def test_reading_an_order():
    """Attributes in snake_case, aware date-times, enums as StrEnum, absent as None, the rest in extra."""
    order = read(Order, ORDER)
    assert order.charge_price.charge_price_value == 9_000
    assert order.charge_price.charge_tax_exempt_value == 0
    assert order.created_at == datetime.fromisoformat("2026-02-01T12:31:00+09:00")
    assert order.created_at.utcoffset() == timedelta(hours=9)
    assert order.payment_state is not None
    assert order.payment_state == "OPENED"
    assert order.order_state == "SOMETHING_NEW"
    assert order.memo is None
    assert order.extra == {"fromTheFuture": {"a": 1}}
    assert read(Order, {**ORDER, "orderState": "OPENED"}).order_state is OrderState.OPENED


def test_what_was_read_may_be_written():
    """H-13: whatever a read returns may be written back, unknown keys included."""
    assert write(read(Order, ORDER)) == ORDER


def test_drafts_structs_and_dicts_of_either_case_are_one():
    """python-sdk §1: plain dicts (either case) are accepted; None is never sent."""
    snake = {
        "order": {
            "line_items": [
                {
                    "dining_option": "HERE",
                    "item": LINE["item"],
                    "quantity": {"value": 2},
                    "charge_price": {"value": 18_000},
                    "option_choices": [{"id": 301, "quantity": 1}],
                    "memo": None,
                }
            ],
            "discounts": [],
            "order_key": "k",
        }
    }
    camel = {"order": {"lineItems": [LINE], "discounts": [], "orderKey": "k"}}
    assert write(snake, ADD.data) == write(camel, ADD.data) == camel
    draft = OrderDraft(
        line_items=(
            OrderItemDraft(
                dining_option="HERE",
                item=ItemDraft(
                    id=101, title="칼국수", category=read(ItemDraft, LINE["item"]).category, type="ITEM"
                ),
                quantity=QuantityDraft(value=2),
                charge_price=Value(value=18_000),
            ),
        ),
        discounts=(),
        order_key="k",
    )
    written = write({"order": draft}, ADD.data)["order"]
    assert written["lineItems"][0]["chargePrice"] == {"value": 18_000}
    assert "memo" not in written["lineItems"][0]


def test_keys_of_plugins_are_left_alone():
    """Only declared keys are turned: ids of inputs, languages and free keys stay as they are."""
    title = {"order": {"lineItems": [{**LINE, "discounts": [{"titleI18n": {"languages": {"zh_TW": "折"}}}]}]}}
    assert write(title, ADD.data)["order"]["lineItems"][0]["discounts"][0] == {
        "titleI18n": {"languages": {"zh_TW": "折"}}
    }
    assert write({"low_stock": {"default_value": 1}}) == {"low_stock": {"default_value": 1}}


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({"order": {"discounts": []}}, "$.order"),
        ({"order": {"lineItems": [{**LINE, "quantity": {"value": "2"}}]}}, "$.order.lineItems[0].quantity.value"),
        ({"order": {"lineItems": [{**LINE, "chargePrice": {"value": 18_000.0}}]}}, "$.order.lineItems[0].chargePrice.value"),
    ],
)  # fmt: skip
def test_wrong_types_are_refused_before_sending(broken: dict[str, object], path: str):
    """H-21: a missing key, text for a number, a float for money: a ValueError with issues."""
    with pytest.raises(PosPluginSdkValidationError) as refused:
        check(broken, ADD.data)
    assert isinstance(refused.value, ValueError)
    assert refused.value.issues[0]["path"] == path


def test_ranges_are_the_shops_to_refuse():
    """What only the rule knows goes to the shop, which names the reason."""
    check({"order": {"lineItems": [{**LINE, "quantity": {"value": 0}}]}}, ADD.data)


def test_records():
    """Replies of extensions: attributes in snake_case, items as sent, absent keys read as None."""
    record = Record({"estimatedReadyAt": "x", "values": {"a_b": 1}, "items": [{"itemId": 1}]})
    assert record.estimated_ready_at == "x"
    assert record.values.a_b == 1
    assert record.items[0].item_id == 1
    assert record["values"] == {"a_b": 1}
    assert record.nothing is None
    assert "nothing" not in record
    assert record.to_dict()["estimatedReadyAt"] == "x"
