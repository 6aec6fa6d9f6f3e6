"""When rows happened: a time column turned into ms since 1970, spread over its unit where asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudstream.replay.time_units import UNITS_MS

if TYPE_CHECKING:
    from fraudstream.replay.mapping import Time

_MS = pa.timestamp("ms", tz="UTC")
_ZONE = r"\d:\d\d.*(Z|[-+]\d\d(:?\d\d)?)$"


def milliseconds(columns: Sequence[pa.Array], time: Time) -> np.ndarray:
    """Event times without spread; -1 where a column is null. Raises pa.ArrowInvalid for what is no time."""
    if time.format:
        texts = [pc.cast(column, pa.string()) for column in columns]
        joined = pc.binary_join_element_wise(*texts, " ") if len(texts) > 1 else texts[0]
        return timestamps(pc.strptime(joined, format=time.format, unit="ms"))
    (column,) = columns
    if time.unit != "timestamp":
        counts = pc.cast(column, pa.float64())
        return np.where(_nulls(column), -1, time.origin + np.nan_to_num(
            np.round(counts.to_numpy(zero_copy_only=False) * UNITS_MS[time.unit]))).astype(np.int64)
    return timestamps(column)


def timestamps(column: pa.Array) -> np.ndarray:
    """A column of timestamps, dates (midnight) or ISO text as ms; without a zone it is UTC; -1 where null."""
    if pa.types.is_dictionary(column.type) or pa.types.is_large_string(column.type):
        column = pc.cast(column, pa.string())
    if pa.types.is_string(column.type):
        column = _parsed(column)
    if pa.types.is_date(column.type):
        column = pc.cast(column, pa.timestamp("ms"))
    if not pa.types.is_timestamp(column.type):
        raise pa.ArrowInvalid(f"is {column.type}, not a timestamp")
    if column.type.tz is None:
        column = pc.assume_timezone(column, "UTC")
    whole = pc.cast(pc.cast(column, _MS, safe=False), pa.int64())
    return pc.fill_null(whole, -1).to_numpy(zero_copy_only=False)


def _parsed(texts: pa.Array) -> pa.Array:
    """ISO texts, each with a zone or without."""
    zoned = pc.match_substring_regex(texts, _ZONE)
    null = pa.scalar(None, pa.string())
    own = pc.cast(pc.if_else(zoned, texts, null), pa.timestamp("us", tz="UTC"))
    utc = pc.assume_timezone(pc.cast(pc.if_else(zoned, null, texts), pa.timestamp("us")), "UTC")
    return pc.coalesce(own, utc)


class Spread:
    """Rows of equal time spread evenly over one unit, in the order they come: the k-th of n at k/n of the unit."""

    def __init__(self, unit: str, times: Iterable[np.ndarray]):
        """times are all event times of the file (batches), before spreading."""
        self.unit = UNITS_MS[unit]
        self.counts: dict[int, int] = {}
        self.seen: dict[int, int] = {}
        for batch in times:
            for value, count in zip(*(a.tolist() for a in np.unique(batch, return_counts=True)), strict=True):
                self.counts[value] = self.counts.get(value, 0) + count

    def __call__(self, times: np.ndarray) -> np.ndarray:
        """The next batch, spread."""
        order = np.argsort(times, kind="stable")
        values, starts, counts = np.unique(times[order], return_index=True, return_counts=True)
        rank = np.empty(len(times), dtype=np.int64)
        rank[order] = np.arange(len(times)) - np.repeat(starts, counts)
        before = np.array([self.seen.get(v, 0) for v in values.tolist()], dtype=np.int64)
        total = np.array([self.counts[v] for v in values.tolist()], dtype=np.int64)
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            self.seen[value] = self.seen.get(value, 0) + count
        at = np.searchsorted(values, times)
        return times + (rank + before[at]) * self.unit // total[at]


def _nulls(column: pa.Array) -> np.ndarray:
    return pc.is_null(column).to_numpy(zero_copy_only=False)
