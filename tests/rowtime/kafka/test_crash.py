"""kill -9 of the broker process: what was acknowledged is there, exactly once, and everything goes on."""

from __future__ import annotations

import time
from collections import Counter

import confluent_kafka as ck
import pytest

from rowtime.addresses import Address
from rowtime.serve import Ports

SECONDS = 60
STAY = {"metadata.recovery.strategy": "none"}
"""librdkafka 2.16: after a re-bootstrap send_offsets_to_transaction waits for ever for the broker it had before."""


def same_port(stack):
    return Ports(kafka=Address.parse(stack.kafka))


def read_all(bootstrap, topic, count):
    reader = ck.Consumer({"bootstrap.servers": bootstrap, "group.id": "check", "auto.offset.reset": "earliest",
                          "isolation.level": "read_committed", "enable.partition.eof": True})
    reader.assign([ck.TopicPartition(topic, 0, 0)])
    found, end = [], time.monotonic() + SECONDS
    while time.monotonic() < end:
        message = reader.poll(1)
        if message is not None and message.error() and len(found) >= count:
            break
        if message is not None and not message.error():
            found.append(message.value().decode())
    reader.close()
    return found


def test_acknowledged_records_are_there_exactly_once(stack):
    running = stack()
    acked = []
    out = ck.Producer({"bootstrap.servers": running.kafka, "enable.idempotence": True, "linger.ms": 1,
                       "batch.num.messages": 50, "log_level": 0})
    for n in range(6000):
        out.produce("t", str(n), on_delivery=lambda error, message: error or acked.append(message.value().decode()))
        out.poll(0)
        if n in (2000, 4000):
            running.kill()
            running = stack(same_port(running))
    assert out.flush(SECONDS) == 0
    assert len(acked) == 6000
    assert read_all(running.kafka, "t", 6000) == [str(n) for n in range(6000)]


def test_transactions_and_groups_go_on(stack):
    running = stack()
    config = {"bootstrap.servers": running.kafka, "log_level": 0, **STAY}
    source = ck.Producer(config)
    for n in range(400):
        source.produce("in", str(n))
    source.flush(SECONDS)
    reader = ck.Consumer({**config, "group.id": "g", "auto.offset.reset": "earliest", "enable.auto.commit": False,
                          "isolation.level": "read_committed", "session.timeout.ms": 6000})
    out = ck.Producer({**config, "transactional.id": "tx"})
    out.init_transactions(SECONDS)
    reader.subscribe(["in"])
    done, rounds, end = 0, 0, time.monotonic() + SECONDS
    while done < 400 and time.monotonic() < end:
        batch = [message for message in reader.consume(40, 1) if not message.error()]
        if not batch:
            continue
        rounds += 1
        out.begin_transaction()
        for message in batch:
            out.produce("out", message.value())
        if rounds in (3, 6):
            running.kill()
            running = stack(same_port(running))
        try:
            out.send_offsets_to_transaction(reader.position(reader.assignment()), reader.consumer_group_metadata(),
                                            SECONDS)
            out.commit_transaction(SECONDS)
            done += len(batch)
        except ck.KafkaException as error:
            assert error.args[0].txn_requires_abort(), error
            out.abort_transaction(SECONDS)
            rewind(reader)
    reader.close()
    found = Counter(read_all(running.kafka, "out", 400))
    assert found == Counter(str(n) for n in range(400))


def rewind(reader):
    """Back to what is committed, for every partition this member owns once it is in the group again."""
    for part in reader.committed([ck.TopicPartition("in", 0)], SECONDS):
        part.offset = max(part.offset, 0)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                reader.seek(part)
                return
            except ck.KafkaException:
                reader.poll(0.1)
    pytest.fail("the member did not get its partition back")


def test_topics_schemas_and_settings_are_there_again(stack):
    import requests

    running = stack()
    body = {"schema": '{"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]}'}
    known = requests.post(f"{running.registry}/subjects/s-value/versions", json=body, timeout=10).json()
    running.kill()
    running = stack()
    again = requests.get(f"{running.registry}/schemas/ids/{known['id']}", timeout=10)
    assert again.status_code == 200
