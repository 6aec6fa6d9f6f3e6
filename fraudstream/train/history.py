"""History with its features: made once by sql/ for a file and a mapping, kept as Parquet, read by the column."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudstream.errors import UserError
from fraudstream.replay.feed import Feed, Sent, Window
from fraudstream.replay.labels import LabelQueue, read
from fraudstream.replay.mapping import Mapping as Fields
from fraudstream.replay.mapping import load
from fraudstream.replay.replay import total
from fraudstream.replay.rows import Rows, rows
from fraudstream.replay.source import Source, open_source
from fraudstream.train.cache_key import data_sha256, digest, engine_sha256
from fraudstream.train.columns import IDENTITY
from fraudstream.train.pipeline import Pipeline, label_columns
from fraudstream.train.row_sender import RowSender
from fraudstream.train.scratch import scratch
from fraudstream.train.stage import Scripts
from rowtime.engine.local import few_collections

FEATURES, LABELS, ABOUT = "features.parquet", "labels.parquet", "about.json"
LABEL_SCHEMA = pa.schema([("transaction_id", pa.string()), ("labelled_at", pa.int64()), ("is_fraud", pa.bool_()),
                          ("fraud_kind", pa.string())])


class Columns(Mapping[str, np.ndarray]):
    """Columns of the file, each read when it is first asked for. Numbers have NaN for null, texts None."""

    def __init__(self, file: Path):
        self.file, self.names = file, pq.read_schema(file).names
        self.known: dict[str, np.ndarray] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.known:
            if name not in self.names:
                raise KeyError(name)
            self.known[name] = _plain(pq.read_table(self.file, columns=[name])[name])
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class History:
    """n enriched transactions in the order of arrival, with what is known of them.

    columns: those of transactions_enriched, and MEASURES.x and ATTRIBUTES.x of the mapping's extra columns. label (n,)
    float: 1 fraud, 0 not, NaN no label in the data; labelled_at (n,) ms, -1 without; fraud_kind (n,) texts, None where
    not known. extra: (column, "number" or "category") of the mapping's extra columns.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        self.columns = Columns(folder / FEATURES)
        self.extra = tuple((name, kind) for name, kind in self.about["extra"])
        self.data_sha256: str = self.about["data_sha256"]
        self.sql_sha256: str = self.about["sql_sha256"]

    def __len__(self) -> int:
        return int(self.about["enriched"])

    @property
    def transaction_id(self) -> np.ndarray:
        return self.columns[IDENTITY]

    @property
    def event_time(self) -> np.ndarray:
        return self.columns["EVENT_TIME"]

    @property
    def account(self) -> np.ndarray:
        return self.columns["ACCOUNT_ID"]

    @property
    def counterparty(self) -> np.ndarray:
        return self.columns["COUNTERPARTY_ID"]

    @property
    def amount(self) -> np.ndarray:
        return self.columns["AMOUNT"].astype(np.float64)

    @cached_property
    def _labels(self) -> pa.Table:
        """The last label of each transaction, in the order of the rows."""
        table = pq.read_table(self.folder / LABELS)
        ids = pq.read_table(self.folder / FEATURES, columns=[IDENTITY])[IDENTITY].combine_chunks()
        backwards = table.take(pa.array(np.arange(len(table))[::-1]))
        return backwards.take(pc.index_in(ids, value_set=backwards["transaction_id"].combine_chunks()))

    @cached_property
    def label(self) -> np.ndarray:
        return _plain(self._labels["is_fraud"]).astype(np.float64)

    @cached_property
    def labelled_at(self) -> np.ndarray:
        return pc.fill_null(self._labels["labelled_at"], -1).to_numpy().astype(np.int64)

    @cached_property
    def fraud_kind(self) -> np.ndarray:
        return _plain(self._labels["fraud_kind"])


