"""What a step consumed and recorded comes back from its bytes."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rowtime.log.step import StepInfo, decode_step, encode_step, pack_facts, task_of, unpack_facts

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
PLACES = st.tuples(NAMES, st.integers(0, 2**32 - 1))
RUNS = st.lists(st.builds(lambda place, first, count: (*place, first, count), PLACES, st.integers(0, 2**63 - 1),
                          st.integers(1, 2**32 - 1)), max_size=20)
RECORDED = st.none() | st.lists(st.integers() | NAMES | st.floats(allow_nan=False, allow_infinity=False), min_size=1)


@given(RUNS, RECORDED)
def test_facts_come_back(consumed: list[tuple[str, int, int, int]], recorded: Any) -> None:
    assert unpack_facts(pack_facts(consumed, recorded)) == (consumed, recorded)


@given(NAMES, st.binary(max_size=50), st.lists(PLACES, max_size=5), st.lists(st.integers(0, 2**16 - 1), max_size=20))
def test_a_step_comes_back(task: str, facts: bytes, targets: list[tuple[str, int]], order: list[int]) -> None:
    data = encode_step(StepInfo(task, facts, targets, order))
    found = decode_step(data)
    assert (found.task, found.facts, found.targets, list(found.order)) == (task, facts, targets, order)
    assert task_of(data) == task
