"""fraudstream demo: the main job, end to end, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.commands._options import Json


def register(app: typer.Typer) -> None:
    app.command(epilog='Example: fraudstream demo --headless --json')(demo)


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Report, logs and data")] = Path("out/demo"),
    source: Annotated[Path | None, typer.Option(metavar="FILE", help="What to replay [data/demo]",
                                                show_default=False)] = None,
    mapping: Annotated[str, typer.Option(help="simulator, paysim, handbook or a TOML file")] = "simulator",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first transactions", show_default=False)] = None,
    paced: Annotated[int, typer.Option(min=0, help="How many of them at the end go paced, for the latency")] = 600,
    pace: Annotated[str, typer.Option(help="Their pace")] = "60/s",
    partitions: Annotated[int | None, typer.Option(min=1, help="Partitions of every topic [sql/topics.toml]",
                                                   show_default=False)] = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="Fit the model to data/history first")] = False,
    headless: Annotated[bool, typer.Option("--headless", help="Do not show flags as they are raised")] = False,
    json: Json = False,
) -> int:
    """Start everything, replay a sample, show live flags, write a report. Exit 0 only if the books balance."""
    import json as text
    import sys

    from fraudstream.demo import run
    from fraudstream.watch import HEADER, Flag

    shown = {"count": 0}

    def say(line: str) -> None:
        print(f"✓ {line}", file=sys.stderr if json else sys.stdout, flush=True)

    def show(flag: Flag) -> None:
        shown["count"] += 1
        if shown["count"] <= SHOWN:
            print((HEADER + "\n" if shown["count"] == 1 else "") + flag.line(), flush=True)
        elif shown["count"] == SHOWN + 1:
            print("… more flags come; `fraudstream watch` shows all of them", flush=True)

    done = run(out, source=source, mapping=mapping, limit=limit, paced=paced, pace=pace, partitions=partitions,
               retrain=retrain, say=say, **({} if headless or json else {"show": show}))
    print(text.dumps(done.to_json()) if json else "\n" + "\n".join(done.lines()))
    return 1 if done.problems else 0


SHOWN = 30
