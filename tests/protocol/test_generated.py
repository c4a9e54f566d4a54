"""Schemas and reference pages: fresh, stable, and closed."""

from __future__ import annotations

from typing import Any

import msgspec

from jumak.protocol.generate import documents, stale
from jumak.protocol.openapi import SOCKET_ONLY, openapi_document
from jumak.protocol.schema import messages_schema
from jumak.protocol.table import TABLE
from tests.tidy.project import ROOT


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        found = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return found.union(*(references(inner) for inner in part.values()))
    if isinstance(part, list):
        return set().union(*(references(inner) for inner in part))
    return set()


def resolve(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_generated_files_are_fresh():
    """H-79: `make gen` was run after the last change of a message."""
    assert stale(ROOT) == []


def test_the_same_table_gives_the_same_bytes():
    """H-79: order of rows does not show."""
    turned = dict(reversed(TABLE.items()))
    assert msgspec.json.encode(openapi_document(turned)) == msgspec.json.encode(openapi_document(TABLE))
    assert msgspec.json.encode(messages_schema(turned)) == msgspec.json.encode(messages_schema(TABLE))
    assert documents() == documents()


def test_every_request_has_a_path():
    """H-79: POST /v1/<path>; writes take an Idempotency-Key, refusals are described."""
    paths = openapi_document(TABLE)["paths"]
    for name, row in TABLE.items():
        if row.kind not in ("request", "notify") or name in SOCKET_ONLY:
            continue
        operation = paths[f"/v1/{row.path}"]["post"]
        assert ("parameters" in operation) == row.write
        assert {"400", "401", "403", "500"} <= operation["responses"].keys()
        assert ("200" in operation["responses"]) == (row.kind == "request")


def test_every_reference_leads_somewhere():
    """H-79: no schema points into nothing, and none is there for nothing."""
    openapi, schema = openapi_document(TABLE), messages_schema(TABLE)
    for document in (openapi, schema):
        for reference in references(document):
            assert resolve(document, reference) is not None
    used = {reference.rsplit("/", 1)[1] for reference in references(schema)}
    assert used == schema["$defs"].keys()


def test_the_shop_keeps_its_own_side_of_an_order_to_itself():
    """SEC-3: what is taken off before an order leaves is in no schema."""
    assert "backing" not in openapi_document(TABLE)["components"]["schemas"]["Order"]["properties"]
