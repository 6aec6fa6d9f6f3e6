"""Batches of a file as transactions and labels with the fields of schemas/."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudstream.errors import UserError
from fraudstream.replay.clock import Spread, milliseconds, timestamps
from fraudstream.replay.extra import entries, values
from fraudstream.replay.mapping import NUMBER_FIELDS, TEXT_FIELDS, Column, Labels, Mapping
from fraudstream.replay.numbers import number_array
from fraudstream.replay.source import Source
from fraudstream.replay.truth import truth

TIME_HINT = 'write under [time] format = "%d/%m/%Y %H:%M" (strptime\'s words) for texts that are not ISO, or unit = ' \
            '"second" (or ms, minute, hour, day) for counts'
LABEL_HINT = 'write under [labels] fraud = ["…"], the texts that mean fraud, and clear = ["…"], those that do not, ' \
             'where others are no verdict'


class Transaction(NamedTuple):
    """key: account; time, arrival: ms since 1970; value: fields of schemas/transaction.avsc, or bytes sent as is."""

    key: str | None
    time: int
    arrival: int
    value: dict[str, Any] | bytes


class Label(NamedTuple):
    """transaction_id: the key; time: ms when the label is known; value: fields of schemas/fraud_label.avsc."""

    transaction_id: str
    time: int
    value: dict[str, Any]


Rows = tuple[list[Transaction], list[Label]]


def rows(source: Source, mapping: Mapping) -> Iterator[Rows]:
    """The file's batches in the mapping's order. Raises UserError with file, row and column for what cannot be read."""
    reader = _Reader(source, mapping)
    for batch in reader.batches():
        yield reader.convert(batch)


def convert(batch: pa.RecordBatch, mapping: Mapping) -> list[Transaction]:
    """One batch whose columns the mapping names."""
    return _Reader(Source(_NOWHERE, tuple(batch.schema.names), batch.num_rows), mapping).convert(batch)[0]


_NOWHERE = Path("simulation")


class _Reader:
    def __init__(self, source: Source, mapping: Mapping):
        self.source, self.mapping = source, mapping
        self.number = 0
        self.spread: Spread | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """In the order of the file where that is the order asked for, else sorted by time."""
        time = self.mapping.time
        if time.order == "file" and not time.spread:
            yield from self.source.batches()
            return
        times: list[np.ndarray] = []
        for batch in self.source.batches(time.names):
            times.append(self._known(self._times(batch), sum(map(len, times))))
        if time.spread:
            self.spread = Spread(time.unit, times)
        every = np.concatenate(times) if times else np.empty(0, dtype=np.int64)
        if time.order == "file" or not (np.diff(every) < 0).any():
            yield from self.source.batches()
            return
        table = pa.Table.from_batches(list(self.source.batches())).take(pa.array(np.argsort(every, kind="stable")))
        yield from table.to_batches(16_384)

    def convert(self, batch: pa.RecordBatch) -> Rows:
        """The rows of a batch, which is the next."""
        mapping = self.mapping
        time = self._known(self._times(batch), self.number)
        time = self.spread(time) if self.spread else time
        arrival = self._column(batch, mapping.time.ingested_at, timestamps) if mapping.time.ingested_at else time
        fields = self._fields(batch, len(time))
        keys = fields.pop("account_id")
        fields |= {"event_time": time.tolist(), "ingested_at": arrival.tolist()}
        fields |= self._extra(batch, time)
        names = tuple(fields)
        values: list[Any] = [dict(zip(names, row, strict=True)) for row in zip(*fields.values(), strict=True)]
        labels = self._labels(batch, keys, values) if mapping.labels and mapping.labels.column else []
        if mapping.raw:
            raw = batch.column(mapping.raw).to_pylist()
            values = [value if other is None else other for value, other in zip(values, raw, strict=True)]
        self.number += len(time)
        return list(map(Transaction, keys, time.tolist(), arrival.tolist(), values)), labels

    def _fields(self, batch: pa.RecordBatch, n: int) -> dict[str, list[Any]]:
        constants = self.mapping.constants.items()
        fields: dict[str, list[Any]] = {f: [v if f in TEXT_FIELDS else float(v)] * n for f, v in constants}
        for name, column in self.mapping.fields.items():
            if name in TEXT_FIELDS:
                fields[name] = self._texts(batch, column, once=name == "transaction_id")
                continue
            hint = f'write under [columns] {name} = {{ column = "{column.name}", decimal = "," }} for numbers like ' \
                   "1.234,50"
            fields[name] = self._column(batch, column.name, partial(_number, decimal=column.decimal), hint)
        if "transaction_id" not in fields:
            fields["transaction_id"] = [f"{self.mapping.id_prefix}{self.number + i}" for i in range(n)]
        return fields

    def _extra(self, batch: pa.RecordBatch, time: np.ndarray) -> dict[str, list[Any]]:
        """Fields measures and attributes, where the mapping has extra columns."""
        if not self.mapping.extra:
            return {}
        numbers: dict[str, list[Any]] = {}
        texts: dict[str, list[Any]] = {}
        types = {field.name: field.type for field in batch.schema}
        for extra in self.mapping.extra:
            where = texts if extra.resolved(types) == "category" else numbers
            where[extra.name] = self._column(batch, extra.columns[0], lambda _, e=extra: values(e, batch, time),
                                             extra.hint)
        return {"measures": entries(numbers, len(time)), "attributes": entries(texts, len(time))}

    def _labels(self, batch: pa.RecordBatch, keys: list[Any], values: list[dict[str, Any]]) -> list[Label]:
        wanted: Labels = self.mapping.labels  # type: ignore[assignment]
        verdicts = self._column(batch, wanted.column or "",
                                partial(truth, fraud=wanted.fraud, clear=wanted.clear), LABEL_HINT)
        kinds = self._texts(batch, wanted.kind) if wanted.kind else [None] * len(keys)
        return [
            Label(value["transaction_id"], value["ingested_at"] + wanted.delay_ms, {
                "event_time": value["event_time"], "labelled_at": value["ingested_at"] + wanted.delay_ms,
                "is_fraud": fraud, "account_id": key, "counterparty_id": value.get("counterparty_id"),
                "fraud_kind": kind if fraud else None})
            for key, value, fraud, kind in zip(keys, values, verdicts, kinds, strict=True) if fraud is not None]

    def _times(self, batch: pa.RecordBatch) -> np.ndarray:
        time = self.mapping.time
        return self._column(batch, time.column,
                            lambda _: milliseconds([batch.column(name) for name in time.names], time),
                            TIME_HINT if time.unit == "timestamp" else "")

    def _column(self, batch: pa.RecordBatch, name: str, read: Any, hint: str = "") -> Any:
        try:
            return read(batch.column(name))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            reason = str(error).splitlines()[0]
            raise UserError(f"{self.source.path}: column {name} after row {self.number}: {reason}"
                            f"{'; in the mapping, ' if hint else ''}{hint}") from None

    def _texts(self, batch: pa.RecordBatch, column: Column, once: bool = False) -> list[str | None]:
        """once: no text is expected twice; others are one object wherever they occur."""
        parts = [self._column(batch, name, lambda c: pc.cast(c, pa.string())) for name in column.names]
        texts = pc.binary_join_element_wise(*parts, column.separator) if len(parts) > 1 else parts[0]
        if once:
            return [column.prefix + t if t else None for t in texts.to_pylist()]
        coded = texts.dictionary_encode()
        known = [intern(column.prefix + t) if t else None for t in coded.dictionary.to_pylist()]
        return [None if i is None else known[i] for i in coded.indices.to_pylist()]

    def _known(self, times: np.ndarray, before: int) -> np.ndarray:
        if (times < 0).any():
            row = before + int(np.argmax(times < 0)) + 1
            raise UserError(f"{self.source.path}: row {row}: no event time in column {self.mapping.time.column}")
        return times


def _number(values: pa.Array, decimal: str) -> list[float | None]:
    return number_array(values, decimal).to_pylist()


__all__ = ["NUMBER_FIELDS", "Label", "Transaction", "convert", "rows"]
