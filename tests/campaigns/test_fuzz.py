"""Fuzzed bytes through decoding, screening and scoring: one output each, the same alone as in a batch, no exception."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.harness.enriched import SCHEMA_TEXT, START, payload, row
from campaigns.harness.registry_stub import RegistryStub
from campaigns.mutate import FRAME, Mutator
from campaigns.observed import DEAD, FLAG, Input, Output
from campaigns.recompute import OneMessage, Recomputation
from scoring.sidecar.batch import BatchScorer

TOPIC = "enriched"
NOW = START + 10_000_000


@pytest.fixture(scope="module")
def registry(root: Path) -> Iterator[RegistryStub]:
    stub = RegistryStub()
    for file in ("transaction_enriched.avsc", "fraud_flag.avsc", "dead_letter.avsc"):
        stub.register(file, (root / "schemas" / file).read_text())
    yield stub
    stub.close()


@pytest.fixture(scope="module")
def models(registry: RegistryStub, root: Path) -> Recomputation:
    made = Recomputation(registry.url, TOPIC)
    made.add_model(root / "tests" / "scoring" / "model_fixed.json")
    return made


@pytest.fixture(scope="module")
def scorer(models: Recomputation) -> BatchScorer:
    return models.scorer("fixed-1")


def outputs(scorer: BatchScorer, records: list[tuple[bytes | None, bytes | None]]) -> list[tuple[str, bytes]]:
    """Topic and value of each record's output."""
    messages = [OneMessage(TOPIC, Input((0, at), key, value)) for at, (key, value) in enumerate(records)]
    return [(output.topic, output.value) for output in scorer.process(messages, NOW).outputs]


good = st.integers(0, 200).map(lambda number: payload(row(number)))
damaged = st.tuples(good, st.lists(st.tuples(st.integers(FRAME, 400), st.integers(0, 255)), max_size=6)).map(
    lambda made: bytes(dict(made[1]).get(at, byte) for at, byte in enumerate(made[0])))
cut = st.tuples(good, st.integers(0, 400)).map(lambda made: made[0][:made[1]])
framed = st.binary(max_size=300).map(lambda tail: b"\0\0\0\0\1" + tail)
doubled = st.tuples(good, good).map(lambda made: made[0] + made[1])
values = st.one_of(st.none(), st.binary(max_size=64), good, damaged, cut, framed, doubled)
keys = st.one_of(st.none(), st.binary(max_size=12))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(keys, values), min_size=1, max_size=12))
def test_every_input_has_one_output_the_same_alone_as_in_a_batch(
    scorer: BatchScorer, records: list[tuple[bytes | None, bytes | None]]
) -> None:
    together = outputs(scorer, records)
    assert len(together) == len(records)
    assert {topic for topic, _ in together} <= {FLAG, DEAD}
    for position, (key, value) in enumerate(records):
        message = OneMessage(TOPIC, Input((0, position), key, value))
        alone = scorer.process([message], NOW).outputs[0]
        assert (alone.topic, alone.value) == together[position]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(
    st.sampled_from([field["name"] for field in json.loads(SCHEMA_TEXT)["fields"] if field["type"][1] == "double"]),
    st.one_of(st.none(), st.floats()), max_size=4))
def test_any_number_gives_a_flag_with_finite_values_or_a_dead_letter(
    scorer: BatchScorer, models: Recomputation, changes: dict[str, float | None]
) -> None:
    topic, value = outputs(scorer, [(b"T", payload(row(3, **changes)))])[0]
    if topic == FLAG:
        fields = models.decode(Output(FLAG, 0, 0, None, b"T", value))
        assert 0.0 <= float(str(fields["score"])) <= 1.0


def test_the_campaigns_own_mutations_become_what_they_must(scorer: BatchScorer) -> None:
    fuzzed = list(islice(Mutator(7), 3_000))
    for record, (topic, _) in zip(fuzzed, outputs(scorer, [(each.key, each.value) for each in fuzzed]), strict=True):
        assert record.due in (None, topic), record
