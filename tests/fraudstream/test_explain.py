"""A score taken apart: shares, their sum, and what is said when they cannot be had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fraudstream.errors import UserError
from fraudstream.explain import Explanation, scored, text
from scoring.model.load import load_model
from scoring.model.model import Model
from scoring.model.scorer import Scorer, Scores


@pytest.fixture(scope="module")
def model(root: Path) -> Model:
    return load_model(root / "tests" / "scoring" / "model_fixed.json")


@pytest.fixture
def row(model: Model) -> dict[str, Any]:
    return {f.column: "TRANSFER" if f.type == "category" else 3.0 for f in model.features} | {"AMOUNT": 3.0}


def score(model: Model, row: dict[str, Any]) -> Scores:
    return Scorer(model).score({name: np.array([value], dtype=object if isinstance(value, str) else float)
                                for name, value in row.items()})


def flag(model: Model, row: dict[str, Any], **other: Any) -> dict[str, Any]:
    scores = score(model, row)
    return {"score": scores.probability[0], "log_odds": scores.logit[0], "is_fraud": True, "threshold": 0.1,
            "model_hash": model.hash, "model_version": model.version, "reason_codes":
            [{"feature": "AMOUNT", "value": 3.0, "contribution": 1.5, "phrase": "unusual amount"}]} | other


def test_all_shares_and_the_base_sum_to_the_log_odds(model: Model, row: dict[str, Any]) -> None:
    found = scored("t1", flag(model, row), row, model)
    assert found.exact and len(found.shares) == len(model.features)
    assert found.base is not None
    assert found.base + sum(s.contribution for s in found.shares) == pytest.approx(found.flag["log_odds"], abs=1e-12)
    assert [s.contribution for s in found.shares] == sorted((s.contribution for s in found.shares), reverse=True)


@pytest.mark.parametrize("count", [1, 2, None])
def test_what_is_printed_adds_up(model: Model, row: dict[str, Any], count: int | None) -> None:
    lines = text(scored("t1", flag(model, row), row, model), count).splitlines()[1:]
    numbers = [float(line.split()[0]) for line in lines]
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=0.001 * len(numbers))


def test_another_model_leaves_the_flags_own_reasons(model: Model, row: dict[str, Any]) -> None:
    found = scored("t1", flag(model, row, model_hash="f" * 64, model_version="older"), row, model)
    assert not found.exact and [s.feature for s in found.shares] == ["AMOUNT"]
    assert "older" in text(found) and "--model" in text(found)


def test_another_record_is_refused(model: Model, row: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="t1.*another record"):
        scored("t1", flag(model, row, log_odds=-99.0), row, model)


def test_a_column_the_record_lacks_is_named(model: Model, row: dict[str, Any]) -> None:
    wanted = flag(model, row)
    del row["AMOUNT"]
    with pytest.raises(UserError, match="AMOUNT"):
        scored("t1", wanted, row, model)


def test_a_rejected_one_is_one_line() -> None:
    assert text(Explanation("t1", "rejected", "no amount")) == "t1: rejected: no amount"
