"""fraudstream drift: has the world moved away from what a model was made for?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudstream.commands._options import Json

if TYPE_CHECKING:
    from fraudstream.evaluate.drift import Day
    from fraudstream.evaluate.response import Response


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream drift my-data --model config/model.json --warm-up 7 --reference 21")(drift)


def drift(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Transactions, labels where there are")],
    model: Annotated[Path, typer.Option(metavar="FILE", help="The model in use")],
    mapping: Annotated[str, typer.Option(help="simulator, paysim, handbook or a TOML file")] = "simulator",
    warm_up: Annotated[int, typer.Option(min=0, help="First days, in which windows fill, left out")] = 7,
    reference: Annotated[int, typer.Option(min=7, help="Days after them that show what is usual")] = 21,
    challenger: Annotated[Path | None, typer.Option(metavar="FILE", help="After an alarm, write the model recalibrated "
                                                    "on the days since here", show_default=False)] = None,
    json: Json = False,
) -> int:
    """Score and features day by day against reference days, with reasons; exit code 3 when the last day alarms.

    With --challenger the first alarm is answered: each day the model is recalibrated on the labels known by then.
    """
    import json as text

    from fraudstream.evaluate.drift import normal, watch
    from fraudstream.evaluate.response import respond
    from fraudstream.evaluate.source import columns_of, load_history, split_days
    from scoring.model import load_model, save_model

    used = load_model(model)
    history = load_history(source, mapping, quiet=json)
    usual, later = split_days(columns_of(history, used.columns), warm_up, reference)
    days = watch(used, normal(used, usual), later)
    answer = respond(used, days, later) if challenger else None
    if answer and answer.last and challenger:
        save_model(answer.last.model, challenger)
    print(text.dumps({"days": [_json(day) for day in days], "response": answer.to_json() if answer else None}) if json
          else "\n".join([*map(_line, days), *_lines(answer, challenger)]))
    return 3 if days and days[-1].alarms else 0


def _lines(answer: Response | None, file: Path | None) -> list[str]:
    if answer is None:
        return []
    if answer.last is None:
        return [f"alarm of {_date(answer.alarm)}: too few frauds are known since to recalibrate"]
    lines = [f"{_date(a.now)}  recalibrated on {a.frauds} frauds: mean probability / base rate of the next week "
             f"{a.before:.2f}, with it {a.after:.2f}" for a in answer.attempts]
    return [*lines, f"{file}: model {answer.last.model.version}; fraudstream models publish {file} --as challenger"]


def _json(day: Day) -> dict[str, Any]:
    ratio = day.mean_p_over_base
    return {"day": _date(day.begins), "rows": day.rows, "mean_probability": day.mean_probability,
            "mean_p_over_base": None if ratio != ratio else ratio, "psi": day.psi,
            "alarms": [vars(alarm) for alarm in day.alarms]}


def _line(day: Day) -> str:
    reasons = "; ".join(alarm.reason for alarm in day.alarms[:4]) or "no alarm"
    more = f"; and {len(day.alarms) - 4} more" if len(day.alarms) > 4 else ""
    return f"{_date(day.begins)}  {day.rows:,} rows, mean probability {day.mean_probability:.4f}: {reasons}{more}"


def _date(milliseconds: int) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"
