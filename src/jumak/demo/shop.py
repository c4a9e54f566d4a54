"""Making the demo shop: settings, floor, kitchen, menu and people, through the shop's own use cases."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Final

from jumak.demo import menu
from jumak.domain.caller import SYSTEM, Role
from jumak.domain.merchant import Shop
from jumak.domain.table import Position
from jumak.protocol.messages.catalog import AddCategory, AddItem, AddOption
from jumak.protocol.messages.kitchen import StationDraft, StationSaveData
from jumak.protocol.messages.staff import StaffDraft, StaffSaveData
from jumak.protocol.messages.table import HallAddData, HallDraft, TableAddData, TableDraft
from jumak.protocol.row import Done
from jumak.server.clock import SystemClock
from jumak.server.connections import Connections
from jumak.service import staff
from jumak.service.catalog import add_category, add_item, add_option
from jumak.service.floor import add_hall, add_table
from jumak.service.kitchen import save as save_station
from jumak.service.ports import Command, Store, Transaction
from jumak.store.errors import ShopExists
from jumak.store.opening import InDatabase, founded, opened
from jumak.store.sqlite.file import FILE_NAME, open_for_reading
from jumak.testing.clock import FakeClock, SeededIds

SHOP: Final = Shop(
    id=1,
    name="주막 데모점",
    serial_number="261J0000DE00001",
    business_number="1234567891",
    representative="김사장",
    address="서울특별시 종로구 북촌로 1",
    phone="02-000-0000",
    business_type="RESTAURANT",
    payment_timing="PAY_LATER",
    tables_enabled=True,
    booking_enabled=True,
    version=1,
)

PEOPLE: Final[tuple[tuple[str, Role, str], ...]] = (
    ("김사장", "owner", "1111"),
    ("이점장", "manager", "2222"),
    ("박캐셔", "cashier", "3333"),
    ("최서버", "server", "4444"),
)
"""Name, role and PIN; the PINs stand in the documentation for everybody to read."""

HALLS: Final = ("1층 홀", "2층 테라스")

STATIONS: Final = (
    StationDraft(
        id="kitchen",
        name="주방",
        category_ids=(menu.MEALS, menu.NOODLES, menu.SHARING),
        is_default=True,
        caution_min=10,
        late_min=20,
    ),
    StationDraft(id="bar", name="바", category_ids=(menu.COFFEE, menu.DRINKS, menu.ALCOHOL)),
    StationDraft(id="dessert", name="디저트", category_ids=(menu.DESSERTS,), caution_min=7, late_min=15),
)


def _tables() -> tuple[TableDraft, ...]:
    """Ten tables in three rows downstairs, four round ones on the terrace."""
    downstairs = [
        TableDraft(
            hall_id=1,
            title=f"{number + 1}번",
            capacity=6 if number % 4 == 3 else 4 if number % 4 else 2,
            position=Position(x=40 + 160 * (number % 4), y=40 + 160 * (number // 4), width=110, height=100),
        )
        for number in range(10)
    ]
    terrace = [
        TableDraft(
            hall_id=2,
            title=f"테라스 {number + 1}",
            capacity=4,
            position=Position(x=60 + 200 * number, y=80, width=120, height=120, shape="round"),
        )
        for number in range(4)
    ]
    return (*downstairs, *terrace)


async def create_demo_shop(folder: Path, database: InDatabase | None = None) -> bool:
    """Makes the demo shop in a folder, or in a database; a shop that is there is left alone.

    The same ids come out every time.  Returns whether it made one.  Raises ShopInUse when another
    process makes one here at this moment.
    """
    try:
        await founded(folder, database, SHOP)
    except ShopExists:
        if database is None and not _is_bare(folder):
            return False
    # The ids of people need no time; those of orders come later, from the shop that is served.
    ids = SeededIds(FakeClock())
    async with opened(folder, database, clock=SystemClock(), ids=ids, live=Connections()) as store:
        # Whoever began to make it did not get further than its settings.
        if bare := not store.reader().seq:
            await furnish(store)
        return bare


def _is_bare(folder: Path) -> bool:
    """Nothing ever happened here; looked at without opening the shop, which may be served."""
    connection = open_for_reading(folder / FILE_NAME)
    try:
        return connection.execute("SELECT 1 FROM journal LIMIT 1").fetchone() is None
    finally:
        connection.close()


async def furnish(store: Store) -> None:
    """Puts everything into an empty shop with the demo shop's settings, in one commit."""
    salt = secrets.token_hex(16)
    digests = [await asyncio.to_thread(staff.derive, pin, salt) for _, _, pin in PEOPLE]

    async def run(tx: Transaction) -> Done:
        await _fill_menu(tx)
        for title in HALLS:
            await add_hall(tx, HallAddData(hall=HallDraft(title=title)))
        for table in _tables():
            await add_table(tx, TableAddData(table=table))
        for station in STATIONS:
            await save_station(tx, StationSaveData(station=station))
        for (name, role, _), digest in zip(PEOPLE, digests, strict=True):
            await staff.save(tx, StaffSaveData(staff=StaffDraft(name=name, role=role)), (digest,))
        return Done()

    result = await store.execute(Command(caller=SYSTEM, name="shop.furnish", body=b"", run=run))
    if result.error is not None:
        raise result.error


async def _fill_menu(tx: Transaction) -> None:
    for category in menu.CATEGORIES:
        await add_category(tx, AddCategory(category=category))
    for option in menu.OPTIONS:
        await add_option(tx, AddOption(option=option))
    for item in menu.ITEMS:
        await add_item(tx, AddItem(catalog=item))
