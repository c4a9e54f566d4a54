"""How much of the processors each process of a benchmark takes."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct


class Shares(Struct):
    """Processors kept busy meanwhile, by name; 1.0 is a whole one. idle: of the whole machine, whoever else is on it."""

    by_name: dict[str, float]
    idle: float

    @property
    def is_all(self) -> bool:
        """Hardly any were left for more."""
        return self.idle < 0.15 * (os.cpu_count() or 1)

    def text(self) -> str:
        """All of it."""
        parts = ", ".join(f"{name} {share:.2f}" for name, share in self.by_name.items())
        return f"{parts}, idle {self.idle:.2f} of {os.cpu_count()}"


@contextlib.contextmanager
def shares(pids: Mapping[str, int]) -> Iterator[Shares]:
    """What processes and all that descend from them take, and `client`: what this process waited for meanwhile."""
    outcome = Shares({}, 0.0)
    before, waited = {name: spent_s(pid) for name, pid in pids.items()}, _waited_s()
    idle = _idle_s()
    begun = time.perf_counter()
    yield outcome
    took = time.perf_counter() - begun
    for name, pid in pids.items():
        outcome.by_name[name] = (spent_s(pid) - before[name]) / took
    outcome.by_name["client"] = (_waited_s() - waited) / took
    outcome.idle = (_idle_s() - idle) / took


def spent_s(pid: int) -> float:
    """Processor seconds of a process, of its ended children and of its living descendants; 0 where there is no /proc."""
    try:
        # Behind the name, which may hold anything: state, parent, and so on; the 12th to 15th are ticks.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        # One that has ended meanwhile counts as its parent's ended child.
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(
        spent_s(int(child)) for child in children
    )


def _idle_s() -> float:
    """Seconds processors had nothing to do since the machine began, summed; 0 where there is no /proc."""
    try:
        fields = Path("/proc/stat").read_text().splitlines()[0].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[4:6])) / os.sysconf("SC_CLK_TCK")


def _waited_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
