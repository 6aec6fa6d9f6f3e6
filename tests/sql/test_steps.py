"""What comes out of sql/ does not depend on how many records the engine takes at a time."""

from __future__ import annotations

import random

import pytest

from rowtime.log.api import Record
from tests.sql.cases import messages
from tests.sql.in_process import Pipeline
from tests.sql.scripts import scripts
from tests.sql.test_joined import flag


def outcome(partitions: int, step_records: int) -> dict[str, list[list[Record]]]:
    """Every record of every topic, by partition: transactions, labels and flags have gone through all queries."""
    pipeline = Pipeline(partitions, step_records)
    pipeline.send(messages(count=1_000, rush=250))
    flags = [flag(row) for row in pipeline.values("transactions_enriched")]
    random.Random(2).shuffle(flags)
    pipeline.send(flags)
    return {topic: [pipeline.engine.records(topic, p) for p in range(partitions)]
            for topic in sorted(pipeline.engine.log.topics())}


@pytest.mark.parametrize("partitions", [1, 4])
def test_results_do_not_depend_on_the_size_of_a_step(partitions: int) -> None:
    whole = outcome(partitions, 5_000)
    empty = {topic for topic, found in whole.items() if not any(found)}
    named = " ".join(script.text for script in scripts())
    assert {topic for topic in empty if f"KAFKA_TOPIC='{topic}'" in named} == set()
    for step_records in (1, 7, 1_000):
        found = outcome(partitions, step_records)
        assert {topic for topic in whole if found[topic] != whole[topic]} == set(), f"steps of {step_records}"
