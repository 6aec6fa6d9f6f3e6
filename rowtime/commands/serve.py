"""rowtime serve: broker, Schema Registry and ksqlDB until told to stop."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rowtime.serve import Stack

NAME = "serve"
ABOUT = "Serve until Ctrl-C or SIGTERM. Prints one line with the addresses when ready."
MOST_WORKERS = 64
EXAMPLE = "rowtime serve --data-dir ./data --kafka 127.0.0.1:0 --json"


def add_options(command: argparse.ArgumentParser) -> None:
    option = command.add_argument
    option("--data-dir", type=Path, required=True, help="Directory of everything stored; made if it is not there.")
    for name, port, help_text in (
        ("--kafka", 9092, "Kafka protocol; port 0: a free one."),
        ("--registry", 8081, "Schema Registry."),
        ("--ksql", 8088, "ksqlDB REST API."),
    ):
        option(name, metavar="HOST:PORT", default=f"127.0.0.1:{port}", help=f"{help_text} [default: %(default)s]")
    option("--advertise", metavar="HOST:PORT", default="", help="Address that Kafka clients are told.")
    option("--workers", type=_count, default=1, metavar="N",
           help="Processes that share the partitions of ksqlDB's queries, as a cluster's servers do: as many as cores, "
           "where topics have that many partitions. Fixed by the directory's first start. [default: %(default)s]")
    option("--no-ksql", action="store_true", help="Broker and Schema Registry only.")
    option("--allow-remote", action="store_true", help="Listen also where other machines can connect.")
    option("--json", action="store_true", help="Print the addresses as JSON.")


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and {MOST_WORKERS}")
    return number


def run(given: argparse.Namespace) -> int:
    """Exit code: 0 when told to stop, 1 when a process did not start or ended by itself."""
    from rowtime.errors import RowtimeError

    try:
        failure = _serve(_stack(given), given.json)
    except (RowtimeError, OSError) as error:
        failure = str(error)
    if failure is not None:
        print(f"rowtime: {failure}", file=sys.stderr)
    return 0 if failure is None else 1


def _stack(given: argparse.Namespace) -> Stack:
    from rowtime.addresses import Address
    from rowtime.serve import Ports, Stack

    advertised = Address.parse(given.advertise) if given.advertise else None
    ports = Ports(Address.parse(given.kafka), Address.parse(given.registry), Address.parse(given.ksql), advertised)
    return Stack(given.data_dir, ports, with_ksql=not given.no_ksql, allow_remote=given.allow_remote,
                 workers=given.workers)


def _serve(stack: Stack, as_json: bool) -> str | None:
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
            return None
        stack.ended.wait()
        return None if stopped else stack.failure()


def _ready_line(kafka: str, registry: str, ksql: str, as_json: bool) -> str:
    if as_json:
        return json.dumps({"kafka": kafka, "registry": registry, "ksql": ksql})
    return f"ready: Kafka {kafka}  Schema Registry {registry}" + (f"  ksqlDB {ksql}" if ksql else "")
