"""The books as metrics: counted again and again, shown in Prometheus' text format."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fraudstream.errors import UserError
from fraudstream.reconcile.ledger import Ledger
from fraudstream.reconcile.matching import JOIN, SIDECAR, SQL
from scoring.sidecar.metric_table import Metric

PREFIX = "fraudstream_reconcile_"
KINDS = ("produced", "undecodable", "rejected", "enriched", "replayed", "scored", "dead_lettered", "flagged", "joined",
         "labelled")


# Every metric. stage: sql (produced, neither rejected nor enriched), sidecar (enriched, without output), join.
TABLE = (
    Metric("records_total", "counter", "kind", f"Records counted: {', '.join(KINDS)}"),
    Metric("missing", "gauge", "stage", "Transactions that had not arrived at a stage when looked at again"),
    Metric("oldest_missing_seconds", "gauge", "stage", "How long the one missing longest has been looked for"),
    Metric("doubled", "gauge", "stage", "Transactions that arrived more than once at a stage"),
    Metric("balanced", "gauge", "", "1 while every equation holds"),
    Metric("looks_total", "counter", "result", "Times the topics were read: ok or failed"),
    Metric("looked_at_seconds", "gauge", "", "When they were last read to their ends, seconds since 1970"),
)


class Page:
    """What is served: text() and not_ready, as the sidecar's health server takes them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock, self.not_ready, self._looks = clock, "the topics have not been read yet", {"ok": 0, "failed": 0}
        self._values: dict[str, list[tuple[str, float]]] = {}

    def look(self, ledger: Ledger) -> None:
        """Read on and take the figures; where Kafka does not answer, the old ones stay."""
        try:
            ledger.update()
        except UserError as error:
            self._looks["failed"] += 1
            self.not_ready = str(error)
            return
        self._looks["ok"] += 1
        self.not_ready = ""
        self._values = self._figures(ledger)

    def text(self) -> str:
        values: dict[str, list[tuple[str, float]]] = {
            **self._values, "looks_total": [(f'result="{name}"', n) for name, n in self._looks.items()]}
        lines: list[str] = []
        for metric in TABLE:
            lines += [f"# HELP {PREFIX}{metric.name} {metric.help}", f"# TYPE {PREFIX}{metric.name} {metric.kind}"]
            for labels, value in values.get(metric.name, []):
                lines.append(f"{PREFIX}{metric.name}{'{' + labels + '}' if labels else ''} {value:.17g}")
        return "\n".join(lines) + "\n"

    def _figures(self, ledger: Ledger) -> dict[str, list[tuple[str, float]]]:
        books, now = ledger.books(), self.clock()
        missing, doubled = _by_stage(ledger.missing()), _by_stage(ledger.doubled())
        ages = {stage: max((now - item.seen for item in items), default=0.0) for stage, items in missing.items()}
        return {
            "records_total": [(f'kind="{kind}"', getattr(books, kind)) for kind in KINDS],
            "missing": [(f'stage="{stage}"', len(items)) for stage, items in missing.items()],
            "oldest_missing_seconds": [(f'stage="{stage}"', age) for stage, age in ages.items()],
            "doubled": [(f'stage="{stage}"', len(items)) for stage, items in doubled.items()],
            "balanced": [("", float(books.balanced))],
            "looked_at_seconds": [("", time.time())],
        }


def _by_stage(items: list[Any]) -> dict[str, list[Any]]:
    return {stage: [item for item in items if item.stage == stage] for stage in (SQL, SIDECAR, JOIN)}


def serve(ledger: Ledger, address: str, every: float, stopped: Callable[[float], bool],
          on_start: Callable[[int], object] = lambda port: None) -> None:
    """Look every so many seconds and serve /metrics, /healthz and /readyz at HOST:PORT until `stopped(seconds)`, which
    waits, says so."""
    from scoring.sidecar.http import HealthServer

    page = Page()
    server = HealthServer(address, page)
    try:
        on_start(server.port)
        while True:
            page.look(ledger)
            if stopped(every):
                return
    finally:
        server.close()
        ledger.close()
