"""The handbook's own windowed features beside those of sql/, on every row there is: equal but for ties and overflow.

    python -m benchmarks.model.golden handbook_transactions.parquet handbook_features_golden.parquet [--json]

Left out, and counted: rows in the same second as another of the same card or terminal (the book counts them by their
order in the file), and rows that carry the overflow mark. Exit code 0 when all others are equal and at most 1 % of the
rows carry the mark, 1 when not.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fraudstream.evaluate.source import load_history
from fraudstream.evaluate.text import markdown
from fraudstream.train.history import History

DAYS = {1: "24H", 7: "7D", 30: "30D"}
SIDES = {
    "CUSTOMER_ID": {f"CUSTOMER_ID_NB_TX_{d}DAY_WINDOW": f"ACCOUNT_COUNT_{w}" for d, w in DAYS.items()} | {
                    f"CUSTOMER_ID_AVG_AMOUNT_{d}DAY_WINDOW": f"ACCOUNT_MEAN_{w}" for d, w in DAYS.items()},
    "TERMINAL_ID": {f"TERMINAL_ID_NB_TX_{d}DAY_WINDOW": f"COUNTERPARTY_LABELS_{w}" for d, w in DAYS.items()} | {
                    f"TERMINAL_ID_RISK_{d}DAY_WINDOW": f"COUNTERPARTY_RISK_{w}" for d, w in DAYS.items()},
}
MARK = {"CUSTOMER_ID": "ACCOUNT_TRUNCATED_30D", "TERMINAL_ID": "COUNTERPARTY_LABELS_TRUNCATED"}
ID_PREFIX = "handbook-"
MOST_MARKED = 0.01


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("golden", type=Path)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    given = parser.parse_args(arguments)
    found = compare(load_history(given.file, "handbook", quiet=given.json), pq.read_table(given.golden))
    print(report(found), file=sys.stderr if given.json else sys.stdout)
    if given.json:
        print(json.dumps(found))
    return 0 if found["ok"] else 1


def compare(made: History, golden: pa.Table) -> dict[str, Any]:
    """rows of the golden file; by side: marked, tied, compared; by feature: how many differ by more than 1e-9 of it."""
    rows = places(made, golden)
    sides, features = {}, {}
    for side, names in SIDES.items():
        marked = np.nan_to_num(made.columns[MARK[side]][rows].astype(float)) > 0
        tied = same_second(made, "account" if side == "CUSTOMER_ID" else "counterparty")[rows]
        use = ~(marked | tied)
        sides[side] = {"marked": int(marked.sum()), "tied": int(tied.sum()), "compared": int(use.sum())}
        for theirs, ours in names.items():
            features[theirs] = {"column": ours, "differ": different(made, golden, ours, theirs, rows, use)}
    few = all(side["marked"] <= MOST_MARKED * len(rows) for side in sides.values())
    return {"ok": few and not any(f["differ"] for f in features.values()), "rows": len(rows), "sides": sides,
            "features": features}


def places(made: History, golden: pa.Table) -> np.ndarray:
    """Where each golden row is in the history."""
    numbers = {identity: n for n, identity in enumerate(made.transaction_id)}
    return np.array([numbers[f"{ID_PREFIX}{number}"] for number in golden["TRANSACTION_ID"].to_pylist()])


def same_second(made: History, side: str) -> np.ndarray:
    """(n,) True where the same key has another row at the same time."""
    _, key = np.unique(getattr(made, side).astype(str), return_inverse=True)
    order = np.lexsort((made.event_time, key))
    key, time = key[order], made.event_time[order]
    next_same = (key[1:] == key[:-1]) & (time[1:] == time[:-1])
    out = np.zeros(len(order), dtype=bool)
    out[order[1:]] |= next_same
    out[order[:-1]] |= next_same
    return out


def different(made: History, golden: pa.Table, ours: str, theirs: str, rows: np.ndarray, use: np.ndarray) -> int:
    a, b = made.columns[ours][rows][use].astype(float), golden[theirs].to_numpy()[use].astype(float)
    return int((~np.isclose(a, b, rtol=1e-9, atol=1e-9)).sum())


def report(found: dict[str, Any]) -> str:
    """Tables in Markdown."""
    sides = [(side, *(f"{count:,}" for count in counts.values())) for side, counts in found["sides"].items()]
    features = [(name, f["column"], f"{f['differ']:,}") for name, f in found["features"].items()]
    return (f"{found['rows']:,} rows\n\n{markdown(('', 'overflow mark', 'same second', 'compared'), sides)}\n\n"
            f"{markdown(('the book', 'sql/', 'differ'), features)}")


if __name__ == "__main__":
    sys.exit(main())
