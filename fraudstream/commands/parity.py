"""fraudstream parity: are the features of training those of the live pipeline?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream parity --rows 20000    fraudstream parity my.parquet --mapping my.toml"
                )(parity)


def parity(
    source: Annotated[Path | None, typer.Argument(
        metavar="FILE", help="CSV, Parquet or a folder of simulate [a simulation with all kinds of bad input]",
        show_default=False)] = None,
    mapping: Annotated[str, typer.Option(help="simulator, paysim, handbook or a TOML file")] = "simulator",
    rows: Annotated[int, typer.Option(min=1, help="The first so many")] = 20_000,
    partitions: Annotated[int | None, typer.Option(min=1, help="Of every topic [sql/topics.toml]",
                                                   show_default=False)] = None,
    json: Json = False,
) -> int:
    """Replay a file through an embedded stack and through the training pipeline; compare every value of every row.

    Exit code 0 when all are equal, 1 when not.
    """
    import json as text
    import tempfile

    from fraudstream.parity import parity as run
    from fraudstream.progress import progress

    with tempfile.TemporaryDirectory(prefix="fraudstream-parity-") as work, \
            progress("online", rows, "tx", quiet=json) as advance:
        done = run(source or _simulated(Path(work) / "data", rows), Path(work), mapping=mapping, rows=rows,
                   partitions=partitions, on_progress=advance, say=lambda line: None if json else print(line))
    print(text.dumps(done.to_json()) if json else "\n".join([str(done), *done.examples]))
    return 0 if done.ok else 1


def _simulated(folder: Path, rows: int) -> Path:
    """Somewhat more than so many rows of 40 days, half a percent of each kind of bad input."""
    from fraudstream.simulate import Faults, Settings
    from fraudstream.simulate.tables import write

    a_day = max(50, rows // 36)
    write(Settings(seed=11, days=40, accounts=max(50, a_day // 2), transactions_per_day=a_day,
                   faults=Faults.all(0.005)), folder)
    return folder
