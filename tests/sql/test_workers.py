"""What comes out of sql/ with several engine processes: of an account the same, of a counterparty as many rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.sql.cases import messages
from tests.sql.in_process import Pipeline

PARTITIONS = 4
BY_ACCOUNT = ("account_seen", "account_features", "account_by_hour", "account_by_day", "fraud_labels_valid",
              "fraud_labels_rejected")


def outcome(workers: int) -> Pipeline:
    pipeline = Pipeline(PARTITIONS, workers=workers)
    pipeline.send(messages(count=700, rush=200))
    return pipeline


@pytest.fixture(scope="module")
def whole() -> Pipeline:
    return outcome(1)


def keyed(pipeline: Pipeline, topic: str) -> list[list[Any]]:
    """The records with a key, by partition, in their order; those without one go round."""
    return [[r for r in pipeline.engine.records(topic, p) if r.key is not None] for p in range(PARTITIONS)]


def account_columns(pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    """Of every enriched transaction."""
    return {row["_KEY"]: {name: value for name, value in row.items() if "COUNTERPARTY" not in name}
            for row in pipeline.values("transactions_enriched")}


@pytest.mark.parametrize("workers", [2, 3])
def test_the_chain_with_several_processes(whole: Pipeline, workers: int) -> None:
    divided = outcome(workers)
    for topic in BY_ACCOUNT:
        assert keyed(divided, topic) == keyed(whole, topic), topic
    rejected = [Counter(map(tuple, found)) for found in keyed(whole, "transactions_rejected")]
    assert [Counter(map(tuple, found)) for found in keyed(divided, "transactions_rejected")] == rejected
    enriched = account_columns(whole)
    assert len(enriched) > 500
    assert account_columns(divided) == enriched
    assert len(divided.engine.records("transactions_enriched")) == len(whole.engine.records("transactions_enriched"))
