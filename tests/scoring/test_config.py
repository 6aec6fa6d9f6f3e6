"""Settings: file, environment, explicit values; every problem at once."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from scoring.errors import ConfigError
from scoring.sidecar.config import SidecarConfig, load_config
from scoring.sidecar.kafka import admin_settings, consumer_settings, producer_settings

LOGGER = logging.getLogger("test")


def test_explicit_values_win_over_environment_over_file(tmp_path: Path) -> None:
    path = tmp_path / "sidecar.toml"
    path.write_text('[sidecar]\nmodel = "a.json"\ngroup_id = "file"\nbatch_size = 10\n'
                    '[sidecar.kafka]\n"linger.ms" = 1\n')
    environment = {"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "FRAUDSTREAM_GROUP_ID": "environment",
                   "FRAUDSTREAM_BATCH_SIZE": "20", "UNRELATED": "x"}
    config = load_config(path, environment, {"batch_size": "30", "start": None}, ["acks=all"])
    assert (config.bootstrap_servers, config.group_id, config.batch_size) == ("kafka:9092", "environment", 30)
    assert config.kafka == {"linger.ms": "1", "acks": "all"}
    assert config.transactional_id == "environment-0"


def test_every_problem_is_told_at_once() -> None:
    wrong = {"batch_size": 0, "start": "middle", "colour": "red", "schema_registry_url": "localhost", "http": "8080",
             "transaction_timeout_ms": "soon", "group_id": ""}
    with pytest.raises(ConfigError) as caught:
        load_config(None, {}, wrong, ["broken"])
    told = "\n".join(caught.value.problems)
    for part in ("-X argument 1: expected key=value", "batch_size: expected a whole number from 1",
                 "colour: unknown setting", "start: 'middle' is not one of auto, earliest, latest",
                 "model: no model file given",
                 "schema_registry_url: 'localhost' does not start", "http: expected HOST:PORT",
                 "transaction_timeout_ms: expected a whole number", "group_id: must not be empty"):
        assert part in told
    assert len(caught.value.problems) == 9


def test_a_missing_or_broken_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_config(tmp_path / "none.toml", {}, {"model": "m"})
    (tmp_path / "broken.toml").write_text("= 1")
    with pytest.raises(ConfigError, match="not TOML"):
        load_config(tmp_path / "broken.toml", {}, {"model": "m"})


def test_what_exactly_once_rests_on_cannot_be_overridden() -> None:
    config = SidecarConfig(model="m", kafka={"auto.offset.reset": "latest", "enable.auto.commit": "true",
                                             "isolation.level": "read_uncommitted", "security.protocol": "ssl",
                                             "transactional.id": "x", "compression.type": "lz4"})
    consumer, producer = consumer_settings(config, LOGGER), producer_settings(config, LOGGER)
    assert consumer["auto.offset.reset"] == "error" and consumer["isolation.level"] == "read_committed"
    assert consumer["enable.auto.commit"] is False and "compression.type" not in consumer
    assert producer["transactional.id"] == "fraud-scoring-0" and producer["compression.type"] == "lz4"
    assert "auto.offset.reset" not in producer and "isolation.level" not in producer
    assert {s["security.protocol"] for s in (consumer, producer, admin_settings(config, LOGGER))} == {"ssl"}
