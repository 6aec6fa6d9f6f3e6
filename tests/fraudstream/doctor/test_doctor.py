"""The doctor on an embedded stack: what is well passes, what was broken is found, with what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from fraudstream.addresses import Addresses
from fraudstream.cli import run
from fraudstream.deploy import deploy
from fraudstream.kafka import admin, producer
from fraudstream.ksqldb import Client
from fraudstream.registry import SchemaRegistry
from tests.e2e.stacks import embedded


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    with embedded(tmp_path_factory.mktemp("rowtime")) as addresses:
        yield addresses


@pytest.fixture
def visit(stack: Addresses, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the doctor; its exit code and its findings by check."""
    for name, value in stack.environment().items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
        code = run(["doctor", "--json", *arguments])
        report = json.loads(capsys.readouterr().out)
        assert report["ok"] == (code == 0)
        return code, {finding["check"]: finding for finding in report["findings"]}

    return call


def test_before_deployment(visit: Any) -> None:
    code, found = visit()
    assert code == 1
    assert found["topic transactions"]["advice"] == "run `fraudstream deploy`"
    assert found["schema transactions-value"]["outcome"] == found["queries"]["outcome"] == "fail"
    assert "27 of 27 are not there" in found["streams and tables"]["detail"]
    assert found["group fraud-scoring"]["outcome"] == "skip"


def test_after_deployment_all_is_well(stack: Addresses, visit: Any) -> None:
    assert deploy(stack).ok
    code, found = visit()
    assert code == 0
    assert {check for check, finding in found.items() if finding["outcome"] == "warn"} == {"group fraud-scoring"}
    assert found["queries"]["detail"] == "all 20 run"
    assert found["lag of fraud-scoring"]["detail"] == "0 records in 4 partitions"
    assert found["clock of ksqldb"]["outcome"] == "pass"


def test_other_partitions_are_found(visit: Any) -> None:
    code, found = visit("--partitions", "12")
    assert code == 1
    assert "has 4 partitions, not 12" in found["topic fraud_flags"]["detail"]


def test_a_short_retention_is_found_with_the_command_that_mends_it(stack: Addresses, visit: Any) -> None:
    change = ConfigEntry("retention.ms", "60000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, "fraud_labels", incremental_configs=[change])
    client = admin(stack.kafka)
    client.incremental_alter_configs([resource])[resource].result(10)
    code, found = visit()
    assert code == 1
    assert found["topic fraud_labels"]["detail"] == "retention.ms is 60000, not -1"
    assert "--entity-name fraud_labels --add-config retention.ms=-1" in found["topic fraud_labels"]["advice"]


def test_records_that_nobody_scores_are_found(stack: Addresses, visit: Any) -> None:
    sender = producer(stack.kafka)
    for number in range(50):
        sender.produce("transactions_enriched", b"x", str(number).encode())
    assert sender.flush(10) == 0
    code, found = visit("--max-lag", "49")
    assert code == 1
    assert found["group fraud-scoring"]["detail"] == "no sidecar runs, 50 records wait"
    assert "start more sidecars, up to 4" in found["lag of fraud-scoring"]["advice"]


def test_a_query_that_is_gone_is_found(stack: Addresses, visit: Any) -> None:
    with Client(stack.ksqldb) as client:
        gone = next(query["id"] for query in client.show("queries") if "FRAUD_ALERTS" in query["sinks"])
        client.execute(f"TERMINATE {gone};")
    code, found = visit()
    assert code == 1
    assert "1 of 20 are not there, such as the one that writes FRAUD_ALERTS" in found["queries"]["detail"]


def test_a_schema_that_someone_else_registered_is_found(stack: Addresses, visit: Any) -> None:
    registry = SchemaRegistry(stack.registry)
    registry.delete("fraud_flags-value")
    registry.register("fraud_flags-value", {"type": "record", "name": "other", "fields": []})
    code, found = visit()
    assert code == 1
    assert found["schema fraud_flags-value"]["detail"] == "version 1 is not fraud_flag.avsc"


def test_a_model_that_does_not_load_is_found(visit: Any, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("{}")
    code, found = visit("--model", str(tmp_path / "model.json"))
    assert code == 1
    assert found[f"model {tmp_path / 'model.json'}"]["outcome"] == "fail"


def test_secrets_that_are_not_there_are_found_first(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSQLDB_BASIC_AUTH_FILE", "/nowhere")
    code, found = visit()
    assert (code, list(found)) == (1, ["credentials"])


def test_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    nobody = ("--kafka", "127.0.0.1:9", "--registry", "http://127.0.0.1:9", "--ksqldb", "http://127.0.0.1:9")
    assert run(["doctor", "--timeout", "0.5", *nobody]) == 1
    said = capsys.readouterr().out
    assert said.count("fail  ") == 3
    assert "1 pass, 3 fail, 1 skip" in said
