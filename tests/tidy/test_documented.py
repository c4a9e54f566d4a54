"""Undocumented means failing: rules, messages, errors, facts, extensions."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from jumak.protocol.errors import STATUS
from jumak.protocol.pushes import FACTS
from jumak.protocol.table import TABLE
from tests.tidy.coverage import citing_tests, duties_tested, served_rules
from tests.tidy.generate import PAGES
from tests.tidy.project import ROOT, SRC, duties, ids_in, modules, parsed, rules, short
from tests.tidy.refusals import refusals

ERRORS = frozenset(
    {
        "PosError", "InvalidArgument", "Unauthenticated", "PermissionDenied", "AclDenied", "NotFound", "UnknownMethod",
        "Conflict", "DuplicateKey", "InvalidState", "UnsupportedMode", "Locked", "RateLimited",
        "NetworkFailed", "HostUnavailable", "TimedOut",
    }
)  # fmt: skip


def strings(path: Path) -> set[str]:
    """String constants of a module that are no docstrings."""
    return {
        node.value
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def facts(path: Path) -> set[str]:
    """Names of facts a module makes: `Fact("order.add", …)`, spelled out or chosen between."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Fact"
            and node.args
        ):
            found |= {
                part.value
                for part in ast.walk(node.args[0])
                if isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and re.fullmatch(r"[a-z]+\.[a-z-]+", part.value)
            }
    return found


@pytest.mark.parametrize("path", list(modules()), ids=short)
def test_rules_that_are_cited_exist(path: Path):
    """Documented: a rule id in code or tests stands in the rulebook."""
    assert ids_in(path.read_text(encoding="utf-8")) <= rules().keys()


@pytest.mark.parametrize("path", list(modules("src")), ids=short)
def test_facts_are_in_the_table_of_facts(path: Path):
    """Documented: docs/reference/facts.md is generated from that table."""
    assert facts(path) <= FACTS.keys()


@pytest.mark.parametrize("path", list(modules("src")), ids=short)
def test_message_names_in_code_exist(path: Path):
    """Documented: no misspelt message; what is named is in the contract."""
    contract = (ROOT / "docs/contract/messages.json").read_text(encoding="utf-8")
    named = {
        text for text in strings(path) if re.fullmatch(r"[a-z][a-z-]*(\.[a-z-]+)+\.(request|event)", text)
    }
    assert {name for name in named if f'"{name}"' not in contract} == set()


def test_messages_and_codes_have_their_pages():
    """Documented: every row in the reference, every code in the contract's table of errors."""
    reference = (ROOT / "docs/reference/messages.md").read_text(encoding="utf-8")
    assert [name for name in TABLE if f"### `{name}`" not in reference] == []
    contract = (ROOT / "docs/contract/README.md").read_text(encoding="utf-8")
    assert [code for code in STATUS if f"`{code}`" not in contract] == []


@pytest.mark.parametrize("rule", served_rules())
def test_every_rule_of_the_served_sections_has_a_test(rule: str):
    """Documented: a rule nobody tests is a wish."""
    assert rule in citing_tests(), "no docstring of a test names it"


@pytest.mark.parametrize("duty", duties())
def test_every_duty_of_the_host_has_a_test(duty: str):
    """Documented: what a plugin may rely on, and what a host must tolerate, is tested by its id."""
    assert duty in duties_tested(), "no docstring or title of a test names it"


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_pages_read_off_the_code_are_fresh(page: Path):
    """Documented: `make gen` was run."""
    assert page.read_text(encoding="utf-8") == PAGES[page]()


def test_reasons_have_one_code_and_capitals():
    """Documented: a reason names one rule, so a program may look at it alone."""
    codes: dict[str, set[str]] = {}
    for path in modules("src"):
        for refusal in refusals(path):
            assert re.fullmatch(r"[A-Z][A-Z0-9_]+", refusal.reason), short(path)
            codes.setdefault(refusal.reason, set()).add(refusal.code)
    # The contract itself lists a payment of somebody else as no permission and as a state of the order.
    several = {reason for reason, found in codes.items() if len(found) > 1}
    assert several <= {"FOREIGN_PAYMENT"}


def test_reasons_of_the_contract_keep_their_code():
    """Documented: a reason the contract lists is used with the code it is listed under."""
    listed: dict[str, set[str]] = {}
    contract = (ROOT / "docs/contract/README.md").read_text(encoding="utf-8")
    for line in contract.split("## 6. Errors")[1].split("| Class in our SDKs")[0].splitlines():
        cells = line.split("|")
        if len(cells) > 3:
            for reason in re.findall(r"`([A-Z][A-Z_]+)`", cells[3]):
                listed.setdefault(reason, set()).update(re.findall(r"`([A-Z_]+)`", cells[1]))
    for path in modules("src"):
        for refusal in refusals(path):
            assert refusal.code in listed.get(refusal.reason, {refusal.code}), (short(path), refusal)


def test_the_family_tree_of_errors_is_whole():
    """Documented: the errors of the domain are those this page knows."""
    tree = parsed(SRC / "domain/errors.py")
    assert {node.name for node in tree.body if isinstance(node, ast.ClassDef)} == ERRORS
