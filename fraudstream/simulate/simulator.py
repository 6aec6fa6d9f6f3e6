"""Day after day: plan, book, let arrive, label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from fraudstream.simulate import drift, faults, honest, incidents
from fraudstream.simulate.events import Events, concatenate
from fraudstream.simulate.kinds import DAY
from fraudstream.simulate.labels import Label, labels
from fraudstream.simulate.ledger import Ledger
from fraudstream.simulate.population import build
from fraudstream.simulate.randomness import generator
from fraudstream.simulate.rows import Row, rows
from fraudstream.simulate.settings import Settings
from fraudstream.simulate.world import World


@dataclass(frozen=True, slots=True)
class Day:
    """What arrives on a day, in order of arrival, and the labels of what happened on it, by the time they come."""

    transactions: list[Row]
    labels: list[Label]


def simulate(settings: Settings) -> Iterator[Day]:
    """The days of a simulation. The same settings give the same rows, to the last byte."""
    simulation = _Simulation(settings)
    for day in range(settings.days):
        yield simulation.day(day)


class _Simulation:
    def __init__(self, settings: Settings):
        self.settings = settings
        self.people = build(settings)
        self.ledger = Ledger(self.people)
        self.later: list[Events] = []
        self.on_the_way: list[Row] = []
        self.numbers = 0

    def day(self, day: int) -> Day:
        midnight = self.settings.start_ms + day * DAY
        booked = self.ledger.book(self._planned(day, midnight))
        rng = generator(self.settings.seed, "arrival", day)
        lag = faults.delays(rng, len(booked.events), self.settings.faults.late)
        happened = rows(booked, self.people, [self._new_id() for _ in range(len(lag))], booked.events.time + lag)
        if self.settings.faults.late:
            happened = [r._replace(fault="late") if r.ingested_at - r.event_time > 60_000 else r for r in happened]
        bad = faults.extra(generator(self.settings.seed, "faults", day), happened, self.settings.faults, self._new_id)
        verdicts = labels(self.settings, generator(self.settings.seed, "labels", day), happened)
        verdicts.sort(key=lambda label: label.labelled_at)
        return Day(self._arrived(happened + bad, midnight + DAY, day), verdicts)

    def _planned(self, day: int, midnight: int) -> Events:
        """All events of the day in order of time; what incidents plan for later days is kept for then."""
        settings = self.settings
        world = World(self.people, self.ledger.balance, midnight)
        total = settings.transactions_per_day
        weekday = (settings.start + timedelta(days=day)).weekday()
        ordinary = total * (1 - settings.fraud_rate - 0.01 * incidents.LOOKALIKES)
        planned = concatenate([
            *self.later,
            honest.ordinary_day(self.people, generator(settings.seed, "honest", day), midnight, weekday, ordinary),
            *incidents.lookalikes(world, settings.seed, day, total),
            *incidents.fraud(world, settings.seed, day,
                             total * settings.fraud_rate * drift.fraud_factor(settings.drift, day)),
            *incidents.under_way(world, settings.seed, day,
                                 total * settings.fraud_rate * drift.suddenly_more(settings.drift, day)),
            *incidents.new_kind(world, settings.seed, day, total * drift.new_kind_share(settings.drift, day)),
        ])
        today = planned.time < midnight + DAY
        self.later = [planned.take(np.flatnonzero(~today))]
        return drift.scaled(settings.drift, day, planned.take(np.flatnonzero(today)).sorted())

    def _arrived(self, new: list[Row], until: int, day: int) -> list[Row]:
        """What has arrived by `until`, in that order; the last day waits for everything."""
        everything = sorted(self.on_the_way + new, key=lambda row: row.ingested_at)
        last = day == self.settings.days - 1
        self.on_the_way = [] if last else [r for r in everything if r.ingested_at >= until]
        return everything if last else [r for r in everything if r.ingested_at < until]

    def _new_id(self) -> str:
        self.numbers += 1
        return f"s{self.settings.seed}-{self.numbers:08d}"
