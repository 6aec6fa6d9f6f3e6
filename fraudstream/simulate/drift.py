"""Changes of the world on request, from a day on: what a model in use has to be watched for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudstream.simulate.events import Events

KINDS = ("prevalence", "amounts", "new-kind")
PREVALENCE = 5.0
AMOUNTS = 1.2
NEW_KIND_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Drift:
    """From `day` (0 is the simulation's first) on: prevalence, five times the fraud; amounts, all of them a fifth
    higher; new-kind, card testing, which is no part of the kinds before, 2 % of all transactions."""

    kind: str
    day: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"drift is {self.kind!r}; one of {', '.join(KINDS)}")
        if self.day < 0:
            raise ValueError(f"drift begins on day {self.day}; it must not be negative")

    def has(self, kind: str, day: int) -> bool:
        return self.kind == kind and day >= self.day


def fraud_factor(drift: Drift | None, day: int) -> float:
    """What the fraud rate is multiplied by."""
    return PREVALENCE if drift is not None and drift.has("prevalence", day) else 1.0


def suddenly_more(drift: Drift | None, day: int) -> float:
    """What the fraud rate is multiplied by for incidents under way when prevalence rises, on that day alone."""
    return PREVALENCE - 1.0 if drift is not None and drift.has("prevalence", day) and day == drift.day else 0.0


def new_kind_share(drift: Drift | None, day: int) -> float:
    """Share of card testing among all transactions."""
    return NEW_KIND_SHARE if drift is not None and drift.has("new-kind", day) else 0.0


def scaled(drift: Drift | None, day: int, planned: Events) -> Events:
    """The planned events with the amounts of the day."""
    if drift is None or not drift.has("amounts", day):
        return planned
    out = planned.take(np.arange(len(planned)))
    out.amount = (planned.amount * AMOUNTS).astype(np.int64)
    return out
