"""Enriched values and labels as the columns that training wants."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fraudstream.errors import UserError
from scoring.avro.decoder import BatchDecoder, Column
from scoring.avro.schema import parse_record
from scoring.avro.wire import HEADER_SIZE
from scoring.training import TrainingTable

CHUNK = 50_000
ACCOUNT, AMOUNT, EVENT_TIME = "ACCOUNT_ID", "AMOUNT", "EVENT_TIME"


def table(enriched: Sequence[tuple[bytes, bytes]], labels: Mapping[bytes, tuple[int, bool]], schema: dict[str, Any],
          wanted: Sequence[str]) -> TrainingTable:
    """n rows: `wanted` columns of the enriched schema, with label, amount, event time and account."""
    if not enriched:
        raise UserError("the file gave no enriched transaction: are its rows valid?")
    names = [*dict.fromkeys([*wanted, ACCOUNT, AMOUNT, EVENT_TIME])]
    columns = _decode([value for _, value in enriched], schema, names)
    known = [labels.get(key) for key, _ in enriched]
    label = np.array([np.nan if found is None else float(found[1]) for found in known])
    return TrainingTable({name: columns[name] for name in wanted}, label, columns[AMOUNT].astype(float),
                         columns[EVENT_TIME].astype(np.int64), columns[ACCOUNT])


def _decode(values: list[bytes], schema: dict[str, Any], names: Sequence[str]) -> dict[str, np.ndarray]:
    record = parse_record(json.dumps(schema))
    absent = [name for name in names if record.field(name) is None]
    if absent:
        raise UserError(f"the enriched stream has no column {', '.join(absent)}; it has "
                        f"{', '.join(f.name for f in record.fields)}")
    decoder = BatchDecoder(record, names)
    batches = [decoder.decode(values[at : at + CHUNK], HEADER_SIZE) for at in range(0, len(values), CHUNK)]
    return {name: np.concatenate([_plain(batch.columns[name]) for batch in batches]) for name in names}


def _plain(column: Column) -> np.ndarray:
    """Numbers with NaN for null (integers only where nothing is null), texts with None."""
    if column.kind in ("string", "bytes", "enum"):
        texts = np.empty(len(column.null), dtype=object)
        texts[:] = [None if value is None else value.decode() for value in column.values]
        return texts
    if not column.null.any():
        return np.asarray(column.values)
    numbers = column.values.astype(float)
    numbers[column.null] = np.nan
    return numbers
