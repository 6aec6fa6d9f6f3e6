"""Finding the record that makes a batch fail: smaller and smaller batches, then a dead letter."""

from __future__ import annotations

import logging

from scoring.sidecar.log import event
from scoring.sidecar.messages import Messages, position_header
from scoring.sidecar.records import Rejection
from scoring.sidecar.transaction import TransactionAborted

REFUSED = "refused"


class Isolation:
    """How many records the next batch may have, and whether it is the one record that is to blame."""

    def __init__(self, batch_size: int) -> None:
        self._size = batch_size
        self._guilty: dict[bytes, Rejection] = {}
        self.limit = batch_size

    def failed(self, messages: Messages, error: TransactionAborted) -> None:
        """A batch was aborted. Only errors that a record caused make the next batch smaller."""
        if not error.record:
            return
        if len(messages) == 1:
            position = position_header(messages[0])
            self._guilty[position] = Rejection(REFUSED, str(error), "TransactionAborted")
            event("isolated", logging.WARNING, position=position.decode(), error=str(error))
        self.limit = max(1, min(self.limit, len(messages)) // 2)

    def refused(self, messages: Messages) -> Rejection | None:
        """Why this batch, a single record, must become a dead letter."""
        return self._guilty.get(position_header(messages[0])) if self._guilty and len(messages) == 1 else None

    def succeeded(self) -> None:
        """A batch was committed."""
        self.limit = min(self.limit * 2, self._size)
