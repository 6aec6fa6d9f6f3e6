"""`fraudstream train`: a file of history in, a model file out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from fraudstream.errors import UserError
from fraudstream.train.extra_features import with_extra
from fraudstream.train.history import History, history
from fraudstream.train.specification import specification


@dataclass(frozen=True, slots=True)
class Trained:
    """What training made. metrics are of the validation part, which the coefficients chosen then had not seen."""

    model: str
    version: str
    transactions: int
    enriched: int
    rejected: int
    labelled: int
    frauds: int
    seconds: float
    metrics: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def train(source: Path, *, out: Path, mapping: str = "simulator", spec: Path | None = None, sql: Path | None = None,
          limit: int | None = None, cache: Path | None = None, created_at: str | None = None,
          on_total: Callable[[int | None], object] = lambda rows: None,
          on_progress: Callable[[int], object] = lambda done: None) -> Trained:
    """Run history through sql/, fit, write the model to `out`.

    Only labels that were known by the end of the history count. The mapping's extra columns become features where the
    specification does not name them. cache: as for history(). created_at: what the model says of itself, by default
    now; with it the same data, SQL, specification and libraries give the same file, byte for byte. Raises UserError or
    TrainingError with one line.
    """
    from scoring.model.load import save_model
    from scoring.training import train as fit

    began = time.monotonic()
    _require_scikit_learn()
    wanted = specification(mapping, spec)
    found = history(source, mapping=mapping, sql=sql, cache=cache, limit=limit, on_total=on_total,
                    on_progress=on_progress)
    wanted = with_extra(wanted, found.extra)
    data = table(found, [feature.column for feature in wanted.features])
    from threadpoolctl import threadpool_limits  # of scikit-learn

    with threadpool_limits(1):  # sums in one order, whatever else the machine does
        model = fit(data, wanted, {"data_sha256": found.data_sha256, "sql_sha256": found.sql_sha256}, created_at)
    save_model(model, out)
    known, about = data.labelled(), found.about
    return Trained(str(out), model.version, about["transactions"], len(data), about["rejected"], len(known),
                   known.frauds, round(time.monotonic() - began, 1), dict(model.training["metrics"]))


def table(found: History, wanted: list[str]) -> Any:
    """The columns training wants, with the labels known by the end of the history (a TrainingTable)."""
    from scoring.training import TrainingTable

    absent = [name for name in wanted if name not in found.columns]
    if absent:
        raise UserError(f"the enriched stream has no column {', '.join(absent)}; it has {', '.join(found.columns)}")
    known = (found.labelled_at >= 0) & (found.labelled_at <= found.about["last_time"])
    label = np.where(known, found.label, np.nan)
    return TrainingTable({name: found.columns[name] for name in wanted}, label, found.amount, found.event_time,
                         found.account)


def _require_scikit_learn() -> None:
    if find_spec("sklearn") is None:
        raise UserError("training needs scikit-learn, which is not installed: make setup-dev, or pip install "
                        "'scikit-learn>=1.5'")
