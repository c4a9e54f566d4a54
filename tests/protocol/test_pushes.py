"""Facts become the pushes of the contract."""

from __future__ import annotations

import pytest

from jumak.domain.fact import Fact
from jumak.protocol.pushes import FACTS, push_of, scopes_of
from jumak.protocol.table import TABLE


def test_an_order_push_carries_the_id_and_cancel_the_whole_order():
    """H-35, ORD-6: ids for every event, the order for `cancel`; audit details stay inside."""
    fact = Fact("order.update", "o1", {"order": {"id": "o1"}, "before": 3})
    push = push_of(fact)
    assert push is not None
    assert (push.name, push.data) == ("order.change.event", {"event": "update", "order": {"id": "o1"}})
    whole = {"id": "o1", "orderState": "CANCELLED"}
    cancelled = push_of(Fact("order.cancel", "o1", {"order": {"id": "o1"}}), whole)
    assert cancelled is not None
    assert cancelled.data == {"event": "cancel", "order": whole}


def test_the_subject_stands_in_for_a_missing_reference():
    """H-35: a fact that says nothing but its subject still names it, as a number where ids are numbers."""
    payment = push_of(Fact("kds.open", "t1"))
    item = push_of(Fact("catalog.sold-out", "11"))
    assert payment is not None
    assert payment.data == {"event": "open", "kdsOrder": {"id": "t1"}}
    assert item is not None
    assert item.data == {"event": "sold-out", "catalog": {"id": 11}}


def test_table_moves_name_both_ends():
    """TBL-1, H-32: `move` carries order, from and to as the contract shapes them."""
    data = {"order": {"id": "o1"}, "from": {"table": {"id": 1}}, "to": {"table": {"id": 2}}}
    push = push_of(Fact("table.move", "2", data))
    assert push is not None
    assert push.data == {"event": "move", **data}


def test_audit_facts_are_not_pushed():
    """SEC-2: what only the audit needs stays in the journal, as does what nobody can show now."""
    assert push_of(Fact("staff.login", "s1")) is None
    assert push_of(Fact("waiting.change", "w1")) is None
    assert push_of(Fact("of.yesterday", "x")) is None


def test_names_without_personal_data_are_put_in_when_the_push_leaves():
    """SEC-4: a party's name comes from beside the journal."""
    push = push_of(Fact("waiting.change", "w1"), {"id": "w1", "number": 4})
    assert push is not None
    assert (push.name, push.data) == ("waiting.change.event", {"party": {"id": "w1", "number": 4}})


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_fact_leads_to_a_push_of_the_table(name: str):
    """H-76: each push is a row, so that its scope is known and its keys are documented."""
    kind = FACTS[name]
    if not kind.push:
        return
    row = TABLE[kind.push]
    assert row.kind == "push"
    assert scopes_of(kind.push) == row.scopes
    assert {*kind.keys, *({"event"} if kind.event else set())} <= set(row.data.__struct_encode_fields__)
