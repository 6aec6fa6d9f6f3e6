"""From a file to the data an evaluation runs over: history through sql/, cached by the training's own cache."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fraudstream.errors import UserError
from fraudstream.evaluate.data import Data
from fraudstream.train.extra_features import with_extra
from fraudstream.train.specification import specification
from scoring.training import TrainingSpec, TrainingTable
from scoring.training.metrics import DAY_MS


def spec_for(mapping: str, spec: Path | None, extra: tuple[tuple[str, str], ...] = ()) -> TrainingSpec:
    """The specification that is trained (see train.specification); extra (column, number or category) of the mapping
    follow as features where it does not name them."""
    return with_extra(specification(mapping, spec), extra)


def load_history(source: Path, mapping: str, quiet: bool = False) -> Any:
    """fraudstream.train.history.History of a file, its progress shown unless quiet."""
    from fraudstream.progress import progress
    from fraudstream.train.history import history

    total: list[int | None] = [None]
    with progress("enriching", lambda: total[0], "tx", quiet=quiet) as advance:
        return history(source, mapping=mapping, on_total=lambda rows: total.__setitem__(0, rows), on_progress=advance)


def data_of(history: Any, spec: TrainingSpec) -> Data:
    """The history's columns that the specification names, in order of event time."""
    return columns_of(history, [feature.column for feature in spec.features])


def columns_of(history: Any, columns: Sequence[str]) -> Data:
    """Some of the history's columns, in order of event time; raises UserError for one it lacks."""
    absent = [name for name in columns if name not in history.columns]
    if absent:
        raise UserError(f"the enriched stream has no column {', '.join(absent)}")
    order = np.argsort(history.event_time, kind="stable")
    known = np.where(np.isnan(history.label), -1, history.labelled_at)
    table = TrainingTable({name: history.columns[name][order] for name in columns}, history.label[order],
                          history.amount[order], history.event_time[order], history.account[order])
    return Data(table, known[order].astype(np.int64), history.fraud_kind[order])


def split_days(data: Data, warm_up: int, reference: int) -> tuple[Data, Data]:
    """The `reference` days after `warm_up` days, and what comes later."""
    days = data.table.event_time // DAY_MS - data.table.event_time[0] // DAY_MS
    return data.where((days >= warm_up) & (days < warm_up + reference)), data.where(days >= warm_up + reference)
