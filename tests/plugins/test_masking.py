"""What is taken out of texts, and what that costs whatever a plugin stores and writes (H-75, H-77, SEC-3)."""

from __future__ import annotations

import asyncio
import json
import random
import string
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jumak.plugins import masking
from jumak.plugins.console import LETTERS_PER_SECOND, LONGEST_LINE, Console
from jumak.plugins.masking import LONGEST, MASK, MOST_LETTERS, Masker
from jumak.testing import simulated_shop
from jumak.testing.clock import OPENING
from tests.server.screen import Wire, a_plugin

CHANCE = random.Random(7)


def letters(count: int, of: str = string.ascii_letters + string.digits + '"\\') -> str:
    return "".join(CHANCE.choices(of, k=count))


def masker(*secrets: str) -> Masker:
    made = Masker()
    for secret in secrets:
        made.remember(secret)
    return made


@pytest.mark.parametrize("count", [*range(4, 70), 500, 5_000])
@pytest.mark.parametrize("of", [string.ascii_letters, 'abc"\\\n', "가나다라마바사"])
def test_secrets_of_every_length(count: int, of: str):
    """H-75: whole and as JSON, in JSON inside JSON, beside others, and the beginning of one a text ends with."""
    secret = letters(count, of)
    made = masker(secret)
    for ascii_only in (True, False):
        spelled = secret
        for _ in range(3):
            assert made.hide(f"<{spelled[:LONGEST]}>") == f"<{MASK}>"
            cut = made.hide_cut(f"< {spelled[: max(4, len(spelled) // 2)]}")
            assert cut == f"< {MASK}"
            spelled = json.dumps(spelled, ensure_ascii=ascii_only)[1:-1]


def test_what_is_no_secret_stays():
    """H-75: letters that only begin or end like one are shown."""
    made = masker("hunter22", "0123456789abcdefghijklmnopqrstuvwxyz", "abc")
    for text in ("hunter2", "unter22", "0123 hunter3", "abc", "xyz 0123456789", "", "abcdefg"):
        assert made.hide(text) == text
    assert made.hide("hunter22hunter22 hunter22") == f"{MASK} {MASK}"


def test_secrets_that_are_worth_nothing_any_more():
    """H-75: what is stored no longer is shown again, unless another secret holds it; nothing is left behind."""
    made = masker("remembered")
    made.replace(["one secret", "another secret"])
    made.replace(["another secret"])
    made.add("token-of-a-run")
    made.add("another secret")
    assert made.hide("one secret, another secret, remembered, token-of-a-run") == (
        f"one secret, {MASK}, {MASK}, {MASK}"
    )
    made.discard("another secret")
    assert made.hide("another secret") == MASK
    made.discard("token-of-a-run")
    made.replace([])
    assert made.hide("another secret token-of-a-run") == "another secret token-of-a-run"
    for number in range(masking.REMEMBERED):
        made.remember(f"a newer one {number:04}")
    assert made.hide("remembered") == "remembered"
    assert made.hide("a newer one 0000") == MASK


def test_however_much_is_stored_the_rest_is_bounded():
    """H-77: the shortest are looked for, which people type; of what is remembered the newest."""
    made = Masker()
    many = [letters(1_000) for _ in range(5_000)]
    made.replace([*many, "hunter22"])
    assert made.hide("hunter22") == MASK
    for secret in many:
        made.remember(secret)
    assert made.hide(many[-1]) == MASK
    assert sum(map(len, made._pieces)) < 2 * 10 * MOST_LETTERS


def worst(count: int) -> list[Callable[[], str]]:
    """Lines that a pattern which looks twice at a letter stumbles over, so many letters long."""
    many = masker(*("a" * length + "b" for length in range(4, 60)))
    none = Masker()
    return [
        lambda: none.hide('"' + "\\" * count),
        lambda: none.hide('"token":"' + "\\" * count),
        lambda: none.hide(('\\"token\\":\\"' * count)[:count]),
        lambda: none.hide(('"token":"\\\\\\\\"' * count)[:count]),
        lambda: none.hide('"token"' + " " * count),
        lambda: none.hide("Bearer" + " " * count),
        lambda: none.hide("1" * count),
        lambda: many.hide("a" * count),
        lambda: many.hide_cut("a" * count),
    ]


def test_a_line_costs_so_much_a_letter():
    """H-75, H-77: twice the letters cost about twice, whatever they are; so none stops the shop."""

    def took(run: Callable[[], str]) -> float:
        times = []
        for _ in range(3):
            began = time.process_time()
            run()
            times.append(time.process_time() - began)
        return min(times)

    for number, (short, long) in enumerate(zip(worst(5_000), worst(80_000), strict=True)):
        # Sixteen times the letters; whoever looks at each once for each has 256 times the work.
        assert took(long) < 80 * max(took(short), 0.0002), number


def test_a_plugin_that_writes_long_lines():
    """H-77: so many letters a second, as there are so many lines a second; the next second it is heard again."""
    seconds = iter([OPENING.replace(second=1)] * 100 + [OPENING.replace(second=2)])
    console = Console(None, lambda: next(seconds), lambda entry: None)
    for _ in range(100):
        console.write("info", "x" * 50_000)
    assert sum(len(entry.text) for entry in console.entries) <= LETTERS_PER_SECOND + LONGEST_LINE
    assert "too many lines" in console.entries[-1].text
    console.write("info", "again")
    assert console.entries[-1].text == "again"


async def test_a_large_secret_does_not_stop_the_shop(tmp_path: Path):
    """H-77: storing one of a megabyte keeps nobody waiting, and its line is masked from its beginning to its end."""
    async with simulated_shop(folder=tmp_path / "shop") as shop:
        host = await shop.host()
        plugin = Wire(shop, a_plugin())
        secret = letters(900_000)
        before = time.thread_time()
        for number in range(3):
            await plugin.ask("secure-store.set.request", {"key": f"k{number}", "value": secret})
        plugin.tell("log", {"log": {"contents": secret}})
        plugin.tell("log", {"log": {"contents": f"it is {secret[:320]}"}})
        await asyncio.wait_for(shop.settle(), 10)
        assert time.thread_time() - before < 2, (
            "a tenth of a second of this thread; a mask per position takes minutes"
        )
        assert [entry.text for entry in host.console("stamps").entries] == [MASK, f"it is {MASK}"]
        assert LONGEST > LONGEST_LINE
