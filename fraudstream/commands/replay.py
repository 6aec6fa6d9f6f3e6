"""fraudstream replay: a file of transactions into Kafka."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json, Kafka, Registry


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream replay data/demo --rate 500/s")(replay)


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Parquet, or a folder made by simulate")],
    kafka: Kafka = None, registry: Registry = None,
    mapping: Annotated[str, typer.Option(metavar="NAME|FILE.toml", help="paysim, handbook, simulator, or a file that "
                                         "names the columns")] = "simulator",
    rate: Annotated[str, typer.Option(help="500/s, 60x (times real time) or max")] = "max",
    skip: Annotated[int, typer.Option(min=0, help="Leave out the first rows")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many", show_default=False)] = None,
    labels: Annotated[str, typer.Option(help="all, elapsed (only those known by the end) or none")] = "all",
    in_step: Annotated[bool, typer.Option("--in-step", help="Part after part, each awaited: at full speed, too, no "
                                          "label lags behind what it counts for, as in training")] = False,
    json: Json = False,
) -> int:
    """Play a file into the topic transactions, in order of event time, its labels following when they are due."""
    import json as text

    from fraudstream.addresses import resolve
    from fraudstream.progress import progress
    from fraudstream.replay import replay as play

    totals: list[int | None] = [None]
    addresses = resolve({"kafka": kafka, "registry": registry})
    with progress(f"replay {file.name}", lambda: totals[0], "tx", quiet=json) as done:
        sent = play(file, addresses, mapping=mapping, rate=rate, skip=skip, limit=limit, labels=labels, in_step=in_step,
                    on_total=lambda total: totals.__setitem__(0, total), on_progress=done)
    print(text.dumps(sent.as_dict()) if json else str(sent))
    return 0
