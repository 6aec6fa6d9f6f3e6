"""How fast: so many transactions a second, a multiple of real time, or as fast as it goes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from fraudstream.errors import UserError

_RATE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>x|/s|tx/s)?$")


@dataclass(frozen=True, slots=True)
class Rate:
    """Either per_second (transactions) or speed (seconds of the data's time in one of ours) is above 0, or neither."""

    per_second: float = 0.0
    speed: float = 0.0

    @property
    def unlimited(self) -> bool:
        return not (self.per_second or self.speed)


UNLIMITED = Rate()


def parse(text: str | None) -> Rate:
    """`500` or `500/s`: transactions a second; `60x`: an hour in a minute; `max` or nothing: unlimited."""
    if text is None or text.strip().lower() in ("", "max", "unlimited"):
        return UNLIMITED
    found = _RATE.match(text.strip().lower())
    if not found or not float(found["number"]):
        raise UserError(f"rate {text!r}: write 500/s (transactions a second), 60x (times real time) or max")
    number = float(found["number"])
    return Rate(speed=number) if found["unit"] == "x" else Rate(per_second=number)


class Pace:
    """Tells when the next transaction is due. Time lost is caught up with, not added."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic):
        self.rate, self.clock = rate, clock
        self.begun = clock()
        self.first: int | None = None
        self.count = 0

    def due(self, arrival: int) -> float:
        """The time of `clock` at which the next transaction, which arrives at `arrival` (ms), is to be sent."""
        if self.rate.unlimited:
            return self.begun
        self.first = arrival if self.first is None else self.first
        self.count += 1
        if self.rate.per_second:
            return self.begun + (self.count - 1) / self.rate.per_second
        return self.begun + (arrival - self.first) / 1000 / self.rate.speed
