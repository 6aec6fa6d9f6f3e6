"""PaySim in tiers: without balances, with those before the transaction, and a rule that makes them no test.

    python -m benchmarks.model.paysim paysim_samples.parquet

Trained on the first 70 % of the rows by time, tested on the others. The samples hold one row of most accounts, so that
there is no history to make features of, and more fraud than PaySim as a whole: AP is given as it is here, and with
non-frauds weighted so that frauds are 0.129 %, as they are there. Balances after the transaction are never read.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from fraudstream.evaluate.text import markdown
from scoring.model import Scorer
from scoring.training import FeatureSpec, ThresholdSpec, TrainingSpec, TrainingTable, metrics, train

HOUR_MS = 3_600_000
BASE_RATE = 0.00129
KNOTS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
PLAIN = (FeatureSpec("amount", "amount", hinges=KNOTS), FeatureSpec("type", "type", "category"))
BALANCES = (FeatureSpec("oldbalanceOrg", "balance", hinges=KNOTS),
            FeatureSpec("oldbalanceDest", "balance of the other side", hinges=KNOTS),
            FeatureSpec("share", "share of the balance", "identity", knots=(0.5, 0.9, 0.99, 1.0, 1.01, 2.0)))


def main(file: Path) -> None:
    table = read(file)
    late = np.arange(len(table)) >= 0.7 * len(table)
    fit, test = table.where(~late), table.where(late)
    rule = (test.columns["amount"] == test.columns["oldbalanceOrg"]).astype(float)
    rows = [("amount and type", *figures(test.label, fitted(PLAIN, fit, test))),
            ("with balances before the transaction", *figures(test.label, fitted(PLAIN + BALANCES, fit, test))),
            ("rule amount == oldbalanceOrg", *figures(test.label, rule))]
    print(f"{len(fit):,} rows to train, {len(test):,} to test, {test.frauds} frauds\n")
    print(markdown(("", "AP", "AP at 0.129 %", "AUC"), rows))


def read(file: Path) -> TrainingTable:
    """The genuine rows in order of time, with amount / balance before as share (0 where there is none, at most 5)."""
    names = ["step", "type", "amount", "oldbalanceOrg", "oldbalanceDest", "isFraud", "nameOrig"]
    rows = pq.read_table(file, columns=names).sort_by("step")
    columns = {name: rows[name].to_numpy() for name in names}
    amount, balance = columns["amount"], columns["oldbalanceOrg"]
    columns["share"] = np.where(balance > 0, np.minimum(amount / np.maximum(balance, 0.01), 5.0), 0.0)
    columns["type"] = np.array(rows["type"].to_pylist(), dtype=object)
    return TrainingTable(columns, columns["isFraud"].astype(np.float64), amount,
                         columns["step"].astype(np.int64) * HOUR_MS, columns["nameOrig"])


def fitted(features: tuple[FeatureSpec, ...], fit: TrainingTable, test: TrainingTable) -> np.ndarray:
    """Probabilities of the test's rows."""
    spec = TrainingSpec(features, ThresholdSpec(amount_column="amount"), label_delay_hours=0.0, strengths=(0.1,),
                        calibration="none")
    return Scorer(train(fit, spec)).score(test.columns).probability


def figures(label: np.ndarray, score: np.ndarray) -> tuple[str, str, str]:
    weight = (1 - BASE_RATE) / BASE_RATE * label.sum() / (1 - label).sum()
    return (f"{metrics.average_precision(label, score):.3f}", f"{weighted_precision(label, score, weight):.3f}",
            f"{metrics.auc(label, score):.3f}")


def weighted_precision(label: np.ndarray, score: np.ndarray, weight: float) -> float:
    """Average precision where each non-fraud counts so many times; ties are taken together."""
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.diff(score[order], append=np.nan))
    hits = np.cumsum(label[order])[last]
    false = (last + 1 - hits) * weight
    return float(np.sum(np.diff(hits, prepend=0.0) / hits[-1] * hits / np.maximum(hits + false, 1e-9)))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
