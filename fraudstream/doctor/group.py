"""How far is the sidecars' group behind, and is anyone in it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from confluent_kafka import ConsumerGroupState, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from fraudstream.doctor.finding import Findings
from fraudstream.doctor.visit import Visit
from fraudstream.kafka import reader

START = "start a sidecar: `fraudstream score`"


@dataclass(frozen=True, slots=True)
class Position:
    """Of one partition: the first and the last stable offset, and the committed one (negative: none)."""

    partition: int
    first: int
    end: int
    committed: int

    @property
    def lag(self) -> int:
        return self.end - (self.committed if self.committed >= 0 else self.first)


def look_at_group(visit: Visit, client: AdminClient, findings: Findings) -> None:
    """Two findings: who is in the group, and how many records wait."""
    check = f"group {visit.group}"
    try:
        members = _members(visit, client)
        positions = _positions(visit)
    except KafkaException as error:
        findings.skipped(check, error.args[0].str())
        return
    if not positions:
        findings.skipped(check, f"{visit.input_topic} is not there")
        return
    lag = sum(position.lag for position in positions)
    if members:
        findings.passed(check, f"{members} sidecar{'s' * (members != 1)}")
    elif lag:
        findings.failed(check, f"no sidecar runs, {lag} records wait", START)
    else:
        findings.warn(check, "no sidecar runs", START)
    _lag(visit, positions, lag, findings)


def _lag(visit: Visit, positions: list[Position], lag: int, findings: Findings) -> None:
    check, detail = f"lag of {visit.group}", f"{lag} records in {len(positions)} partitions"
    lost = [position for position in positions if 0 <= position.committed < position.first]
    if lost:
        findings.failed(check, f"partition {lost[0].partition}: committed offset {lost[0].committed}, but all before "
                        f"{lost[0].first} is deleted", "it was never scored, and a sidecar stops here on purpose: "
                        "reconcile, then set the group's offset")
    elif lag > visit.max_lag:
        findings.warn(check, f"{detail}, more than {visit.max_lag}",
                      f"start more sidecars, up to {len(positions)}: one a partition")
    else:
        findings.passed(check, detail)


def _members(visit: Visit, client: AdminClient) -> int:
    asked = client.describe_consumer_groups([visit.group], request_timeout=visit.timeout)
    found = asked[visit.group].result(visit.timeout)
    return 0 if found.state == ConsumerGroupState.DEAD else len(found.members)


def _positions(visit: Visit) -> list[Position]:
    consumer: Any = reader(visit.addresses.kafka, {"group.id": visit.group})
    try:
        partitions = consumer.list_topics(visit.input_topic, timeout=visit.timeout).topics[visit.input_topic].partitions
        asked = [TopicPartition(visit.input_topic, number) for number in sorted(partitions)]
        found = []
        for position in consumer.committed(asked, timeout=visit.timeout):
            first, end = consumer.get_watermark_offsets(position, timeout=visit.timeout)
            found.append(Position(position.partition, first, end, position.offset))
        return found
    finally:
        consumer.close()
