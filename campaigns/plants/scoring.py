"""Planted bugs in functions of the sidecar."""

from __future__ import annotations

import itertools
from typing import Any


def model_mid_batch() -> None:
    """Half of each batch is scored by the model that was there before, when there was one."""
    from scoring.sidecar.batch import BatchScorer
    from scoring.sidecar.outputs import Outputs

    made: list[Any] = []
    begin, process = BatchScorer.__init__, BatchScorer.process

    def remember(self: Any, *arguments: Any, **options: Any) -> None:
        begin(self, *arguments, **options)
        made.append(self)

    def in_halves(self: Any, messages: Any, *arguments: Any, **options: Any) -> Any:
        result = process(self, messages, *arguments, **options)
        if len(made) > 1 and self is made[-1] and len(messages) > 1:
            half = len(messages) // 2
            other = process(made[-2], messages, *arguments, **options)
            result.outputs = Outputs.of([*list(other.outputs)[:half], *list(result.outputs)[half:]])
        return result

    BatchScorer.__init__ = remember  # type: ignore[method-assign]
    BatchScorer.process = in_halves  # type: ignore[method-assign]


def rows_shifted() -> None:
    """In one batch of ten the scores stand one row off."""
    from scoring.model.scorer import Scorer

    score, batches = Scorer.score, itertools.count(1)

    def shifted(self: Any, columns: Any, *arguments: Any) -> Any:
        if next(batches) % 10 == 0:
            columns = {name: values[::-1] for name, values in columns.items()}
        return score(self, columns, *arguments)

    Scorer.score = shifted  # type: ignore[method-assign, assignment]


def epoch_kept() -> None:
    """No call is ever taken for one that was sent twice."""
    import scoring.sidecar.transaction

    scoring.sidecar.transaction.RESEND_SECONDS = float("inf")
