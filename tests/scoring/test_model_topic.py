"""Models in a topic, on both brokers: published, promoted, rolled back, refused; no record lost or held up."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from balance import assert_balanced, records
from confluent_kafka import Producer

from campaigns.harness.cluster import Cluster, Sidecars
from campaigns.harness.enriched import read
from campaigns.harness.registry_stub import RegistryStub
from fraudstream.addresses import Addresses
from fraudstream.errors import UserError
from fraudstream.models import ModelStore
from scoring.errors import NoModel
from scoring.model.load import load_model
from scoring.model.model import Model
from scoring.model.record import CHAMPION, Promotion
from scoring.sidecar.metrics import Metrics
from scoring.sidecar.models import ModelSlot, model_source
from scoring.sidecar.registry import SchemaRegistry
from scoring.sidecar.run import _schemas


class Models:
    """A topic of models of this test, and versions of the fixed model."""

    def __init__(self, cluster: Cluster, registry: RegistryStub, sidecars: Sidecars, fixed: Path) -> None:
        self.cluster, self.registry, self.sidecars, self.base = cluster, registry, sidecars, load_model(fixed)
        self.topic, self.shadow = f"{cluster.group}.models", f"{cluster.group}.shadow"
        cluster.create(self.shadow)
        self.store = ModelStore(Addresses(cluster.bootstrap, registry.url), "ann", self.topic, cluster.input)

    def model(self, version: str, **changes: object) -> Model:
        return replace(self.base, version=version, **changes)  # type: ignore[arg-type]

    def slot(self, **settings: object) -> ModelSlot:
        config = self.sidecars.config(model_topic=self.topic, **settings)
        registry = SchemaRegistry(self.registry.url)
        return ModelSlot(replace(config, model=""), registry, _schemas(config, registry), Metrics())

    def trail(self, length: int) -> list[Promotion]:
        """Every change, once there are so many: Kafka shows what was committed to readers a little later."""
        deadline = time.monotonic() + 30
        while len(found := self.store.state().trail.promotions) < length:
            assert time.monotonic() < deadline, found
        return list(found)

    def raw(self, key: str, value: bytes | None) -> None:
        producer = Producer({"bootstrap.servers": self.cluster.bootstrap})
        producer.produce(self.topic, value, key)
        assert producer.flush(30) == 0


@pytest.fixture
def models(cluster: Cluster, registry: RegistryStub, sidecars: Sidecars, fixed_model: Path) -> Iterator[Models]:
    yield Models(cluster, registry, sidecars, fixed_model)


def uses(slot: ModelSlot, champion: str, challengers: Sequence[str] = (), refused: float = 0.0) -> bool:
    """Whether these are in use, and so many records were refused, before long: the client fetches in the background."""
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline:
        slot.look()
        slot.refresh()
        found = slot.scorer.model.version, [model.version for model in slot.scorer.challengers]
        if found == (champion, list(challengers)) and slot._metrics.value("reloads_total", result="refused") >= refused:
            return True
        time.sleep(0.02)
    return False


def test_publish_promote_challenge_and_roll_back_are_recorded_and_followed(models: Models) -> None:
    store = models.store
    for version in ("a", "b", "c"):
        store.publish(models.model(version, intercept=-float(len(version) + ord(version))), f"made {version}")
    with pytest.raises(NoModel, match="names no champion yet"):
        models.slot()
    store.promote("a", "the first")
    models.trail(4)
    slot = models.slot()
    assert uses(slot, "a")
    store.challenge("b")
    store.challenge("c")
    assert uses(slot, "a", ["b", "c"])
    store.promote("b", "lower cost")
    assert uses(slot, "b", ["c"])
    store.withdraw("c", "worse")
    assert uses(slot, "b")
    assert store.rollback("too many alerts").replaces == "b"
    assert uses(slot, "a") and uses(models.slot(), "a")
    trail = models.trail(9)
    assert [(p.action, p.version, p.why) for p in trail] == [
        ("publish", "a", "made a"), ("publish", "b", "made b"), ("publish", "c", "made c"),
        ("promote", "a", "the first"), ("challenge", "b", ""), ("challenge", "c", ""),
        ("promote", "b", "lower cost"), ("withdraw", "c", "worse"),
        ("rollback", "a", "too many alerts")]
    assert {p.who for p in trail} == {"ann"}
    with pytest.raises(UserError, match="no champion before this one"):
        store.rollback()


def test_what_cannot_be_is_refused_and_changes_nothing(models: Models) -> None:
    store = models.store
    store.publish(models.model("a"))
    store.publish(models.model("a"))
    store.promote("a")
    models.trail(2)
    before = store.state()
    nowhere = (replace(models.base.features[0], column="NOWHERE"), *models.base.features[1:])
    for attempt, told in (
        (lambda: store.publish(models.model("a", intercept=9.0)), "published with another content"),
        (lambda: store.publish(models.model("x", features=nowhere)), "column NOWHERE is missing"),
        (lambda: store.promote("a"), "is the champion already"),
        (lambda: store.promote("nobody"), "published are: a"),
        (lambda: store.withdraw("a"), "is no challenger"),
    ):
        with pytest.raises(UserError, match=told):
            attempt()
    assert store.state() == before


def test_whatever_lies_in_the_topic_the_old_model_stays(models: Models) -> None:
    models.store.publish(models.model("a"))
    models.store.promote("a")
    models.trail(2)
    slot = models.slot()
    junks = (b"\x80\x04\x95\x10pickle", b"{}", b"", b"[1,2]", b'{"format": "fraudstream-model-record"}')
    for refused, junk in enumerate(junks, 1):
        models.raw(CHAMPION, junk)
        assert uses(slot, "a", refused=refused)
    models.raw("role:challenger:junk", b"junk")
    assert uses(slot, "a", refused=len(junks) + 1)
    with pytest.raises(Exception, match="role:champion"):
        models.slot()
    models.store.publish(models.model("b"))
    models.store.promote("b")
    assert uses(slot, "b")


def test_an_instance_that_starts_falls_back_on_the_champion_before(models: Models) -> None:
    for version in ("a", "b"):
        models.store.publish(models.model(version))
        models.store.promote(version)
    models.trail(4)
    models.raw(CHAMPION, b"damaged")
    assert models.slot().scorer.model.version == "a"


def test_a_change_that_did_not_commit_is_not_seen(models: Models) -> None:
    models.store.publish(models.model("a"))
    models.store.promote("a")
    models.trail(2)
    open_one = Producer({"bootstrap.servers": models.cluster.bootstrap, "transactional.id": "intruder"})
    open_one.init_transactions(30)
    open_one.begin_transaction()
    open_one.produce(models.topic, b"junk", CHAMPION)
    open_one.flush(30)
    open_one.abort_transaction(30)
    assert uses(models.slot(), "a")


def test_models_change_under_load_and_no_record_is_lost_or_scored_by_two(models: Models) -> None:
    cluster, store = models.cluster, models.store
    for version in ("a", "b", "shadow"):
        store.publish(models.model(version))
    store.promote("a")
    store.challenge("shadow")
    sidecar = models.sidecars.start(model="", model_topic=models.topic, shadow_topic=models.shadow, reload_seconds=1,
                                    batch_size=50)
    count = 0
    for change in (lambda: store.promote("b"), store.rollback, lambda: store.promote("b")):
        cluster.produce(records(1500, count))
        count += 1500
        change()
        cluster.wait_for(count)
    assert sidecar.terminate() == 0
    assert_balanced(cluster)
    flags = cluster.read(cluster.flags)
    in_order: dict[str, dict[int, str]] = defaultdict(dict)
    for message in flags:
        topic, partition, offset = dict(message.headers())["source.position"].decode().split("/")
        in_order[partition][int(offset)] = read(message.value(), "fraud_flag.avsc")["model_version"]
    for versions in in_order.values():
        scored = [versions[offset] for offset in sorted(versions)]
        assert sum(x != y for x, y in zip(scored, scored[1:], strict=False)) <= 3
    shadows = cluster.read(models.shadow)
    assert {read(m.value(), "fraud_flag.avsc")["model_version"] for m in shadows} == {"shadow"}
    assert sorted(m.key() for m in shadows) == sorted(m.key() for m in flags)


def test_no_model_yet_means_waiting_not_failing(models: Models) -> None:
    sidecar = models.sidecars.start(model="", model_topic=models.topic, reload_seconds=1)
    assert "names no champion yet" in sidecar.wait_for_event("waiting")["reason"]
    models.store.publish(models.model("a"))
    models.store.promote("a")
    sidecar.wait_for_event("assigned")
    assert sidecar.events("model")[0]["version"] == "a"
    assert sidecar.terminate() == 0


def test_the_file_is_used_until_the_topic_names_a_champion(models: Models, fixed_model: Path) -> None:
    config = models.sidecars.config(model_topic=models.topic)
    source = model_source(config)
    assert [found.origin for found in source.look().champions] == [str(fixed_model)]
    models.store.publish(models.model("a"))
    models.store.promote("a")
    deadline = time.monotonic() + 20.0
    while CHAMPION not in source.look().champions[0].origin:
        assert time.monotonic() < deadline
    source.close()
