"""One field of many records."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.spans import Spans

Mask = NDArray[np.bool_]
TEXTS = ("string", "bytes", "enum")


class Column:
    """One field of n records.

    values: (n,) int64 or float64 (0 where null), or objects: bytes, None where null. spans: of a string or bytes, where
    it lies in the payloads laid end to end, of no length where null; made into values when these are asked for.
    """

    def __init__(self, kind: str, values: NDArray[Any] | None, null: Mask, spans: Spans | None = None) -> None:
        self.kind, self.null, self.spans = kind, null, spans
        self._values = values

    @property
    def values(self) -> NDArray[Any]:
        if self._values is None:
            assert self.spans is not None
            self._values = np.empty(len(self.spans), dtype=object)
            self._values[:] = self.spans.texts()
            self._values[self.null] = None
        return self._values

    def plain(self) -> NDArray[Any]:
        """As the scorer takes it: (n,) float64 with NaN for null, or bytes with None for null."""
        if self.values.dtype == object:
            return self.values
        if not self.null.any():
            return self.values.astype(np.float64, copy=False)
        return np.where(self.null, np.nan, self.values)


def empty(kind: str, n: int) -> Column:
    """n nulls."""
    if kind in TEXTS:
        return Column(kind, np.full(n, None, dtype=object), np.ones(n, dtype=bool))
    dtype = np.float64 if kind in ("float", "double") else np.int64
    return Column(kind, np.zeros(n, dtype=dtype), np.ones(n, dtype=bool))
