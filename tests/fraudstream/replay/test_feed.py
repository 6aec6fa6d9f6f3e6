"""The loop: pace, labels, windows, counts; Kafka is a list here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.errors import UserError
from fraudstream.replay.encode import Encoder
from fraudstream.replay.feed import Feed, Window
from fraudstream.replay.labels import LabelQueue, read
from fraudstream.replay.live import day_rows
from fraudstream.replay.mapping import load
from fraudstream.replay.rate import Pace, Rate, parse
from fraudstream.replay.rows import Label, Rows, Transaction, rows
from fraudstream.replay.sender import Sender
from fraudstream.replay.source import open_source
from fraudstream.simulate import Faults, Settings, simulate
from fraudstream.simulate.tables import write

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
LABEL_SCHEMA = json.loads((SCHEMAS / "fraud_label.avsc").read_text())
TRANSACTION_SCHEMA = json.loads((SCHEMAS / "transaction.avsc").read_text())


class Kafka:
    """Keeps what is produced; time passes when it is polled."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes | None, bytes, int]] = []
        self.now = 0.0
        self.refuse: Callable[[], Any] | None = None

    def produce(self, topic: str, value: bytes, key: bytes | None, *, timestamp: int, on_delivery: Any) -> None:
        self.sent.append((topic, key, value, timestamp))
        if self.refuse:
            on_delivery(self.refuse(), type("Message", (), {"topic": lambda self: topic})())

    def poll(self, timeout: float = 0.0) -> int:
        self.now += timeout
        return 0

    def flush(self, timeout: float = 0.0) -> int:
        return 0


def feed(kafka: Kafka, **options: Any) -> Feed:
    sender = Sender(kafka, Encoder(1, TRANSACTION_SCHEMA), Encoder(2, LABEL_SCHEMA))
    return Feed(sender, clock=lambda: kafka.now, **options)


def transaction(number: int, delay: int = 0) -> Transaction:
    time = number * 1000
    return Transaction(f"C{number}", time, time + delay, {
        "transaction_id": f"t{number}", "event_time": time, "ingested_at": time + delay, "type": "DEBIT",
        "channel": "app", "amount": 1.0})


def label(number: int, delay: int = 1500) -> Label:
    value = {"event_time": number * 1000, "labelled_at": number * 1000 + delay, "is_fraud": False}
    return Label(f"t{number}", number * 1000 + delay, value)


def batches(count: int) -> list[Rows]:
    return [([transaction(n)], [label(n)]) for n in range(count)]


def test_labels_follow_when_they_are_known() -> None:
    kafka = Kafka()
    sent = feed(kafka).run(batches(4), LabelQueue())
    order = [(topic[0], timestamp) for topic, _, _, timestamp in kafka.sent]
    assert order == [("t", 0), ("t", 1000), ("f", 1500), ("t", 2000), ("f", 2500), ("t", 3000), ("f", 3500),
                     ("f", 4500)]
    assert (sent.transactions, sent.labels) == (4, 4)


@pytest.mark.parametrize(("mode", "expected"), [("all", 4), ("elapsed", 2), ("none", 0)])
def test_which_labels_go_out(mode: str, expected: int) -> None:
    assert feed(Kafka(), labels=mode).run(batches(4), LabelQueue()).labels == expected


@given(st.integers(0, 12), st.integers(0, 12))
def test_two_windows_send_what_one_run_sends(cut: int, count: int) -> None:
    whole, parts = Kafka(), Kafka()
    feed(whole).run(batches(count), LabelQueue())
    feed(parts, labels="elapsed", window=Window(limit=cut)).run(batches(count), LabelQueue())
    feed(parts, window=Window(skip=cut)).run(batches(count), LabelQueue())
    if count > cut:
        assert parts.sent == whole.sent


def test_rate_per_second_and_multiple_of_real_time() -> None:
    kafka = Kafka()
    feed(kafka, rate=Rate(per_second=2)).run(batches(5), LabelQueue())
    assert kafka.now == pytest.approx(2.0)
    kafka = Kafka()
    feed(kafka, rate=Rate(speed=4)).run(batches(5), LabelQueue())
    assert kafka.now == pytest.approx(1.0)


def test_time_lost_is_caught_up_with() -> None:
    now = [0.0]
    pace = Pace(Rate(per_second=1), lambda: now[0])
    assert [pace.due(0), pace.due(0)] == [0, 1]
    now[0] = 50.0
    assert pace.due(0) == 2


@pytest.mark.parametrize(("text", "rate"), [
    (None, Rate()), ("max", Rate()), ("500", Rate(per_second=500)), ("2.5/s", Rate(per_second=2.5)),
    ("60x", Rate(speed=60)), ("0.5x", Rate(speed=0.5)),
])
def test_rates(text: str | None, rate: Rate) -> None:
    assert parse(text) == rate


@pytest.mark.parametrize("text", ["fast", "0", "-3", "x", "1/h"])
def test_wrong_rates(text: str) -> None:
    with pytest.raises(UserError, match="write 500/s"):
        parse(text)


def test_stop_and_progress() -> None:
    kafka, told = Kafka(), []
    running = feed(kafka, rate=Rate(per_second=10), on_progress=told.append, stop=lambda: len(told) >= 3)
    assert running.run(batches(9), LabelQueue()).transactions == 3
    assert told[-1] == 3


def test_a_refused_record_is_an_error() -> None:
    kafka = Kafka()
    kafka.refuse = lambda: type("Error", (), {"str": lambda self: "Broker: Message too large"})()
    with pytest.raises(UserError, match="topic transactions: Broker: Message too large"):
        feed(kafka).run(batches(1), LabelQueue())


def test_stamped_with_event_time_but_never_later_than_arrival() -> None:
    kafka = Kafka()
    future = transaction(100)._replace(arrival=5000)
    feed(kafka).run([([transaction(1, delay=700), future], [])], LabelQueue())
    assert [timestamp for *_, timestamp in kafka.sent] == [1000, 5000]


def test_a_value_that_does_not_fit_is_said() -> None:
    with pytest.raises(UserError, match="does not fit schema"):
        Encoder(1, TRANSACTION_SCHEMA)({"transaction_id": "t", "event_time": 1, "ingested_at": 1, "amount": "much"})


def test_the_simulation_goes_out_alike_live_and_from_its_files(tmp_path: Path) -> None:
    settings = Settings(seed=4, days=3, accounts=60, transactions_per_day=200, faults=Faults.all(0.02))
    live, files = Kafka(), Kafka()
    sent = feed(live).run(map(day_rows, simulate(settings)), LabelQueue())
    write(settings, tmp_path)
    mapping = load("simulator")
    source = rows(open_source(tmp_path, mapping.columns()), mapping)
    assert sent == feed(files).run(source, LabelQueue(read(tmp_path / "labels.parquet")))
    transactions = [[r for r in kafka.sent if r[0] == "transactions"] for kafka in (live, files)]
    assert transactions[0] == transactions[1]
    assert Counter(live.sent) == Counter(files.sent)
    assert sent.undecodable > 0 and any(key is None for _, key, *_ in live.sent)


def test_unsorted_labels_are_refused(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    write(Settings(days=1, accounts=60, transactions_per_day=50), tmp_path)
    table = pq.read_table(tmp_path / "labels.parquet")
    pq.write_table(table.take(list(range(table.num_rows))[::-1]), tmp_path / "labels.parquet")
    with pytest.raises(UserError, match="row 2: labels must be sorted"):
        list(read(tmp_path / "labels.parquet"))
