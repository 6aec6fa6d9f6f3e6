"""A simulation straight into Kafka, by the same way as a file."""

from __future__ import annotations

from collections.abc import Callable

from fraudstream.addresses import Addresses
from fraudstream.kafka import Options
from fraudstream.replay.feed import Feed, Sent, Window
from fraudstream.replay.labels import LabelQueue
from fraudstream.replay.rate import parse
from fraudstream.replay.replay import sender
from fraudstream.replay.rows import Label, Rows, Transaction
from fraudstream.simulate.rows import Row
from fraudstream.simulate.settings import Settings
from fraudstream.simulate.simulator import Day, simulate

_FIELDS = Row._fields[: Row._fields.index("fault")]


def simulate_live(settings: Settings, addresses: Addresses, *, rate: str | None = None, limit: int | None = None,
                  labels: str = "elapsed", wait: float = 10.0, on_progress: Callable[[int], object] = lambda done: None,
                  on_sent: Callable[[Transaction], object] | None = None, stop: Callable[[], bool] = lambda: False,
                  kafka: Options | None = None) -> Sent:
    """Simulate settings.days and send them as they come; rate, labels and callbacks as for replay."""
    feed = Feed(sender(addresses, wait, kafka), parse(rate), labels, Window(limit=limit), on_progress, on_sent, stop)
    return feed.run(map(day_rows, simulate(settings)), LabelQueue())


def day_rows(day: Day) -> Rows:
    """A simulated day as transactions and labels."""
    return list(map(_transaction, day.transactions)), [
        Label(label.transaction_id, label.labelled_at, dict(zip(label._fields[1:], label[1:], strict=True)))
        for label in day.labels]


def _transaction(row: Row) -> Transaction:
    if row.raw_value is not None:
        return Transaction(row.account_id, row.event_time, row.ingested_at, row.raw_value)
    value = dict(zip(_FIELDS, row, strict=False))
    del value["account_id"]
    return Transaction(row.account_id, row.event_time, row.ingested_at, value)
