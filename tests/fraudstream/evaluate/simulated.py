"""Simulated days as evaluation data, with a few features computed here: what is tested needs no SQL."""

from __future__ import annotations

import numpy as np

from fraudstream.evaluate import Data
from fraudstream.simulate import Settings, simulate
from fraudstream.simulate.honesty import features
from scoring.training import FeatureSpec, ThresholdSpec, TrainingSpec, TrainingTable

NUMBERS = ("amount", "to_mean", "since_last", "count_1h", "count_24h", "counterparty_1h", "counterparty_24h",
           "new_pair")
SPEC = TrainingSpec(
    features=(*(FeatureSpec(name, name, hinges=(0.5, 0.9, 0.97, 0.99), fill=0.0) for name in NUMBERS),
              FeatureSpec("type", "type", "category"), FeatureSpec("channel", "channel", "category")),
    threshold=ThresholdSpec(review_cost=2000.0, amount_column="amount"), label_delay_hours=72.0, strengths=(0.05,),
    calibration="none")


def simulated(settings: Settings) -> Data:
    """All good rows of a simulation in order of event time, labels as they come."""
    days = list(simulate(settings))
    rows = sorted((row for day in days for row in day.transactions if row.fault in (None, "late")),
                  key=lambda row: row.event_time)
    known = {label.transaction_id: label.labelled_at for day in days for label in day.labels}
    found = features(rows)
    columns = {name: found[name] for name in NUMBERS} | {
        name: np.array([getattr(row, name) for row in rows], dtype=object) for name in ("type", "channel")}
    amount = np.array([row.amount for row in rows], dtype=np.float64)
    table = TrainingTable(columns, np.array([float(row.kind > 0) for row in rows]), amount,
                          np.array([row.event_time for row in rows]),
                          np.array([row.account_id for row in rows], dtype=object))
    return Data(table, np.array([known.get(row.transaction_id, -1) for row in rows]),
                np.array([row.fraud_kind for row in rows], dtype=object))
