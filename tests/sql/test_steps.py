"""What comes out of sql/ does not depend on how many records the engine takes at a time."""

from __future__ import annotations

import pytest

from rowtime.log.api import Record
from tests.sql.cases import messages
from tests.sql.in_process import Pipeline

OUT = ("transactions_rejected", "transactions_enriched", "account_by_hour", "account_by_day", "report_rejected")


def outcome(partitions: int, step_records: int) -> dict[str, list[list[Record]]]:
    """Every record of the topics, by partition."""
    pipeline = Pipeline(partitions, step_records)
    pipeline.send(messages(count=350, rush=80))
    return {topic: [pipeline.engine.records(topic, p) for p in range(partitions)] for topic in OUT}


@pytest.mark.parametrize("partitions", [1, 4])
def test_results_do_not_depend_on_the_size_of_a_step(partitions: int) -> None:
    whole = outcome(partitions, 5_000)
    assert any(whole["transactions_enriched"])
    for step_records in (1, 7, 1_000):
        assert outcome(partitions, step_records) == whole, f"steps of {step_records}"
