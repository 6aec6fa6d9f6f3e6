"""fraudstream simulate: made-up bank customers, into files or straight into Kafka."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudstream.commands._options import Json, Kafka, Registry

if TYPE_CHECKING:
    from fraudstream.replay import Sent
    from fraudstream.simulate import Settings
    from fraudstream.simulate.tables import Written


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: fraudstream simulate --to-kafka --rate 100/s    "
                       "fraudstream simulate --out my-data --days 30")(simulate)


def simulate(
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write transactions.parquet and labels.parquet here",
                                             show_default=False)] = None,
    to_kafka: Annotated[bool, typer.Option("--to-kafka", help="Send to a stack instead")] = False,
    kafka: Kafka = None, registry: Registry = None,
    rate: Annotated[str, typer.Option(help="With --to-kafka: 500/s, 60x (times real time) or max")] = "100/s",
    limit: Annotated[int | None, typer.Option(min=1, help="With --to-kafka: stop after so many",
                                              show_default=False)] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same rows")] = 1,
    days: Annotated[int, typer.Option(min=1)] = 7,
    split: Annotated[int | None, typer.Option(min=1, help="Days before this one into DIR/history, the others into "
                                              "DIR/demo", show_default=False)] = None,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day (UTC)")] = datetime(2025, 9, 1),
    accounts: Annotated[int, typer.Option(min=50)] = 2000,
    transactions_per_day: Annotated[int, typer.Option(min=1)] = 3000,
    fraud_rate: Annotated[float, typer.Option(help="Share of fraudulent transactions")] = 0.007,
    faults: Annotated[float, typer.Option(min=0, max=0.2, help="Share of each kind of bad input")] = 0.0,
    feedback: Annotated[str, typer.Option(help="Labels: full (after an hour), delayed or none")] = "delayed",
    inject_drift: Annotated[str | None, typer.Option(metavar="KIND", help="A change of the world: prevalence (five "
                                                     "times the fraud), amounts (a fifth up), new-kind (card testing)",
                                                     show_default=False)] = None,
    drift_day: Annotated[int, typer.Option(min=0, help="Day from which on; 0 is the first")] = 0,
    json: Json = False,
) -> int:
    """Simulate bank customers and five kinds of fraud done to them; labels follow late."""
    import json as text
    from datetime import UTC

    from fraudstream.errors import UserError
    from fraudstream.progress import progress
    from fraudstream.simulate import Drift, Faults, Settings

    if (out is None) == (not to_kafka):
        raise UserError("say where to: --out DIR or --to-kafka")
    settings = Settings(seed, days, accounts, transactions_per_day, fraud_rate, start.replace(tzinfo=UTC), feedback,
                        faults=Faults.all(faults), drift=Drift(inject_drift, drift_day) if inject_drift else None)
    results: list[Sent | Written] = []
    if out is None:
        results.append(_send(settings, kafka, registry, rate, limit, json))
    else:
        from fraudstream.simulate.tables import write

        with progress("simulate", days, "days", quiet=json) as done:
            results += write(settings, out, split, done)
    for result in results:
        print(text.dumps(result.as_dict()) if json else str(result))
    return 0


def _send(settings: Settings, kafka: str | None, registry: str | None, rate: str, limit: int | None,
          json: bool) -> Sent:
    from fraudstream.addresses import resolve
    from fraudstream.progress import progress
    from fraudstream.replay import simulate_live

    with progress("simulate", limit, "tx", quiet=json) as done:
        return simulate_live(settings, resolve({"kafka": kafka, "registry": registry}), rate=rate, limit=limit,
                             on_progress=done)
