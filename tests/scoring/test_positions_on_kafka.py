"""Where the sidecar begins, and when it must not: lost, deleted or re-created positions stop it with a message."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from balance import assert_balanced, records
from confluent_kafka import Consumer, TopicPartition

from campaigns.harness.cluster import Cluster, Sidecars
from campaigns.harness.registry_stub import RegistryStub
from scoring.model import load_model, save_model
from scoring.sidecar.source import Source


class WithoutListTopics(Consumer):
    """Within a rebalance, list_topics makes confluent-kafka forget the call it is in; the next callback of the same
    poll then aborts the process ("Assertion `cs != NULL' failed")."""

    def list_topics(self, *arguments: object, **options: object) -> object:
        raise AssertionError("asked within a rebalance")


def test_an_assignment_asks_for_topics_by_a_client_of_its_own(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.produce(records(20))
    source = Source(sidecars.config(), make_consumer=WithoutListTopics)
    deadline = time.monotonic() + 60
    while not source.poll(0.2, 10):
        assert time.monotonic() < deadline
    source.close()


def test_flags_without_committed_offsets_stop_it(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.produce(records(50))
    sidecar = sidecars.start()
    cluster.wait_for(50)
    assert sidecar.terminate() == 0
    cluster.admin.delete_consumer_groups([cluster.group])[cluster.group].result(30)
    again = sidecars.start()
    assert again.wait() == 1
    assert "offsets expired" in again.events("stopped by an error")[0]["error"]
    assert_balanced(cluster)


def test_records_deleted_before_they_were_scored_stop_it(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.produce(records(50))
    sidecar = sidecars.start()
    cluster.wait_for(50)
    assert sidecar.terminate() == 0
    cluster.produce(records(50, 50))
    ends = cluster.ends(cluster.input)
    gone = [TopicPartition(cluster.input, number, end - 1) for number, end in ends.items()]
    for future in cluster.admin.delete_records(gone).values():
        future.result(30)
    again = sidecars.start()
    assert again.wait() == 1
    assert "records were deleted before they were scored" in again.events("stopped by an error")[0]["error"]


def test_the_registry_failing_holds_records_back_and_loses_none(
    cluster: Cluster, sidecars: Sidecars, registry: RegistryStub
) -> None:
    registry.failing = True
    sidecar = sidecars.start()
    sidecar.wait_for_event("waiting")
    registry.failing = False
    sidecar.wait_for_event("assigned")
    registry.failing = True
    cluster.produce(records(100))
    while not any("schema id" in line.get("reason", "") for line in sidecar.events("waiting")):
        assert sidecar.process.poll() is None
    registry.failing = False
    cluster.wait_for(100)
    assert sidecar.terminate() == 0
    assert_balanced(cluster)


def test_sigterm_ends_a_sidecar_that_waits_for_the_registry(
    cluster: Cluster, sidecars: Sidecars, registry: RegistryStub
) -> None:
    registry.failing = True
    sidecar = sidecars.start()
    sidecar.wait_for_event("waiting")
    assert sidecar.terminate() == 0


def test_a_new_model_is_taken_and_a_broken_one_is_not(
    cluster: Cluster, sidecars: Sidecars, fixed_model: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    shutil.copy(fixed_model, models / "1.json")
    cluster.produce(records(50))
    sidecar = sidecars.start(model=models, reload_seconds=1)
    cluster.wait_for(50)
    (models / "2.json").write_text("{ broken")
    assert "2.json" in sidecar.wait_for_event("model refused")["error"]
    cluster.produce(records(50, 50))
    cluster.wait_for(100)
    text = fixed_model.read_text().replace('"fixed-1"', '"fixed-2"')
    (tmp_path / "new.json").write_text(text)
    save_model(load_model(tmp_path / "new.json"), models / "3.json")
    while all(line["version"] != "fixed-2" for line in sidecar.events("model")):
        assert sidecar.process.poll() is None
    cluster.produce(records(50, 100))
    cluster.wait_for(150)
    assert sidecar.terminate() == 0
    flags = [message.value() or b"" for message in cluster.read(cluster.flags)]
    assert sum(b"fixed-1" in flag for flag in flags) == 100 and sum(b"fixed-2" in flag for flag in flags) == 50
    assert_balanced(cluster)


def test_a_topic_created_anew_stops_it(cluster: Cluster, sidecars: Sidecars) -> None:
    cluster.produce(records(20))
    sidecar = sidecars.start()
    cluster.wait_for(20)
    assert sidecar.terminate() == 0
    cluster.recreate(cluster.input)
    cluster.produce(records(200))
    again = sidecars.start()
    assert again.wait() == 1
    error = again.events("stopped by an error")[0]["error"]
    assert "was deleted and created again" in error or "has no committed offset" in error
    assert len(cluster.read(cluster.flags)) == 20
