"""Drift day by day: population stability of the score and of every feature, and what labels say of the calibration.

Each figure has its own usual scatter from day to day, measured on reference days; an alarm is a day far outside it, so
that a quiet feature alarms at a small shift and a restless one only at a large.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import UserError
from fraudstream.evaluate.data import Data
from scoring.model import Model, Scorer
from scoring.model.reference import Distribution, reference_of
from scoring.model.transforms import Array
from scoring.sidecar.drift import psi
from scoring.training.metrics import DAY_MS

ENOUGH_ROWS = 200
ENOUGH_FRAUDS = 20
ENOUGH_DAYS = 7
FAR = {"score": 3.5}
FAR_FEATURE = 6.0
SHIFT = 0.2
TAIL = 0.995
GROWTH = 3.0
RATIO = (0.8, 1.25)
CLUSTERED = 2.0
SCORE = "score"
AHEAD = 7


@dataclass(frozen=True)
class Trend:
    """A straight line through daily values, and the deviation of a day from it."""

    level: float
    slope: float
    deviation: float
    last: int
    days: int = 0

    @property
    def grows(self) -> bool:
        """Whether the line goes further than days scatter: a count since the first transaction, an age, a window of 30
        days that is not yet full. What such a column does next cannot be told from what it did."""
        return abs(self.slope) * self.days > GROWTH * self.deviation

    def at(self, day: int) -> float:
        """What is usual on a day (since 1970); the line goes on for a week after its last day and then is level."""
        return self.level + self.slope * min(day, self.last + AHEAD)

    def far(self, value: float, day: int, deviations: float = FAR_FEATURE) -> bool:
        """Whether a day's value (day: since 1970) is so many deviations from the line."""
        return abs(value - self.at(day)) > max(deviations * self.deviation, 1e-9)


@dataclass(frozen=True)
class Normal:
    """What reference days look like. distributions: of all their rows, by column and "score"; psi, mean, tail: how the
    index of a day, its mean and its share of values above `high` usually are, of columns that do not grow. growing:
    those that do, which are not watched. centres: mean of each column by the combination of the model's categories,
    taken off before means are compared."""

    distributions: dict[str, Distribution]
    psi: dict[str, Trend]
    mean: dict[str, Trend]
    tail: dict[str, Trend]
    high: dict[str, float]
    centres: dict[str, dict[str, float]]
    growing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Groups:
    """Rows by group. number: (n,) each row's place in names."""

    names: tuple[str, ...]
    number: NDArray[np.intp]

    def where(self, rows: NDArray[np.bool_]) -> Groups:
        return Groups(self.names, self.number[rows])

    def centres(self, values: Array) -> dict[str, float]:
        """The mean of each group's known values."""
        known = ~np.isnan(values)
        counts = np.bincount(self.number[known], minlength=len(self.names))
        sums = np.bincount(self.number[known], values[known], minlength=len(self.names))
        return dict(zip(self.names, (sums / np.maximum(counts, 1)).tolist(), strict=True))

    def centred(self, values: Array, centres: dict[str, float]) -> Array:
        return values - np.array([centres.get(name, 0.0) for name in self.names])[self.number]


@dataclass(frozen=True)
class Alarm:
    """Why somebody should look: subject (score, calibration or a column), the value, what it usually is, in words."""

    subject: str
    value: float
    usual: float
    reason: str


@dataclass(frozen=True)
class Day:
    """One day. mean_p_over_base: over the labels that became known that day, NaN where frauds were few."""

    begins: int
    rows: int
    psi: dict[str, float]
    mean_probability: float
    mean_p_over_base: float
    alarms: list[Alarm]


def stability(model: Model, probability: Array) -> float | None:
    """The index of scores against the model's own reference; None where it carries none."""
    reference = model.reference
    return None if reference is None else psi(np.array(reference.score.shares), reference.score.count(probability))


