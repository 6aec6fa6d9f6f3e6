"""How often results that wait for time to pass come out: Kafka Streams looks for them once a second of the wall clock.

Here each comes when it is due, so that results do not depend on how fast records are read. A server property, by Kafka
Streams' own name, gives the interval (ms) where its behaviour is wanted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rowtime.engine.operators.base import Generator

Clock = Callable[[], int]
FINAL_WINDOWS = "__emit.interval.ms.kstreams.windowed.aggregation__"
OUTER_JOINS = "__emit.interval.ms.kstreams.outer.join.spurious.results.fix__"


def wall_clock() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Throttle:
    """`interval` ms of `clock` between two looks; 0: none."""

    interval: int = 0
    clock: Clock = wall_clock

    def write(self, g: Generator, slot: int) -> str:
        """Source of a condition: whether it is time, of which the state's slot keeps the next; '' without interval."""
        if not self.interval:
            return ""
        g.names.update(now=self.clock)
        g.line(f"moment = recorded(now)\nlook = moment >= st[{slot}]")
        g.line(f"if look:\n    st[{slot}] = moment + {self.interval}")
        return "look"


def throttle(settings: Mapping[str, object], name: str, clock: Clock) -> Throttle:
    """What the properties say."""
    found = settings.get(f"ksql.streams.{name}", settings.get(name, 0))
    return Throttle(int(str(found)), clock)
