"""Do inputs and outputs balance?"""

from __future__ import annotations

from collections import Counter

from campaigns.harness.cluster import Cluster
from campaigns.harness.enriched import START, payload, row


def outputs_by_position(cluster: Cluster) -> Counter[str]:
    """How often each input position has an output."""
    outputs = [*cluster.read(cluster.flags), *cluster.read(cluster.dead)]
    return Counter(dict(message.headers())["source.position"].decode() for message in outputs)


def expected(cluster: Cluster) -> Counter[str]:
    """Every input position once."""
    return Counter(f"{m.topic()}/{m.partition()}/{m.offset()}" for m in cluster.read(cluster.input))


def assert_balanced(cluster: Cluster) -> None:
    """One output for every input, and no transaction left hanging."""
    assert outputs_by_position(cluster) == expected(cluster)
    for topic in (cluster.flags, cluster.dead):
        assert cluster.ends(topic) == cluster.ends(topic, "read_uncommitted")


def records(count: int, begin: int = 0) -> list[tuple[bytes | None, bytes | None, int]]:
    """Good enriched records: (key, value, timestamp)."""
    return [(f"T{i}".encode(), payload(row(i)), START + i) for i in range(begin, begin + count)]
