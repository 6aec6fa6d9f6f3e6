"""The engine's properties in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping

LIVE_ROUND = 2_000
"""Records a query may take before the next has its turn: few, so that results come while a backlog is worked off."""


def engine_config(env: Mapping[str, str]) -> dict[str, object]:
    """What the environment says, by ksqlDB's names."""
    return {
        "ksql.schema.registry.url": env.get("ROWTIME_REGISTRY_URL", ""),
        "ksql.streams.bootstrap.servers": env.get("ROWTIME_KAFKA", ""),
        "ksql.streams.state.dir": env.get("ROWTIME_DATA_DIR", ""),
        "rowtime.round.records": LIVE_ROUND,
    }
