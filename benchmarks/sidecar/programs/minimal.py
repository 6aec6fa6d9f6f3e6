"""The least an exactly-once loop does: what waits is one transaction, its commit is waited for, then the next.

python minimal.py SETTINGS.json; needs confluent-kafka and nothing of this project but by_hand.py beside it.
"""

from __future__ import annotations

import json
import sys
import time

from by_hand import Flagger
from confluent_kafka import Consumer, Message, Producer

MOST, WAIT_SECONDS = 10_000, 0.005


def main() -> None:
    with open(sys.argv[1]) as file:
        settings = json.load(file)
    flagger = Flagger(settings["model"], settings["model_hash"], settings["schema"], settings["flag_schema_id"])
    consumer = Consumer({"bootstrap.servers": settings["bootstrap"], "group.id": settings["group"],
                         "auto.offset.reset": "earliest", "enable.auto.commit": False,
                         "isolation.level": "read_committed"})
    producer = Producer({"bootstrap.servers": settings["bootstrap"], "transactional.id": settings["group"],
                         "partitioner": "murmur2_random", "linger.ms": 0})
    consumer.subscribe([settings["input"]])
    producer.init_transactions()
    while True:
        messages = consumer.consume(MOST, WAIT_SECONDS)
        if messages:
            _write(consumer, producer, flagger, settings["flags"], messages)


def _write(consumer: Consumer, producer: Producer, flagger: Flagger, topic: str, messages: list[Message]) -> None:
    producer.begin_transaction()
    now = time.time_ns() // 1_000_000
    for message in messages:
        flag, event_time = flagger.flag(message.value(), now)
        producer.produce(topic, flag, message.key(), timestamp=event_time)
    producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata())
    producer.commit_transaction()


if __name__ == "__main__":
    main()
