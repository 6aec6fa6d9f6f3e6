"""Drift against the distribution a model carries."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeMessage

from scoring.model.load import load_model, parse_model
from scoring.model.reference import Reference, reference_of
from scoring.sidecar.batch import BatchResult
from scoring.sidecar.drift import BLOCK_ROWS, BLOCKS, Drift, psi
from scoring.sidecar.metrics import Metrics

KINDS = {"AMOUNT": "number", "TYPE": "category"}


def columns(seed: int, rows: int, shift: float = 0.0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    amount = random.lognormal(6 + shift, 1, rows)
    amount[random.random(rows) < 0.05] = np.nan
    kinds = random.choice(np.array([b"PAYMENT", b"TRANSFER"], dtype=object), rows, p=[0.8 - shift / 4, 0.2 + shift / 4])
    return {"AMOUNT": amount, "TYPE": kinds}


@pytest.fixture
def reference() -> Reference:
    return reference_of(columns(0, 50_000), KINDS, np.random.default_rng(1).random(50_000))


def scored(drift: Drift, shift: float, batches: int = 40, rows: int = 500) -> None:
    for batch in range(batches):
        drift.add(columns(batch + 10, rows, shift), np.random.default_rng(batch).random(rows) ** (1 + shift))


def test_the_same_distribution_is_no_drift_and_a_shifted_one_is(reference: Reference) -> None:
    same, other = Drift(reference), Drift(reference)
    scored(same, 0.0)
    scored(other, 1.0)
    assert max(same.figures()[1].values()) < 0.02
    assert min(other.figures()[1].values()) > 0.2
    assert set(same.figures()[1]) == {"", "AMOUNT", "TYPE"}


def test_few_rows_give_no_figure(reference: Reference) -> None:
    drift = Drift(reference)
    scored(drift, 0.0, batches=3)
    assert drift.figures() == (189, {})


def test_old_rows_are_forgotten(reference: Reference) -> None:
    drift = Drift(reference)
    scored(drift, 1.0, batches=30)
    scored(drift, 0.0, batches=BLOCKS * BLOCK_ROWS // 60 + 30)
    assert max(drift.figures()[1].values()) < 0.02


def test_looking_often_does_not_shorten_what_is_looked_at(reference: Reference) -> None:
    drift = Drift(reference)
    for batch in range(200):
        drift.add(columns(batch, 64), np.random.default_rng(batch).random(64))
        drift.figures()
    assert drift.figures()[0] == 200 * 64


def test_a_batch_of_any_size_is_counted(reference: Reference) -> None:
    drift = Drift(reference)
    for rows in (0, 1, 2, 63, 64, 65, 5_000):
        drift.add(columns(rows, rows), np.full(rows, 0.5))
    assert drift.figures()[0] == 1 + 2 + 63 + 64 + 33 + 64


def test_psi_is_zero_for_equal_shares_and_grows_with_the_distance() -> None:
    p = np.array([0.5, 0.3, 0.2])
    assert psi(p, p * 1000) == pytest.approx(0.0)
    assert 0 < psi(p, np.array([480, 310, 210])) < psi(p, np.array([200, 300, 500]))


def test_metrics_show_drift_of_the_champion(reference: Reference, fixed_model: Path) -> None:
    model = replace(load_model(fixed_model), reference=reference)
    assert parse_model(json.dumps(model.to_json()).encode(), "it").reference == reference
    metrics = Metrics()
    metrics.models(model)
    for batch in range(40):
        sample = columns(batch, 500, 1.0), np.random.default_rng(batch).random(500)
        metrics.committed([FakeMessage(b"k", b"v")], BatchResult([], scored=500, samples=[sample]))
    text = metrics.text()
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if "drift" in line and not line.startswith("#"))
    assert float(values['fraudstream_sidecar_drift_feature_psi{feature="AMOUNT"}']) > 0.2
    assert float(values["fraudstream_sidecar_drift_score_psi"]) < 0.05
    assert values["fraudstream_sidecar_drift_rows"] == str(40 * 63)
    metrics.models(load_model(fixed_model))
    assert "fraudstream_sidecar_drift_rows 0" in metrics.text()
    assert "feature_psi{" not in metrics.text()
