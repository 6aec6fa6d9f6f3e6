"""Dead letters listed, shown and replayed, on both brokers: original bytes, each once, also when killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from balance import records
from confluent_kafka import Message, Producer
from fakes import FakeMessage

from campaigns.harness.cluster import Cluster, Sidecars
from campaigns.harness.enriched import SCHEMA_ID, START, payload, row
from campaigns.harness.registry_stub import RegistryStub
from fraudstream.addresses import Addresses
from fraudstream.cli import run
from fraudstream.dead_letters import Filter, find, replay
from fraudstream.errors import UserError
from fraudstream.topics import Topics
from fraudstream.writer_schemas import WriterSchemas
from scoring.sidecar.config import replayed_topic
from scoring.sidecar.dead_letters import DeadLetterEncoder
from scoring.sidecar.records import Rejection

DEAD_SCHEMA_ID = 3


class Source(FakeMessage):
    """A record of the cluster's input topic."""

    def __init__(self, topic: str, key: bytes, value: bytes | None, offset: int) -> None:
        super().__init__(key, value, offset, headers=[("traceparent", b"00-abc")], timestamp=START + offset)
        self._topic = topic

    def topic(self) -> str:
        return self._topic


class Letters:
    """Dead letters as a sidecar writes them."""

    def __init__(self, cluster: Cluster, registry: RegistryStub) -> None:
        self.cluster, self.addresses = cluster, Addresses(cluster.bootstrap, registry.url)
        self.target = replayed_topic(cluster.input)
        cluster.create(self.target)
        self.encoder = DeadLetterEncoder(cluster.dead, DEAD_SCHEMA_ID, registry.schemas[DEAD_SCHEMA_ID], 2_000)

    def put(self, count: int, reason: str = "not finite", error_class: str = "ScoringError", failed_at: int = START,
            values: list[bytes] | None = None, **options: object) -> None:
        producer = Producer({"bootstrap.servers": self.cluster.bootstrap})
        for number in range(count):
            value = values[number] if values else payload(row(number))
            message = Source(self.cluster.input, f"T{number}".encode(), value, number)
            letter = self.encoder.encode(message, Rejection(reason, reason, error_class), failed_at, **options)  # type: ignore
            producer.produce(letter.topic, letter.value, letter.key, timestamp=letter.timestamp, headers=letter.headers)
        assert producer.flush(30) == 0

    def published(self) -> list[Message]:
        """What was replayed. Kafka shows what was committed to readers a little later."""
        cluster, deadline = self.cluster, time.monotonic() + 30
        while cluster.ends(self.target) != cluster.ends(self.target, "read_uncommitted"):
            assert time.monotonic() < deadline
        return cluster.read(self.target)

    def found(self, wanted: Filter = Filter()) -> list:  # noqa: B008
        reader = Topics(self.addresses, 30.0)
        try:
            return list(find(reader, WriterSchemas(self.addresses.registry, plain=True), wanted, self.cluster.dead))
        finally:
            reader.close()

    def replay(self, wanted: Filter = Filter(), **options: object) -> object:  # noqa: B008
        return replay(self.addresses, wanted, who="ann", topic=self.cluster.dead, **options)  # type: ignore[arg-type]

    def command(self, *arguments: str) -> list[str]:
        return ["dead-letters", *arguments, "--kafka", self.addresses.kafka, "--registry", self.addresses.registry,
                "--topic", self.cluster.dead]


@pytest.fixture
def letters(cluster: Cluster, registry: RegistryStub) -> Iterator[Letters]:
    yield Letters(cluster, registry)


