"""fraudstream recalibrate: intercept and slope of a model anew, from recent labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream recalibrate my-data --model config/model.json --out challenger.json"
                )(recalibrate)


def recalibrate(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Transactions and labels up to now")],
    model: Annotated[Path, typer.Option(metavar="FILE", help="The model in use")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the challenger goes")] = Path("challenger.json"),
    mapping: Annotated[str, typer.Option(help="simulator, paysim, handbook or a TOML file")] = "simulator",
    days: Annotated[int, typer.Option(min=1, help="Transactions of the last so many days with a known label")] = 7,
    json: Json = False,
) -> int:
    """The same coefficients with a new calibration line: a challenger, to be compared before it is put to use."""
    import json as text

    from fraudstream.evaluate.recalibrate import recalibrate as run
    from fraudstream.evaluate.source import columns_of, load_history
    from scoring.model import load_model, save_model

    used = load_model(model)
    history = load_history(source, mapping, quiet=json)
    data = columns_of(history, used.columns)
    made = run(used, data, int(data.table.event_time[-1]), days)
    save_model(made, out)
    done = made.training["recalibrated"]
    before, after = (done[name]["mean_p_over_base"] for name in ("before", "after"))
    print(text.dumps({"model": str(out), "version": made.version, **done}) if json else
          f"{out}: model {made.version}, {done['frauds']} frauds among {done['rows']} labels; mean probability / base "
          f"rate {before:.2f} before, {after:.2f} after")
    return 0
