"""Which decoded rows can be scored, and why the others cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.decoder import Batch, Column
from scoring.model.features import Feature
from scoring.model.model import Model
from scoring.sidecar.facts import NEEDED
from scoring.sidecar.records import Rejection

MISSING = "missing feature"
NOT_FINITE = "not finite"
ABSURD = "absurd value"
UNDECODABLE = "undecodable"
NO_KEY = "no transaction id"
NO_EVENT_TIME = "no event time"
AHEAD_MS = 3_600_000
"""A flag carries its event time as timestamp, and brokers refuse timestamps later than an hour from now (Kafka 4's
message.timestamp.after.max.ms); one such record would abort its batch's transaction again and again."""


@dataclass
class Screened:
    """good: rows that can be scored, ascending. columns: their values, NaN for null. rejected: row → why."""

    good: NDArray[np.int64]
    columns: dict[str, NDArray[Any]]
    rejected: dict[int, Rejection]


def screen(model: Model, batch: Batch, keys: list[bytes | None], event_time: str, now: int) -> Screened:
    """Sort a decoded batch into rows to score and rows to reject; the first reason found is the one given.

    now: milliseconds since 1970.
    """
    rejected: dict[int, Rejection] = {}
    _reject(rejected, batch.bad, UNDECODABLE, "value does not follow its writer schema")
    if not all(keys):
        _reject(rejected, [not key for key in keys], NO_KEY, "the record's key is null or empty")
    _screen_event_time(rejected, batch.columns[event_time], event_time, now)
    for name in dict.fromkeys((*model.columns, *NEEDED)):
        _screen_texts(rejected, name, batch.columns[name])
    for name in model.columns:
        _screen_column(rejected, name, batch.columns[name], name in model.required)
    for feature in model.features:
        _screen_limits(rejected, feature, batch.columns[feature.column])
    good = np.delete(np.arange(len(keys)), list(rejected)) if rejected else np.arange(len(keys))
    return Screened(good, {name: _values(batch.columns[name], good) for name in model.columns}, rejected)


def _screen_event_time(rejected: dict[int, Rejection], column: Column, name: str, now: int) -> None:
    _reject(rejected, column.null, NO_EVENT_TIME, f"{name} is null")
    _reject(rejected, column.values < 0, ABSURD, f"{name} is before 1970")
    _reject(rejected, ~column.null & (column.values > now + AHEAD_MS), ABSURD, f"{name} is more than an hour ahead")


def _screen_texts(rejected: dict[int, Rejection], name: str, column: Column) -> None:
    if column.kind != "string" or (column.spans is not None and column.spans.are_ascii()):
        return
    _reject(rejected, [not _is_utf8(value) for value in column.values], UNDECODABLE, f"{name} is not UTF-8")


def _is_utf8(value: bytes | None) -> bool:
    try:
        return value is None or value.decode() is not None
    except UnicodeDecodeError:
        return False


def _screen_column(rejected: dict[int, Rejection], name: str, column: Column, required: bool) -> None:
    if required:
        _reject(rejected, column.null, MISSING, f"{name} is null and the model cannot do without it")
    if column.values.dtype == np.float64:
        _reject(rejected, ~np.isfinite(column.values), NOT_FINITE, f"{name} is NaN or infinite")


def _screen_limits(rejected: dict[int, Rejection], feature: Feature, column: Column) -> None:
    if feature.limits is not None:
        low, high = feature.limits
        outside = ~column.null & ((column.values < low) | (column.values > high))
        _reject(rejected, outside, ABSURD, f"{feature.column} is outside {low:g} to {high:g}")


def _reject(rejected: dict[int, Rejection], wrong: Any, reason: str, error: str) -> None:
    if np.any(wrong):
        rejection = Rejection(reason, error)
        for row in np.flatnonzero(wrong).tolist():
            rejected.setdefault(row, rejection)


def _values(column: Column, rows: NDArray[np.int64]) -> NDArray[Any]:
    if len(rows) == len(column.values):
        return column.plain()
    return Column(column.kind, column.values[rows], column.null[rows]).plain()
