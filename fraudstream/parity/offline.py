"""The offline side: the training pipeline over the same rows, counterparties in the order the stack had them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fraudstream.parity.online import Places
from fraudstream.replay.feed import Feed, Window
from fraudstream.replay.labels import LabelQueue, read
from fraudstream.replay.mapping import Mapping
from fraudstream.replay.rows import rows
from fraudstream.replay.source import Source
from fraudstream.train.pipeline import Pipeline, Second, label_columns
from fraudstream.train.row_sender import RowSender
from fraudstream.train.stage import Row, Scripts
from rowtime.engine.local import few_collections

LABEL_DELAY_MS = 21_600_000


class Reordered:
    """Hands a part on in the order in which a stack with several partitions took it; within an account, and within a
    part, nothing changes places with what came at another time."""

    def __init__(self, inner: Second, label_columns: Sequence[str], parties: Places, labels: Places):
        self.inner, self.parties, self.labels = inner, parties, labels
        self.at = [label_columns.index(name) for name in ("counterparty_id", "labelled_at", "is_fraud")]

    def take(self, accounts: list[Row], labels: list[Row]) -> None:
        self.inner.take(sorted(accounts, key=self._party), sorted(labels, key=self._label))

    def close(self) -> int:
        return self.inner.close()

    def _party(self, row: Row) -> int:
        return self.parties[row[0][0], row[1][1][0]].popleft()

    def _label(self, row: Row) -> int:
        """Rejected ones and those without a counterparty first: they are in no ring."""
        party, known, fraud = (row[1][i] for i in self.at)
        places = self.labels.get((party, (known or 0) + LABEL_DELAY_MS, fraud))
        return places.popleft() if places else -1


def run(file: Source, mapping: Mapping, limit: int, work: Path, parties: Places,
        labels: Places) -> tuple[pa.Table, int]:
    """The enriched rows as columns, and how many transactions were rejected."""
    scripts, extra = Scripts(), mapping.features(file.kinds)
    out = work / "offline.parquet"
    pipeline = Pipeline(out, [name for name, _ in extra])
    columns = label_columns(scripts)
    pipeline.second = Reordered(pipeline.second, columns, parties, labels)
    stream = read(file.path.parent / mapping.labels.file) if mapping.labels and mapping.labels.file else ()
    feed = Feed(RowSender(pipeline.columns, columns, pipeline.work), labels="elapsed", window=Window(limit=limit))
    with few_collections():
        feed.run(rows(file, mapping), LabelQueue(stream))
        pipeline.close()
    return pq.read_table(out), pipeline.rejected
