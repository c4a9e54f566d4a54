"""`jumak simulate`."""

from __future__ import annotations

import argparse
import math
import sys
from typing import Any

from tqdm import tqdm

from jumak.commands.reach import Asking, Refused, add_data, administration, database_of, running_server
from jumak.domain.errors import PosError
from jumak.simulate import Plan, Refusal, Summary, WallPace, simulate
from jumak.store.opening import checked

HOURS = 10.0
"""A day when nothing else is said."""


async def _simulate(arguments: argparse.Namespace) -> None:
    hours = HOURS if arguments.hours is None and arguments.orders is None else arguments.hours
    plan = Plan(seed=arguments.seed, hours=hours, orders=arguments.orders)
    total = arguments.orders or round((hours or HOURS) * 60)
    ours = await running_server(arguments.data) is None
    bar = tqdm(
        total=total,
        desc="simulating",
        unit="order" if arguments.orders else "min",
        disable=not sys.stderr.isatty(),
    )

    def progress(minute: float, summary: Summary) -> None:
        done = min(total, summary.orders if arguments.orders else round(minute))
        bar.update(done - bar.n)

    with bar:
        async with administration(arguments.data, database_of(arguments)) as ask:
            try:
                summary = await simulate(_refusing(ask), plan, WallPace(arguments.speed), progress)
            except Refusal as refusal:
                raise Refused(f"no day can be played here: {refusal}") from None
    print(*_told(summary), sep="\n")
    if ours:
        findings = await checked(arguments.data, database_of(arguments))
        print(*findings or ("check: all is well",), sep="\n")
        if findings:
            raise Refused(f"{len(findings)} things are wrong")


def _refusing(ask: Asking) -> Asking:
    """Refusals as the simulation knows them, over either door."""

    async def asking(name: str, data: dict[str, Any]) -> dict[str, Any]:
        try:
            return await ask(name, data)
        except PosError as error:
            raise Refusal(error.reason or error.code) from error
        except Refused as error:
            raise Refusal(str(error)) from error

    return asking


def _told(summary: Summary) -> list[str]:
    ends = ", ".join(f"{count} {end}" for end, count in sorted(summary.ends.items()))
    lines = [
        f"{summary.minutes / 60:.1f} hours, {summary.messages} messages",
        f"orders: {summary.orders} ({ends})",
        f"payments: {summary.payments.total()}, {summary.amounts.total():,} won, {summary.taken_back} taken back",
    ]
    lines += [
        f"  {tender:9}{summary.payments[tender]:6}{summary.amounts[tender]:14,} won"
        for tender in sorted(summary.payments)
    ]
    lines.append(
        "kitchen: " + ", ".join(f"{count} {verb}" for verb, count in sorted(summary.kitchen.items()))
    )
    if summary.refusals:
        lines.append(
            "refused: " + ", ".join(f"{count} {why}" for why, count in summary.refusals.most_common())
        )
    return lines


def _speed(text: str) -> float | None:
    return None if text == "max" else _above_zero(text)


def _above_zero(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number


def _count(text: str) -> int:
    return max(1, round(_above_zero(text)))


def add(commands: Any) -> None:
    """Adds the command."""
    simulating = commands.add_parser("simulate", help="play a believable day against the shop")
    add_data(simulating)
    simulating.add_argument("--seed", type=int, default=0, metavar="N", help="which day it is")
    simulating.add_argument(
        "--speed", type=_speed, default="max", metavar="X", help="times faster than life, or max"
    )
    length = simulating.add_mutually_exclusive_group()
    length.add_argument(
        "--hours", type=_above_zero, metavar="H", help="guests come for so long; 10 unless given"
    )
    length.add_argument(
        "--orders", type=_count, metavar="N", help="guests come until there are so many orders"
    )
    simulating.set_defaults(run=_simulate)
