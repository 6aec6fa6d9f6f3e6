"""The sidecar as a process on real Apache Kafka: exactly one output for every input, whatever happens."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Cluster, SidecarProcess
from enriched import START, payload, read, row
from kafka_server import KafkaServer
from registry_stub import RegistryStub

_numbers = itertools.count()


@pytest.fixture
def cluster(kafka: KafkaServer, registry: RegistryStub) -> Cluster:
    made = Cluster(kafka.bootstrap, f"t{next(_numbers)}")
    for topic, identity in ((made.input, 1), (made.flags, 2), (made.dead, 3)):
        registry.subjects[f"{topic}-value"] = identity
    return made


class Running:
    """Starts sidecars and kills what is left."""

    def __init__(self, cluster: Cluster, registry: RegistryStub, model: Path) -> None:
        self._made: list[SidecarProcess] = []
        self._arguments = (cluster, registry.url, model)

    def start(self, **settings: object) -> SidecarProcess:
        self._made.append(SidecarProcess(*self._arguments, **settings))
        return self._made[-1]

    def end(self) -> None:
        for made in self._made:
            if made.process.poll() is None:
                made.kill()


@pytest.fixture
def sidecars(cluster: Cluster, registry: RegistryStub, fixed_model: Path) -> Iterator[Running]:
    running = Running(cluster, registry, fixed_model)
    yield running
    running.end()


def positions(cluster: Cluster) -> Counter[str]:
    """How often each input position has an output."""
    outputs = [*cluster.read(cluster.flags), *cluster.read(cluster.dead)]
    return Counter(dict(message.headers())["source.position"].decode() for message in outputs)


def expected(cluster: Cluster) -> Counter[str]:
    return Counter(f"{m.topic()}/{m.partition()}/{m.offset()}" for m in cluster.read(cluster.input))


def assert_balanced(cluster: Cluster) -> None:
    assert positions(cluster) == expected(cluster)
    for topic in (cluster.flags, cluster.dead):
        assert cluster.ends(topic) == cluster.ends(topic, "read_uncommitted")


def records(count: int, begin: int = 0) -> list[tuple[bytes, bytes, int]]:
    return [(f"T{i}".encode(), payload(row(i)), START + i) for i in range(begin, begin + count)]


def test_every_record_gets_a_flag_and_sigterm_ends_cleanly(cluster: Cluster, sidecars: Running) -> None:
    cluster.produce(records(3000), headers=[("traceparent", b"00-abc")])
    sidecar = sidecars.start()
    cluster.wait_for(3000)
    assert sidecar.terminate() == 0
    flags = {message.key(): message for message in cluster.read(cluster.flags)}
    assert len(flags) == 3000
    flag = read(flags[b"T7"].value(), "fraud_flag.avsc")
    assert flag["event_time"] == START + 7 == flags[b"T7"].timestamp()[1]
    assert dict(flags[b"T7"].headers())["traceparent"] == b"00-abc"
    assert [line["event"] for line in sidecar.lines][-1] == "stop"
    assert_balanced(cluster)


def test_what_cannot_be_scored_becomes_a_dead_letter_with_its_reason(
    cluster: Cluster, sidecars: Running, registry: RegistryStub
) -> None:
    schema = json.loads(registry.schemas[1])
    schema["fields"] = [field for field in schema["fields"] if field["name"] != "AMOUNT_ZSCORE_EVER"]
    registry.register("other", json.dumps(schema))
    bad = {
        b"garbage": (b"\xff\x00garbage", "undecodable"),
        b"short": (payload(row(1))[:40], "undecodable"),
        b"unknown": (payload(row(1), schema_id=999), "unknown schema"),
        b"lacking": (payload(row(1), schema_id=4, schema=schema), "missing feature"),
        b"null": (payload(row(1, AMOUNT=None)), "missing feature"),
        b"nan": (payload(row(1, AMOUNT_TO_MEAN_EVER=float("nan"))), "not finite"),
        b"infinite": (payload(row(1, AMOUNT=float("inf"))), "not finite"),
        b"absurd": (payload(row(1, AMOUNT=-5.0)), "absurd value"),
        b"tombstone": (None, "undecodable"),
        b"": (payload(row(1)), "no transaction id"),
    }
    cluster.produce([*records(50), *((key, value, START) for key, (value, _) in bad.items()), *records(50, 50)])
    sidecars.start()
    cluster.wait_for(110)
    letters = {m.key() or b"": read(m.value(), "dead_letter.avsc") for m in cluster.read(cluster.dead)}
    assert {key: letter["reason"] for key, letter in letters.items()} == {key: r for key, (_, r) in bad.items()}
    assert all(letters[key]["value"] == value for key, (value, _) in bad.items())
    assert letters[b"nan"]["error"] == "AMOUNT_TO_MEAN_EVER is NaN or infinite"
    assert_balanced(cluster)


def test_kill_in_the_middle_and_restart_gives_one_output_for_each_input(cluster: Cluster, sidecars: Running) -> None:
    cluster.produce(records(4000))
    for round in range(1, 4):
        sidecar = sidecars.start(batch_size=50)
        cluster.wait_for(800 * round)
        sidecar.kill()
    last = sidecars.start()
    cluster.wait_for(4000)
    assert last.terminate() == 0
    assert_balanced(cluster)
    assert sum(cluster.committed().values()) == 4000
