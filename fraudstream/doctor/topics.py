"""Are the topics there, with the partitions, the retention and the safety that the pipeline needs?"""

from __future__ import annotations

from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from fraudstream.deploy.plan import Topic
from fraudstream.doctor.finding import Findings
from fraudstream.doctor.visit import Visit

DEPLOY = "run `fraudstream deploy`"
SAFE_COPIES = 3
Config = dict[str, Any]


def look_at_topics(visit: Visit, client: AdminClient, findings: Findings) -> None:
    """One finding a topic of the plan, the sidecar's input, and the topics that windows and joins are kept in."""
    there = client.list_topics(timeout=visit.timeout)
    for topic in visit.plan.topics:
        _topic(topic, there.topics.get(topic.name), len(there.brokers), client, visit, findings)
    _input(visit, there.topics, findings)


def _topic(topic: Topic, found: Any, brokers: int, client: AdminClient, visit: Visit, findings: Findings) -> None:
    check = f"topic {topic.name}"
    if found is None or found.error is not None:
        findings.failed(check, "is not there", DEPLOY)
        return
    if len(found.partitions) != topic.partitions:
        findings.failed(check, f"has {len(found.partitions)} partitions, not {topic.partitions}: joins would miss",
                        f"delete it and {DEPLOY}, or look with --partitions {len(found.partitions)}")
        return
    try:
        config = settings(client, topic.name, visit.timeout)
    except KafkaException as error:
        findings.skipped(check, f"its settings cannot be read: {error.args[0].str()}")
        return
    wrong = [f"{name} is {config[name].value}, not {value}" for name, value in topic.config.items()
             if name in config and config[name].value != value]
    if wrong:
        findings.failed(check, "; ".join(wrong), f"alter the topic: {_alter(topic, config)}")
        return
    _copies(check, topic, found, config, brokers, findings)


def _copies(check: str, topic: Topic, found: Any, config: Config, brokers: int, findings: Findings) -> None:
    copies = min(len(partition.replicas) for partition in found.partitions.values())
    alive = min(len(partition.isrs) for partition in found.partitions.values())
    needed = int(config["min.insync.replicas"].value) if "min.insync.replicas" in config else 1
    detail = (f"partitions {topic.partitions}, copies {copies}, min.insync.replicas {needed}, "
              f"{config['cleanup.policy'].value}, retention.ms {config['retention.ms'].value}")
    if alive < needed:
        findings.failed(check, f"{alive} of {copies} copies in sync, {needed} needed: nothing can be written",
                        "bring the missing brokers back")
    elif copies < SAFE_COPIES <= brokers:
        findings.warn(check, detail, f"a broker's disk may lose it: make it with --replication {SAFE_COPIES}")
    elif copies >= SAFE_COPIES and needed < 2:
        findings.warn(check, detail, "set min.insync.replicas to 2, or a broker's loss may lose what was acknowledged")
    elif alive < copies:
        findings.warn(check, f"{detail}; {alive} in sync", "a broker is away or behind")
    else:
        findings.passed(check, detail)


def _input(visit: Visit, there: dict[str, Any], findings: Findings) -> None:
    found, wanted = there.get(visit.input_topic), {topic.name: topic.partitions for topic in visit.plan.topics}
    check = f"topic {visit.input_topic}"
    if found is None:
        findings.failed(check, "is not there: no SQL writes it", DEPLOY)
    elif len(found.partitions) != wanted.get("fraud_flags", len(found.partitions)):
        findings.failed(check, f"has {len(found.partitions)} partitions, fraud_flags has {wanted['fraud_flags']}: "
                        "flags would not join", f"tear down and {DEPLOY} with one number of partitions")
    else:
        findings.passed(check, f"{len(found.partitions)} partitions")


def settings(client: AdminClient, topic: str, timeout: float) -> Config:
    """A topic's settings by name. Raises KafkaException."""
    resource = ConfigResource(ResourceType.TOPIC, topic)
    return client.describe_configs([resource], request_timeout=timeout)[resource].result(timeout)


def _alter(topic: Topic, config: Config) -> str:
    pairs = ",".join(f"{name}={value}" for name, value in topic.config.items()
                     if name in config and config[name].value != value)
    return f"kafka-configs --alter --entity-type topics --entity-name {topic.name} --add-config {pairs}"
