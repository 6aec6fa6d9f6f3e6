"""The formulas.

    sidecars   = transactions/s ÷ (records a core and second × utilisation), one process a core, at least 2
    ksqlDB     = transactions/s ÷ (transactions a core and second × utilisation) cores
    partitions = at least one for each sidecar and for each ksqlDB core, and a number that divides well
    Kafka      = transactions/s × bytes a transaction × copies; on disk, × those that are kept, not compacted
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from fraudstream.size.rates import Rates

PARTITIONS = (4, 6, 12, 24, 48, 96, 192, 384, 768, 1536)
LEAST_SIDECARS = 2
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Sizing:
    """What a rate needs. Bytes count every copy; disk is what a day adds for good, in GB (10⁹ bytes)."""

    tps: int
    partitions: int
    sidecars: int
    sidecar_memory_mib: int
    ksqldb_cores: int
    ksqldb_memory_gib: int
    kafka_records_s: int
    kafka_write_mb_s: float
    kafka_disk_gb_day: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def size(tps: int, rates: Rates, copies: int = 3) -> Sizing:
    """What `tps` transactions a second need with `copies` of every topic."""
    sidecars = max(LEAST_SIDECARS, ceil(tps / (rates.records_per_core_s * rates.utilisation)))
    cores = max(1, ceil(tps / (rates.transactions_per_core_s * rates.utilisation)))
    written, kept = (tps * copies * each for each in (rates.bytes_per_transaction, rates.kept_bytes_per_transaction))
    return Sizing(
        tps, _partitions(max(sidecars, cores)), sidecars, ceil(sidecars * rates.memory_mib), cores,
        ceil(cores * rates.memory_mib_per_core / 1024), round(tps * rates.records_per_transaction),
        round(written / 1e6, 1), round(kept * DAY / 1e9, 1))


def _partitions(least: int) -> int:
    return next((number for number in PARTITIONS if number >= least), least)
