"""Topics: created when absent, compared when there."""

from __future__ import annotations

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from fraudstream.deploy.plan import Topic
from fraudstream.deploy.report import Report

TIMEOUT = 30.0


def ensure(admin: AdminClient, topics: list[Topic], report: Report, dry_run: bool = False) -> None:
    """Create what is absent, one action a topic. One with other partitions or settings differs and is left."""
    there = admin.list_topics(timeout=TIMEOUT).topics
    for topic in topics:
        found = there.get(topic.name)
        if found is None or found.error is not None:
            _create(admin, topic, report, dry_run)
        elif len(found.partitions) != topic.partitions:
            report.add("topic", topic.name, "differs",
                        f"it has {len(found.partitions)} partitions, not {topic.partitions}: delete it, or deploy with "
                       f"--partitions {len(found.partitions)}")
        else:
            _compare(admin, topic, report)


def delete(admin: AdminClient, names: list[str], report: Report, dry_run: bool = False) -> None:
    """Delete the topics that are there; one action each."""
    there = admin.list_topics(timeout=TIMEOUT).topics
    for name in names:
        if name not in there:
            report.add("topic", name, "absent")
        elif dry_run:
            report.add("topic", name, "would delete")
        else:
            admin.delete_topics([name], operation_timeout=TIMEOUT)[name].result(TIMEOUT)
            report.add("topic", name, "deleted")


def _create(admin: AdminClient, topic: Topic, report: Report, dry_run: bool) -> None:
    detail = f"{topic.partitions} partitions, " + ", ".join(f"{k}={v}" for k, v in topic.config.items())
    if dry_run:
        report.add("topic", topic.name, "would create", detail)
        return
    new = NewTopic(topic.name, topic.partitions, topic.replication, config=topic.config)
    try:
        admin.create_topics([new], operation_timeout=TIMEOUT)[topic.name].result(TIMEOUT)
        report.add("topic", topic.name, "created", detail)
    except KafkaException as error:
        report.add("topic", topic.name, "failed", error.args[0].str())


def _compare(admin: AdminClient, topic: Topic, report: Report) -> None:
    try:
        resource = ConfigResource(ResourceType.TOPIC, topic.name)
        found = admin.describe_configs([resource], request_timeout=TIMEOUT)[resource].result(TIMEOUT)
    except KafkaException as error:
        report.add("topic", topic.name, "unchanged", f"settings not compared: {error.args[0].str()}")
        return
    other = [f"{name} is {found[name].value}, not {value}" for name, value in topic.config.items()
             if name in found and found[name].value != value]
    if other:
        report.add("topic", topic.name, "differs", "; ".join(other) + ": alter the topic or delete it")
    else:
        report.add("topic", topic.name, "unchanged")
