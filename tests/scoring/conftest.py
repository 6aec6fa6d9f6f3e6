"""Fixtures: the schemas of the topics, a registry stub, a real Kafka, a sidecar process."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from broker_choice import skip_unless_chosen

from campaigns.harness.cluster import Cluster, Sidecars
from campaigns.harness.kafka_server import KafkaServer, Unavailable
from campaigns.harness.registry_stub import RegistryStub
from campaigns.harness.rowtime_server import RowtimeServer

Broker = KafkaServer | RowtimeServer

SUBJECTS = {
    "transactions_enriched-value": "transaction_enriched.avsc",
    "fraud_flags-value": "fraud_flag.avsc",
    "fraud_dead_letters-value": "dead_letter.avsc",
}


@pytest.fixture
def registry(root: Path) -> Iterator[RegistryStub]:
    """A registry with the schemas of the sidecar's topics: ids 1, 2, 3."""
    stub = RegistryStub()
    for subject, file in SUBJECTS.items():
        stub.register(subject, (root / "schemas" / file).read_text())
    yield stub
    stub.close()


@pytest.fixture(scope="session", params=["rowtime", "apache"])
def kafka(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One broker of each kind for all tests: the same tests hold on both. SCORING_TEST_BROKERS chooses."""
    skip_unless_chosen(request.param)
    try:
        server = RowtimeServer() if request.param == "rowtime" else KafkaServer(tmp_path_factory.mktemp("kafka"))
        server.start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield server
    server.stop()


_numbers = itertools.count()


@pytest.fixture
def cluster(kafka: Broker, registry: RegistryStub) -> Cluster:
    """Topics of this test alone, their subjects in the registry."""
    made = Cluster(kafka.bootstrap, f"t{next(_numbers)}", session_timeout_ms=kafka.session_timeout_ms)
    for topic, identity in ((made.input, 1), (made.flags, 2), (made.dead, 3)):
        registry.subjects[f"{topic}-value"] = identity
    return made


@pytest.fixture
def sidecars(cluster: Cluster, registry: RegistryStub, fixed_model: Path) -> Iterator[Sidecars]:
    """Starts sidecars; kills those that still run at the end."""
    running = Sidecars(cluster, registry.url, fixed_model)
    yield running
    running.end()


@pytest.fixture
def fixed_model(root: Path) -> Path:
    return root / "tests" / "scoring" / "model_fixed.json"
