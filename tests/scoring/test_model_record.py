"""Records of the topic of models: round trip, and what is refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.errors import ModelError
from scoring.model.load import load_model, parse_model
from scoring.model.model import Model
from scoring.model.node import Node
from scoring.model.record import (
    CHAMPION,
    ModelRecord,
    Promotion,
    Trail,
    decode_record,
    decode_trail,
    encode_record,
    encode_trail,
)
from scoring.model.reference import numbers, read_reference, reference_of


@pytest.fixture
def model(fixed_model: Path) -> Model:
    return load_model(fixed_model)


def promotion(model: Model, action: str = "promote", version: str = "") -> Promotion:
    return Promotion(action, version or model.version, model.hash, "ann", "2026-01-02T03:04:05Z", "better", "old")


def test_a_record_comes_back_as_it_was(model: Model) -> None:
    record = ModelRecord(model, promotion(model))
    found = decode_record(CHAMPION, encode_record(record))
    assert found == record and found.model is not None and found.model.hash == model.hash
    withdrawn = ModelRecord(None, promotion(model, "withdraw"))
    assert decode_record("role:challenger:x", encode_record(withdrawn)) == withdrawn


@pytest.mark.parametrize("change, told", [
    (lambda d: d["model"].update(intercept=9.0), "does not fit the model"),
    (lambda d: d.update(hash="0" * 64), "does not fit the model"),
    (lambda d: d["model"].pop("features"), "'features' is missing"),
    (lambda d: d["promotion"].update(version="other"), "is of version other"),
    (lambda d: d.update(format="else"), "expected fraudstream-model-record"),
    (lambda d: d["promotion"].pop("who"), "'who' is missing"),
])
def test_what_does_not_fit_is_refused(model: Model, change: object, told: str) -> None:
    document = json.loads(encode_record(ModelRecord(model, promotion(model))))
    change(document)  # type: ignore[operator]
    with pytest.raises(ModelError, match=told):
        decode_record(CHAMPION, json.dumps(document).encode())


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return exec, ("raise SystemExit('ran')",)


def test_a_pickle_is_refused_without_being_run() -> None:
    with pytest.raises(ModelError, match="not a JSON document"):
        decode_record(CHAMPION, pickle.dumps(Bomb()))


def test_the_trail_tells_who_is_champion(model: Model) -> None:
    steps = [("publish", "a"), ("promote", "a"), ("challenge", "b"), ("promote", "b"), ("rollback", "a")]
    trail = Trail(tuple(promotion(model, action, version) for action, version in steps))
    assert decode_trail(encode_trail(trail)) == trail
    assert trail.champions() == ["a"]


def test_a_reference_is_part_of_the_model_and_of_its_hash(model: Model) -> None:
    from dataclasses import replace

    columns = {"AMOUNT": np.array([1.0, 5.0, np.nan, 9.0]), "TYPE": np.array(["a", b"a", None, "b"], dtype=object)}
    reference = reference_of(columns, {"AMOUNT": "number", "TYPE": "category"}, np.array([0.1, 0.2, 0.3, 0.4]))
    carrying = replace(model, reference=reference)
    found = parse_model(json.dumps(carrying.to_json()).encode(), "it")
    assert found.reference == reference and found.hash == carrying.hash != model.hash
    assert reference.features["TYPE"].shares == (0.5, 0.25, 0.0, 0.25)
    broken = reference.to_json()
    broken["score"]["shares"][0] += 0.5
    with pytest.raises(ModelError, match="must sum to 1"):
        read_reference(Node(broken, ""))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=60))
def test_every_row_is_counted_once_and_the_shares_are_of_these_rows(values: list[float]) -> None:
    column = np.array(values)
    found = numbers(column)
    counts = found.count(column)
    assert counts.sum() == len(values)
    assert np.allclose(counts / len(values), found.shares)
