"""LightGBM on the columns the logistic regression reads: how much a tree ensemble would add. An optional extra."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from fraudstream.errors import UserError
from scoring.model.transforms import Array
from scoring.training import TrainingSpec, TrainingTable

SETTINGS: dict[str, Any] = {
    "n_estimators": 150, "learning_rate": 0.05, "num_leaves": 15, "min_child_samples": 50, "reg_lambda": 5.0,
    "random_state": 0, "verbose": -1, "deterministic": True, "force_row_wise": True,
}
TINY = 1e-7


def installed() -> bool:
    return find_spec("lightgbm") is not None


def predict(spec: TrainingSpec, fit: TrainingTable, test: TrainingTable, threads: int = 2) -> Array:
    """Probabilities of the test's rows, (n,); raises UserError where LightGBM is not installed."""
    if not installed():
        raise UserError("the comparison needs LightGBM: pip install 'fraudstream[compare]', or --no-compare")
    from lightgbm import LGBMClassifier

    codes = _categories(spec, fit)
    model = LGBMClassifier(**SETTINGS, n_jobs=threads)
    model.fit(_matrix(spec, fit, codes), fit.label.astype(np.int64))
    found = np.asarray(model.predict_proba(_matrix(spec, test, codes)))[:, 1]
    return np.clip(found, TINY, 1 - TINY)


def _categories(spec: TrainingSpec, table: TrainingTable) -> dict[str, dict[Any, float]]:
    return {f.column: {text: float(code) for code, text in enumerate(sorted({t for t in table.columns[f.column] if t}))}
            for f in spec.features if f.transform == "category"}


def _matrix(spec: TrainingSpec, table: TrainingTable, codes: dict[str, dict[Any, float]]) -> Array:
    columns = [np.array([codes[f.column].get(text, np.nan) for text in table.columns[f.column]])
               if f.column in codes else np.asarray(table.columns[f.column], dtype=np.float64) for f in spec.features]
    return np.column_stack(columns)
