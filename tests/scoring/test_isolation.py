"""The one record that makes batches fail is found, and only it becomes a dead letter."""

from __future__ import annotations

import pytest
from fakes import FakeMessage
from hypothesis import given
from hypothesis import strategies as st

from scoring.sidecar.isolation import Isolation
from scoring.sidecar.messages import Messages
from scoring.sidecar.transaction import TransactionAborted


@given(st.integers(1, 300), st.sets(st.integers(0, 299), max_size=5), st.integers(1, 64))
def test_guilty_records_are_found_and_no_others(count: int, guilty: set[int], batch_size: int) -> None:
    isolation, at, dead = Isolation(batch_size), 0, []
    while at < count:
        messages = Messages([FakeMessage(b"k", b"v", n) for n in range(at, min(at + isolation.limit, count))])
        refused = isolation.refused(messages)
        if refused is None and any(m.offset() in guilty for m in messages):
            isolation.failed(messages, TransactionAborted("bad record", record=True))
            continue
        dead += [m.offset() for m in messages if refused]
        isolation.succeeded()
        at += len(messages)
    assert dead == sorted(g for g in guilty if g < count)


@pytest.mark.parametrize("size", [1, 100])
def test_other_aborts_blame_no_record(size: int) -> None:
    isolation = Isolation(100)
    messages = Messages([FakeMessage(b"k", b"v", n) for n in range(size)])
    for _ in range(10):
        isolation.failed(messages, TransactionAborted("rebalance"))
    assert isolation.limit == 100 and isolation.refused(messages) is None