def normal(model: Model, data: Data) -> Normal:
    """The usual scatter over whole days of reference data, best not those the model was fitted to."""
    values = _values(model, data)
    kinds = {f.column: f.type for f in model.features} | {SCORE: "number"}
    reference = reference_of(values, {f.column: f.type for f in model.features}, values[SCORE])
    distributions: dict[str, Distribution] = dict(reference.features)
    distributions[SCORE] = reference.score
    days = {at // DAY_MS: rows for at, rows in _days(data.table.event_time) if rows.sum() >= ENOUGH_ROWS}
    if len(days) < ENOUGH_DAYS:
        raise UserError(f"drift needs {ENOUGH_DAYS} reference days of {ENOUGH_ROWS} rows, there are {len(days)}")
    index = {name: _trend(days, [_psi(distributions[name], values[name][rows]) for rows in days.values()])
             for name in values}
    names = [name for name in values if kinds[name] == "number"]
    groups = _groups(model, data)
    centres = {name: groups.centres(values[name]) for name in names}
    centred = {name: groups.centred(values[name], centres[name]) for name in names}
    mean = {name: _trend(days, [_mean(centred[name][rows]) for rows in days.values()]) for name in names}
    high = {name: float(np.nanquantile(values[name], TAIL)) for name in names}
    tail = {name: _trend(days, [float((values[name][rows] > high[name]).mean()) for rows in days.values()])
            for name in names}
    growing = tuple(name for name in names if name != SCORE and mean[name].grows)
    index, mean, tail = ({name: one for name, one in found.items() if name not in growing}
                         for found in (index, mean, tail))
    return Normal(distributions, index, mean, tail, high, centres, growing)


def watch(model: Model, usual: Normal, data: Data) -> list[Day]:
    """Every day of the data, with its alarms."""
    values, groups = _values(model, data), _groups(model, data)
    return [_day(usual, data, values, groups, begins, rows) for begins, rows in _days(data.table.event_time)
            if rows.sum() >= ENOUGH_ROWS]


def _day(usual: Normal, data: Data, values: dict[str, NDArray[Any]], groups: Groups, begins: int,
         rows: NDArray[np.bool_]) -> Day:
    index = {name: _psi(usual.distributions[name], column[rows]) for name, column in values.items()}
    today = groups.where(rows)
    mean = {name: _mean(today.centred(values[name][rows], usual.centres[name])) for name in usual.mean}
    tail = {name: float((values[name][rows] > usual.high[name]).mean()) for name in usual.tail}
    came = (data.known_at >= begins) & (data.known_at < begins + DAY_MS) & ~np.isnan(data.table.label)
    ratio = _ratio(values[SCORE][came], data.table.label[came])
    day = begins // DAY_MS
    alarms = [*_shifted(usual, index, day), *_moved("mean", usual.mean, mean, day),
              *_moved("share of high values", usual.tail, tail, day),
              *_wrong(values[SCORE][came], data.table.label[came])]
    return Day(begins, int(rows.sum()), index, float(values[SCORE][rows].mean()), ratio, alarms)


def _shifted(usual: Normal, index: dict[str, float], day: int) -> Iterator[Alarm]:
    for name, trend in usual.psi.items():
        value = index[name]
        if value > SHIFT and value > 2 * trend.at(day) and trend.far(value, day):
            yield Alarm(name, value, trend.at(day), f"{name}: other distribution, PSI {value:.3f}, usually "
                                                    f"{max(trend.at(day), 0.0):.3f}")


def _moved(what: str, trends: dict[str, Trend], found: dict[str, float], day: int) -> Iterator[Alarm]:
    for name, trend in trends.items():
        value = found[name]
        if trend.far(value, day, FAR.get(name, FAR_FEATURE)):
            yield Alarm(name, value, trend.at(day), f"{name}: the day's {what} is {value:.4g}, usually "
                                                    f"{trend.at(day):.4g} ± {trend.deviation:.2g}")


def _wrong(probability: Array, label: Array) -> Iterator[Alarm]:
    """Frauds come in clusters, so their number scatters twice as much as chance alone would have it."""
    ratio, frauds = _ratio(probability, label), float(label.sum())
    scatter = CLUSTERED * float(np.sqrt(max(frauds, 1.0)))
    if not np.isnan(ratio) and not RATIO[0] <= ratio <= RATIO[1] and abs(frauds - probability.sum()) > 2 * scatter:
        yield Alarm("calibration", ratio, 1.0, f"calibration: mean probability is {ratio:.2f} of the base rate")


def _groups(model: Model, data: Data) -> Groups:
    """By the combination of the values of all categories the model reads."""
    columns = [data.table.columns[f.column] for f in model.features if f.type == "category"]
    texts = zip(*(column.tolist() for column in columns), strict=True) if columns else [()] * len(data)
    names, number = np.unique(["|".join(map(str, parts)) for parts in texts], return_inverse=True)
    return Groups(tuple(names.tolist()), number)


def _values(model: Model, data: Data) -> dict[str, NDArray[Any]]:
    """Columns the model reads, numbers as their transformed first term, and the score."""
    values = {f.column: data.table.columns[f.column] if f.type == "category" else _scaled(data, f.column)
              for f in model.features}
    return values | {SCORE: Scorer(model).score(data.table.columns).probability}


def _scaled(data: Data, column: str) -> Array:
    """sign · log1p, under which means are not ruled by a few large values."""
    values = np.asarray(data.table.columns[column], dtype=np.float64)
    return np.copysign(np.log1p(np.abs(values)), values)


def _days(event_time: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    days = event_time // DAY_MS
    for day in np.unique(days).tolist():
        yield day * DAY_MS, days == day


def _ratio(probability: Array, label: Array) -> float:
    frauds = float(label.sum())
    return float(probability.sum() / frauds) if frauds >= ENOUGH_FRAUDS else float("nan")


def _psi(wanted: Distribution, column: NDArray[Any]) -> float:
    return psi(np.array(wanted.shares), wanted.count(column))


def _mean(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


def _trend(days: Iterable[int], values: list[float]) -> Trend:
    """Least squares; the deviation has two degrees of freedom less than days."""
    x = np.array(list(days), dtype=np.float64)
    slope, level = np.polyfit(x - x.mean(), values, 1)
    rest = np.array(values) - (level + slope * (x - x.mean()))
    return Trend(float(level - slope * x.mean()), float(slope), float(np.sqrt((rest**2).sum() / (len(x) - 2))),
                 int(x.max()), int(x.max() - x.min()))
