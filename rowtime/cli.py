"""The command `rowtime`."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="rowtime",
    help="Kafka, Schema Registry and ksqlDB protocols from one pip-installable program.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def root() -> None:
    """Kafka, Schema Registry and ksqlDB protocols from one pip-installable program."""


@app.command(epilog="Example: rowtime serve --data-dir ./data --kafka 127.0.0.1:0 --json")
def serve(
    data_dir: Annotated[Path, typer.Option(help="Directory of everything stored; made if it is not there.")],
    kafka: Annotated[str, typer.Option(metavar="HOST:PORT", help="Kafka protocol; port 0: a free one.")]
    = "127.0.0.1:9092",
    registry: Annotated[str, typer.Option(metavar="HOST:PORT", help="Schema Registry.")] = "127.0.0.1:8081",
    ksql: Annotated[str, typer.Option(metavar="HOST:PORT", help="ksqlDB REST API.")] = "127.0.0.1:8088",
    advertise: Annotated[str, typer.Option(metavar="HOST:PORT", help="Address that Kafka clients are told.")] = "",
    no_ksql: Annotated[bool, typer.Option("--no-ksql", help="Broker and Schema Registry only.")] = False,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Listen also where other machines can connect.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as JSON.")] = False,
) -> None:
    """Serve until Ctrl-C or SIGTERM. Prints one line with the addresses when ready."""
    from rowtime.addresses import Address
    from rowtime.errors import RowtimeError
    from rowtime.serve import Ports, Stack

    try:
        advertised = Address.parse(advertise) if advertise else None
        ports = Ports(Address.parse(kafka), Address.parse(registry), Address.parse(ksql), advertised)
        stack = Stack(data_dir, ports, with_ksql=not no_ksql, allow_remote=allow_remote)
        stopped = False

        def stop(*_: object) -> None:
            nonlocal stopped
            stopped = True
            stack.ended.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        with stack:
            print(_ready_line(stack.kafka, stack.registry, stack.ksql, as_json), flush=True)
            if stopped:
                return
            stack.ended.wait()
            failure = None if stopped else stack.failure()
    except (RowtimeError, OSError) as error:
        failure = str(error)
    if failure is not None:
        print(f"rowtime: {failure}", file=sys.stderr)
        raise typer.Exit(1)


def _ready_line(kafka: str, registry: str, ksql: str, as_json: bool) -> str:
    if as_json:
        return json.dumps({"kafka": kafka, "registry": registry, "ksql": ksql})
    return f"ready: Kafka {kafka}  Schema Registry {registry}" + (f"  ksqlDB {ksql}" if ksql else "")


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
