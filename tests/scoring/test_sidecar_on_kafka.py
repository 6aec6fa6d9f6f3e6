"""The sidecar as a process on real Apache Kafka: exactly one output for every input, whatever happens."""

from __future__ import annotations

import json

from balance import assert_balanced, records

from campaigns.harness.cluster import Cluster, Sidecars
from campaigns.harness.enriched import START, payload, read, row
from campaigns.harness.registry_stub import RegistryStub


def test_every_record_gets_a_flag_and_sigterm_ends_cleanly(cluster: Cluster, sidecars: Sidecars) -> None:
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
    cluster: Cluster, sidecars: Sidecars, registry: RegistryStub
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


def test_kill_in_the_middle_and_restart_gives_one_output_for_each_input(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.produce(records(4000))
    for round in range(1, 4):
        sidecar = sidecars.start(batch_size=20)
        cluster.wait_for(600 * round)
        sidecar.kill()
    last = sidecars.start()
    cluster.wait_for(4000)
    assert last.terminate() == 0
    assert_balanced(cluster)
    assert sum(cluster.committed().values()) == 4000
