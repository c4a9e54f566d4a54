"""The served OpenAPI document against the server that serves it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from jumak.store.sqlite.check import check

EXAMPLES = 200 if os.environ.get("JUMAK_LARGE") == "1" else 4

SKIPPED = {"/v1/events", "/v1/uploads"}
"""A stream that does not end, and a body that is no JSON: tests/server asks those."""

NEED_A_TILL = {"/v1/barcode.send", "/v1/popup"}
"""Without one their answer is 503, a word they keep as well."""


def test_every_operation_keeps_its_word(served: tuple[str, str, Path]):
    """H-10, H-11, H-79: no answer is a failure of the server, each has the documented status and shape."""
    url, token, folder = served
    load_all_checks()
    checks = [
        CHECKS.get_one(name)
        for name in (
            "not_a_server_error",
            "status_code_conformance",
            "content_type_conformance",
            "response_schema_conformance",
        )
    ]
    schema = schemathesis.openapi.from_url(f"{url}/v1/openapi.json")
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path not in SKIPPED:
            kept = checks[1:] if operation.path in NEED_A_TILL else checks
            _ask(operation, url, {"Authorization": f"Bearer {token}"}, kept)
            asked += 1
    assert asked > 100
    assert check(folder) == []


def _ask(operation: Any, url: str, headers: dict[str, str], checks: list[Any]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=url, headers=headers, checks=checks, timeout=20)

    ask()
