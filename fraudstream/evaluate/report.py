"""An evaluation as one HTML file with everything in it; it needs no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from fraudstream.evaluate.charts import specifications
from fraudstream.evaluate.costs import by_budget, regret
from fraudstream.evaluate.evaluate import Evaluation
from fraudstream.evaluate.kinds import by_kind
from fraudstream.evaluate.text import COLUMNS
from fraudstream.report.page import document

PLOTS = (
    ("precision_recall", "Precision and recall", "All test rows together."),
    ("reliability_plot", "Reliability", "Twenty bins of equal counts; on the dashed line probabilities are right."),
    ("cost", "Cost against threshold", "Reviews plus frauds that pass; the rule is p · amount > review cost · margin."),
    ("histogram", "Scores", "Rows by log-odds; the vertical axis is logarithmic."),
    ("by_fold", "Average precision by test", ""),
    ("drift", "Drift of the score", "Population stability index of each test against its model's validation."),
)


def page(done: Evaluation, source: str) -> str:
    """The whole document. source: the file that was evaluated, for the heading."""
    plots = "".join(_card(title, text, f'<div class="plot" id="{name}"></div>') for name, title, text in PLOTS)
    body = f"""<h1>Evaluation of {escape(source)}</h1>
<p>{_summary(done)}</p>
<section class="tiles">{_tiles(done)}</section>
<section class="cards">{_folds(done)}{plots}{_kinds(done)}{_budgets(done)}{_regret(done)}</section>
"""
    return document("fraudstream evaluation", body, specifications(done))


def _summary(done: Evaluation) -> str:
    plan = done.plan
    removed = sum(one.fold.removed for one in done.folds)
    known = f" {removed:,} transactions of cards known to be compromised are left out." if plan.remove_known else ""
    return (f"{len(done.folds)} folds: {plan.train_days} days of training, labels {plan.delay_days} days late, tests "
            f"of {plan.test_days} days from {done.folds[0].fold.day} to {done.folds[-1].fold.day}.{known}")


def _tiles(done: Evaluation) -> str:
    mean = done.figures
    tiles = [(f"{mean['ap']:.3f}", f"average precision ({done.ap.low:.3f} to {done.ap.high:.3f} over all rows)"),
             (f"{mean['auc']:.3f}", "AUC"), (f"{mean['cp100']:.3f}", "card precision at 100 a day"),
             (f"{mean['loss_saved']:.1%}", "of the loss saved"),
             (f"{mean['calibration_slope']:.2f}", "calibration slope"),
             (f"{mean['mean_p_over_base']:.2f}", "mean probability / base rate")]
    if done.difference:
        tiles.append((f"{done.difference.value:+.3f}", f"AP beside LightGBM ({done.difference.low:+.3f} to "
                                                       f"{done.difference.high:+.3f})"))
    return "".join(f'<div class="tile"><b>{value}</b><span>{escape(text)}</span></div>' for value, text in tiles)


def _folds(done: Evaluation) -> str:
    rows = [(one.fold.day, *_numbers(one.figures)) for one in done.folds] + [("mean", *_numbers(done.figures))]
    if done.challenger_figures:
        rows.append(("LightGBM, mean", *_numbers(done.challenger_figures)))
    return _card("Folds", "", _table(("test from", *(title for _, title, _ in COLUMNS)), rows), wide=True)


def _kinds(done: Evaluation) -> str:
    rows = [(r["kind"], r["frauds"], f"{r['ap']:.3f}", f"{r['auc']:.3f}", f"{r['recall']:.1%}",
             f"{r['recall_at_100_a_day']:.1%}", f"{r['amount_caught']:.1%}") for r in by_kind(done.scored)]
    return _card("Kinds of fraud", "Each against all that is no fraud.", _table(
        ("kind", "frauds", "AP", "AUC", "recall", "recall at 100 a day", "amount caught"), rows))


def _budgets(done: Evaluation) -> str:
    rows = [(f"{point.threshold:.0f}", f"{point.precision:.1%}", f"{point.recall:.1%}", f"{point.loss_saved:.1%}")
            for point in by_budget(done.scored)]
    return _card("Alert budgets", "So many alerts a day, the highest expected losses first.", _table(
        ("alerts a day", "precision", "recall", "loss saved"), rows))


def _regret(done: Evaluation) -> str:
    rows = [(name.replace("_", " "), f"{value:,.4g}") for name, value in regret(done.scored).items()]
    return _card("Threshold", "The rule as it was beside the best one in hindsight.", _table(("", "value"), rows))


def _numbers(figures: dict[str, float]) -> list[str]:
    return [f"{figures[key]:.{digits}f}" for key, _, digits in COLUMNS]


def _card(title: str, text: str, body: str, wide: bool = False) -> str:
    kind = "card wide" if wide else "card"
    return f'<div class="{kind}"><h2>{escape(title)}</h2><p>{escape(text)}</p>{body}</div>'


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
