"""The sidecar against Apache Kafka with SASL_SSL and a registry with HTTPS and API keys."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from secured_kafka import SecuredKafka
from secured_proxy import Authority, SecuredProxy

from campaigns.harness.cluster import Cluster, Sidecars
from campaigns.harness.enriched import START, payload, row
from campaigns.harness.kafka_server import Unavailable
from campaigns.harness.registry_stub import RegistryStub
from fraudstream.kafka import KafkaError, wait_kafka

SCHEMAS = ("transaction_enriched", "fraud_flag", "dead_letter")
_numbers = itertools.count()


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[SecuredKafka]:
    try:
        server = SecuredKafka(tmp_path_factory.mktemp("kafka"), authority, "KKEY", "kafka-canary")
        server.start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield server
    server.stop()


@pytest.fixture
def cluster(kafka: SecuredKafka) -> Cluster:
    return Cluster(kafka.bootstrap, f"c{next(_numbers)}", session_timeout_ms=kafka.session_timeout_ms)


@pytest.fixture
def registry(cluster: Cluster, root: Path, authority: Authority) -> Iterator[SecuredProxy]:
    stub = RegistryStub()
    for topic, schema in zip((cluster.input, cluster.flags, cluster.dead), SCHEMAS, strict=True):
        stub.register(f"{topic}-value", (root / "schemas" / f"{schema}.avsc").read_text())
    proxy = SecuredProxy(stub.url, "RKEY", "registry-canary", authority)
    yield proxy
    proxy.close()
    stub.close()


@pytest.fixture
def credentials(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a sidecar whose secrets are files, as a pod has it."""
    for name, text in (("user", "KKEY"), ("password", "kafka-canary\n"), ("registry", "RKEY:registry-canary\n")):
        (authority.directory / name).write_text(text)
    directory = authority.directory
    for name, value in {
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SSL_CA_FILE": authority.ca,
        "KAFKA_SASL_USERNAME_FILE": directory / "user", "KAFKA_SASL_PASSWORD_FILE": directory / "password",
        "SCHEMA_REGISTRY_BASIC_AUTH_FILE": directory / "registry", "SCHEMA_REGISTRY_CA_FILE": authority.ca,
    }.items():
        monkeypatch.setenv(name, str(value))
    return directory


@pytest.fixture
def sidecars(cluster: Cluster, registry: SecuredProxy, root: Path) -> Iterator[Sidecars]:
    running = Sidecars(cluster, registry.url, root / "tests" / "scoring" / "model_fixed.json")
    yield running
    running.end()


def test_every_record_is_scored_once_and_no_secret_is_shown(
    kafka: SecuredKafka, cluster: Cluster, credentials: Path, sidecars: Sidecars,
) -> None:
    cluster.produce((f"t{n}".encode(), payload(row(n)), START + n) for n in range(500))
    sidecar = sidecars.start(bootstrap_servers=kafka.secured, http="127.0.0.1:0")
    cluster.wait_for(500)
    assert sidecar.terminate() == 0
    assert len(cluster.read(cluster.flags)) + len(cluster.read(cluster.dead)) == 500
    assert "canary" not in repr(sidecar.lines)
    assert "canary" not in " ".join(sidecar.process.args)  # type: ignore[arg-type]


def test_a_wrong_password_is_said_at_once(kafka: SecuredKafka, credentials: Path) -> None:
    (credentials / "password").write_text("wrong-canary")
    with pytest.raises(KafkaError, match="refuses the connection: .*[Aa]uthentication") as caught:
        wait_kafka(kafka.secured, 120)
    assert "canary" not in str(caught.value)


def test_an_unknown_authority_is_refused(kafka: SecuredKafka, credentials: Path,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAFKA_SSL_CA_FILE")
    with pytest.raises(KafkaError, match="refuses the connection: .*certificate verify failed"):
        wait_kafka(kafka.secured, 120)
