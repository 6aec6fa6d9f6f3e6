"""The comparison from file to figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fraudstream.errors import UserError
from fraudstream.parity import offline, online
from fraudstream.parity.compare import as_table, differences
from fraudstream.replay.mapping import load
from fraudstream.replay.source import open_source
from fraudstream.train.stage import ENRICHED, Scripts


@dataclass(frozen=True)
class Parity:
    """values: rows times columns compared. mismatches: by column, only columns that have some."""

    transactions: int
    labels: int
    rows: int
    columns: int
    values: int
    rejected: int
    mismatches: dict[str, int]
    examples: list[str] = field(default_factory=list)
    online_seconds: float = 0.0
    offline_seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.mismatches

    def __str__(self) -> str:
        wrong = "; ".join(f"{name} {count:,}" for name, count in self.mismatches.items())
        return (f"{self.rows:,} enriched rows of {self.transactions:,} transactions ({self.rejected:,} rejected) with "
                f"{self.labels:,} labels: {self.values:,} values in {self.columns} columns, "
                f"{sum(self.mismatches.values()):,} mismatches{': ' + wrong if wrong else ''}; online "
                f"{self.online_seconds:.0f} s, offline {self.offline_seconds:.0f} s")

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"ok": self.ok}


def parity(source: Path, work: Path, *, mapping: str = "simulator", rows: int = 200_000,
           partitions: int | None = None, say: Callable[[str], object] = lambda text: None,
           on_progress: Callable[[int], object] = lambda done: None) -> Parity:
    """Replay the first rows of a file through an embedded stack, run the training pipeline over the same, compare every
    plain column of transactions_enriched and every extra column of the mapping.

    partitions: of the stack's topics, by default as sql/topics.toml says. With several, transactions of different
    accounts reach a counterparty in an order of the stack's own: the training pipeline is given that order.
    Raises UserError with one line, also where the two do not have the same transactions.
    """
    chosen = load(mapping)
    file = open_source(source, chosen.columns(), chosen.texts())
    schema = next(s.schema for s in Scripts().plan.subjects if s.name == f"{ENRICHED}-value")
    began = time.monotonic()
    found = online.run(source, mapping, rows, partitions, work, schema, on_progress)
    middle = time.monotonic()
    say(f"online     {found.sent}")
    ours, rejected = offline.run(file, chosen, rows, work, found.parties, found.labels)
    ended = time.monotonic()
    say(f"offline    {len(ours):,} rows in {ended - middle:.1f} s")
    if len(ours) != len(found.records):
        raise UserError(f"online {len(found.records):,} enriched rows, offline {len(ours):,}")
    try:
        wrong, examples = differences(ours, as_table(online.decoded(found), ours.schema))
    except ValueError as error:
        raise UserError(f"{source}: {error}") from None
    return Parity(found.sent.transactions, found.sent.labels, len(ours), ours.num_columns,
                  len(ours) * ours.num_columns, rejected, wrong, examples, round(middle - began, 1),
                  round(ended - middle, 1))
