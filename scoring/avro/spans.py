"""Texts where they lie: stretches of one long buffer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]

WINDOW = 63
"""Spans up to this long are handled all at once; a buffer has as many bytes more than its payloads."""


@dataclass(frozen=True)
class Spans:
    """starts, sizes: (n,), in bytes of the buffer."""

    raw: bytes
    starts: Index
    sizes: Index

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: Index | slice) -> Spans:
        return Spans(self.raw, self.starts[rows], self.sizes[rows])

    @property
    def widest(self) -> int:
        return int(self.sizes.max(initial=0))

    def texts(self) -> list[bytes]:
        ends = self.starts + self.sizes
        return [self.raw[start:end] for start, end in zip(self.starts.tolist(), ends.tolist(), strict=True)]

    def windows(self, width: int) -> NDArray[Any]:
        """(n,) of a void type: so many bytes from each start on, at most WINDOW."""
        found: NDArray[Any] = everywhere(self.raw, np.dtype(f"V{width}"))[self.starts]
        return found

    def are_ascii(self) -> bool:
        """False also where they are too long to tell at once."""
        width = self.widest
        if width > WINDOW:
            return False
        if width == 0:
            return True
        high = self.windows(width).view(np.uint8).reshape(len(self), width) >= 0x80
        return not high.any() or not (high & (np.arange(width) < self.sizes[:, None])).any()


def everywhere(raw: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Values of the type at each byte of a buffer."""
    return np.ndarray((len(raw) - dtype.itemsize + 1,), dtype=dtype, buffer=raw, strides=(1,))
