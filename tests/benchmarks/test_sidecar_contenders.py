"""The contenders of the sidecar's benchmark do the same job: their flags say the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.sidecar import stream
from campaigns.harness.enriched import read
from scoring.model.load import read_model
from scoring.sidecar.batch import BatchScorer, Schemas
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.registry import SchemaRegistry

NOW = stream.START + 1_000
ROOT = Path(__file__).resolve().parents[2]


class OneSchema(SchemaRegistry):
    def __init__(self) -> None:
        super().__init__("http://unused")
        self._by_id[stream.SCHEMA_ID] = json.dumps(stream.schema())


class Record:
    """As a message of confluent_kafka."""

    def __init__(self, number: int, key: bytes, value: bytes) -> None:
        self._values = {"topic": "enriched", "partition": 0, "offset": number, "key": key, "value": value}

    def topic(self) -> Any:
        return self._values["topic"]

    def partition(self) -> Any:
        return self._values["partition"]

    def offset(self) -> Any:
        return self._values["offset"]

    def key(self) -> Any:
        return self._values["key"]

    def value(self) -> Any:
        return self._values["value"]

    def headers(self) -> None:
        return None


def test_the_flag_written_by_hand_says_what_the_sidecar_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "sidecar" / "programs"))
    sys.modules.pop("by_hand", None)
    from by_hand import Flagger

    model = read_model(stream.model())
    schemas = Schemas((2, (ROOT / "schemas" / "fraud_flag.avsc").read_text()),
                      (3, (ROOT / "schemas" / "dead_letter.avsc").read_text()))
    scorer = BatchScorer(SidecarConfig(model="m"), model, OneSchema(), schemas)
    records = [Record(number, key, value) for number, (key, value) in enumerate(stream.records(300))]
    by_hand = Flagger(stream.model(), model.hash, stream.schema(), 2)
    for record, output in zip(records, scorer.process(records, NOW).outputs, strict=True):
        value, event_time = by_hand.flag(record.value(), NOW)
        ours, theirs = read(output.value, "fraud_flag.avsc"), read(value, "fraud_flag.avsc")
        assert event_time == output.timestamp
        assert theirs.pop("log_odds") == pytest.approx(ours.pop("log_odds"), rel=1e-12, abs=1e-12)
        assert theirs.pop("score") == pytest.approx(ours.pop("score"), rel=1e-12)
        assert theirs == ours
