"""Who competes: the command that starts each."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.sidecar import stream
from benchmarks.sidecar.broker import Bench, Topics
from benchmarks.sidecar.contender import Command, sidecar_command
from benchmarks.sidecar.environment import python
from scoring.model.load import load_model

PROGRAMS = Path(__file__).parent / "programs"
COMMIT_EVERY = 10_000


def sidecar(bench: Bench, topics: Topics) -> list[str]:
    """The sidecar with its own defaults."""
    return sidecar_command(bench, topics)


def quixstreams(bench: Bench, topics: Topics) -> list[str]:
    """quixstreams, exactly once, a checkpoint every 10,000 records, the size of the sidecar's batches."""
    return [python(), str(PROGRAMS / "quix.py"), _settings(bench, topics)]


def sklearn_loop(bench: Bench, topics: Topics) -> list[str]:
    """confluent-kafka and predict_proba for each record, at least once, a commit a second."""
    return [python(), str(PROGRAMS / "plain.py"), _settings(bench, topics)]


def minimal(bench: Bench, topics: Topics) -> list[str]:
    """The least exactly-once loop, one transaction at a time: the peer for latency."""
    return [python(), str(PROGRAMS / "minimal.py"), _settings(bench, topics)]


CONTENDERS: dict[str, Command] = {"sidecar": sidecar, "quixstreams": quixstreams, "sklearn_loop": sklearn_loop}


def _settings(bench: Bench, topics: Topics) -> str:
    path = bench.folder / f"{topics.group}.json"
    path.write_text(json.dumps({
        "bootstrap": bench.bootstrap, "group": topics.group, "input": topics.input, "flags": topics.flags,
        "commit_every": COMMIT_EVERY, "model": stream.model(), "model_hash": load_model(bench.model).hash,
        "schema": stream.schema(), "flag_schema_id": 2,
    }))
    return str(path)
