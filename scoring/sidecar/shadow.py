"""Challengers: models that score the same records in the shadow, into a topic of their own, and raise no alert."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from scoring.avro.decoder import Batch
from scoring.model.model import Model
from scoring.model.scorer import Scorer
from scoring.sidecar.facts import EVENT_TIME, event_times, facts_of
from scoring.sidecar.flags import FlagEncoder
from scoring.sidecar.log import event
from scoring.sidecar.messages import Messages
from scoring.sidecar.outputs import NOTHING, Outputs
from scoring.sidecar.screen import screen


class Shadow:
    """One challenger. What goes wrong with it is said once, and costs its own flags only."""

    def __init__(self, model: Model, topic: str, schema: tuple[int, str], reasons: int) -> None:
        self.model, self._topic = model, topic
        self._scorer, self._encoder = Scorer(model), FlagEncoder(model, *schema, reasons)
        self._said = False

    def flags(self, messages: Messages, decoded: Batch, good: NDArray[np.int64], now: int) -> Outputs:
        """Flags for those of the rows `good`, which the champion scored, that have what this model needs."""
        try:
            return self._flags(messages, decoded, good, now)
        except Exception as error:  # a challenger must never hold up the champion
            if not self._said:
                event("challenger failed", logging.ERROR, version=self.model.version, error=repr(error))
            self._said = True
            return NOTHING

    def _flags(self, messages: Messages, decoded: Batch, good: NDArray[np.int64], now: int) -> Outputs:
        if any(name not in decoded.columns for name in self.model.columns):
            return NOTHING
        screened = screen(self.model, decoded, messages.keys, EVENT_TIME, now)
        kept = np.isin(screened.good, good)
        rows = screened.good[kept]
        if not len(rows):
            return NOTHING
        columns = {name: values[kept] for name, values in screened.columns.items()}
        values = self._encoder.encode(self._scorer.score(columns), columns, facts_of(decoded, rows), now)
        chosen = messages.take(rows.tolist())
        return Outputs([self._topic] * len(rows), chosen.keys, values, event_times(decoded, rows), chosen.headers())
