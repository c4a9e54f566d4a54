"""What every value of the trade has in common (contract §4)."""

from __future__ import annotations

import msgspec
import pytest

from jumak.domain.base import LanguagePack, Title, wire_name
from jumak.domain.catalog import Category
from jumak.protocol.row import Row
from jumak.protocol.table import TABLE


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("id", "id"),
        ("title_i18n", "titleI18n"),
        ("description_i18n", "descriptionI18n"),
        ("charge_price", "chargePrice"),
    ],
)
def test_wire_names(name, wire):
    """H-13: the names real plugins read."""
    assert wire_name(name) == wire


def test_language_packs_travel_under_their_documented_name():
    """CAT-8, H-13: `titleI18n`, absent when there is none."""
    pack = LanguagePack(languages={"en": "Meals"})
    named = Category(id=1, title="식사", title_i18n=pack, order=1, enabled=True, version=1)
    assert b'"titleI18n":{"languages":{"en":"Meals"}}' in msgspec.json.encode(named)
    plain = Category(id=1, title="식사", order=1, enabled=True, version=1)
    assert b"I18" not in msgspec.json.encode(plain)


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_no_message_names_a_field_otherwise(row: Row):
    """H-13: one spelling in the whole table."""
    _, schemas = msgspec.json.schema_components([row.data, row.reply])
    names = {name for schema in schemas.values() for name in schema.get("properties", {})}
    assert not [name for name in names if "I18N" in name or "_" in name]


def test_titles_have_a_limit():
    """MON-1: everything that comes from outside is bounded."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert("가" * 201, Title)
