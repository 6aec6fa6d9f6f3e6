"""Enriched history with the truth and the moment it became known: what an evaluation runs over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scoring.training import TrainingTable
from scoring.training.table import Rows


@dataclass(frozen=True)
class Data:
    """n transactions in order of event time.

    table: columns, label (the truth, NaN where the file has none), amount, event time, account. known_at: (n,) ms since
    1970 when the label became known, −1 where never. kind: (n,) kind of fraud, None where there is none.
    """

    table: TrainingTable
    known_at: NDArray[np.int64]
    kind: NDArray[Any]

    def __len__(self) -> int:
        return len(self.known_at)

    @cached_property
    def account_number(self) -> NDArray[np.int32]:
        """(n,) a number from 0 for each account."""
        return pa.array(self.table.account).dictionary_encode().indices.to_numpy()

    def where(self, rows: Rows | NDArray[np.intp]) -> Data:
        return Data(self.table.where(rows), self.known_at[rows], self.kind[rows])

