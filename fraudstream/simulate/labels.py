"""The verdict on each transaction, late."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fraudstream.simulate.kinds import DAY, HOUR
from fraudstream.simulate.rows import Row
from fraudstream.simulate.settings import Settings


class Label(NamedTuple):
    """One verdict; times are ms since 1970; fields as in columns.LABELS."""

    transaction_id: str
    event_time: int
    labelled_at: int
    is_fraud: bool
    account_id: str | None
    counterparty_id: str | None
    fraud_kind: str | None


def labels(settings: Settings, rng: np.random.Generator, rows: list[Row]) -> list[Label]:
    """One label for each row, in the order of rows; none with feedback `none`. The delay is blind to the verdict."""
    if settings.feedback == "none":
        return []
    delays = np.full(len(rows), HOUR)
    if settings.feedback == "delayed":
        median = settings.label_delay_hours * HOUR
        delays = np.clip(rng.lognormal(np.log(median), 0.6, len(rows)), HOUR, 7 * DAY).astype(np.int64)
    return [Label(r.transaction_id, r.event_time, max(r.event_time, r.ingested_at) + delay, r.kind > 0, r.account_id,
                  r.counterparty_id, r.fraud_kind) for r, delay in zip(rows, delays.tolist(), strict=True)]
