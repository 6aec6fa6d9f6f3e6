"""The simulator beside PaySim, as published and in genuine rows, and how far one rule or a tree gets.

    python -m benchmarks.model.honesty paysim_samples.parquet [--days 14]

The tree (depth 4) sees every single feature that is known at the moment of the transaction; it learns on the first two
thirds of the days and is tested on the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from fraudstream.evaluate.text import markdown
from fraudstream.simulate import Settings, simulate
from fraudstream.simulate.honesty import features, rules
from fraudstream.simulate.kinds import TYPES
from fraudstream.simulate.rows import Row
from scoring.training.metrics import average_precision

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
LATER = ("new_balance_origin", "arrival", "number", "account_number", "counterparty_number")
Columns = dict[str, np.ndarray]
PUBLISHED = {
    "rows": "6,362,620", "fraud": "0.13%", "share CASH_IN": "22.0%", "share CASH_OUT": "35.2%", "share DEBIT": "0.7%",
    "share PAYMENT": "33.8%", "share TRANSFER": "8.4%", "fraud in CASH_IN": "0.00%", "fraud in CASH_OUT": "0.18%",
    "fraud in DEBIT": "0.00%", "fraud in PAYMENT": "0.00%", "fraud in TRANSFER": "0.77%",
    "amount, 25% quantile": "13,390", "amount, 50% quantile": "74,872", "amount, 75% quantile": "208,721",
    "rows for each origin": "1.0", "rows for each destination": "2.3"}
"""Of the whole data set (kaggle.com/datasets/ealaxi/paysim1), as often tabulated."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paysim", type=Path)
    parser.add_argument("--days", type=int, default=14)
    given = parser.parse_args()
    rows = [row for day in simulate(Settings(seed=7, days=given.days, fraud_rate=0.007)) for row in day.transactions]
    lines = marginals(simulated(rows), paysim(given.paysim))
    print(markdown(("", "simulator", "PaySim as published", "PaySim samples"),
                   [(name, ours, PUBLISHED.get(name, "–"), samples) for name, ours, samples in lines]))
    found = sorted(rules(rows).items(), key=lambda rule: -rule[1])[:5]
    print("\n" + markdown(("one feature alone", "AP"), [(name, f"{value:.3f}") for name, value in found]))
    print(f"\nA tree of depth 4 on what is known at the transaction: AP {tree(rows):.3f}")


def simulated(rows: list[Row]) -> Columns:
    return {"type": np.array([r.type for r in rows]), "amount": np.array([r.amount or 0.0 for r in rows]),
            "fraud": np.array([r.kind > 0 for r in rows]), "origin": np.array([r.account_id or "" for r in rows]),
            "destination": np.array([r.counterparty_id for r in rows]),
            "balance": np.array([r.old_balance_origin for r in rows])}


def paysim(file: Path) -> Columns:
    names = {"type": "type", "amount": "amount", "fraud": "isFraud", "origin": "nameOrig", "destination": "nameDest",
             "balance": "oldbalanceOrg"}
    table = pq.read_table(file, columns=list(names.values()))
    return {ours: table[theirs].to_numpy() for ours, theirs in names.items()} | {
        "fraud": table["isFraud"].to_numpy() == 1}


def marginals(*sets: Columns) -> list[tuple[str, ...]]:
    """Rows of the table, one cell a data set."""
    lines = [("rows", *(f"{len(s['type']):,}" for s in sets)), ("fraud", *(f"{s['fraud'].mean():.2%}" for s in sets))]
    for name in TYPES:
        lines.append((f"share {name}", *(f"{(s['type'] == name).mean():.1%}" for s in sets)))
    for name in TYPES:
        lines.append((f"fraud in {name}", *(_rate(s["fraud"][s["type"] == name]) for s in sets)))
    for q in QUANTILES:
        lines.append((f"amount, {q:.0%} quantile", *(f"{np.quantile(s['amount'], q):,.0f}" for s in sets)))
    lines.append(("amount = balance, of frauds", *(f"{_emptied(s):.1%}" for s in sets)))
    for name in ("origin", "destination"):
        lines.append((f"rows for each {name}", *(f"{len(s[name]) / len(np.unique(s[name])):.1f}" for s in sets)))
    return lines


def tree(rows: list[Row]) -> float:
    """Average precision on the last third of the days."""
    from sklearn.tree import DecisionTreeClassifier

    found = features(rows)
    matrix = np.column_stack([column for name, column in found.items() if name not in LATER])
    truth, times = np.array([r.kind > 0 for r in rows]), np.array([r.event_time for r in rows])
    early = times < np.quantile(times, 2 / 3)
    fitted = DecisionTreeClassifier(max_depth=4, min_samples_leaf=50, random_state=0).fit(matrix[early], truth[early])
    return average_precision(truth[~early].astype(float), fitted.predict_proba(matrix[~early])[:, 1])


def _rate(fraud: np.ndarray) -> str:
    return f"{fraud.mean():.2%}" if len(fraud) else "–"


def _emptied(columns: Columns) -> float:
    fraud = columns["fraud"]
    return float((columns["amount"][fraud] == columns["balance"][fraud]).mean())


if __name__ == "__main__":
    main()
