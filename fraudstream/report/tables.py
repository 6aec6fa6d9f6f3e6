"""What the report tables say now, by pull queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fraudstream.ksqldb import Client

Rows = list[dict[str, Any]]
BINS = 20
TOP = 15
_EARLIEST = {"auto.offset.reset": "earliest"}


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows of the report tables (columns in upper case as in sql/4xx, windows as ms since 1970).

    scores: BIN (0 to BINS - 1, of equal width), FLAGGED (bool), N. accounts: the TOP with most flags. books: counts of
    fraudstream.reconcile, empty when they were not asked for.
    """

    by_hour: Rows = field(default_factory=list)
    by_type: Rows = field(default_factory=list)
    accounts: Rows = field(default_factory=list)
    rejected: Rows = field(default_factory=list)
    confusion: Rows = field(default_factory=list)
    confusion_by_day: Rows = field(default_factory=list)
    scores: Rows = field(default_factory=list)
    books: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scored(self) -> int:
        return sum(row["SCORED"] for row in self.by_type)

    @property
    def flagged(self) -> int:
        return sum(row["FLAGGED"] for row in self.by_type)

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {
            "scored": self.scored, "flagged": self.flagged, "books": dict(self.books)}


def read(client: Client, books: Mapping[str, Any] | None = None) -> Tables:
    """All tables. Raises KsqlDbError when the server does not answer or a table is not deployed."""
    return Tables(
        by_hour=_sorted(client, "REPORT_BY_HOUR", "WINDOWSTART", "TYPE"),
        by_type=sorted(_all(client, "REPORT_BY_TYPE"), key=lambda row: -row["SCORED"]),
        accounts=_top(_all(client, "REPORT_BY_ACCOUNT", "FLAGGED > 0")),
        rejected=sorted(_all(client, "REPORT_REJECTED"), key=lambda row: -row["REJECTED"]),
        confusion=_sorted(client, "REPORT_CONFUSION", "MODEL_VERSION"),
        confusion_by_day=_sorted(client, "REPORT_CONFUSION_BY_DAY", "WINDOWSTART", "MODEL_VERSION"),
        scores=_histogram(client), books=books or {},
    )


def _all(client: Client, table: str, where: str = "") -> Rows:
    return client.pull(f"SELECT * FROM {table}" + (f" WHERE {where}" if where else "") + ";").dicts()


def _sorted(client: Client, table: str, *columns: str) -> Rows:
    return sorted(_all(client, table), key=lambda row: tuple(row[name] for name in columns))


def _top(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: (-row["FLAGGED"], -row["AMOUNT_FLAGGED"], row["ACCOUNT_ID"]))[:TOP]


def _histogram(client: Client) -> Rows:
    """Scores of all transactions by bin, from the stream itself."""
    counts: dict[tuple[int, bool], int] = {}
    for score, flagged in client.pull("SELECT SCORE, IS_FRAUD FROM TRANSACTIONS_SCORED;", _EARLIEST):
        key = (min(int(score * BINS), BINS - 1), bool(flagged))
        counts[key] = counts.get(key, 0) + 1
    return [{"BIN": at, "FLAGGED": flagged, "N": n} for (at, flagged), n in sorted(counts.items())]
