"""transactions_enriched equals the brute-force model for every transaction; the books balance."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sql.cases import messages
from tests.sql.in_process import Pipeline
from tests.sql.parity import differences, expected

DAYS = 40
"""More than the longest window."""


@pytest.fixture(scope="module", params=[1, 4], ids=["1 partition", "4 partitions"])
def pipeline(request: pytest.FixtureRequest) -> Pipeline:
    made = Pipeline(partitions=request.param)
    made.send(messages(days=DAYS))
    return made


def test_features_equal_brute_force(pipeline: Pipeline) -> None:
    order = [row["TX"]["ID"] for row in pipeline.values("counterparty_features")]
    wanted, reasons = expected(messages(days=DAYS), order)
    found = [row | {"TRANSACTION_ID": row.pop("_KEY")} for row in pipeline.values("transactions_enriched")]
    assert all(row.pop("_TIMESTAMP") == row["EVENT_TIME"] for row in found)
    assert differences(wanted, found) == []
    assert Counter(row["REASON"] for row in pipeline.values("transactions_rejected")) == reasons
    assert len(found) + sum(reasons.values()) == sum(m.topic == "transactions" for m in messages(days=DAYS))
