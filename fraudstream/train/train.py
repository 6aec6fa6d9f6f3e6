"""`fraudstream train`: a file of history in, a model file out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fraudstream.assets import asset
from fraudstream.errors import UserError
from fraudstream.replay.feed import Feed, Sent, Window
from fraudstream.replay.labels import LabelQueue, read
from fraudstream.replay.mapping import load
from fraudstream.replay.replay import total
from fraudstream.replay.rows import rows
from fraudstream.replay.source import open_source
from fraudstream.train.pipeline import Pipeline
from fraudstream.train.table import table


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
          limit: int | None = None, on_total: Callable[[int | None], object] = lambda rows: None,
          on_progress: Callable[[int], object] = lambda done: None) -> Trained:
    """Run history through sql/, fit, write the model to `out`.

    Only labels that were known by the end of the history count. Raises UserError or TrainingError with one line.
    """
    from scoring.model.load import save_model
    from scoring.training import load_spec
    from scoring.training import train as fit

    began = time.monotonic()
    _require_scikit_learn()
    wanted = load_spec(spec or asset("config/model.toml"))
    pipeline = Pipeline(sql)
    sent = _feed(pipeline, source, mapping, limit, on_total, on_progress)
    columns = [feature.column for feature in wanted.features]
    data = table(pipeline.enriched, pipeline.labels, pipeline.schema("transactions_enriched"), columns)
    model = fit(data, wanted, {"data_sha256": _digest(pipeline), "sql_sha256": pipeline.sql_sha256})
    save_model(model, out)
    known = data.labelled()
    return Trained(str(out), model.version, sent.transactions, len(data), pipeline.rejected, len(known), known.frauds,
                   round(time.monotonic() - began, 1), dict(model.training["metrics"]))


def _require_scikit_learn() -> None:
    if find_spec("sklearn") is None:
        raise UserError("training needs scikit-learn, which is not installed: make setup-dev, or pip install "
                        "'scikit-learn>=1.5'")


def _feed(pipeline: Pipeline, source: Path, mapping: str, limit: int | None,
          on_total: Callable[[int | None], object], on_progress: Callable[[int], object]) -> Sent:
    chosen = load(mapping)
    file = open_source(source, chosen.columns())
    on_total(total(file.rows, 0, limit))
    queue = LabelQueue()
    if chosen.labels and chosen.labels.file:
        queue = LabelQueue(read(file.path.parent / chosen.labels.file))
    feed = Feed(pipeline.sender(), labels="elapsed", window=Window(limit=limit), on_progress=on_progress)
    sent = feed.run(rows(file, chosen), queue)
    pipeline.run()
    return sent


def _digest(pipeline: Pipeline) -> str:
    """SHA-256 over the enriched values and the labels used."""
    digest = hashlib.sha256()
    for key, value in pipeline.enriched:
        digest.update(key)
        digest.update(value[5:])
        label = pipeline.labels.get(key)
        digest.update(b"?" if label is None else b"1" if label[1] else b"0")
    return digest.hexdigest()
