"""What a store keeps of a shop, table by table, in the order it is copied: every store has these, whatever it calls them.

A row is a tuple of the columns here, with texts as `str`, packed things as `bytes`, and a document's id as it is (`int`
or `str`). What a store keeps beside these for itself (who writes, what other processes have to read again) is made anew.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

Row = tuple[Any, ...]
Key = tuple[Any, ...]


class Table(NamedTuple):
    """key: how many of the first columns name a row. Rows are read and written in the order of their keys."""

    name: str
    key: int
    columns: tuple[str, ...]


def _table(name: str, columns: str, key: int = 1) -> Table:
    return Table(name, key, tuple(columns.split()))


SHOP: Final = _table("shop", "name value")
ORDERS: Final = _table(
    "orders",
    "seq id created state open owner order_key table_id business_date number version fact doc backing",
)
PLUGIN_VALUES: Final = _table("plugin_values", "owner area key value", key=3)
JOURNAL: Final = _table("journal", "seq at name subject actor command data state")
COMMITS: Final = _table("commits", "last_seq at hash")

TABLES: Final = (
    SHOP,
    _table("owners", "id owner"),
    _table("actors", "id caller kind device staff"),
    _table("counters", "name value"),
    _table("documents", "kind id fact doc", key=2),
    _table("personal", "subject doc"),
    PLUGIN_VALUES,
    _table("slots", "kind start s0 s1 s2 s3", key=2),
    ORDERS,
    _table("payments", "id order_seq owner payment_key"),
    _table("tickets", "seq id order_id state created doc"),
    _table("commands", "seq owner command_id at body order_id fact reply"),
    JOURNAL,
    _table("order_facts", "order_seq fact", key=2),
    COMMITS,
)

NAMED: Final[dict[str, Table]] = {table.name: table for table in TABLES}
