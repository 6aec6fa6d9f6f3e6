"""Champion and challengers on the same labelled transactions, from the flags they wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.addresses import Addresses
from fraudstream.errors import UserError
from fraudstream.topics import Topics
from fraudstream.writer_schemas import WriterSchemas
from scoring.training.metrics import average_precision, brier, calibration_line, log_loss

FLAGS, SHADOWS, LABELS = "fraud_flags", "fraud_flags_shadow", "fraud_labels"
REVIEW_COST = 5.0
Flag = tuple[float, bool, float]


@dataclass(frozen=True)
class Figures:
    """One model on n transactions. scored: labelled ones it scored at all. cost: frauds' amounts that were not alerted
    plus what reviewing the alerts cost. None: not defined for these labels."""

    version: str
    n: int
    scored: int
    frauds: int
    average_precision: float | None
    brier: float
    log_loss: float
    calibration_slope: float | None
    calibration_intercept: float | None
    mean_probability_over_base_rate: float | None
    alerts: int
    frauds_alerted: int
    cost: float


@dataclass(frozen=True)
class Comparison:
    """cost_without: of no alert at all."""

    transactions: int
    frauds: int
    review_cost: float
    cost_without: float
    models: list[Figures] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(addresses: Addresses, versions: Sequence[str] = (), review_cost: float = REVIEW_COST,
            timeout: float = 60.0) -> Comparison:
    """Figures of these versions (all that wrote flags, where none are named) on the transactions that have a label and
    a score of each. Raises UserError where there are none."""
    reader = Topics(addresses, timeout)
    try:
        return compare_from(reader, WriterSchemas(addresses.registry, plain=True), versions, review_cost)
    finally:
        reader.close()


def compare_from(reader: Topics, schemas: WriterSchemas, versions: Sequence[str] = (),
                 review_cost: float = REVIEW_COST) -> Comparison:
    """As compare, of these topics."""
    labels = _labels(reader, schemas)
    flags = _flags(reader, schemas, labels)
    chosen = list(versions) or list(flags)
    common = set(labels).intersection(*(flags.get(version, {}) for version in chosen))
    if not chosen or not common:
        counts = ", ".join(f"{version} {len(flags.get(version, {}))}" for version in chosen) or "no model has flags"
        raise UserError(f"no transaction has a label and a score of each model: {len(labels)} are labelled; scored of "
                        f"these: {counts}")
    ids = sorted(common)
    return _comparison({version: flags[version] for version in chosen}, labels, ids, review_cost)


def _comparison(flags: dict[str, dict[bytes, Flag]], labels: dict[bytes, bool], ids: list[bytes],
                review_cost: float) -> Comparison:
    label = np.array([labels[i] for i in ids], dtype=np.float64)
    amount = np.array([next(iter(flags.values()))[i][2] for i in ids])
    models = [figures(version, label, np.array([found[i][0] for i in ids]), np.array([found[i][1] for i in ids]),
                      amount, review_cost, len(found)) for version, found in flags.items()]
    return Comparison(len(ids), int(label.sum()), review_cost, float((label * amount).sum()), models)


def figures(version: str, label: NDArray[Any], score: NDArray[Any], alert: NDArray[np.bool_], amount: NDArray[Any],
            review_cost: float, scored: int) -> Figures:
    """All (n,) arrays of the same transactions."""
    both = 0.0 < label.mean() < 1.0
    slope, intercept = calibration_line(label, score) if both else (None, None)
    missed = float((label * amount)[~alert].sum())
    return Figures(
        version, len(label), scored, int(label.sum()), average_precision(label, score) if label.any() else None,
        brier(label, score), log_loss(label, score), slope, intercept,
        float(score.mean() / label.mean()) if label.any() else None, int(alert.sum()), int(label[alert].sum()),
        missed + review_cost * float(alert.sum()))


def _labels(reader: Topics, schemas: WriterSchemas) -> dict[bytes, bool]:
    """The verdict that became known last, by transaction id."""
    known: dict[bytes, tuple[Any, bool]] = {}
    for key, value in reader.read(LABELS):
        row = schemas.decode(value)
        if not key or not row or not isinstance(row.get("is_fraud"), bool) or row.get("labelled_at") is None:
            continue
        if key not in known or known[key][0] <= row["labelled_at"]:
            known[key] = row["labelled_at"], row["is_fraud"]
    return {key: verdict for key, (_, verdict) in known.items()}


def _flags(reader: Topics, schemas: WriterSchemas, labels: dict[bytes, bool]) -> dict[str, dict[bytes, Flag]]:
    """Version → transaction id → (score, decision, amount), of labelled transactions."""
    found: dict[str, dict[bytes, Flag]] = defaultdict(dict)
    for topic in (FLAGS, SHADOWS):
        for key, value in reader.read(topic) if reader.there(topic) else ():
            row = schemas.decode(value) if key in labels else None
            if key and row:
                found[row["model_version"]][key] = row["score"], row["is_fraud"], float(row.get("amount") or 0.0)
    return dict(found)
