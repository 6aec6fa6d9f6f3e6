"""Operating a whole stack: a challenger compared and promoted, a dead letter replayed, the books as metrics."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fraudstream.addresses import Addresses
from fraudstream.cli import run
from fraudstream.kafka import producer
from fraudstream.reconcile import ENRICHED, FLAGS, Ledger
from fraudstream.reconcile.serve import PREFIX, Page
from fraudstream.replay import replay
from fraudstream.topics import Topics
from fraudstream.writer_schemas import WriterSchemas
from scoring.model.load import load_model, save_model
from tests.e2e.conftest import Sample, Sidecar
from tests.e2e.test_pipeline import balanced
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.stack


@pytest.fixture
def command(deployed: Addresses, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs a command of the command line on the stack; what it prints as JSON."""

    def call(*arguments: str) -> Any:
        code = run([*arguments, "--kafka", deployed.kafka, "--registry", deployed.registry])
        captured = capsys.readouterr()
        assert code == 0, captured.err + captured.out
        return json.loads(captured.out) if "--json" in arguments else captured.out

    return call


def versions(addresses: Addresses, mine: Callable[[bytes | None], bool]) -> set[str]:
    reader, schemas = Topics(addresses, 60.0), WriterSchemas(addresses.registry, plain=True)
    try:
        return {(schemas.decode(value) or {})["model_version"] for key, value in reader.read(FLAGS) if mine(key)}
    finally:
        reader.close()


def test_a_challenger_is_compared_and_promoted(
    deployed: Addresses, sidecar: Sidecar, sample: Callable[[int], Sample], command: Callable[..., Any], root: Path,
    tmp_path: Path,
) -> None:
    shipped = load_model(root / "config" / "model.json")
    other = replace(shipped, version=f"other-{uuid.uuid4().hex[:8]}", intercept=shipped.intercept - 1.0)
    save_model(other, tmp_path / "other.json")
    command("models", "publish", str(root / "config" / "model.json"), "--as", "champion")
    command("models", "publish", str(tmp_path / "other.json"), "--as", "challenger", "--why", "lower intercept")
    eventually(lambda: f'"challengers": ["{other.version}"]' in sidecar.log.read_text() or None, timeout=60)
    first = sample(1500)
    replay(first.path, deployed)
    books = balanced(first, deployed)
    found = command("models", "compare", "--json")
    models = {model["role"]: model for model in found["models"]}
    assert models["champion"]["version"] == shipped.version and models["challenger"]["version"] == other.version
    assert models["champion"]["n"] == models["challenger"]["n"] == found["transactions"] > 0
    assert models["challenger"]["alerts"] < models["champion"]["alerts"] <= books.flagged
    assert abs(models["challenger"]["average_precision"] - models["champion"]["average_precision"]) < 1e-9
    command("models", "promote", other.version, "--why", "for the test")
    eventually(lambda: f'"version": "{other.version}"' in sidecar.log.read_text() or None, timeout=60)
    second = sample(300)
    replay(second.path, deployed)
    balanced(second, deployed)
    assert versions(deployed, first.mine) == {shipped.version} and versions(deployed, second.mine) == {other.version}
    command("models", "rollback", "--why", "enough")
    trail = command("models", "list", "--json")["trail"]
    assert [step["action"] for step in trail[-3:]] == ["challenge", "promote", "rollback"]
    eventually(lambda: sidecar.log.read_text().rfind(f'"version": "{shipped.version}"')
               > sidecar.log.read_text().rfind(f'"version": "{other.version}"') or None, timeout=60)


def test_a_dead_letter_is_found_and_replayed(
    deployed: Addresses, sidecar: Sidecar, command: Callable[..., Any]
) -> None:
    key = f"dead-{uuid.uuid4().hex[:8]}"
    client = producer(deployed.kafka)
    client.produce(ENRICHED, b"\x00\x00\x00\x00\x01broken", key, timestamp=1_780_000_000_000)
    assert client.flush(30) == 0

    def letters() -> list[dict[str, Any]]:
        return [each for each in command("dead-letters", "list", "--limit", "0", "--json")["letters"]
                if each["key"] == key]

    (letter,) = eventually(lambda: letters() or None, timeout=60)
    assert command("dead-letters", "show", letter["id"], "--json")["source"].startswith(ENRICHED)
    assert command("dead-letters", "replay", letter["id"], "--json")["replayed"] == 1
    assert command("dead-letters", "replay", letter["id"], "--json")["before"] == 1
    again = eventually(lambda: (found := letters())[1:] and found or None, timeout=60)
    assert [each["replayed"] for each in sorted(again, key=lambda each: each["failed_at"])] == [True, False]
    assert {each["source"].split("/")[0] for each in again} == {ENRICHED, f"{ENRICHED}_replayed"}


def test_the_books_are_served_as_metrics(
    deployed: Addresses, sidecar: Sidecar, sample: Callable[[int], Sample]
) -> None:
    mine = sample(300)
    replay(mine.path, deployed)
    balanced(mine, deployed)
    page, ledger = Page(), Ledger.of(deployed, only=mine.mine)
    for _ in range(2):
        page.look(ledger)
    ledger.close()
    text = page.text()
    assert f"{PREFIX}balanced 1" in text and f'{PREFIX}records_total{{kind="produced"}} {mine.rows}' in text
