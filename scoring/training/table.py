"""The enriched history a model is fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import TrainingError

Rows = NDArray[np.bool_] | NDArray[np.intp]


@dataclass(frozen=True)
class TrainingTable:
    """n enriched transactions.

    columns: name → (n,) values, as the stream carries them: numbers with NaN for null, texts with None for null.
    label: (n,) 1 fraud, 0 not, NaN where it was not known by the time of training.
    amount: (n,) what is lost when a fraud passes. event_time: (n,) milliseconds since 1970. account: (n,) its id.
    """

    columns: Mapping[str, NDArray[Any]]
    label: NDArray[np.float64]
    amount: NDArray[np.float64]
    event_time: NDArray[np.int64]
    account: NDArray[Any]

    def __post_init__(self) -> None:
        sizes = {name: len(values) for name, values in self.columns.items()} | {
            "label": len(self.label), "amount": len(self.amount), "event_time": len(self.event_time),
            "account": len(self.account)}
        if len(set(sizes.values())) > 1:
            raise TrainingError(f"columns differ in length: {sizes}")

    def __len__(self) -> int:
        return len(self.label)

    def where(self, rows: Rows) -> TrainingTable:
        """Only some rows."""
        return TrainingTable({name: values[rows] for name, values in self.columns.items()}, self.label[rows],
                             self.amount[rows], self.event_time[rows], self.account[rows])

    def labelled(self) -> TrainingTable:
        return self.where(~np.isnan(self.label))

    @property
    def frauds(self) -> int:
        return int(np.nansum(self.label))
