"""The ledger of the prepaid-card sample: every won is accounted for, whoever asks at once and whenever it dies."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .ledger import LedgerProcess, rules

KEYS = st.sampled_from([f"k{number}" for number in range(6)])
CARDS = st.sampled_from(["PC-AAAA", "PC-BBBB"])
AMOUNTS = st.sampled_from([1, 500, 3_000, 10_000])
KINDS = st.sampled_from(["charge", "payment"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), KINDS, KEYS, CARDS, AMOUNTS),
        st.tuples(st.just("cancel"), KINDS, KEYS),
    ),
    max_size=40,
)


class Model:
    """The same by plain sums: key → card, amount, whether it was taken back."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], tuple[str | None, int, bool]] = {}
        self.cards: set[str] = set()

    def balance(self, card: str) -> int:
        live = [
            (kind, n) for (kind, _), (of, n, is_back) in self.entries.items() if of == card and not is_back
        ]
        return sum(amount if kind == "charge" else -amount for kind, amount in live)

    def enter(self, kind: str, key: str, card: str, amount: int) -> str:
        if (known := self.entries.get((kind, key))) is not None:
            return "CANCELLED" if known[2] else "" if known[:2] == (card, amount) else "KEY_USED"
        if kind == "payment" and card not in self.cards:
            return "NO_CARD"
        if kind == "payment" and self.balance(card) < amount:
            return "BALANCE"
        self.cards.add(card)
        self.entries[kind, key] = (card, amount, False)
        return ""

    def cancel(self, kind: str, key: str) -> str:
        card, amount, is_back = self.entries.get((kind, key), (None, 0, False))
        if kind == "charge" and card is not None and not is_back and self.balance(card) < amount:
            return "BALANCE"
        self.entries[kind, key] = (card, amount, True)
        return ""


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_any_life_of_two_cards(steps: list[tuple[Any, ...]]):
    """Σ charges − Σ payments, those taken back left out, is the balance after every step; refusals change nothing."""
    module = rules()
    with tempfile.TemporaryDirectory() as folder:
        cards, model = module.Cards(Path(folder) / "cards.db"), Model()
        for what, *arguments in steps:
            try:
                getattr(cards, what)(*arguments)
                said = ""
            except module.LedgerError as refusal:
                said = refusal.code
            assert said == getattr(model, what)(*arguments), (what, arguments)
            for card in model.cards:
                assert cards.balance(card) == model.balance(card)


@pytest.mark.parametrize(
    ("key", "card", "amount"),
    [("k", "PC-AAAA", 0), ("k", "PC-AAAA", -1), ("k", "pc-aaaa", 1), ("k", "PC-AAAA", 2_000_001), ("a/b", "PC-AAAA", 1)],
)  # fmt: skip
def test_what_is_no_entry(tmp_path: Path, key: str, card: str, amount: int):
    """A negative charge is no payment, and a code is what is printed on a card."""
    module = rules()
    with pytest.raises(module.LedgerError, match="INVALID"):
        module.Cards(tmp_path / "cards.db").enter("charge", key, card, amount)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[LedgerProcess]:
    process = LedgerProcess(tmp_path)
    await process.start()
    try:
        yield process
    finally:
        await process.end()


def paying(client: httpx.AsyncClient, key: str, amount: int = 1_000) -> Any:
    return client.put(f"/payments/{key}", json={"card": "PC-AAAA", "amount": amount})


async def test_tills_at_the_same_moment(ledger: LedgerProcess):
    """Sixty payments at once, each asked twice, of a card that holds forty: forty are taken, once each."""
    await ledger.charged("PC-AAAA", 40_000)
    async with ledger.client() as client:
        answers = await asyncio.gather(*[paying(client, f"p{n % 60}") for n in range(120)])
        taken = {answer.json()["key"] for answer in answers if answer.status_code == 200}
        short = [answer.json() for answer in answers if answer.status_code != 200]
        assert len(taken) == 40
        assert {refusal["error"] for refusal in short} == {"BALANCE"}
        assert await ledger.balance("PC-AAAA") == 0
        key = min(taken)
        back = await asyncio.gather(*[client.delete(f"/payments/{key}") for _ in range(10)])
        assert len({answer.json()["cancelledAt"] for answer in back}) == 1
    assert await ledger.balance("PC-AAAA") == 1_000


async def test_killed_in_the_middle(ledger: LedgerProcess):
    """Whatever was under way when it died is asked again under its key, and counts once."""
    await ledger.charged("PC-AAAA", 100_000)
    for life in range(3):
        keys = [f"life{life}-{n}" for n in range(20)]
        async with ledger.client() as client:
            first = asyncio.create_task(paying(client, keys[0]))
            others = [asyncio.create_task(paying(client, key)) for key in keys[1:]]
            await first
            await ledger.end()
            answered = await asyncio.gather(*others, return_exceptions=True)
        sure = [one.json() for one in answered if isinstance(one, httpx.Response)]
        await ledger.start()
        held = await ledger.balance("PC-AAAA")
        # What was answered is there; what was not may be.
        assert 100_000 - (life + 1) * 20_000 <= held <= 100_000 - life * 20_000 - (1 + len(sure)) * 1_000
        async with ledger.client() as client:
            again = {key: (await paying(client, key)).json() for key in keys}
        assert [again[one["key"]] for one in sure] == sure
        assert await ledger.balance("PC-AAAA") == 100_000 - (life + 1) * 20_000


async def test_a_cancel_that_overtakes(ledger: LedgerProcess):
    """A payment somebody gave up is refused however late it arrives; a charge that is spent cannot be taken back."""
    await ledger.charged("PC-AAAA", 5_000)
    async with ledger.client() as client:
        assert (await client.delete("/payments/late")).status_code == 200
        late = await paying(client, "late")
        assert (late.status_code, late.json()) == (409, {"error": "CANCELLED"})
        assert (await paying(client, "p")).status_code == 200
        spent = await client.delete("/charges/test-PC-AAAA-5000")
        assert (spent.status_code, spent.json()) == (409, {"error": "BALANCE", "balance": 4_000})
        other = await paying(client, "p", 2_000)
        assert (other.status_code, other.json()) == (409, {"error": "KEY_USED"})


async def test_who_may_ask(ledger: LedgerProcess, tmp_path: Path):
    """Without the token nothing is told; the token is for its user's eyes, and the same over restarts."""
    async with ledger.client() as client:
        for given in ("", "Bearer x", f"Bearer {ledger.token}x", ledger.token):
            answer = await client.get("/cards/PC-AAAA", headers={"Authorization": given})
            assert (answer.status_code, answer.json()) == (401, {"error": "TOKEN"})
        huge = await client.put("/charges/k", content=b"x" * 20_000)
        assert huge.status_code == 413
        for body in (
            b"",
            b"[]",
            b'{"card": "PC-AAAA", "amount": "5"}',
            b'{"card": "PC-AAAA", "amount": true}',
        ):
            assert (await client.put("/charges/k", content=body)).status_code == 400
        assert (await client.get("/cards/PC-AAAA")).status_code == 404
    assert (tmp_path / "cards.token").stat().st_mode & 0o077 == 0
    before = ledger.token
    await ledger.end()
    await ledger.start()
    assert ledger.token == before
