"""What a flag carries of its transaction beside the score: event time, account, amount."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.decoder import Batch, Column
from scoring.avro.encoder import Rows, Source

EVENT_TIME = "EVENT_TIME"
ACCOUNT = "ACCOUNT_ID"
AMOUNT = "AMOUNT"
NEEDED = (EVENT_TIME, ACCOUNT)


def facts_of(decoded: Batch, rows: NDArray[Any]) -> dict[str, Source]:
    """The flag's fields event_time, account_id and amount for these rows of a decoded batch."""
    columns = decoded.columns
    return {
        "event_time": Rows(columns[EVENT_TIME].values[rows]),
        "account_id": _texts(columns[ACCOUNT], rows),
        "amount": _nullable(columns.get(AMOUNT), rows),
    }


def event_times(decoded: Batch, rows: NDArray[Any]) -> list[int]:
    """Milliseconds since 1970."""
    return decoded.columns[EVENT_TIME].values[rows].tolist()


def _texts(column: Column, rows: NDArray[Any]) -> Rows:
    """Empty where null."""
    if column.spans is not None:
        return Rows(column.spans.take(rows))
    return Rows([value or b"" for value in column.values[rows]])


def _nullable(column: Column | None, rows: NDArray[Any]) -> Rows:
    if column is None:
        return Rows(np.zeros(len(rows)), np.ones(len(rows), dtype=bool))
    null = column.null[rows]
    return Rows(np.where(null, 0.0, column.values[rows]), null)
