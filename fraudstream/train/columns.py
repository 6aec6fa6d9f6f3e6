"""Rows of transactions_enriched as columns of a Parquet file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudstream.train.stage import Row

GROUP = 60_000
TYPES: dict[str, pa.DataType] = {"string": pa.string(), "int": pa.int32(), "long": pa.int64(), "double": pa.float64(),
                                 "boolean": pa.bool_()}
IDENTITY = "TRANSACTION_ID"


def arrow_type(avro: Any) -> pa.DataType | None:
    """Of a field of schemas/transaction_enriched.avsc; None for arrays. Timestamps are ms since 1970."""
    kind = next(branch for branch in avro if branch != "null") if isinstance(avro, list) else avro
    return TYPES.get(kind["type"] if isinstance(kind, dict) else kind)


class ColumnFile:
    """Writes rows to a Parquet file: the transaction's id, every plain column, and the wanted entries of the arrays.

    names: the stream's columns in order; extra: names such as MEASURES.distance.
    """

    def __init__(self, file: Path, names: Sequence[str], schema: dict[str, Any], extra: Sequence[str]):
        types = {field["name"]: arrow_type(field["type"]) for field in schema["fields"]}
        self.plain = [(i, name, kind) for i, name in enumerate(names) if (kind := types[name]) is not None]
        self.extra = [(names.index(array), entry, f"{array}.{entry}")
                      for array, _, entry in (name.partition(".") for name in extra)]
        fields = [(IDENTITY, pa.string()), *((name, kind) for _, name, kind in self.plain)]
        fields += [(name, TYPES["double" if name.startswith("MEASURES.") else "string"]) for _, _, name in self.extra]
        self.schema = pa.schema(fields)
        texts = [name for name, kind in fields if kind == pa.string() and name != IDENTITY]
        self.writer = pq.ParquetWriter(file, self.schema, compression="lz4", use_dictionary=texts,
                                       write_statistics=False)
        self.waiting: list[pa.RecordBatch] = []
        self.rows = 0

    def add(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        columns = list(zip(*(row for _, row, _ in rows), strict=True))
        arrays = [pa.array([key[0] for key, _, _ in rows], pa.string())]
        arrays += [pa.array(columns[i], kind) for i, _, kind in self.plain]
        arrays += [pa.array(_entries(columns[i], entry), self.schema.field(name).type) for i, entry, name in self.extra]
        self.waiting.append(pa.RecordBatch.from_arrays(arrays, schema=self.schema))
        self.rows += len(rows)
        if sum(batch.num_rows for batch in self.waiting) >= GROUP:
            self._write()

    def _write(self) -> None:
        if self.waiting:
            self.writer.write_table(pa.Table.from_batches(self.waiting), row_group_size=GROUP * 2)
            self.waiting = []

    def close(self) -> None:
        self._write()
        self.writer.close()


def _entries(lists: Sequence[Sequence[Any] | None], name: str) -> list[Any]:
    """The value of the first entry of that name in each list of (name, value)."""
    return [next((entry[1] for entry in some if entry is not None and entry[0] == name), None) if some else None
            for some in lists]
