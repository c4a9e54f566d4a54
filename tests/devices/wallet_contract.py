"""What a driver must pass that takes QR and barcode payments of wallets (PAY-9); the others skip it by themselves.

Subclass it beside `TerminalContract`, with the same fixture `rig`.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import msgspec
import pytest

from jumak.domain.attempt import Approved, PaymentApproval, Refused, WentBack
from jumak.domain.refund import GivenBack
from jumak.domain.terminal import Absent, AnswerLost, Charge, Reversed, Taken, Underway
from jumak.domain.wallet import PresentedCode, Wallets
from tests.devices.terminal_contract import WITHIN_S, Rig, a_charge, cancel_of


class WalletRig(Rig, Protocol):
    """A terminal that knows wallets; where it knows none nothing of this is called."""

    def fresh_code(self) -> str:
        """A code as a guest's phone presents it, never used before."""

    async def guest_pays_by_phone(self) -> None:
        """The guest of the charge that waits has scanned its code and paid."""


def by_guest(**more: Any) -> Charge:
    return a_charge(presented_by="GUEST", **more)


def by_shop(**more: Any) -> Charge:
    return a_charge(presented_by="SHOP", **more)


async def paid(rig: WalletRig, charge: Charge, code: str = "") -> PaymentApproval:
    presented = PresentedCode(code or rig.fresh_code()) if charge.presented_by == "GUEST" else None
    answer = await rig.terminal.charge(charge, code=presented)
    assert isinstance(answer, Approved), answer
    return answer.approval


