"""Events on their way to handlers."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jumak.sdk.events import ANY, Events, Push


class Bench:
    """Events with the arguments `(id,)`; remembers what failed and what was narrowed."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.narrowed: list[tuple[str, ...] | None] = []
        self.events = Events(self.arguments, self.narrowed.append, lambda topic, _: self.failed.append(topic))

    async def arguments(self, topic: str, push: Push) -> tuple[Any, ...]:
        return (push.data["order"]["id"],)

    def push(self, seq: int | None, event: str = "add") -> None:
        self.events.take(Push("order.change.event", {"event": event, "order": {"id": seq}}, seq))


async def test_one_name_in_order_other_names_go_on():
    """python-sdk §3: one handler at a time per event name, in `seq` order; names run concurrently."""
    bench, seen, gate = Bench(), [], asyncio.Event()

    async def slow(number: int) -> None:
        await gate.wait()
        seen.append(number)

    bench.events.on("order.add", slow)
    bench.events.on("order.cancel", lambda number: seen.append(number))
    for seq in (1, 2):
        bench.push(seq)
    bench.push(3, "cancel")
    for _ in range(10):
        await asyncio.sleep(0)
    assert seen == [3]
    assert bench.events.handled == 0
    gate.set()
    await bench.events.idle()
    assert seen == [3, 1, 2]
    assert bench.events.handled == 3
    await bench.events.close()


async def test_repeated_numbers_are_dropped():
    """OFF-9, H-38: delivery is at least once, handling once; also for what is still being handled."""
    bench, seen, gate = Bench(), [], asyncio.Event()

    async def slow(number: int) -> None:
        await gate.wait()
        seen.append(number)

    bench.events.on("order.add", slow)
    bench.events.begin_at(4)
    for seq in (4, 5, 6, 5, 6):
        bench.push(seq)
    gate.set()
    await bench.events.idle()
    bench.push(6)
    await bench.events.idle()
    assert seen == [5, 6]
    await bench.events.close()


async def test_a_failing_handler_stops_no_other():
    """A handler's error is reported; the next handler and the next event get theirs."""
    bench, seen = Bench(), []

    def broken(number: int) -> None:
        raise ValueError(number)

    bench.events.on("order.add", broken)
    bench.events.on("order.add", seen.append)
    bench.push(1)
    bench.push(2)
    await bench.events.idle()
    assert seen == [1, 2]
    assert bench.failed == ["order.add", "order.add"]
    assert bench.events.handled == 2
    await bench.events.close()


async def test_subscription_follows_the_handlers():
    """`subscribe.request` names exactly the pushes that have handlers; `on_any` wants all."""
    bench = Bench()
    off = bench.events.on("order.add", print)
    bench.events.on("kdsOrder.open", print)
    off_any = bench.events.on(ANY, print)
    off_any()
    off()
    assert bench.narrowed == [
        ("order.change.event",),
        ("kds-order-item.change.event", "order.change.event"),
        None,
        ("kds-order-item.change.event", "order.change.event"),
        ("kds-order-item.change.event",),
    ]


async def test_any_sees_every_push_with_its_number():
    """python-sdk §3: `on_any` gets name, data and seq, pushes without a number included."""
    bench, seen = Bench(), []
    bench.events.on(ANY, lambda push: seen.append((push.name, push.seq)))
    bench.push(7)
    bench.push(None)
    bench.push(None)
    await bench.events.idle()
    assert seen == [("order.change.event", 7), ("order.change.event", None), ("order.change.event", None)]
    await bench.events.close()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 30), max_size=60), st.randoms(use_true_random=False))
def test_whatever_is_repeated_each_is_handled_once(extra: list[int], chance: Any):
    """OFF-9: however connections break and replays overlap, each number is handled once, in order."""

    async def run() -> None:
        bench, seen = Bench(), []
        bench.events.on("order.add", seen.append)
        upto = 0
        # A stream that breaks now and then and begins again at the number that was handled.
        for point in [*extra, 30]:
            for seq in range(bench.events.handled + 1, max(point, upto) + 1):
                bench.push(seq)
            upto = max(point, upto)
            if chance.random() < 0.5:
                await asyncio.sleep(0)
        await bench.events.idle()
        assert seen == list(range(1, 31))
        await bench.events.close()

    asyncio.run(run())
