"""fraudstream train: history through sql/, then a model."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream train data/history --out model.json")(train)


def train(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet, or a folder of fraudstream simulate")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the model goes")] = Path("model.json"),
    mapping: Annotated[str, typer.Option(help="simulator, paysim, handbook or a TOML file")] = "simulator",
    spec: Annotated[Path | None, typer.Option(metavar="FILE", help="Features and choices [the mapping's]",
                                              show_default=False)] = None,
    sql: Annotated[Path | None, typer.Option(metavar="DIR", help="Scripts [the ones that ship]",
                                             show_default=False)] = None,
    cache: Annotated[Path | None, typer.Option(metavar="DIR", help="Where enriched history is kept [the user's cache]",
                                               show_default=False)] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first rows", show_default=False)] = None,
    created: Annotated[datetime | None, typer.Option(
        formats=["%Y-%m-%d"], help="Date the model carries, for a file that is the same byte for byte [now]",
        show_default=False)] = None,
    json: Json = False,
) -> int:
    """Fit a calibrated logistic regression with a cost-based threshold to history enriched by the same SQL."""
    import json as text

    from fraudstream import train as training
    from fraudstream.progress import progress

    rows: dict[str, int | None] = {"total": None}
    with progress("enriching", lambda: rows["total"], "tx", quiet=json) as advance:
        done = training.train(source, out=out, mapping=mapping, spec=spec, sql=sql, limit=limit, cache=cache,
                              created_at=f"{created:%Y-%m-%dT%H:%M:%SZ}" if created else None,
                              on_progress=advance, on_total=lambda total: rows.__setitem__("total", total))
    if json:
        print(text.dumps(done.to_json()))
        return 0
    print(f"{done.enriched} transactions enriched, {done.labelled} of them labelled, {done.frauds} frauds; "
          f"{done.seconds} s")
    for name, value in done.metrics.items():
        print(f"  {name:24} {value}")
    print(f"{done.model}: model {done.version}")
    return 0
