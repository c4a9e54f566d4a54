"""The Python SDK: plugins and scripts on a Jumak shop (contract, python-sdk).

from jumak.sdk import Plugin

plugin = Plugin("hello")

@plugin.on("order.add")
async def greet(pos, order_id):
    order = await pos.order.get_order(order_id)
    print(f"{order.number}: {order.charge_price.charge_price_value} won")

plugin.run()
"""

from jumak.sdk.client import Pos, connect
from jumak.sdk.errors import (
    ConnectionLost,
    PosPluginSdkError,
    PosPluginSdkRateLimitError,
    PosPluginSdkTimeoutError,
    PosPluginSdkValidationError,
)
from jumak.sdk.events import Push
from jumak.sdk.http import HttpResponse
from jumak.sdk.payment_method import PaymentApproval, PaymentCancelled, PaymentMethod
from jumak.sdk.plugin import Plugin
from jumak.sdk.types import *  # noqa: F403 (every generated value is part of the SDK)
from jumak.sdk.ui import PopupAnswer, PopupData, PopupFailure, Ui
from jumak.sdk.values import Record
from jumak.sdk.websocket import Websocket

__all__ = [
    "ConnectionLost",
    "HttpResponse",
    "PaymentApproval",
    "PaymentCancelled",
    "PaymentMethod",
    "Plugin",
    "PopupAnswer",
    "PopupData",
    "PopupFailure",
    "Pos",
    "PosPluginSdkError",
    "PosPluginSdkRateLimitError",
    "PosPluginSdkTimeoutError",
    "PosPluginSdkValidationError",
    "Push",
    "Record",
    "Ui",
    "Websocket",
    "connect",
]
