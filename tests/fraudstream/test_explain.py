"""A score taken apart: shares, their sum, and what is said when they cannot be had."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaigns.harness.enriched import SCHEMA_TEXT, payload
from campaigns.harness.enriched import row as enriched
from fraudstream.errors import UserError
from fraudstream.explain import Explanation, scored, text
from scoring.avro.decoder import BatchDecoder
from scoring.avro.schema import parse_record
from scoring.avro.wire import HEADER_SIZE
from scoring.model.load import load_model
from scoring.model.model import Model
from scoring.model.scorer import Scorer, Scores


@pytest.fixture(scope="module")
def model(root: Path) -> Model:
    return load_model(root / "tests" / "scoring" / "model_fixed.json")


@pytest.fixture
def record() -> bytes:
    return payload(enriched(7))


def writer(value: bytes) -> dict[str, Any]:
    return dict(json.loads(SCHEMA_TEXT))


def score(model: Model, record: bytes) -> Scores:
    batch = BatchDecoder(parse_record(SCHEMA_TEXT), model.columns).decode([record], HEADER_SIZE)
    return Scorer(model).score({name: column.plain() for name, column in batch.columns.items()})


def flag(model: Model, record: bytes, **other: Any) -> dict[str, Any]:
    scores = score(model, record)
    return {"score": scores.probability[0], "log_odds": scores.logit[0], "is_fraud": True, "threshold": 0.1,
            "model_hash": model.hash, "model_version": model.version, "reason_codes":
            [{"feature": "AMOUNT", "value": 3.0, "contribution": 1.5, "phrase": "unusual amount"}]} | other


def test_all_shares_and_the_base_sum_to_the_log_odds(model: Model, record: bytes) -> None:
    found = scored("t1", flag(model, record), record, writer, model)
    assert found.exact and len(found.shares) == len(model.features)
    assert found.base is not None
    assert found.base + sum(s.contribution for s in found.shares) == pytest.approx(found.flag["log_odds"], abs=1e-12)
    assert [s.contribution for s in found.shares] == sorted((s.contribution for s in found.shares), reverse=True)


@pytest.mark.parametrize("count", [1, 2, None])
def test_what_is_printed_adds_up(model: Model, record: bytes, count: int | None) -> None:
    lines = text(scored("t1", flag(model, record), record, writer, model), count).splitlines()[1:]
    numbers = [float(line.split()[0]) for line in lines]
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=0.001 * len(numbers))


def test_another_model_leaves_the_flags_own_reasons(model: Model, record: bytes) -> None:
    found = scored("t1", flag(model, record, model_hash="f" * 64, model_version="older"), record, writer, model)
    assert not found.exact and [s.feature for s in found.shares] == ["AMOUNT"]
    assert "older" in text(found) and "--model" in text(found)


def test_another_record_is_refused(model: Model, record: bytes) -> None:
    with pytest.raises(UserError, match="t1.*another record"):
        scored("t1", flag(model, record, log_odds=-99.0), record, writer, model)


def test_a_column_the_record_lacks_is_named(model: Model, record: bytes) -> None:
    fields = [field for field in writer(record)["fields"] if field["name"] != "AMOUNT"]
    with pytest.raises(UserError, match="AMOUNT"):
        scored("t1", flag(model, record), record, lambda value: writer(value) | {"fields": fields}, model)


def test_a_rejected_one_is_one_line() -> None:
    assert text(Explanation("t1", "rejected", "no amount")) == "t1: rejected: no amount"


def test_a_banks_extra_column_has_its_share(model: Model) -> None:
    known = next(f for f in model.features if f.type == "number")
    distant = replace(model, features=(*model.features, replace(known, column="MEASURES.distance")))
    record = payload(enriched(7, MEASURES=[{"NAME": "distance", "VALUE": 42.0}]))
    found = scored("t1", flag(distant, record), record, writer, distant)
    assert [s.value for s in found.shares if s.feature == "MEASURES.distance"] == [42.0]
