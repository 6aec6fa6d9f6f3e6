"""/healthz, /readyz and /metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from fakes import FakeMessage

from scoring.errors import ConfigError
from scoring.model.load import load_model
from scoring.sidecar.batch import BatchResult
from scoring.sidecar.http import HealthServer
from scoring.sidecar.metric_table import PREFIX, TABLE
from scoring.sidecar.metrics import Metrics


class FakeSource:
    def __init__(self) -> None:
        self.positions = {("enriched", 0): 5}

    def lag(self) -> dict[tuple[str, int], int]:
        return {}


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def url(metrics: Metrics) -> Iterator[str]:
    server = HealthServer("127.0.0.1:0", metrics)
    yield f"http://127.0.0.1:{server.port}"
    server.close()


def test_ready_only_while_partitions_are_owned_and_nothing_holds_it_up(url: str, metrics: Metrics) -> None:
    assert requests.get(f"{url}/healthz", timeout=5).text == "ok\n"
    assert requests.get(f"{url}/readyz", timeout=5).status_code == 503
    metrics.polled(FakeSource())
    assert requests.get(f"{url}/readyz", timeout=5).status_code == 200
    metrics.waiting("schema registry does not answer")
    answer = requests.get(f"{url}/readyz", timeout=5)
    assert (answer.status_code, answer.text) == (503, "schema registry does not answer\n")
    assert requests.get(f"{url}/other", timeout=5).status_code == 404


def test_metrics_are_valid_prometheus_text_with_the_names_of_the_table(
    url: str, metrics: Metrics, fixed_model: Path
) -> None:
    messages = [FakeMessage(b"k", b"v", n) for n in range(10)]
    metrics.committed(messages, BatchResult([], scored=8, flagged=1, rejected={"not finite": 2}), 0.0)
    metrics.models(load_model(fixed_model))
    metrics.lag({("enriched", 0): 7})
    with metrics.stage("score"):
        pass
    text = requests.get(f"{url}/metrics", timeout=5).text
    assert f'{PREFIX}dead_letters_total{{reason="not finite"}} 2' in text
    assert f"{PREFIX}records_total 10" in text and f"{PREFIX}scored_total 8" in text
    model = load_model(fixed_model)
    assert f'{PREFIX}model_info{{role="champion",version="{model.version}",hash="{model.hash}"}} 1' in text
    assert f'{PREFIX}lag_records{{topic="enriched",partition="0"}} 7' in text
    assert f'{PREFIX}stage_seconds_count{{stage="score"}} 1' in text
    sample = re.compile(r'^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+0-9.e]+$')
    lines = text.splitlines()
    assert all(line.startswith("# ") or sample.match(line) for line in lines)
    assert [line.split()[2] for line in lines if line.startswith("# TYPE")] == [PREFIX + name for name, *_ in TABLE]


def test_a_histogram_counts_up_to_each_bound(metrics: Metrics) -> None:
    for size in (1, 50, 5_000, 50_000):
        metrics.observe("batch_records", size)
    text = metrics.text()
    assert f'{PREFIX}batch_records_bucket{{le="100"}} 2' in text
    assert f'{PREFIX}batch_records_bucket{{le="5000"}} 3' in text
    assert f'{PREFIX}batch_records_bucket{{le="+Inf"}} 4' in text


def test_a_port_in_use_is_told(url: str, metrics: Metrics) -> None:
    with pytest.raises(ConfigError, match="cannot listen on 127.0.0.1"):
        HealthServer(url.removeprefix("http://"), metrics)
