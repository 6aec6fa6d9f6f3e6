"""What the demo ends with: the numbers, as JSON and for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fraudstream.reconcile import Books

COUNTS = ("produced", "undecodable", "rejected", "enriched", "scored", "dead_lettered", "flagged", "joined", "labelled",
          "missing", "duplicated")


@dataclass(slots=True)
class Demo:
    """seconds from the first transaction sent to the last record anywhere, of the part at full speed; latency from
    handing a transaction to Kafka to its flag being readable, of the paced part; first_flag_seconds from the start."""

    books: Books
    seconds: float
    transactions_per_second: float
    latency_ms: dict[str, float | None]
    precision: float | None
    recall: float | None
    first_flag_seconds: float | None
    report: str
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        counts = {name: getattr(self.books, name) for name in COUNTS}
        return counts | {
            "seconds": round(self.seconds, 2), "transactions_per_second": round(self.transactions_per_second, 1),
            "latency_ms": self.latency_ms, "precision": self.precision, "recall": self.recall,
            "first_flag_seconds": self.first_flag_seconds, "report": self.report, "balanced": not self.problems,
        }

    def lines(self) -> list[str]:
        """A summary for people."""
        b = self.books
        reasons = ", ".join(f"{count} {reason}" for reason, count in b.reasons.items())
        return [
            f"{b.produced:>8,} transactions = {b.undecodable} undecodable + {b.rejected} rejected + {b.enriched:,} "
            f"enriched" + (f"   ({reasons})" if reasons else ""),
            f"{b.enriched:>8,} enriched = {b.scored:,} scored + {b.dead_lettered} dead-lettered; {b.joined:,} joined "
            f"back, {b.missing} missing, {b.duplicated} doubled",
            f"{b.flagged:>8,} flagged as fraud; of {b.labelled:,} labelled so far: precision {_share(self.precision)}, "
            f"recall {_share(self.recall)}",
            f"{self.transactions_per_second:>8,.0f} transactions a second at full speed; paced, a flag takes "
            f"{self.latency_ms['p50']} ms (p99 {self.latency_ms['p99']})",
            "the books balance" if not self.problems else "THE BOOKS DO NOT BALANCE: " + "; ".join(self.problems),
            f"report: {self.report}",
        ]


def _share(value: float | None) -> str:
    return "not known yet" if value is None else f"{value:.2f}"
