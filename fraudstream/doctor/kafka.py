"""Does Kafka answer, and as whom?"""

from __future__ import annotations

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from fraudstream.doctor.finding import Findings
from fraudstream.doctor.visit import Visit
from fraudstream.kafka import KafkaError, admin, wait_kafka

ADVICE = "look at KAFKA_BOOTSTRAP_SERVERS, KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_…, KAFKA_SSL_… and at the network"


def look_at_kafka(visit: Visit, findings: Findings) -> AdminClient | None:
    """One finding; the client for further checks, None where Kafka does not answer."""
    check = f"kafka {visit.addresses.kafka}"
    try:
        wait_kafka(visit.addresses.kafka, visit.timeout)
        client = admin(visit.addresses.kafka)
        brokers = client.list_topics(timeout=visit.timeout).brokers
    except (KafkaError, KafkaException) as error:
        findings.failed(check, str(error), ADVICE)
        return None
    findings.passed(check, f"{len(brokers)} broker{'s' * (len(brokers) != 1)}")
    return client
