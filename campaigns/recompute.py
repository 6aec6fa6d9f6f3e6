"""What each input must give: scored again, alone, with the model its flag names."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import fastavro

from campaigns.harness.cluster import ROOT
from campaigns.observed import DEAD, FLAG, Expected, Input, Output
from scoring.model import load_model
from scoring.sidecar.batch import BatchScorer, Schemas
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.registry import SchemaRegistry

FILES = {FLAG: "fraud_flag.avsc", DEAD: "dead_letter.avsc"}
SHORT_KEY = 100
"""Longer keys may be cut in dead letters; of others only it matters whether they are empty."""
SHORT_VALUE = 100_000
"""Longer values may be cut, by a limit that depends on the record's key and headers: each is computed anew."""

SHORT_HEADERS = 40_000
"""Longer headers are left out of dead letters, which then say how long they were: each is computed anew."""


class OneMessage:
    """An input as the sidecar's scorer takes it."""

    def __init__(self, topic: str, given: Input) -> None:
        self._topic, self._input = topic, given

    def error(self) -> None:
        return None

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return self._input.position[0]

    def offset(self) -> int:
        return self._input.position[1]

    def key(self) -> bytes | None:
        return self._input.key

    def value(self) -> bytes | None:
        return self._input.value

    def headers(self) -> list[tuple[str, Any]]:
        return list(self._input.headers)

    def timestamp(self) -> tuple[int, int]:
        return 1, self._input.timestamp


class Recomputation:
    """Decodes outputs and scores inputs; what a value gave is kept, since values come again."""

    def __init__(self, registry_url: str, topic: str) -> None:
        self._registry = SchemaRegistry(registry_url)
        self._topic = topic
        self._schemas = {kind: _plain_schema(file) for kind, file in FILES.items()}
        self._scorers: dict[str, BatchScorer] = {}
        self._known: dict[tuple[object, ...], Expected] = {}

    def add_model(self, path: Path) -> None:
        """From now on flags of this model are known."""
        config = SidecarConfig(model=str(path), input_topic=self._topic, flag_topic=FLAG, dead_letter_topic=DEAD)
        texts = {kind: (ROOT / "schemas" / file).read_text() for kind, file in FILES.items()}
        model = load_model(path)
        self._scorers[model.version] = BatchScorer(config, model, self._registry,
                                                   Schemas((2, texts[FLAG]), (3, texts[DEAD])),
                                                   (ROOT / "schemas" / "transaction_enriched.avsc").read_text())

    def scorer(self, version: str) -> BatchScorer:
        """The scorer of a model added before."""
        return self._scorers[version]

    def decode(self, output: Output) -> dict[str, object]:
        """An output's fields."""
        return dict(fastavro.schemaless_reader(io.BytesIO(output.value[5:]), self._schemas[output.kind], None))  # type: ignore

    def expect(self, given: Input, fields: dict[str, object]) -> Expected:
        """What this input must give, by the model that its output names."""
        version = str(fields.get("model_version", ""))
        scorer_name = version if version in self._scorers else next(iter(self._scorers))
        short = len(given.key or b"") <= SHORT_KEY
        headers = sum(len(name) + len(value or b"") for name, value in given.headers)
        alone = given.position if len(given.value or b"") > SHORT_VALUE or headers > SHORT_HEADERS else None
        key = (scorer_name, bool(given.key) if short else given.key, given.value, alone)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._score(scorer_name, given)
        if found.kind == FLAG:
            return found
        key_shown = {"key": given.key} if short else {}
        place = {**key_shown, "topic": self._topic, "partition": given.position[0], "offset": given.position[1],
                 "timestamp": max(given.timestamp, 0)}
        return replace(found, fields={**found.fields, **place})

    def _score(self, name: str, given: Input) -> Expected:
        output = self._scorers[name].process([OneMessage(self._topic, given)], time.time_ns() // 1_000_000).outputs[0]
        read = Output(output.topic, 0, 0, None, output.key, output.value)
        flag = output.topic == FLAG
        return Expected(output.topic, self.decode(read), output.timestamp if flag else None)


def _plain_schema(file: str) -> Any:
    """The schema without logical types: times as milliseconds."""
    schema = json.loads((ROOT / "schemas" / file).read_text())
    for field in schema["fields"]:
        if isinstance(field["type"], dict) and "logicalType" in field["type"]:
            field["type"] = field["type"]["type"]
    return fastavro.parse_schema(schema)
