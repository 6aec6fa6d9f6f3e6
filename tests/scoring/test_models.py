"""Models in use: replaced at a boundary, refused where they do not fit, challengers in the shadow."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeMessage

from campaigns.harness.enriched import START, payload, read, row
from campaigns.harness.registry_stub import RegistryStub
from scoring.errors import ModelError
from scoring.model.load import load_model, save_model
from scoring.sidecar.batch import BatchResult, Schemas
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.metrics import Metrics
from scoring.sidecar.models import ModelSlot
from scoring.sidecar.registry import SchemaRegistry

NOW = START + 10_000_000
MESSAGES = [FakeMessage(f"T{n}".encode(), payload(row(n)), n) for n in range(50)]


class Slots:
    """Slots over a directory of models, and versions of the fixed model in it."""

    def __init__(self, directory: Path, fixed: Path, registry: RegistryStub) -> None:
        self.directory, self.base, self.stub, self.metrics = directory, load_model(fixed), registry, Metrics()
        self._stamp = 1_000
        (directory / "challengers").mkdir()

    def put(self, version: str, folder: str = ".", **changes: object) -> None:
        path = self.directory / folder / f"{version}.json"
        save_model(replace(self.base, version=version, **changes), path)  # type: ignore[arg-type]
        self._stamp += 1
        os.utime(path, (self._stamp, self._stamp))

    def slot(self) -> ModelSlot:
        registry = SchemaRegistry(self.stub.url)
        schemas = Schemas(registry.latest("fraud_flags-value"), registry.latest("fraud_dead_letters-value"))
        return ModelSlot(SidecarConfig(model=str(self.directory)), registry, schemas, self.metrics)


@pytest.fixture
def slots(tmp_path: Path, fixed_model: Path, registry: RegistryStub) -> Iterator[Slots]:
    yield Slots(tmp_path, fixed_model, registry)


def processed(slot: ModelSlot) -> BatchResult:
    slot.refresh()
    return slot.scorer.process(MESSAGES, NOW)


def versions(outputs: list) -> set[str]:
    return {read(output.value, "fraud_flag.avsc")["model_version"] for output in outputs}


def test_a_newer_file_is_taken_at_the_next_boundary_only(slots: Slots) -> None:
    slots.put("one")
    slot = slots.slot()
    slots.put("two", intercept=-3.0)
    scorer = slot.scorer
    slot.look()
    assert slot.scorer is scorer
    assert versions(processed(slot).outputs) == {"two"}
    assert slots.metrics.value("reloads_total", result="ok") == 1


def test_a_model_the_stream_cannot_feed_is_refused_and_tried_again_when_the_stream_has_changed(slots: Slots) -> None:
    slots.put("one")
    slot = slots.slot()
    first = slots.base.features[0]
    slots.put("two", features=(replace(first, column="NEW_COLUMN"), *slots.base.features[1:]))
    slot.look()
    assert versions(processed(slot).outputs) == {"one"}
    assert slots.metrics.value("reloads_total", result="refused") == 1
    schema = json.loads(slots.stub.schemas[1])
    schema["fields"].append({"name": "NEW_COLUMN", "type": ["null", "double"], "default": None})
    slots.stub.register("transactions_enriched-value", json.dumps(schema))
    slot.look()
    slot.refresh()
    assert slot.scorer.model.version == "two"


@pytest.mark.parametrize("content", [b"", b"{", b"\x80\x04\x95pickle", b"[]", b'{"format": "fraudstream-model"}'])
def test_a_broken_file_changes_nothing(slots: Slots, content: bytes) -> None:
    slots.put("one")
    slot = slots.slot()
    path = slots.directory / "zzz.json"
    path.write_bytes(content)
    os.utime(path, (9_000_000_000, 9_000_000_000))
    slot.look()
    assert versions(processed(slot).outputs) == {"one"}


def test_without_a_usable_model_nothing_starts(slots: Slots) -> None:
    slots.put("one", features=(replace(slots.base.features[0], column="NOWHERE"),))
    with pytest.raises(ModelError, match="column NOWHERE is missing"):
        slots.slot()


def test_a_registry_that_is_away_is_asked_again(slots: Slots) -> None:
    slots.put("one")
    slot = slots.slot()
    slots.put("two")
    slots.stub.failing = True
    slot.look()
    slot.refresh()
    assert slot.scorer.model.version == "one"
    slots.stub.failing = False
    slot.look()
    slot.refresh()
    assert slot.scorer.model.version == "two"


def test_challengers_score_in_the_shadow_and_change_no_flag(slots: Slots) -> None:
    slots.put("one")
    alone = processed(slots.slot())
    slots.put("eager", "challengers", intercept=20.0)
    slots.put("other", "challengers", intercept=-20.0)
    result = processed(slots.slot())
    assert result.outputs == alone.outputs and result.flagged == alone.flagged
    assert {output.topic for output in result.shadows} == {"fraud_flags_shadow"}
    assert versions(result.shadows) == {"eager", "other"} and result.shadowed == {"eager": 50, "other": 50}
    flags = {o.key: read(o.value, "fraud_flag.avsc") for o in result.outputs}
    shadows = [(o.key, read(o.value, "fraud_flag.avsc")) for o in result.shadows]
    assert all(s["features_hash"] == flags[key]["features_hash"] for key, s in shadows)
    assert all(s["event_time"] == flags[key]["event_time"] for key, s in shadows)
    assert list(result.written) == [*result.outputs, *result.shadows]


def test_a_challenger_that_lacks_a_value_leaves_out_its_own_flag_only(slots: Slots) -> None:
    slots.put("one")
    needs = next(f.column for f in slots.base.features if f.type == "number" and not f.required)
    features = tuple(replace(f, fill=None) if f.column == needs else f for f in slots.base.features)
    slots.put("strict", "challengers", features=features)
    slot = slots.slot()
    messages = [FakeMessage(b"A", payload(row(1, **{needs: None})), 0), FakeMessage(b"B", payload(row(2)), 1)]
    result = slot.scorer.process(messages, NOW)
    assert len(result.outputs) == 2 and result.scored == 2
    with_value = {b"B"} if row(2)[needs] is not None else set()
    assert {output.key for output in result.shadows} == with_value


def test_a_challenger_that_fails_costs_its_own_flags_only(slots: Slots, monkeypatch: pytest.MonkeyPatch) -> None:
    slots.put("one")
    slots.put("bad", "challengers")
    slot = slots.slot()
    monkeypatch.setattr("scoring.sidecar.shadow.facts_of", lambda *arguments: 1 / 0)
    result = processed(slot)
    assert len(result.outputs) == 50 and not result.shadows


def test_what_is_in_use_is_told(slots: Slots) -> None:
    slots.put("one")
    slots.put("other", "challengers")
    slots.slot()
    text = slots.metrics.text()
    assert 'model_info{role="champion",version="one"' in text
    assert 'model_info{role="challenger",version="other"' in text
