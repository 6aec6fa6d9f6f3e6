"""One field of many records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
TEXTS = ("string", "bytes", "enum")


@dataclass
class Column:
    """One field of n records.

    values: (n,) int64 or float64 (0 where null), or objects: bytes, None where null. starts: (n,) of a string or bytes,
    where in the payloads laid end to end it begins.
    """

    kind: str
    values: NDArray[Any]
    null: Mask
    starts: NDArray[np.int64] | None = None

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
