"""What a process counts and measures of itself, for Prometheus (decision 0035): every figure there is, in one place.

A process has one set of figures, whatever it does: one shop, some of many, or a chain's hub. None has a shop as its
label, and none holds a text that anybody typed: labels are names of messages, error codes, outcomes and plugins'
ids, of which `MOST_PLUGINS` are told apart.

What happens with every message is a plain addition (`Tally`); what takes a lock is observed once for a commit, a
question or a request that is passed on. Figures that somebody knows anyway are asked for when they are read (`Total`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Summary,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

OwnerT = TypeVar("OwnerT")

MOST_PLUGINS: Final = 50
"""So many plugins have a label of their own; those a process meets later are counted together, as `other`."""

_COMMIT_S: Final = (0.0001, 0.0003, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_LAG_S: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_BATCH: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_ANSWER_S: Final = (0.01, 0.05, 0.25, 1.0, 5.0, 30.0)
_FORWARD_S: Final = (0.001, 0.005, 0.025, 0.1, 0.5, 2.0, 10.0)

# Of each series a second one, when it was made, which nobody asked for.
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)


class Tally(Collector):
    """A counter by one label that costs an addition; on the event loop only."""

    def __init__(self, name: str, about: str, label: str) -> None:
        self.counts: dict[str, int] = {}
        self.label = label
        self._name, self._about = name, about
        REGISTRY.register(self)

    def count(self, value: str) -> None:
        """One more. value: of a set that is known beforehand, such as names of messages."""
        self.counts[value] = self.counts.get(value, 0) + 1

    def describe(self) -> Iterable[Metric]:
        """The family without its figures."""
        yield CounterMetricFamily(self._name, self._about, labels=[self.label])

    def collect(self) -> Iterable[Metric]:
        """The family."""
        family = CounterMetricFamily(self._name, self._about, labels=[self.label])
        for value, count in sorted(self.counts.items()):
            family.add_metric([value], count)
        yield family


class Total(Collector):
    """A gauge that is asked for: the sum of, or the least among, what everybody who is still there says.

    always: it is 0 when nobody is there, and not left out.
    """

    def __init__(
        self,
        name: str,
        about: str,
        of: Callable[[Iterable[float]], float] = sum,
        *,
        label: str = "",
        always: bool = True,
    ) -> None:
        self.label = label
        self._name, self._about, self._of = name, about, of
        self._always = always and not label
        self._asked: WeakKeyDictionary[Any, dict[str, Callable[[Any], float]]] = WeakKeyDictionary()
        REGISTRY.register(self)

    def follow(self, owner: OwnerT, read: Callable[[OwnerT], float], value: str = "") -> None:
        """Asks it from now on, until `leave` or until it is gone. value: of the label, if there is one."""
        self._asked.setdefault(owner, {})[value] = read

    def leave(self, owner: object) -> None:
        """Asks it no more."""
        self._asked.pop(owner, None)

    def describe(self) -> Iterable[Metric]:
        """The family without its figures."""
        yield GaugeMetricFamily(self._name, self._about, labels=[self.label] if self.label else [])

    def collect(self) -> Iterable[Metric]:
        """The family, each figure asked for now."""
        family = GaugeMetricFamily(self._name, self._about, labels=[self.label] if self.label else [])
        said: dict[str, list[float]] = {"": []} if self._always else {}
        for owner, reads in tuple(self._asked.items()):
            for value, read in reads.items():
                said.setdefault(value, []).append(read(owner))
        for value, figures in sorted(said.items()):
            family.add_metric([value] if self.label else [], self._of(figures))
        yield family


# -- messages ----------------------------------------------------------------------------------------

requests = Tally("jumak_requests", "Messages that were taken, by name.", "name")
refusals = Tally("jumak_refusals", "Messages that were refused, by error code.", "code")

# -- the writer --------------------------------------------------------------------------------------

commit_seconds = Histogram(
    "jumak_commit_seconds",
    "How long the disk or the database takes to commit.",
    buckets=_COMMIT_S,
    registry=REGISTRY,
)
batch_commands = Histogram(
    "jumak_batch_commands", "Commands that shared a commit.", buckets=_BATCH, registry=REGISTRY
)
facts = Counter("jumak_facts", "Facts this process wrote or took over into a journal.", registry=REGISTRY)
writer_queue = Total("jumak_writer_queue_commands", "Commands that wait for their batch.")
shops_open = Total("jumak_shops_open", "Shops this process has open.")

# -- who is connected --------------------------------------------------------------------------------

connections = Total(
    "jumak_connections", "Open sessions (sockets and plugin processes) and event streams.", label="kind"
)
push_lag_seconds = Histogram(
    "jumak_push_lag_seconds",
    "From the end of a commit until its pushes were handed to every connection.",
    buckets=_LAG_S,
    registry=REGISTRY,
)
waiting_frames = Total("jumak_waiting_frames", "Frames that wait because their client does not read.")
resumes = Tally(
    "jumak_resumes", "Clients that came back with a number: resumed, or told to read anew.", "outcome"
)

# -- plugins -----------------------------------------------------------------------------------------

plugin_request_seconds = Summary(
    "jumak_plugin_request_seconds",
    "What plugins asked of the shop, until it was answered.",
    ["plugin", "outcome"],
    registry=REGISTRY,
)
plugin_answer_seconds = Histogram(
    "jumak_plugin_answer_seconds",
    "What the shop asked of plugins, until they answered or it gave up.",
    ["plugin", "outcome"],
    buckets=_ANSWER_S,
    registry=REGISTRY,
)

# -- between processes -------------------------------------------------------------------------------

forward_seconds = Histogram(
    "jumak_forward_seconds",
    "Requests passed on to the process that runs their shop, until the answer began.",
    ["outcome"],
    buckets=_FORWARD_S,
    registry=REGISTRY,
)
forwarded_sockets = Total(
    "jumak_forwarded_sockets", "Sockets that are passed on to another process at the moment."
)

# -- a chain's hub -----------------------------------------------------------------------------------

feed_unsent = Total(
    "jumak_feed_unsent_facts", "Facts the hub's stream has not acknowledged yet.", always=False
)
feed_acknowledged = Total(
    "jumak_feed_last_ack_timestamp_seconds",
    "When the hub's stream last acknowledged facts, seconds since 1970; the longest ago of several shops.",
    min,
    always=False,
)
hub_facts = Counter(
    "jumak_hub_facts",
    "Facts that came from shops: written, known (doubles), ahead, stranger or refused.",
    ["outcome"],
    registry=REGISTRY,
)

hub_behind = Total(
    "jumak_hub_behind_facts", "Facts that shops say they have and the hub does not.", always=False
)
hub_shops = Total(
    "jumak_hub_shops",
    "Shops the hub knows: taking from them, or stopped until somebody has looked (`jumak hub shops`).",
    label="state",
)

_known: set[str] = set()


def plugin_label(plugin_id: str | None) -> str:
    """What a plugin is called in figures. None: a remote service, whose id a person chose."""
    if plugin_id is None:
        return "service"
    if plugin_id in _known:
        return plugin_id
    if len(_known) >= MOST_PLUGINS:
        return "other"
    _known.add(plugin_id)
    return plugin_id


def text() -> bytes:
    """Every figure in Prometheus' text form (version 0.0.4)."""
    return generate_latest(REGISTRY)
