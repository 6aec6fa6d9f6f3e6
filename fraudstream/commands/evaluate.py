"""fraudstream evaluate: how good would the model have been, week after week?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudstream.commands._options import Json

if TYPE_CHECKING:
    from fraudstream.evaluate import Data, Evaluation
    from scoring.training import TrainingSpec


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream evaluate transactions.parquet --mapping handbook --out out/evaluation    "
                       "fraudstream evaluate data/history --train-days 14 --delay-days 3 --test-days 3 --folds 2"
                )(evaluate)


def evaluate(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet, or a folder of fraudstream simulate")],
    mapping: Annotated[str, typer.Option(help="simulator, paysim, handbook or a TOML file")] = "simulator",
    spec: Annotated[Path | None, typer.Option(metavar="FILE", help="Features and choices [config/model-MAPPING.toml "
                                              "where there is one]", show_default=False)] = None,
    train_days: Annotated[int, typer.Option(min=1, help="Days of training")] = 28,
    delay_days: Annotated[int, typer.Option(min=0, help="Days until labels are known: the gap before the test")] = 7,
    test_days: Annotated[int, typer.Option(min=1, help="Days of each test; folds are as far apart")] = 7,
    folds: Annotated[int, typer.Option(min=0, help="The last so many complete folds; 0: all")] = 4,
    first_test: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of some test, to align "
                                                        "the folds [the last test ends with the data]",
                                                        show_default=False)] = None,
    keep_known: Annotated[bool, typer.Option("--keep-known", help="Test on known compromised cards, too")] = False,
    compare: Annotated[bool, typer.Option("--compare/--no-compare", help="LightGBM on the same features, where "
                                          "installed")] = True,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write report.html, model-card.md and evaluation.json "
                                             "here", show_default=False)] = None,
    feedback: Annotated[bool, typer.Option("--feedback", help="Instead: what full, delayed and alert-only labels lead "
                                           "to, day after day")] = False,
    json: Json = False,
) -> int:
    """Prequential evaluation by date with late labels: quality, calibration, costs, kinds of fraud, beside LightGBM."""
    import json as text

    from fraudstream.evaluate import Plan
    from fraudstream.evaluate import evaluate as run
    from fraudstream.evaluate.lightgbm import installed
    from fraudstream.evaluate.source import data_of, load_history, spec_for
    from fraudstream.evaluate.text import table
    from fraudstream.progress import progress

    plan = Plan(train_days, delay_days, test_days, test_days, folds, first_test.date() if first_test else None,
                not keep_known)
    history = load_history(source, mapping, quiet=json)
    wanted = spec_for(mapping, spec, history.extra)
    if feedback:
        return _feedback(data_of(history, wanted), wanted, train_days, json)
    with progress("folds", folds or None, "folds", quiet=json) as advance:
        done = run(data_of(history, wanted), wanted, plan, compare=compare and installed(), on_fold=advance)
    if out is not None:
        _write(done, out, str(source))
    print(text.dumps(done.line()) if json else table(done))
    return 0


def _feedback(data: Data, spec: TrainingSpec, first_days: int, json: bool) -> int:
    import json as text

    from fraudstream.evaluate.feedback import FEEDBACK, progressive

    found = [progressive(data, spec, kind, first_days=first_days) for kind in FEEDBACK]
    print(text.dumps([vars(one) for one in found]) if json else "\n".join(
        f"{one.feedback:8} AP {one.ap:.3f} over {one.days} days, {one.labels:,} labels, {one.frauds_seen} of fraud"
        for one in found))
    return 0


def _write(done: Evaluation, out: Path, source: str) -> None:
    import json as text

    from fraudstream.evaluate.card import card
    from fraudstream.evaluate.report import page

    out.mkdir(parents=True, exist_ok=True)
    (out / "report.html").write_text(page(done, source), encoding="utf-8")
    (out / "model-card.md").write_text(card(done, source), encoding="utf-8")
    (out / "evaluation.json").write_text(text.dumps(done.to_json(), indent=1), encoding="utf-8")
