"""Topics that have to be there before the scripts: made from sql/topics.toml, checked when they are there already."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from fraudstream.deploy.report import CREATED, FAILED, UNCHANGED, WOULD, Action
from fraudstream.errors import UserError


@dataclass(frozen=True, slots=True)
class TopicPlan:
    names: tuple[str, ...]
    partitions: int
    config: dict[str, str]


def read_plan(file: Path, partitions: int | None) -> TopicPlan:
    """The plan of a topics file; `partitions` overrides the file's number."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        defaults = dict(document["defaults"])
        number = int(partitions or defaults.pop("partitions"))
        defaults.pop("partitions", None)
        return TopicPlan(tuple(document["topics"]), number, {k: str(v) for k, v in defaults.items()})
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{file}: not a topics file: {error}") from None


def create_topics(kafka: str, plan: TopicPlan, dry_run: bool, timeout: float = 30.0) -> list[Action]:
    """Make what is missing. A topic with another number of partitions is a failure: joins would miss."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient, NewTopic

    admin = AdminClient({"bootstrap.servers": kafka})
    try:
        there = admin.list_topics(timeout=timeout).topics
    except KafkaException as error:
        raise UserError(f"no Kafka at {kafka}: {error.args[0].str()}") from None
    actions = [_existing(name, len(there[name].partitions), plan) for name in plan.names if name in there]
    missing = [name for name in plan.names if name not in there]
    if dry_run:
        return actions + [Action("topic", name, WOULD) for name in missing]
    if missing:
        futures = admin.create_topics([NewTopic(n, plan.partitions, 1, config=plan.config) for n in missing],
                                      operation_timeout=timeout)
        actions += [_created(name, future, plan) for name, future in futures.items()]
    return actions


def _existing(name: str, partitions: int, plan: TopicPlan) -> Action:
    if partitions == plan.partitions:
        return Action("topic", name, UNCHANGED)
    return Action("topic", name, FAILED, f"has {partitions} partitions, not {plan.partitions}: deploy with "
                                         f"--partitions {partitions}, or delete the topic")


def _created(name: str, future: object, plan: TopicPlan) -> Action:
    from confluent_kafka import KafkaException

    try:
        future.result()  # type: ignore[attr-defined]
    except KafkaException as error:
        return Action("topic", name, FAILED, error.args[0].str())
    return Action("topic", name, CREATED, f"{plan.partitions} partitions")


def delete_topics(kafka: str, names: list[str], timeout: float = 30.0) -> None:
    """Delete those of the topics that are there."""
    from confluent_kafka.admin import AdminClient

    admin = AdminClient({"bootstrap.servers": kafka})
    there = admin.list_topics(timeout=timeout).topics
    present = [name for name in names if name in there]
    for future in (admin.delete_topics(present) if present else {}).values():
        future.result()
