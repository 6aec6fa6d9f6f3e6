"""How well each kind of fraud is found."""

from __future__ import annotations

from typing import Any

import numpy as np

from fraudstream.evaluate.costs import highest_each_day
from fraudstream.evaluate.scored import Scored
from scoring.training.metrics import auc, average_precision

BUDGET = 100
UNKNOWN = "unknown"


def by_kind(scored: Scored) -> list[dict[str, Any]]:
    """For each kind: frauds, average precision and AUC against all that is no fraud, recall and amount saved by the
    model's alerts, recall at 100 alerts a day."""
    names = np.array([UNKNOWN if kind is None else str(kind) for kind in scored.kind.tolist()])
    budget = highest_each_day(scored, BUDGET)
    honest = scored.label == 0
    return [_figures(scored, name, (names == name) & ~honest, honest, budget)
            for name in np.unique(names[~honest]).tolist()]


def _figures(scored: Scored, name: str, fraud: Any, honest: Any, budget: Any) -> dict[str, Any]:
    rows = fraud | honest
    amount = float(scored.amount[fraud].sum())
    return {"kind": name, "frauds": int(fraud.sum()),
            "ap": average_precision(scored.label[rows], scored.probability[rows]),
            "auc": auc(scored.label[rows], scored.probability[rows]),
            "recall": float(scored.alert[fraud].mean()), "recall_at_100_a_day": float(budget[fraud].mean()),
            "amount_caught": float(scored.amount[fraud & scored.alert].sum()) / amount if amount else 0.0}
