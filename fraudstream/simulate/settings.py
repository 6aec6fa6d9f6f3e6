"""What a simulation is made of; the same settings give the same rows on every machine."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime

from fraudstream.simulate.drift import Drift

FEEDBACK = ("full", "delayed", "none")


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of bad input, each of all rows; everything but `late` comes as extra rows, so that books stay right."""

    null_key: float = 0.0
    bad_amount: float = 0.0
    future_time: float = 0.0
    repeated_id: float = 0.0
    late: float = 0.0
    undecodable: float = 0.0

    @classmethod
    def all(cls, share: float) -> Faults:
        """Every kind of bad input with the same share."""
        return cls(**{f.name: share for f in fields(cls)})


@dataclass(frozen=True, slots=True)
class Settings:
    """accounts customers, simulated for `days` days from `start` (UTC midnight), with about transactions_per_day.

    fraud_rate is the share of fraudulent transactions. feedback says how labels come: full (an hour later), delayed
    (label_delay_hours is the median, a week the longest) or none. drift: a change of the world; the days before it are
    the same as without.
    """

    seed: int = 1
    days: int = 7
    accounts: int = 2000
    transactions_per_day: int = 3000
    fraud_rate: float = 0.007
    start: datetime = datetime(2025, 9, 1, tzinfo=UTC)
    feedback: str = "delayed"
    label_delay_hours: float = 36.0
    faults: Faults = field(default_factory=Faults)
    drift: Drift | None = None

    def __post_init__(self) -> None:
        if self.accounts < 50:
            raise ValueError(f"accounts is {self.accounts}; a population needs at least 50")
        if self.days < 1 or self.transactions_per_day < 1:
            raise ValueError("days and transactions_per_day must be at least 1")
        if not 0 <= self.fraud_rate <= 0.2:
            raise ValueError(f"fraud_rate is {self.fraud_rate}; it is a share between 0 and 0.2")
        if self.feedback not in FEEDBACK:
            raise ValueError(f"feedback is {self.feedback!r}; one of {', '.join(FEEDBACK)}")
        if self.start.tzinfo is None:
            raise ValueError("start needs a time zone")

    @property
    def start_ms(self) -> int:
        """Milliseconds since 1970 of the first simulated midnight."""
        return int(self.start.timestamp() * 1000)
