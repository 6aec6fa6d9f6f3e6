"""The broker is killed under the sidecar and comes back: the sidecar waits, and nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from balance import assert_balanced, records
from broker_choice import skip_unless_chosen

from campaigns.harness.cluster import Cluster, Sidecars
from campaigns.harness.kafka_server import KafkaServer, Unavailable
from campaigns.harness.registry_stub import RegistryStub
from campaigns.harness.rowtime_server import RowtimeServer


@pytest.fixture(params=["rowtime", "apache"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RowtimeServer | KafkaServer]:
    """A broker of this test alone, that keeps its data."""
    skip_unless_chosen(request.param)
    try:
        made = RowtimeServer(tmp_path / "data") if request.param == "rowtime" else KafkaServer(tmp_path / "kafka")
        made.start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield made
    made.stop()


def test_a_killed_broker_loses_and_doubles_nothing(
    broker: RowtimeServer | KafkaServer, registry: RegistryStub, fixed_model: Path
) -> None:
    cluster = Cluster(broker.bootstrap, "restart", session_timeout_ms=broker.session_timeout_ms)
    for topic, identity in ((cluster.input, 1), (cluster.flags, 2), (cluster.dead, 3)):
        registry.subjects[f"{topic}-value"] = identity
    cluster.produce(records(1500))
    sidecars = Sidecars(cluster, registry.url, fixed_model)
    sidecar = sidecars.start(batch_size=25)
    try:
        cluster.wait_for(300)
        broker.kill()
        broker.start()
        cluster.wait_for(1500, 90)
        assert sidecar.terminate() == 0
        assert_balanced(cluster)
    finally:
        sidecars.end()
