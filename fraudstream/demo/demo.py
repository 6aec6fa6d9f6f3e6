"""The demo, in order: stack, deployment, sidecar, replay at full speed, a paced part, the books, the report."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from fraudstream.addresses import Addresses
from fraudstream.assets import asset
from fraudstream.demo.alerts import Alerts
from fraudstream.demo.latency import LatencyProbe
from fraudstream.demo.result import Demo
from fraudstream.demo.settle import settle
from fraudstream.ksqldb import Client
from fraudstream.reconcile import FLAGS, Books
from fraudstream.replay import Sent, replay
from fraudstream.replay.rows import Transaction
from fraudstream.system import System
from fraudstream.watch import Flag

SETTLE_SECONDS = 600.0
Say = Callable[[str], None]


def run(out: Path, *, source: Path | None = None, mapping: str = "simulator", paced: int = 600, pace: str = "60/s",
        limit: int | None = None, retrain: bool = False, partitions: int | None = None,
        say: Say = lambda text: None, show: Callable[[Flag], object] = lambda flag: None) -> Demo:
    """Run it all with everything stored under `out` (emptied first) and give the numbers.

    The last `paced` of the transactions go at `pace`, for the latency. retrain fits the model to data/history first.
    """
    began = time.monotonic()
    _empty(out)
    model = _retrained(out, say) if retrain else asset("config/model.json")
    with System(out, partitions=partitions, model=model, say=say) as system:
        return _Run(system, out, began, say, show).go(source or asset("data/demo"), mapping, limit, paced, pace)


def _empty(out: Path) -> None:
    """Only what an earlier demo left is removed."""
    for name in ("rowtime", "logs"):
        shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)


def _retrained(out: Path, say: Say) -> Path:
    from fraudstream.train import train

    done = train(asset("data/history"), out=out / "model.json")
    say(f"trained    {done.version} on {done.labelled} labelled transactions in {done.seconds} s")
    return out / "model.json"


class _Run:
    def __init__(self, system: System, out: Path, began: float, say: Say, show: Callable[[Flag], object]):
        self.system, self.out, self.began, self.say = system, out, began, say
        self.addresses: Addresses = system.addresses
        self.alerts = Alerts(self.addresses, show)

    def go(self, source: Path, mapping: str, limit: int | None, paced: int, pace: str) -> Demo:
        rows = _rows(source, mapping, limit)
        fast = max(0, rows - paced)
        self.alerts.start()
        try:
            seconds = self._fast(source, mapping, fast)
            latency = self._paced(source, mapping, fast, rows - fast, pace)
            books, _ = settle(self.addresses, SETTLE_SECONDS, failure=self.system.failure)
        finally:
            self.alerts.stop()
        precision, recall = confusion(self.addresses)
        first = self.alerts.first_at - self.began if self.alerts.count else None
        problems = books.problems() + ([failed] if (failed := self.system.failure()) else [])
        return Demo(books, seconds, fast / seconds if seconds else 0.0, latency, precision, recall,
                    None if first is None else round(first, 2), self._report(books), problems)

    def _fast(self, source: Path, mapping: str, count: int) -> float:
        """Send at full speed; the seconds until the last record arrived anywhere."""
        started = time.monotonic()
        sent = replay(source, self.addresses, mapping=mapping, limit=count, labels="elapsed")
        self.say(f"replayed   {sent}")
        _, moved_at = settle(self.addresses, SETTLE_SECONDS, failure=self.system.failure)
        return moved_at - started

    def _paced(self, source: Path, mapping: str, skip: int, count: int, pace: str) -> dict[str, float | None]:
        probe = LatencyProbe(self.addresses, FLAGS).start()
        try:
            sent = replay(source, self.addresses, mapping=mapping, skip=skip, limit=count, rate=pace,
                          on_sent=lambda row: _note(probe, row))
            probe.wait(5.0)
        finally:
            probe.stop()
        self.say(f"paced      {_paced_line(sent)}")
        return probe.milliseconds()

    def _report(self, books: Books) -> str:
        from fraudstream.report import report

        path = self.out / "report.html"
        report(self.addresses, path, books=books.to_json())
        return str(path)


def _note(probe: LatencyProbe, row: Transaction) -> None:
    if not isinstance(row.value, bytes):
        probe.sent(row.value["transaction_id"])


def _paced_line(sent: Sent) -> str:
    return f"{sent.transactions} transactions at {sent.per_second:.0f}/s, {sent.labels} labels following"


def _rows(source: Path, mapping: str, limit: int | None) -> int:
    from fraudstream.replay.mapping import load
    from fraudstream.replay.source import open_source

    rows = open_source(source, load(mapping).columns()).rows
    return min(rows, limit) if rows is not None and limit is not None else rows or limit or 0


def confusion(addresses: Addresses) -> tuple[float | None, float | None]:
    """Precision and recall over all models, as the report table has them; None where there is nothing to divide by."""
    with Client(addresses.ksqldb) as client:
        rows = client.pull("SELECT TP, FP, FN FROM REPORT_CONFUSION;").rows
    tp, fp, fn = (sum(row[i] for row in rows) for i in range(3))
    return (round(tp / (tp + fp), 4) if tp + fp else None), (round(tp / (tp + fn), 4) if tp + fn else None)
