"""The model card: what the model is for, what it was made from, how good it was, where it is weak."""

from __future__ import annotations

from fraudstream.evaluate.costs import regret
from fraudstream.evaluate.evaluate import Evaluation
from fraudstream.evaluate.kinds import by_kind
from fraudstream.evaluate.text import markdown, table


def card(done: Evaluation, source: str) -> str:
    """Markdown."""
    last = done.folds[-1].model
    facts, terms = last.training, sum(len(feature.terms) for feature in last.features)
    return f"""# Model card: {done.spec.name}

**What it is.** Logistic regression on {len(last.features)} features ({terms} terms), each
computed by `sql/`. The score is a probability of fraud; its reasons are exact addends of the log-odds.

**What it is for.** Choosing which transactions a person looks at. It does not decide about customers; a flag is a
reason to check, and every flag carries its reasons.

**Data.** {source}: last training window {facts["window"]["begins"]} to {facts["window"]["ends"]},
{facts["rows"]:,} labelled rows, {facts["frauds"]} frauds. Evaluated on {len(done.folds)} later tests; labels come
{done.plan.delay_days} days late. Balances after a transaction and all else that is known only later are no features.

## How good it was

{table(done)}

## By kind of fraud

{_kinds(done)}

## Threshold

{_threshold(done)}

## Where it is weak

- {_weakest(done)}
- A counterparty that has just been compromised shows nothing until its first labels arrive.
- It was trained on these data: another bank trains anew (`fraudstream train`), and watches drift (docs/model.md).

## Features

{_features(done)}
"""


def _kinds(done: Evaluation) -> str:
    rows = [(k["kind"], str(k["frauds"]), f"{k['ap']:.3f}", f"{k['recall']:.1%}", f"{k['amount_caught']:.1%}")
            for k in by_kind(done.scored)]
    return markdown(("kind", "frauds", "AP", "recall", "amount caught"), rows)


def _threshold(done: Evaluation) -> str:
    found, cost = regret(done.scored), done.folds[-1].scored.review_cost
    return (f"Alert where p · amount > {cost:g} (what a review costs, in the amounts' currency). Cost of reviews and "
            f"of frauds that pass: {found['cost']:,.0f}; with no alerts {found['cost_of_no_alerts']:,.0f}; with the "
            f"best margin in hindsight ({found['best_margin_in_hindsight']:.2f}) "
            f"{found['best_cost_in_hindsight']:,.0f}, a regret of {found['regret_share']:.1%} of the loss.")


def _weakest(done: Evaluation) -> str:
    kinds = by_kind(done.scored)
    worst = min(kinds, key=lambda kind: kind["recall"])
    return f"{worst['kind']}: {worst['recall']:.0%} of {worst['frauds']} frauds found at this threshold."


def _features(done: Evaluation) -> str:
    rows = [(f"`{f.column}`", f.type, str(len(f.terms)), f.phrase) for f in done.folds[-1].model.features]
    return markdown(("column", "type", "terms", "what a flag says"), rows)
