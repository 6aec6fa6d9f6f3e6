"""What comes out does not depend on how many records a step takes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rowtime.engine.scenario import append, engine, outputs, records


@pytest.mark.parametrize("partitions", [1, 4])
@pytest.mark.parametrize("step", [1, 7, 5000])
def test_size_of_step(partitions: int, step: int) -> None:
    made = records(7, 400)
    results = []
    for size in (1000, step):
        one = engine(partitions, step_records=size)
        append(one, made)
        one.run()
        results.append(outputs(one))
    for topic in results[0]:
        assert results[0][topic] == results[1][topic], topic
        if topic.isupper():
            assert any(results[0][topic].values()), f"{topic} is empty: the test says nothing of it"


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), step=st.sampled_from([1, 3, 50]), partitions=st.sampled_from([1, 4]))
def test_size_of_step_for_any_records(seed: int, step: int, partitions: int) -> None:
    made = records(seed, 60)
    results = []
    for size in (1000, step):
        one = engine(partitions, step_records=size)
        append(one, made)
        one.run()
        results.append(outputs(one))
    assert results[0] == results[1]
