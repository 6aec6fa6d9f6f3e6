"""`fraudstream train`: a file of history in, a model file out, by the SQL that serves."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fraudstream.errors import UserError
from fraudstream.train import train
from scoring.model.load import load_model


def test_a_file_of_history_gives_a_model_that_loads(simulated: Path, cache: Path, tmp_path: Path) -> None:
    done = train(simulated, out=tmp_path / "model.json", cache=cache)
    assert done.transactions > done.enriched > done.labelled > done.frauds > 0
    assert done.rejected > 0
    model = load_model(tmp_path / "model.json")
    assert model.version == done.version and 0 < done.metrics["auc"] <= 1


def test_the_same_again_is_the_same_file(simulated: Path, cache: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        train(simulated, out=tmp_path / name, cache=cache, created_at="2026-01-01T00:00:00Z")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert load_model(tmp_path / "a").created_at == "2026-01-01T00:00:00Z"


def test_without_scikit_learn_it_says_what_to_install(
        simulated: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(UserError, match=r"needs scikit-learn.*pip install"):
        train(simulated, out=tmp_path / "model.json", cache=cache)
