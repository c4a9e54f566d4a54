"""What every value of the trade has in common."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

MAX_WON = 999_999_999
"""Largest amount the shop handles, either sign (MON-1)."""

Won = Annotated[int, Meta(ge=-MAX_WON, le=MAX_WON)]
"""An amount in whole won, either sign (MON-1)."""

PositiveWon = Annotated[int, Meta(ge=0, le=MAX_WON)]
"""An amount in whole won, zero or more (MON-4)."""

CatalogId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
"""Id of an item, price, option, choice, category, table, hall or group (contract §4.1)."""

PublicId = Annotated[str, Meta(min_length=1, max_length=64)]
"""Opaque id of an order, line, payment or ticket (NUM-1)."""

Key = Annotated[str, Meta(min_length=1, max_length=64)]
"""A key chosen by the caller: order key, payment key, draft line key."""

Title = Annotated[str, Meta(max_length=200)]
"""A name as people read it."""

Memo = Annotated[str, Meta(max_length=2_000)]
"""A free note."""


def wire_name(name: str) -> str:
    """The camelCase key of a field: `title_i18n` is `titleI18n`, where msgspec's own way gives `titleI18N`."""
    first, *more = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in more)


class Doc(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=wire_name, gc=False):
    """A value that is stored, sent and pushed in one shape.

    Names are camelCase on the wire; a field at its default is left out, so that unset never
    becomes null (contract §4.4). A field that must always appear therefore has no default.

    Values are trees that nothing inside points back to, so the garbage collector need not follow them
    (`gc=False`, here and on the values beside them): a shop holds a lot of them for a long time.
    """


class Value(Struct, frozen=True, gc=False):
    """The `{value}` wrapper of the order API (contract §4.2), for won."""

    value: Won


class LanguagePack(Doc, frozen=True, kw_only=True):
    """Texts by BCP-47 tag (CAT-8); the plain title is the fallback."""

    languages: dict[str, str]
