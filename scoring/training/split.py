"""Splitting history by time, with the delay of labels between the parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.errors import TrainingError
from scoring.training.table import TrainingTable

HOUR_MS = 3_600_000
MIN_FRAUDS = 5


@dataclass(frozen=True)
class Split:
    """fit: (n,) rows whose label was known when validation begins. validation: (n,) rows from then on."""

    fit: NDArray[np.bool_]
    validation: NDArray[np.bool_]
    begins: int


def split_by_time(table: TrainingTable, validation_share: float, label_delay_hours: float) -> Split:
    """The last share of the rows, by event time, is for validation; rows within the delay before it are left out."""
    begins = int(np.quantile(table.event_time, 1.0 - validation_share, method="higher"))
    known_until = begins - int(label_delay_hours * HOUR_MS)
    split = Split(table.event_time < known_until, table.event_time >= begins, begins)
    for name, rows in (("to fit", split.fit), ("to validate", split.validation)):
        frauds, size = int(table.label[rows].sum()), int(rows.sum())
        if frauds < MIN_FRAUDS or frauds == size:
            raise TrainingError(f"{frauds} known frauds among {size} rows {name}, at least {MIN_FRAUDS} are needed; "
                                "give a longer history or a shorter label_delay_hours")
    return split
