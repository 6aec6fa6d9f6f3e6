"""Some of the scripts of sql/ on the embedded engine in this process: rows in, rows out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fraudstream.assets import asset
from fraudstream.deploy.plan import Plan, plan
from fraudstream.deploy.script import Statement
from fraudstream.errors import UserError
from rowtime.engine.local import LocalEngine
from rowtime.log.api import Record

ENRICHED, REJECTED, ACCOUNTS = "transactions_enriched", "transactions_rejected", "account_features"
TRANSACTIONS, LABELS, CHANGES = "transactions", "fraud_labels", "account_features_changes"
FIRST = frozenset({"TRANSACTIONS", "TRANSACTIONS_REJECTED", "ACCOUNT_SEEN", "ACCOUNT_SEEN_CHANGES", "ACCOUNT_FEATURES"})
"""What is done account by account; the rest works on what account_features writes, and on labels."""

Row = tuple[Any, Any, int]
"""Key (a tuple), values in the order of the stream's columns (STRUCT a tuple, TIMESTAMP ms since 1970), timestamp."""


class Scripts:
    """The statements of sql/ up to the one that makes transactions_enriched."""

    def __init__(self, sql: Path | None = None, schemas: Path | None = None):
        properties = asset("config/ksql.toml")
        self.plan: Plan = plan(schemas or asset("schemas"), sql or asset("sql"), properties, partitions=1)
        names = [target.name for _, target in self.plan.statements]
        if ENRICHED.upper() not in names:
            raise UserError(f"no script creates {ENRICHED}")
        self.chosen = self.plan.statements[: names.index(ENRICHED.upper()) + 1]

    @property
    def all(self) -> list[Statement]:
        return [statement for statement, _ in self.chosen]

    @property
    def first(self) -> list[Statement]:
        """Those that work account by account."""
        return [statement for statement, target in self.chosen if target.name in FIRST]

    @property
    def second(self) -> list[Statement]:
        """All others."""
        return [statement for statement, target in self.chosen if target.name not in FIRST]

    @property
    def sha256(self) -> str:
        """Of the statements, comments and layout left out."""
        return hashlib.sha256("\n".join(s.normal for s in self.all).encode()).hexdigest()


class Stage:
    """Statements at work on one partition. What has been read is forgotten, so memory holds state, not history."""

    def __init__(self, scripts: Scripts, statements: Sequence[Statement]):
        self.engine = LocalEngine(step_records=5_000, takes_rows=True)
        for topic in scripts.plan.topics:
            self.engine.create_topic(topic.name)
        for subject in scripts.plan.subjects:
            self.engine.register(subject.name, json.dumps(subject.schema))
        for statement in statements:
            self.engine.execute(statement.text, scripts.plan.properties)

    def columns(self, stream: str) -> list[str]:
        """Names of a stream's value columns, in order."""
        return [c.name for c in self.engine.engine.metastore.sources[stream.upper()].schema.value]

    def take(self, source: str, rows: Sequence[Row]) -> None:
        """Work through rows of a source."""
        if rows:
            self.engine.append_rows(source, rows)
            self.engine.run()

    def take_bytes(self, topic: str, records: Iterable[Record]) -> None:
        """Work through records as a producer would send them."""
        self.engine.append(topic, records)
        self.engine.run()

    def made(self, topics: Iterable[str]) -> Mapping[str, list[Row]]:
        """What the queries wrote to these topics since the last call."""
        found: Any = {topic: list(map(tuple, self.engine.rows(topic))) for topic in topics}
        self.engine.forget()
        return found
