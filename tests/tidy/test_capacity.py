"""The capacity page: its arithmetic adds up, and its tables are what the program prints."""

from __future__ import annotations

import itertools
import math

import msgspec
import pytest

from bench.fleet import (
    BEGIN,
    DAY_S,
    END,
    HOUR_S,
    LARGEST,
    PAGE,
    SIZES,
    Assumed,
    Load,
    bends,
    figures,
    fleet_for,
    load_of,
    page_section,
    sales_at,
    with_section,
)

OF, ASSUMED = figures(), Assumed()
MANY = sorted({*SIZES, *(round(10 ** (step / 4)) for step in range(25))})


def test_the_page_has_the_tables_the_program_prints() -> None:
    """`python -m bench.fleet --page` writes them."""
    page = PAGE.read_text("utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    assert with_section(page, page_section(OF, ASSUMED)) == page


def test_a_drifted_page_is_noticed() -> None:
    """The check above can fail: other figures make other tables."""
    dearer = msgspec.structs.replace(OF, server_s_per_sale=OF.server_s_per_sale * 2)
    assert page_section(dearer, ASSUMED) != page_section(OF, ASSUMED)


def test_a_day_has_all_of_its_sales() -> None:
    """Its hours are shares of one; a Friday is so much more than an average day."""
    assert len(ASSUMED.hours) == DAY_S // HOUR_S
    assert math.isclose(sum(ASSUMED.hours), 1)
    sold = [
        sum(sales_at(hour, 7, ASSUMED, friday=friday) * HOUR_S for hour in range(24))
        for friday in (False, True)
    ]
    assert math.isclose(sold[0], 7 * ASSUMED.sales_per_day)
    assert math.isclose(sold[1], sold[0] * ASSUMED.friday)


def test_lunch_and_dinner_are_the_peaks() -> None:
    """Noon and six, with an afternoon between them."""
    hours = ASSUMED.hours
    assert max(hours) == hours[12]
    assert max(hours[15:]) == hours[18]
    assert hours[15] < hours[18] / 2


@pytest.mark.parametrize("name", list(Load.__struct_fields__))
def test_every_demand_is_in_proportion(name: str) -> None:
    """Twice the shops ask for twice of everything; what two fleets ask for is what they ask for together."""
    one, two, three = (getattr(load_of(shops, OF, ASSUMED), name) for shops in (1_000, 2_000, 3_000))
    assert one > 0
    assert math.isclose(two, 2 * one)
    assert math.isclose(three, one + two)


def test_more_shops_never_need_less() -> None:
    """Of nothing."""
    fleets = [fleet_for(shops, OF, ASSUMED) for shops in MANY]
    for smaller, larger in itertools.pairwise(fleets):
        for name in ("processes", "cells", "hub_processes", "disk"):
            assert getattr(smaller, name) <= getattr(larger, name), (name, larger.load.shops)


@pytest.mark.parametrize("shops", MANY)
def test_a_fleet_is_as_large_as_its_load(shops: int) -> None:
    """What there is holds what is asked for, in processes, memory, sockets, connections, log and disk."""
    fleet, load = fleet_for(shops, OF, ASSUMED), load_of(shops, OF, ASSUMED)
    assert fleet.processes * ASSUMED.busy >= load.server_s
    assert fleet.processes * ASSUMED.process_sockets >= load.sockets
    assert fleet.processes * ASSUMED.process_memory >= load.memory
    assert fleet.cells * ASSUMED.database_cores * ASSUMED.busy >= load.database_s
    assert fleet.cells * ASSUMED.database_connections >= fleet.processes * ASSUMED.process_connections
    assert fleet.cells * ASSUMED.database_wal_per_s >= load.wal_per_s
    assert fleet.cells * ASSUMED.database_disk >= fleet.disk
    assert fleet.hub_processes * ASSUMED.busy >= load.hub_s
    assert fleet.disk >= load.database_per_year * ASSUMED.kept_years


def test_bends_are_where_one_is_full() -> None:
    """In the order they come; a fleet below the first of a process or database has one of each."""
    found = bends(OF, ASSUMED)
    assert [bend.shops for bend in found] == sorted(bend.shops for bend in found)
    assert all(1 <= bend.shops <= LARGEST and bend.then for bend in found)
    process = min(bend.shops for bend in found if "server process" in bend.what)
    assert fleet_for(process * 0.99, OF, ASSUMED).processes == 1
    assert fleet_for(process * 1.01, OF, ASSUMED).processes > 1
    database = min(bend.shops for bend in found if "PostgreSQL" in bend.what)
    assert fleet_for(database * 0.99, OF, ASSUMED).cells == 1
    assert fleet_for(database * 1.01, OF, ASSUMED).cells > 1


def test_figures_are_of_a_whole_sale() -> None:
    """What was measured is possible: a sale is an order with facts in commits, and all of it is in the log."""
    assert OF.rows_per_sale["orders"] == 1
    assert OF.rows_per_sale["journal"] == OF.facts_per_sale
    assert OF.rows_per_sale["commits"] == OF.commits_per_sale
    assert OF.journal_bytes_per_sale < OF.database_bytes_per_sale
    assert OF.memory_per_open_shop <= OF.memory_per_selling_shop
    for name in type(OF).__struct_fields__:
        value = getattr(OF, name)
        assert value if isinstance(value, (str, dict)) else value > 0, name
