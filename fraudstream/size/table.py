"""Sizings as a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from fraudstream.size.sizing import Sizing

HEAD = ("tx/s", "partitions", "sidecars (1 core each)", "their memory", "ksqlDB cores", "ksqlDB memory",
        "Kafka records/s", "Kafka MB/s", "disk/day")


def markdown(sizings: Iterable[Sizing]) -> str:
    """One row a sizing."""
    rows = [HEAD, ("--:",) * len(HEAD), *(_row(sizing) for sizing in sizings)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(s: Sizing) -> tuple[str, ...]:
    return (f"{s.tps:,}", f"{s.partitions:,}", f"{s.sidecars:,}", f"{s.sidecar_memory_mib:,} MiB",
            f"{s.ksqldb_cores:,}", f"{s.ksqldb_memory_gib:,} GiB", f"{s.kafka_records_s:,}",
            f"{s.kafka_write_mb_s:,.0f}", f"{s.kafka_disk_gb_day:,.0f} GB")
