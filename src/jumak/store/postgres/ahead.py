"""What the commands of a batch look up first, looked up for all of them at once.

Many commands begin with a key: was there an order of this key already? Asked one by one that is a round trip for each,
which costs more than the command. So each is run up to its first question and ended there; the questions of a kind
become one statement; and when the commands run, one after the other as ever, the answers are at hand. What was
committed before the batch is all a question is about (what the batch itself has changed lies in its layer), so that it
does not matter how early in the batch it was answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, Final

from jumak.store.postgres.asking import Lookup, Question, Source
from jumak.store.postgres.queries import SQL

_MANY: Final = {
    SQL[one]: SQL[many]
    for one, many in (
        ("order_row", "order_rows"),
        ("order_id_by_key", "order_ids_by_key"),
        ("payment_by_key", "payments_by_key"),
    )
}
"""Statements that look up one row, and those that do so for columns of arguments: place among them, then the row."""


def first_lookup(running: Coroutine[Any, Any, Any]) -> Lookup | None:
    """What a use case looks up first, None when it is something else or nothing. Ends it there."""
    try:
        asked = running.send(None)
    except (StopIteration, Exception):
        # It is run again in earnest, and says the same then.
        return None
    running.close()
    lookup = asked.lookup if isinstance(asked, Question) else None
    return lookup if lookup is not None and lookup[0] in _MANY else None


async def answers(source: Source, lookups: Iterable[Lookup]) -> Mapping[Lookup, Any]:
    """The row of each, None where there is none; one statement for each kind of them."""
    kinds: defaultdict[str, dict[Lookup, None]] = defaultdict(dict)
    for lookup in lookups:
        kinds[lookup[0]][lookup] = None
    found: dict[Lookup, Any] = {}
    for query, of_kind in kinds.items():
        asked = list(of_kind)
        found.update(dict.fromkeys(asked))
        # The shop comes first and is the same in all of them.
        shop_id = asked[0][1][0]
        columns = [list(column) for column in zip(*(args[1:] for _, args in asked), strict=True)]
        for place, *row in await source.fetch(_MANY[query], shop_id, *columns):
            found[asked[place - 1]] = row
    return found
