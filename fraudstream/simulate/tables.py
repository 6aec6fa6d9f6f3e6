"""Simulated days as Arrow record batches, and as Parquet files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudstream.simulate.columns import LABELS, TRANSACTIONS
from fraudstream.simulate.settings import Settings
from fraudstream.simulate.simulator import Day, simulate


@dataclass(frozen=True, slots=True)
class Written:
    """What went into one folder."""

    folder: str
    transactions: int
    labels: int
    frauds: int
    faults: int

    def __str__(self) -> str:
        return (f"{self.folder}: {self.transactions:,} transactions, {self.labels:,} labels, "
                f"{self.frauds:,} of them fraud, {self.faults:,} rows of bad input")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def batches(days: Iterable[Day]) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Transactions and labels of each day."""
    for day in days:
        yield _batch(day.transactions, TRANSACTIONS), _batch(day.labels, LABELS)


def _batch(rows: list[Any], schema: pa.Schema) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.record_batch([pa.array(c, type=f.type) for c, f in zip(columns, schema, strict=False)], schema=schema)


def write(settings: Settings, out: Path, split: int | None = None,
          on_day: Callable[[int], object] = lambda day: None) -> list[Written]:
    """Write transactions.parquet and labels.parquet into `out`; with split, days before it into out/history and the
    others into out/demo. Labels go with their transactions. on_day is told how many days are done."""
    days = simulate(settings)
    if split is None:
        return [_write(days, settings.days, out, on_day)]
    if not 0 < split < settings.days:
        raise ValueError(f"split is {split}; it must lie between 1 and {settings.days - 1} (days - 1)")
    history = _write(days, split, out / "history", on_day)
    return [history, _write(days, settings.days - split, out / "demo", lambda day: on_day(split + day))]


def _write(days: Iterator[Day], count: int, folder: Path, on_day: Callable[[int], object]) -> Written:
    folder.mkdir(parents=True, exist_ok=True)
    transactions, labels, frauds, faults = 0, [], 0, 0
    with ExitStack() as stack:
        writer = stack.enter_context(_writer(folder / "transactions.parquet", TRANSACTIONS))
        for number in range(count):
            day = next(days)
            writer.write_batch(_batch(day.transactions, TRANSACTIONS))
            labels += day.labels
            transactions += len(day.transactions)
            frauds += sum(label.is_fraud for label in day.labels)
            faults += sum(row.fault is not None for row in day.transactions)
            on_day(number + 1)
    labels.sort(key=lambda label: label.labelled_at)
    with _writer(folder / "labels.parquet", LABELS) as writer:
        writer.write_batch(_batch(labels, LABELS))
    return Written(str(folder), transactions, len(labels), frauds, faults)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=15)
