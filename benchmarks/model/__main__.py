"""The model on card transactions of the Fraud Detection Handbook, beside the published tables.

    python -m benchmarks.model FILE [--json] [--mapping handbook] [--train-days 56]

Folds are aligned on the book's: tests begin on 2018-08-08 and every week after; the last four complete ones count.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from fraudstream.evaluate import Evaluation, Plan, evaluate
from fraudstream.evaluate.lightgbm import installed
from fraudstream.evaluate.source import data_of, load_history, spec_for
from fraudstream.evaluate.text import markdown, table

BOOK_FIRST_TEST = date(2018, 8, 8)
BOOK_FEATURES = Path(__file__).parent / "book.toml"
PUBLISHED = (
    ("book: logistic regression", "0.623", "0.868", "0.297"),
    ("book: best of any model", "0.687 (XGBoost)", "0.876 (neural network)", "0.303"),
)


def main(arguments: list[str] | None = None) -> None:
    given = parse(arguments)
    began = time.monotonic()
    history = load_history(given.file, given.mapping)
    plan = Plan(train_days=given.train_days, count=given.folds, first_test=given.first_test)
    spec = spec_for(given.mapping, given.spec, history.extra)
    say(f"\n{len(history):,} transactions in {time.monotonic() - began:.0f} s; training on {plan.train_days} days\n")
    done = run(history, spec, plan, compare=installed())
    book = run(history, spec_for(given.mapping, BOOK_FEATURES), Plan(7, 7, 7, 7, given.folds, given.first_test))
    seconds = time.monotonic() - began
    print(report(done, book), file=sys.stderr if given.json else sys.stdout)
    if given.json:
        print(json.dumps(line(done, book, seconds)))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-model", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--mapping", default="handbook")
    parser.add_argument("--spec", type=Path, help="features [config/model-MAPPING.toml]")
    parser.add_argument("--train-days", type=int, default=56)
    parser.add_argument("--folds", type=int, default=4, help="the last so many complete folds, 0: all [%(default)s]")
    parser.add_argument("--first-test", type=date.fromisoformat, default=BOOK_FIRST_TEST, metavar="DATE")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    return parser.parse_args(arguments)


def run(history: Any, spec: Any, plan: Plan, compare: bool = False) -> Evaluation:
    return evaluate(data_of(history, spec), spec, plan, compare=compare,
                    on_fold=lambda number: say(f"\rfold {number}"))


def line(done: Evaluation, book: Evaluation, seconds: float) -> dict[str, Any]:
    """The figures asked for, then the folds and the book's features fitted here."""
    mean = {name: round(value, 6) for name, value in book.figures.items()}
    return {**done.line(), "seconds": round(seconds, 1), "book_features": mean}


def report(done: Evaluation, book: Evaluation) -> str:
    """The tables of docs/model.md."""
    mean = book.figures
    rows = [*PUBLISHED, ("book's features, fitted here", *(f"{mean[name]:.3f}" for name in ("ap", "auc", "cp100"))),
            ("this model", *(f"{done.figures[name]:.3f}" for name in ("ap", "auc", "cp100")))]
    if done.challenger_figures:
        rows.append(("LightGBM, same features",
                     *(f"{done.challenger_figures[name]:.3f}" for name in ("ap", "auc", "cp100"))))
    return f"{table(done)}\n\n{markdown(('', 'AP', 'AUC', 'CP@100'), rows)}\n"


def say(text: str) -> None:
    if sys.stderr.isatty():
        print(text, end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
