"""fraudstream reconcile: do the books balance?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fraudstream.commands._options import Json, Kafka, Ksqldb, Registry

if TYPE_CHECKING:
    from fraudstream.addresses import Addresses
    from fraudstream.reconcile import Books

COLUMNS = ("produced", "undecodable", "rejected", "enriched", "replayed", "scored", "dead_lettered", "joined")


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream reconcile --kafka 127.0.0.1:9092 --hours\n\n"
                       "Exit codes: 0 the books balance, 1 they do not or a topic cannot be read, "
                       "2 wrong usage.")(reconcile)


def reconcile(
    hours: Annotated[bool, typer.Option("--hours", help="Show every hour of event time, not only those that do not "
                                                        "balance")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to look again while something is on its way", min=0)] = 10.0,
    serve: Annotated[str | None, typer.Option(metavar="HOST:PORT", show_default=False,
                                              help="Go on looking, and serve the counts as Prometheus metrics "
                                                   "there")] = None,
    every: Annotated[float, typer.Option(help="Seconds between looks, with --serve", min=1)] = 30.0,
    kafka: Kafka = None, registry: Registry = None, ksqldb: Ksqldb = None, json: Json = False,
) -> int:
    """Count transactions by hour of event time and name what is missing or doubled.

    produced = undecodable + rejected + enriched; enriched + replayed = scored + dead-lettered; scored = joined.
    """
    import json as text

    from fraudstream.addresses import resolve
    from fraudstream.reconcile import reconcile as count

    addresses = resolve({"kafka": kafka, "registry": registry, "ksqldb": ksqldb})
    if serve:
        return _serve(addresses, serve, every)
    books = count(addresses, wait=wait)
    if json:
        print(text.dumps({**books.to_json(), "balanced": books.balanced}))
    else:
        print("\n".join(_lines(books, hours)))
    return 0 if books.balanced else 1


def _lines(books: Books, every_hour: bool) -> list[str]:
    shown = {hour: counts for hour, counts in books.hours.items() if every_hour or counts.problems()}
    lines = [f"{'':14} " + " ".join(f"{name.replace('_', '-'):>13}" for name in COLUMNS)] if shown else []
    lines += [f"{hour:14} " + " ".join(f"{getattr(counts, name):13}" for name in COLUMNS)
              + ("  !" if counts.problems() else "") for hour, counts in shown.items()]
    totals = [(name, value) for name, value in books.to_json().items() if isinstance(value, int)]
    lines += [f"{name:14} {value}" for name, value in [*totals, *books.reasons.items()]]
    return [*lines, *(books.problems() or ["the books balance"]), *books.named()]


def _serve(addresses: Addresses, address: str, every: float) -> int:
    import sys
    import threading

    from fraudstream.reconcile import Ledger
    from fraudstream.reconcile.serve import serve

    never = threading.Event()
    try:
        serve(Ledger.of(addresses), address, every, never.wait,
              lambda port: print(f"metrics at port {port}, path /metrics", file=sys.stderr, flush=True))
    except KeyboardInterrupt:
        return 0
    return 0
