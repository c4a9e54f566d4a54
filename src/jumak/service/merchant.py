"""Who the shop is (contract, merchant-device §1)."""

from __future__ import annotations

from msgspec import UNSET

from jumak.domain.caller import Caller
from jumak.protocol.messages.admin import Merchant, MerchantInfoReply
from jumak.protocol.row import Nothing
from jumak.service.ports import Reader
from jumak.service.registry import query


@query("merchant.info.request")
async def info(read: Reader, caller: Caller, data: Nothing) -> MerchantInfoReply:
    """The store; address and phone only when known."""
    shop = read.shop
    return MerchantInfoReply(
        merchant=Merchant(
            id=shop.id,
            name=shop.name,
            serial_number=shop.serial_number,
            business_number=shop.business_number,
            address=shop.address or UNSET,
            phone=shop.phone or UNSET,
        )
    )
