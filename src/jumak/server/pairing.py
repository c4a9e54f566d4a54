"""Pairing devices and redeeming one-time codes: the messages whose replies hold a secret."""

from __future__ import annotations

from datetime import datetime, timedelta

from jumak.domain.caller import SYSTEM
from jumak.domain.errors import PosError, RateLimited
from jumak.protocol.messages.device import DeviceClaimData, DeviceClaimReply, DevicePairData, DevicePairReply
from jumak.server.credentials import code_secret, new_code
from jumak.server.live import Ask, live
from jumak.service import device

MAX_WRONG_CODES = 10
WINDOW = timedelta(minutes=1)


class Throttle:
    """Wrong codes of everybody together: ten a minute, then nobody may try for a while."""

    def __init__(self) -> None:
        self._wrong: list[datetime] = []

    def check(self, now: datetime) -> None:
        """Raises RateLimited while too many codes were wrong."""
        # One from the future is of before the clock was set back.
        self._wrong = [at for at in self._wrong if at <= now < at + WINDOW]
        if len(self._wrong) >= MAX_WRONG_CODES:
            left = WINDOW - (now - self._wrong[0])
            raise RateLimited(
                "코드를 너무 많이 틀렸습니다. 잠시 후 다시 시도해 주세요.",
                "Too many wrong codes",
                retryAfterMs=int(left.total_seconds() * 1_000) + 1,
            )

    def fail(self, now: datetime) -> None:
        """Counts a wrong code."""
        self._wrong.append(now)


@live("device.pair.request")
async def pair(ask: Ask, data: DevicePairData) -> DevicePairReply:
    """A token, shown this once, and a one-time code for the new screen."""
    token, code = ask.shop.credentials.new_token(), new_code()
    reply = await ask.write(lambda tx: device.pair(tx, data, token, code))
    await ask.shop.credentials.reload()
    return reply


@live("device.claim.request")
async def claim(ask: Ask, data: DeviceClaimData) -> DeviceClaimReply:
    """Redeems a one-time code, or the owner's of the start."""
    now = ask.shop.clock.now()
    throttle = ask.shop.throttle
    throttle.check(now)
    code_hash, token = code_secret(data.code), ask.shop.credentials.new_token()
    try:
        if ask.shop.credentials.take_owner_code(code_hash):
            reply = await ask.write(lambda tx: device.add_owner_till(tx, token), caller=SYSTEM)
        else:
            reply = await ask.write(lambda tx: device.claim(tx, code_hash, token), caller=SYSTEM)
    except PosError:
        throttle.fail(now)
        raise
    await ask.shop.credentials.reload()
    return reply