class Shown:
    """What a guest may scan, as it comes."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._came = asyncio.Event()

    def __call__(self, text: str) -> None:
        self.texts.append(text)
        self._came.set()

    async def first(self) -> str:
        async with asyncio.timeout(WITHIN_S):
            await self._came.wait()
        return self.texts[0]


class WalletContract:
    """Subclass it."""

    @pytest.fixture(autouse=True)
    def _able_for_wallets(self, request: pytest.FixtureRequest, rig: WalletRig) -> None:
        if request.node.originalname in rig.cannot:
            pytest.skip("this terminal cannot be made to do that")

    @pytest.fixture
    async def wallets(self, rig: WalletRig) -> Wallets:
        """What the terminal says it knows."""
        known = (await rig.terminal.status()).wallets
        if known is None:
            pytest.skip("this terminal takes cards only")
        return known

    @pytest.fixture
    def reads(self, wallets: Wallets) -> Wallets:
        if not wallets.reads:
            pytest.skip("this terminal reads no codes of guests")
        return wallets

    @pytest.fixture
    def shows(self, wallets: Wallets) -> Wallets:
        if not wallets.shows:
            pytest.skip("this terminal gives no codes to scan")
        return wallets

    async def test_a_guests_code_pays(self, rig: WalletRig, reads: Wallets):
        """PAY-9, §3.1: the wallet is named, and the code it says it reads is one it does read."""
        code, charge = rig.fresh_code(), by_guest()
        [known] = [each for each in reads.reads if code.startswith(each.starts)]
        assert known.least <= len(code) <= known.most
        approval = await paid(rig, charge, code)
        assert (approval.amount_money, approval.payment_key) == (charge.amount, charge.key)
        assert approval.wallet == known.wallet
        assert approval.approved_no
        assert await rig.terminal.query(charge.key) == Taken(approval)
        assert code.encode() not in msgspec.json.encode(approval)

    async def test_a_guests_code_is_used_once(self, rig: WalletRig, reads: Wallets):
        """PAY-9: under another key it is refused for certain, with a sentence for staff, and takes nothing."""
        code = rig.fresh_code()
        await paid(rig, by_guest(), code)
        again = by_guest()
        answer = await rig.terminal.charge(again, code=PresentedCode(code))
        assert isinstance(answer, Refused)
        assert answer.message
        assert code not in answer.message
        assert isinstance(await rig.terminal.query(again.key), Absent)

    async def test_what_is_no_code_is_refused(self, rig: WalletRig, reads: Wallets):
        """PAY-9: for certain: nothing is taken."""
        charge = by_guest()
        assert isinstance(await rig.terminal.charge(charge, code=PresentedCode("not-a-wallet's")), Refused)
        assert isinstance(await rig.terminal.query(charge.key), Absent)

    async def test_a_lost_answer_to_a_guests_code_is_found(self, rig: WalletRig, reads: Wallets):
        """NET-3, PAY-9: by our key; nobody has the code any more."""
        charge = by_guest()
        await rig.answer_lost()
        with pytest.raises(AnswerLost):
            await rig.terminal.charge(charge, code=PresentedCode(rig.fresh_code()))
        standing = await rig.terminal.query(charge.key)
        assert isinstance(standing, Taken)
        assert standing.approval.wallet
        assert isinstance(await rig.terminal.network_cancel(charge), Reversed)
        assert isinstance(await rig.terminal.query(charge.key), Reversed)

    async def test_the_guest_scans_what_is_shown(self, rig: WalletRig, shows: Wallets):
        """PAY-9: the code comes first, the answer when the phone has paid; meanwhile it is under way."""
        await rig.held()
        charge, shown = by_shop(), Shown()
        asked = asyncio.create_task(rig.terminal.charge(charge, show=shown))
        assert await shown.first()
        assert isinstance(await rig.terminal.query(charge.key), Underway)
        assert (await rig.terminal.status()).state == "busy"
        assert not asked.done()
        await rig.guest_pays_by_phone()
        answer = await asked
        assert isinstance(answer, Approved)
        assert answer.approval.wallet
        assert await rig.terminal.query(charge.key) == Taken(answer.approval)

    async def test_an_abort_takes_the_shown_code_away(self, rig: WalletRig, shows: Wallets):
        """PAY-9: whoever scans it afterwards pays nothing."""
        await rig.held()
        charge, shown = by_shop(), Shown()
        asked = asyncio.create_task(rig.terminal.charge(charge, show=shown))
        await shown.first()
        await rig.terminal.abort(charge.key)
        assert isinstance(await asked, WentBack)
        await rig.guest_pays_by_phone()
        assert isinstance(await rig.terminal.query(charge.key), Absent)

    async def test_a_network_cancel_fences_a_shown_code(self, rig: WalletRig, shows: Wallets):
        """NET-3, PAY-9: the same for a guest who scans late, after we no longer know."""
        await rig.held()
        charge, shown = by_shop(), Shown()
        asked = asyncio.create_task(rig.terminal.charge(charge, show=shown))
        await shown.first()
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert isinstance(await rig.terminal.network_cancel(charge), Absent)
        await rig.guest_pays_by_phone()
        assert isinstance(await rig.terminal.query(charge.key), Absent)

    async def test_a_wallet_gets_its_money_back(self, rig: WalletRig, wallets: Wallets):
        """CAN-7, CAN-8: in parts and whole, under keys of its own, as a card does."""
        charge = by_guest() if wallets.reads else by_shop()
        approval = await paid(rig, charge)
        part = msgspec.structs.replace(cancel_of(charge, approval, 5_000, "w1"), wallet=approval.wallet)
        first = await rig.terminal.cancel(part)
        assert isinstance(first, GivenBack)
        assert await rig.terminal.cancel(part) == first
        too_much = msgspec.structs.replace(part, key="w2", amount=charge.amount)
        assert isinstance(await rig.terminal.cancel(too_much), Refused)
        rest = msgspec.structs.replace(part, key="w3", amount=charge.amount - 5_000)
        assert isinstance(await rig.terminal.cancel(rest), GivenBack)
        assert isinstance(await rig.terminal.query(charge.key), Reversed)

    async def test_without_wallets_codes_are_refused(self, rig: WalletRig):
        """PAY-9: for certain, by a terminal that says it knows none; one that does is asked above."""
        if (await rig.terminal.status()).wallets is not None:
            pytest.skip("this terminal knows wallets")
        for charge in (by_guest(), by_shop()):
            code = PresentedCode("0" * 20) if charge.presented_by == "GUEST" else None
            assert isinstance(await rig.terminal.charge(charge, code=code), Refused)
