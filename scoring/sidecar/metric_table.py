"""Every metric of the sidecar, in one table.

`python -m scoring.sidecar.metric_table` prints it as docs/operations.md holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Metric(NamedTuple):
    """name without prefix; kind: counter, gauge or histogram; labels with commas; help; bounds of a histogram."""

    name: str
    kind: str
    labels: str
    help: str
    bounds: tuple[float, ...] = ()


PREFIX = "fraudstream_sidecar_"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
LATENCY = (0.005, 0.01, 0.015, 0.025, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
RECORDS = (1, 10, 100, 500, 1_000, 2_000, 5_000, 10_000)
SCORES = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99)

TABLE = (
    # What went through. All of these count only what is committed.
    Metric("records_total", "counter", "", "Input records whose transaction was committed"),
    Metric("scored_total", "counter", "", "Records that got a flag"),
    Metric("flagged_total", "counter", "", "Flags whose decision is fraud"),
    Metric("dead_letters_total", "counter", "reason", "Records written to the dead-letter topic"),
    Metric("shadow_flags_total", "counter", "version", "Flags that challengers wrote to the shadow topic"),
    Metric("scores", "histogram", "", "Calibrated probabilities of the champion", SCORES),
    # How fast.
    Metric("latency_seconds", "histogram", "",
           "From a record's INGESTED_AT to the commit of its flag; at most 500 of a batch", LATENCY),
    Metric("stage_seconds", "histogram", "stage",
           "Time of a batch in each stage: consume, decode, screen, score, encode, shadow, produce, commit", SECONDS),
    Metric("batch_records", "histogram", "", "Records in a batch", RECORDS),
    Metric("lag_records", "gauge", "topic,partition", "Records between the position and the end of an owned partition"),
    # Whether it is well.
    Metric("ready", "gauge", "", "1 while partitions are owned and nothing holds them up"),
    Metric("owned_partitions", "gauge", "", "Partitions this instance owns"),
    Metric("batches_total", "counter", "", "Transactions committed"),
    Metric("aborts_total", "counter", "", "Transactions aborted or of unknown outcome; their batch is done again"),
    Metric("start_time_seconds", "gauge", "", "Start of the process, seconds since 1970"),
    # The models.
    Metric("model_info", "gauge", "role,version,hash", "1 for the champion and for each challenger in use"),
    Metric("reloads_total", "counter", "result", "Models taken (ok) or refused (refused)"),
    # Drift against the distribution the champion's file carries, over the last sampled rows (at most 20,480).
    Metric("drift_rows", "gauge", "", "Sampled rows the drift figures are of; none are given below 1,000"),
    Metric("drift_score_psi", "gauge", "", "Population stability index of the scores: 0.1 is a shift, 0.25 a big one"),
    Metric("drift_feature_psi", "gauge", "feature", "Population stability index of a feature"),
)
BOUNDS = {metric.name: metric.bounds for metric in TABLE if metric.bounds}


def markdown(table: Sequence[Metric] = TABLE, prefix: str = PREFIX) -> str:
    """A table of metrics for people."""
    rows = [f"| `{prefix}{m.name}` | {m.kind} | {m.labels.replace(',', ', ')} | {m.help} |" for m in table]
    return "\n".join(["| metric | kind | labels | what |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    print(markdown())
