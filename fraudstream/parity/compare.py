"""Two tables of enriched rows, value by value: equal means equal, not close."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ORDER = ("TRANSACTION_ID", "ACCOUNT_ID", "EVENT_TIME", "INGESTED_AT", "ACCOUNT_COUNT_EVER")
EXAMPLES = 10


def as_table(values: Iterable[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Decoded records as columns of a schema; MEASURES.x and ATTRIBUTES.x are entries of that name."""
    rows = list(values)
    return pa.table([pa.array([_value(row, name) for row in rows], schema.field(name).type) for name in schema.names],
                    schema=schema)


def _value(row: dict[str, Any], name: str) -> Any:
    if name in row:
        return row[name]
    array, _, entry = name.partition(".")
    return next((one["VALUE"] for one in row[array] or () if one and one["NAME"] == entry), None)


def differences(ours: pa.Table, theirs: pa.Table) -> tuple[dict[str, int], list[str]]:
    """How many values differ in each column that has such, and the first ones in words. The tables have the same rows
    in any order; raises ValueError where their ids are not the same."""
    order = [name for name in ORDER if name in ours.column_names]
    ours, theirs = (t.sort_by([(name, "ascending") for name in order]).combine_chunks() for t in (ours, theirs))
    if not ours["TRANSACTION_ID"].equals(theirs["TRANSACTION_ID"]):
        raise ValueError("the two have other transactions")
    counts: dict[str, int] = {}
    examples: list[str] = []
    for name in ours.column_names:
        wrong = np.flatnonzero(_differs(ours[name], theirs[name]))
        if len(wrong):
            counts[name] = len(wrong)
            examples += [f"{ours['TRANSACTION_ID'][i]} {name}: online {theirs[name][i]}, offline {ours[name][i]}"
                         for i in wrong.tolist()]
    return counts, examples[:EXAMPLES]


def _differs(ours: pa.ChunkedArray, theirs: pa.ChunkedArray) -> np.ndarray:
    """(n,) True where two values are not the same; two nulls are, and two NaN."""
    other = pc.fill_null(pc.not_equal(ours, theirs), False)
    if pa.types.is_floating(ours.type):
        other = pc.and_not(other, pc.fill_null(pc.and_(pc.is_nan(ours), pc.is_nan(theirs)), False))
    return pc.or_(other, pc.xor(pc.is_null(ours), pc.is_null(theirs))).to_numpy()