def test_the_original_bytes_are_published_once_however_often_it_is_asked(letters: Letters) -> None:
    letters.put(20)
    letters.put(5, "unknown schema", "UnknownSchema", START + 1_000)
    assert letters.replay(dry_run=True).replayed == 25  # type: ignore[attr-defined]
    assert letters.replay(Filter(reason="UNKNOWN")).replayed == 5  # type: ignore[attr-defined]
    done = letters.replay(batch=7, why="mended")
    assert (done.found, done.replayed, done.before, done.refused) == (25, 20, 5, {})  # type: ignore[attr-defined]
    assert letters.replay().replayed == 0  # type: ignore[attr-defined]
    published = letters.published()
    assert Counter((m.key(), m.value(), m.timestamp()[1]) for m in published) == Counter(
        (f"T{n}".encode(), payload(row(n)), START + n) for n in (*range(20), *range(5)))
    names = {tuple(name for name, _ in m.headers()) for m in published}
    assert names == {("traceparent", "replayed.from")}


def test_filters_choose_by_reason_class_time_and_id(letters: Letters) -> None:
    letters.put(3, "not finite", "ScoringError", START)
    letters.put(2, "unknown schema", "UnknownSchema", START + 60_000)
    assert len(letters.found(Filter(reason="finite"))) == 3
    assert len(letters.found(Filter(error_class="unknownschema"))) == 2
    assert len(letters.found(Filter(since=START + 60_000))) == len(letters.found(Filter(since=START + 1))) == 2
    assert len(letters.found(Filter(until=START + 60_000))) == 3
    one = letters.found()[0]
    assert letters.found(Filter(ids=frozenset([one.id]))) == [one]


def test_what_is_not_whole_is_taken_from_its_source_or_refused(letters: Letters) -> None:
    long = b"\x00\x00\x00\x00\x07" + b"x" * 5_000
    letters.put(1, values=[long])
    assert [letter.shows for letter in letters.found()] == ["cut"]
    refused = letters.replay()
    assert refused.replayed == 0 and "is not there any more" in next(iter(refused.refused.values()))  # type: ignore
    producer = Producer({"bootstrap.servers": letters.cluster.bootstrap})
    producer.produce(letters.cluster.input, long, b"T0", partition=0, headers=[("source", b"own")])
    assert producer.flush(30) == 0
    assert letters.replay().replayed == 1  # type: ignore[attr-defined]
    assert [m.value() for m in letters.published()] == [long]


def test_masked_and_withheld_letters_are_not_replayed_from_what_they_show(letters: Letters) -> None:
    letters.put(1, value=payload(row(1)))
    letters.put(1, withheld=True)
    assert sorted(letter.shows for letter in letters.found()) == ["masked", "withheld"]
    assert len(letters.replay().refused) == 2  # type: ignore[attr-defined]


def test_without_the_topic_to_replay_into_nothing_happens(letters: Letters) -> None:
    letters.put(1)
    letters.cluster.admin.delete_topics([letters.target])[letters.target].result(30)
    deadline = time.monotonic() + 30
    while letters.target in letters.cluster.admin.list_topics(timeout=30).topics:
        assert time.monotonic() < deadline
    with pytest.raises(UserError, match="fraudstream deploy"):
        letters.replay()


def test_killed_during_replay_nothing_is_lost_and_nothing_doubled(letters: Letters) -> None:
    letters.put(400)
    command = [sys.executable, "-m", "fraudstream", *letters.command("replay", "--all", "--batch", "5")]
    random, kills = Random(1), 0
    while kills < 12:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "FRAUDSTREAM_WHO": "ann"})
        begun = len(letters.cluster.read(letters.target))
        deadline = time.monotonic() + 30
        while len(letters.cluster.read(letters.target)) == begun < 400 and process.poll() is None:
            assert time.monotonic() < deadline
        try:
            code = process.wait(random.random() * 0.05)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait(10)
            kills += 1
        if code == 0:
            break
    assert kills > 0
    letters.replay()
    published = Counter(m.key() for m in letters.published())
    assert published == Counter(f"T{n}".encode() for n in range(400))


