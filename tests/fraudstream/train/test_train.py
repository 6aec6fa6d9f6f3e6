"""`fraudstream train`: a file of history in, a model file out, by the SQL that serves."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fraudstream.errors import UserError
from fraudstream.simulate import Faults, Settings
from fraudstream.simulate.tables import write
from fraudstream.train import train
from scoring.model.load import load_model


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    write(Settings(seed=3, days=12, accounts=120, transactions_per_day=250, fraud_rate=0.05,
                   start=datetime(2025, 9, 1, tzinfo=UTC), faults=Faults.all(0.005)), folder)
    return folder


def test_a_file_of_history_gives_a_model_that_loads(history: Path, tmp_path: Path) -> None:
    done = train(history, out=tmp_path / "model.json")
    assert done.transactions > done.enriched > done.labelled > done.frauds > 0
    assert done.rejected > 0
    model = load_model(tmp_path / "model.json")
    assert model.version == done.version and 0 < done.metrics["auc"] <= 1


def test_without_scikit_learn_it_says_what_to_install(
        history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(UserError, match=r"needs scikit-learn.*pip install"):
        train(history, out=tmp_path / "model.json")
