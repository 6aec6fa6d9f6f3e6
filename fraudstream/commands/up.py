"""fraudstream up: the whole system on this machine, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream up --data-dir ./bank")(up)


def up(
    data_dir: Annotated[Path, typer.Option(metavar="DIR", help="Everything stored")] = Path("fraudstream-data"),
    kafka: Annotated[str, typer.Option(metavar="HOST:PORT")] = "127.0.0.1:9092",
    registry: Annotated[str, typer.Option(metavar="HOST:PORT")] = "127.0.0.1:8081",
    ksqldb: Annotated[str, typer.Option(metavar="HOST:PORT")] = "127.0.0.1:8088",
    partitions: Annotated[int | None, typer.Option(min=1, help="Partitions of every topic [sql/topics.toml]",
                                                   show_default=False)] = None,
    model: Annotated[Path | None, typer.Option(metavar="FILE", help="Model file [the one that ships]",
                                               show_default=False)] = None,
) -> int:
    """Start the embedded stack, deploy schemas and SQL, start the sidecar, and stay until Ctrl-C."""
    import signal
    import sys
    import threading

    from fraudstream.system import System

    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    system = System(data_dir, ports=(kafka, registry, ksqldb), partitions=partitions, model=model,
                    say=lambda text: print(f"✓ {text}", flush=True))
    with system:
        print("ready; `fraudstream watch` shows flags, `fraudstream simulate --to-kafka` sends transactions, "
              "Ctrl-C ends all of it", flush=True)
        while not done.wait(0.5):
            if problem := system.failure():
                print(f"error: {problem}", file=sys.stderr)
                return 1
    return 0