def history(source: Path, *, mapping: str = "simulator", sql: Path | None = None, cache: Path | None = None,
            limit: int | None = None, processes: int = 2, on_total: Callable[[int | None], object] = lambda rows: None,
            on_progress: Callable[[int], object] = lambda done: None) -> History:
    """The history of a file, enriched by sql/, or what an earlier call for the same data and SQL left in `cache`.

    cache: a folder, by default fraudstream/features in the user's cache. processes: 1 or 2; the result is the same.
    Raises UserError with one line.
    """
    chosen, scripts = load(mapping), Scripts(sql)
    file = open_source(source, chosen.columns(), chosen.texts())
    data = data_sha256(file.path, chosen, limit)
    key = digest(data, scripts.sha256, engine_sha256())
    folder = (cache or default_cache()) / key[:32]
    if (folder / ABOUT).exists():
        on_total(0)
        return History(folder)
    on_total(total(file.rows, 0, limit))
    with scratch(folder.parent) as making:
        _make(making, file, chosen, scripts, sql, limit, processes, on_progress, data)
        if not folder.exists():
            making.rename(folder)
    return History(folder)


def default_cache() -> Path:
    """fraudstream/features in $XDG_CACHE_HOME or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fraudstream" / "features"


def _make(folder: Path, file: Source, chosen: Fields, scripts: Scripts, sql: Path | None, limit: int | None,
          processes: int, on_progress: Callable[[int], object], data: str) -> None:
    extra = chosen.features(file.kinds)
    pipeline = Pipeline(folder / FEATURES, [name for name, _ in extra], sql=sql, processes=processes)
    sender = RowSender(pipeline.columns, label_columns(scripts), pipeline.work)
    notes = _Notes()
    stream = read(file.path.parent / chosen.labels.file) if chosen.labels and chosen.labels.file else ()
    queue = LabelQueue(notes.stream(stream))
    feed = Feed(sender, labels="elapsed", window=Window(limit=limit), on_progress=on_progress)
    with few_collections():
        sent = feed.run(notes.batches(rows(file, chosen)), queue)
        for _ in queue.due(2**62):
            continue
        pipeline.close()
    if not pipeline.enriched:
        there = "amount" in {*chosen.fields, *chosen.constants}
        raise UserError(f"{file.path}: no transaction was valid; "
                        f"{'are ids, times and amounts there?' if there else 'the mapping names no column for amount'}")
    pq.write_table(notes.table(), folder / LABELS)
    _write_about(folder, sent, pipeline, extra, data, scripts)


def _write_about(folder: Path, sent: Sent, pipeline: Pipeline, extra: list[tuple[str, str]], data: str,
                 scripts: Scripts) -> None:
    about = {"transactions": sent.transactions, "enriched": pipeline.enriched, "rejected": pipeline.rejected,
             "undecodable": sent.undecodable, "last_time": sent.last_time, "extra": extra, "data_sha256": data,
             "sql_sha256": scripts.sha256}
    (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


class _Notes:
    """Every label that passes, whenever it becomes known."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int, bool, str | None]] = []

    def stream(self, labels: Any) -> Iterator[Any]:
        for label in labels:
            self._note(label)
            yield label

    def batches(self, parts: Iterator[Rows]) -> Iterator[Rows]:
        for transactions, labels in parts:
            for label in labels:
                self._note(label)
            yield transactions, labels

    def _note(self, label: Any) -> None:
        value = label.value
        self.found.append((label.transaction_id, label.time, bool(value["is_fraud"]), value.get("fraud_kind")))

    def table(self) -> pa.Table:
        columns = zip(*self.found, strict=True) if self.found else ([] for _ in LABEL_SCHEMA)
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, LABEL_SCHEMA, strict=True)], schema=LABEL_SCHEMA)


def _plain(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_string(column.type):
        texts = np.empty(len(column), dtype=object)
        texts[:] = column.to_pylist()
        return texts
    if pa.types.is_boolean(column.type):
        column = pc.cast(column, pa.int64())
    if column.null_count:
        column = pc.fill_null(pc.cast(column, pa.float64()), float("nan"))
    return column.to_numpy()
