"""What a visit is about: the addresses, the plan they should carry, and the limits that make a warning."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fraudstream.addresses import Addresses
from fraudstream.deploy.plan import Plan


@dataclass(frozen=True, slots=True)
class Visit:
    """timeout: seconds for one answer; max_lag: records a group may be behind; max_skew: seconds between clocks."""

    addresses: Addresses
    plan: Plan
    group: str
    model: Path
    timeout: float = 10.0
    max_lag: int = 100_000
    max_skew: float = 2.0
    input_topic: str = "transactions_enriched"
