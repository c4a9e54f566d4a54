"""The menu as a table that people edit elsewhere: a row for each price of an item (contract, extensions §9).

What the table says, and what it leaves alone:

- An item's number names it; without one a row means the item of that title in that category, else a new one.
- Items, prices, categories and options the table does not hold stay: nothing is ever deleted by it.
- A cell that says what the menu says changes nothing, however it is written; so what was handed out can be taken
  in again without any effect. A column that is left out keeps what stands.
- Categories are named by title, and made when there is none; option groups are named by title and must exist.
- Labels, pictures, colours and the choices inside of option groups are no part of it.
"""

from __future__ import annotations

from jumak.domain.catalog.sheet.columns import Column, columns_of, heading
from jumak.domain.catalog.sheet.plan import CellChange, Change, Plan, Problem, plan_of
from jumak.domain.catalog.sheet.read import Table, read_table
from jumak.domain.catalog.sheet.write import menu_table

__all__ = [
    "CellChange",
    "Change",
    "Column",
    "Plan",
    "Problem",
    "Table",
    "columns_of",
    "heading",
    "menu_table",
    "plan_of",
    "read_table",
]
