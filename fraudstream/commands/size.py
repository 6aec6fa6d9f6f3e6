"""fraudstream size: what a rate of transactions needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json

USUAL = (100, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000)


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream size --tps 5000 --json")(size)


def size(
    tps: Annotated[list[int] | None, typer.Option(min=1, help="Transactions a second; repeatable [100 to 100000]",
                                                  show_default=False)] = None,
    copies: Annotated[int, typer.Option(min=1, help="Copies of every topic")] = 3,
    rates: Annotated[Path | None, typer.Option(metavar="FILE", help="Measured rates [config/rates.toml]",
                                               show_default=False)] = None,
    json: Json = False,
) -> int:
    """Count partitions, sidecars, ksqlDB cores, bandwidth and disk from measured rates; docs/cloud.md has the formulas.

    Exit 0; 1 when the file of rates cannot be used.
    """
    import json as text

    from fraudstream.assets import asset
    from fraudstream.size import read_rates
    from fraudstream.size import size as count
    from fraudstream.size.table import markdown

    measured = read_rates(rates or asset("config/rates.toml"))
    sizings = [count(rate, measured, copies) for rate in tps or USUAL]
    if json:
        print(text.dumps({"copies": copies, "sources": measured.sources, "sizings": [s.to_json() for s in sizings]}))
    else:
        print(markdown(sizings))
    return 0