def test_commands(letters: Letters, registry: RegistryStub, capsys: pytest.CaptureFixture[str]) -> None:
    letters.put(1, values=[payload(row(1, AMOUNT=float("nan")))])
    letters.put(1, "undecodable", "SchemaError", values=[payload(row(2))[:60]])
    assert run(letters.command("list", "--json")) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["count"] == 2 and listed["by_reason"] == {"not finite": 1, "undecodable": 1}
    ids = {letter["reason"]: letter["id"] for letter in listed["letters"]}
    assert run(letters.command("show", ids["undecodable"], "--json")) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["schema_id"] == SCHEMA_ID and shown["fields"] and "stopped" in shown
    assert shown["headers"] == {"traceparent": "00-abc"}
    assert run(letters.command("show", ids["not finite"])) == 0
    assert "AMOUNT = 'nan'" in capsys.readouterr().out
    assert run(letters.command("replay")) == 2
    assert run(letters.command("replay", ids["not finite"], "--why", "again")) == 0
    assert "1 replayed" in capsys.readouterr().out
    assert run(letters.command("list")) == 0
    assert "replayed" in capsys.readouterr().out
    assert run(letters.command("show", "0/999")) == 1


def test_show_masks_sensitive_fields(
    letters: Letters, registry: RegistryStub, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = json.loads(registry.schemas[SCHEMA_ID])
    for field in schema["fields"]:
        if field["name"] == "ACCOUNT_ID":
            field["sensitive"] = True
    registry.schemas[SCHEMA_ID] = json.dumps(schema)
    letters.put(1, values=[payload(row(1, ACCOUNT_ID="SECRET-ACCOUNT"))])
    (letter,) = letters.found()
    for form in ((), ("--json",)):
        assert run(letters.command("show", letter.id, *form)) == 0
        shown = capsys.readouterr().out
        assert "***" in shown and "SECRET" not in shown and b"SECRET".hex() not in shown


def test_the_help_of_each_command_has_an_example(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for group, names in (("dead-letters", ("list", "show", "replay")),
                         ("models", ("list", "publish", "promote", "rollback", "withdraw", "compare"))):
        for name in names:
            assert run([group, name, "--help"]) == 0
            assert f"Example: fraudstream {group} {name}" in " ".join(capsys.readouterr().out.split())


def positions(cluster: Cluster, topic: str) -> Counter[str]:
    return Counter(dict(message.headers())["source.position"].decode() for message in cluster.read(topic))


def test_what_is_replayed_is_scored_once_beside_the_input(
    letters: Letters, sidecars: Sidecars, registry: RegistryStub
) -> None:
    cluster = letters.cluster
    late = [(f"L{n}".encode(), payload(row(n), schema_id=99), START + n) for n in range(30)]
    cluster.produce([*records(200), *late])
    first = sidecars.start(batch_size=20)
    cluster.wait_for(230)
    assert first.terminate() == 0
    registry.schemas[99] = registry.schemas[SCHEMA_ID]
    assert letters.replay(Filter(reason="unknown schema")).replayed == 30  # type: ignore[attr-defined]
    second = sidecars.start(batch_size=20)
    second.wait_for_event("replays")
    cluster.produce(records(100, 200))
    cluster.wait_for(330)
    group = Cluster.__new__(Cluster)
    group.__dict__ |= {**cluster.__dict__, "input": letters.target, "_watcher": cluster._consumer(
        f"{cluster.group}-replayed", "read_committed")}
    group.wait_for(30)
    assert second.terminate() == 0
    flags, dead = positions(cluster, cluster.flags), positions(cluster, cluster.dead)
    again = {f"{letters.target}/{m.partition()}/{m.offset()}" for m in letters.published()}
    assert len(again) == 30 and set((flags + dead).values()) == {1} and len(flags) == 330 and len(dead) == 30
    assert {position for position in flags if position.startswith(letters.target)} == again
    assert Counter(m.key() for m in cluster.read(cluster.flags) if m.key().startswith(b"L")) == Counter(
        f"L{n}".encode() for n in range(30))
