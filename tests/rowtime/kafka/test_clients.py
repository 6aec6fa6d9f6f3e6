"""Real clients as judges: confluent-kafka, kafka-python, aiokafka, kcat."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
import time
import uuid
from collections import Counter

import confluent_kafka as ck
import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

SECONDS = 30


@pytest.fixture
def topic() -> str:
    return f"t-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def admin(bootstrap):
    return AdminClient({"bootstrap.servers": bootstrap})


def make_topic(admin, name, partitions=1, **config):
    config = {key.replace("_", "."): value for key, value in config.items()}
    admin.create_topics([NewTopic(name, partitions, 1, config=config)])[name].result(SECONDS)


def producer(bootstrap, **config):
    return ck.Producer({"bootstrap.servers": bootstrap, "linger.ms": 5,
                        **{key.replace("_", "."): value for key, value in config.items()}})


def consumer(bootstrap, group=None, **config):
    settings = {"bootstrap.servers": bootstrap, "group.id": group or uuid.uuid4().hex, "auto.offset.reset": "earliest",
                "enable.auto.commit": False, "session.timeout.ms": 6000, "heartbeat.interval.ms": 200}
    return ck.Consumer({**settings, **{key.replace("_", "."): value for key, value in config.items()}})


def read(bootstrap, topic, count, group=None, **config):
    """Values of the first `count` records, and that no more follow."""
    reader = consumer(bootstrap, group, enable_partition_eof=True, **config)
    reader.subscribe([topic])
    found, ends, end = [], set(), time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            message = reader.poll(1)
            if message is None:
                continue
            if message.error():
                assert message.error().code() == ck.KafkaError._PARTITION_EOF, message.error()
                ends.add(message.partition())
            else:
                found.append(message.value().decode())
            if len(found) >= count and ends == {part.partition for part in reader.assignment()}:
                break
    finally:
        reader.close()
    return found


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_confluent_produces_and_consumes(bootstrap, topic, codec):
    out = producer(bootstrap, compression_type=codec, enable_idempotence=True)
    failed = []
    for n in range(2000):
        out.produce(topic, str(n), on_delivery=lambda error, message: error and failed.append(error))
    assert out.flush(SECONDS) == 0 and not failed
    assert read(bootstrap, topic, 2000) == [str(n) for n in range(2000)]


def test_confluent_transactions(bootstrap, topic):
    out = producer(bootstrap, transactional_id=topic)
    out.init_transactions(SECONDS)
    for n in range(6):
        out.begin_transaction()
        out.produce(topic, str(n))
        if n == 4:
            out.flush(SECONDS)
        out.abort_transaction(SECONDS) if n % 2 == 0 else out.commit_transaction(SECONDS)
    assert read(bootstrap, topic, 3, isolation_level="read_committed") == ["1", "3", "5"]


def test_a_second_producer_of_the_same_transactional_id_fences_the_first(bootstrap, topic):
    first, second = producer(bootstrap, transactional_id=topic), producer(bootstrap, transactional_id=topic)
    first.init_transactions(SECONDS)
    first.begin_transaction()
    first.produce(topic, "zombie")
    first.flush(SECONDS)
    second.init_transactions(SECONDS)
    with pytest.raises(ck.KafkaException) as caught:
        first.commit_transaction(SECONDS)
    assert caught.value.args[0].fatal()
    second.begin_transaction()
    second.produce(topic, "live")
    second.commit_transaction(SECONDS)
    assert read(bootstrap, topic, 1, isolation_level="read_committed") == ["live"]


def test_consume_transform_produce_exactly_once(bootstrap, topic):
    source, sink = topic, topic + "-out"
    out = producer(bootstrap)
    for n in range(300):
        out.produce(source, str(n))
    out.flush(SECONDS)
    reader = consumer(bootstrap, topic, isolation_level="read_committed")
    writer = producer(bootstrap, transactional_id=topic)
    writer.init_transactions(SECONDS)
    reader.subscribe([source])
    done, rounds, end = 0, 0, time.monotonic() + SECONDS
    while done < 300 and time.monotonic() < end:
        batch = reader.consume(50, 1)
        if not batch:
            continue
        rounds += 1
        writer.begin_transaction()
        for message in batch:
            writer.produce(sink, message.value())
        writer.send_offsets_to_transaction(
            reader.position(reader.assignment()), reader.consumer_group_metadata(), SECONDS)
        if rounds % 2:
            writer.commit_transaction(SECONDS)
            done += len(batch)
        else:
            writer.abort_transaction(SECONDS)
            for part in reader.committed(reader.assignment(), SECONDS):
                reader.seek(part)
    reader.close()
    assert read(bootstrap, sink, 300, isolation_level="read_committed") == [str(n) for n in range(300)]


@pytest.mark.parametrize("strategy", ["range", "roundrobin", "cooperative-sticky"])
def test_two_members_share_the_partitions_and_lose_nothing(bootstrap, admin, topic, strategy):
    make_topic(admin, topic, 4)
    out = producer(bootstrap)
    members = [consumer(bootstrap, topic, partition_assignment_strategy=strategy) for _ in range(2)]
    assigned = [0, 0]
    seen: Counter[str] = Counter()
    stop = threading.Event()

    def consume(number):
        reader = members[number]
        reader.subscribe([topic])
        while not stop.is_set():
            batch = reader.consume(100, 0.1)
            for message in batch:
                seen[message.value().decode()] += 1
            assigned[number] = len(reader.assignment())
            if batch:
                reader.commit(asynchronous=False)

    def wait(condition):
        end = time.monotonic() + SECONDS
        while not condition() and time.monotonic() < end:
            time.sleep(0.02)
        assert condition()

    threads = [threading.Thread(target=consume, args=(number,)) for number in (0, 1)]
    try:
        threads[0].start()
        wait(lambda: assigned == [4, 0])
        threads[1].start()
        wait(lambda: assigned == [2, 2])
        for n in range(400):
            out.produce(topic, str(n), partition=n % 4)
        out.flush(SECONDS)
        wait(lambda: len(seen) == 400)
    finally:
        stop.set()
        for thread in threads:
            thread.join() if thread.ident else None
        for member in members:
            member.close()
    assert set(seen.values()) == {1}


def test_static_members_keep_their_place(bootstrap, admin, topic):
    make_topic(admin, topic, 2)

    def member():
        reader = consumer(bootstrap, topic, group_instance_id="one")
        reader.subscribe([topic])
        end = time.monotonic() + SECONDS
        while not reader.assignment() and time.monotonic() < end:
            reader.poll(0.05)
        return reader

    first = member()
    generation = admin.describe_consumer_groups([topic])[topic].result(SECONDS)
    first.close()
    second = member()
    again = admin.describe_consumer_groups([topic])[topic].result(SECONDS)
    assert len(second.assignment()) == 2
    assert [one.group_instance_id for one in again.members] == ["one"]
    assert again.members[0].member_id != generation.members[0].member_id
    second.close()


def test_confluent_admin(bootstrap, admin, topic):
    make_topic(admin, topic, 2, cleanup_policy="compact")
    with pytest.raises(ck.KafkaException, match="already exists"):
        make_topic(admin, topic)
    admin.create_partitions([NewPartitions(topic, 3)])[topic].result(SECONDS)
    assert len(admin.list_topics(topic, SECONDS).topics[topic].partitions) == 3
    resource = ConfigResource("topic", topic)
    assert admin.describe_configs([resource])[resource].result(SECONDS)["cleanup.policy"].value == "compact"
    out = producer(bootstrap)
    out.produce(topic, "v", "k", partition=0)
    out.flush(SECONDS)
    assert read(bootstrap, topic, 1, group=topic) == ["v"]
    admin.delete_records([ck.TopicPartition(topic, 0, 1)])[ck.TopicPartition(topic, 0, 1)].result(SECONDS)
    assert topic in [group.group_id for group in admin.list_consumer_groups().result(SECONDS).valid]
    admin.delete_consumer_groups([topic])[topic].result(SECONDS)
    admin.delete_topics([topic])[topic].result(SECONDS)
    assert topic not in admin.list_topics(timeout=SECONDS).topics


def test_look_up_by_time(bootstrap, topic):
    out = producer(bootstrap)
    for n in range(10):
        out.produce(topic, str(n), timestamp=1000 * (n + 1))
        out.flush(SECONDS)
    reader = consumer(bootstrap)
    assert reader.offsets_for_times([ck.TopicPartition(topic, 0, 4500)], SECONDS)[0].offset == 4
    assert reader.get_watermark_offsets(ck.TopicPartition(topic, 0), SECONDS) == (0, 10)
    reader.close()


def test_kafka_python(bootstrap, topic):
    kafka_python = pytest.importorskip("kafka")
    out = kafka_python.KafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
    for n in range(200):
        out.send(topic, key=b"k", value=b"%d" % n, headers=[("h", b"1")])
    out.flush()
    out.close()
    reader = kafka_python.KafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=topic,
                                        auto_offset_reset="earliest", consumer_timeout_ms=2000)
    found = [(record.value, record.headers) for record in reader]
    reader.close()
    assert [value for value, _ in found] == [b"%d" % n for n in range(200)]
    assert list(found[0][1]) == [("h", b"1")]


def test_aiokafka(bootstrap, topic):
    aiokafka = pytest.importorskip("aiokafka")

    async def scenario():
        out = aiokafka.AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=topic)
        await out.start()
        async with out.transaction():
            for n in range(20):
                await out.send_and_wait(topic, b"%d" % n)
        reader = aiokafka.AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=topic,
                                           auto_offset_reset="earliest", isolation_level="read_committed")
        await reader.start()
        found = [(await reader.getone()).value for _ in range(20)]
        async with out.transaction():
            await out.send(topic, b"last")
            await out.send_offsets_to_transaction({next(iter(reader.assignment())): 20}, topic)
        assert await reader.committed(next(iter(reader.assignment()))) == 20
        await reader.stop()
        await out.stop()
        return found

    assert asyncio.run(asyncio.wait_for(scenario(), SECONDS)) == [b"%d" % n for n in range(20)]


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")
def test_kcat(bootstrap, topic):
    lines = "".join(f"key{n}:value{n}\n" for n in range(100))
    kcat = ["kcat", "-b", bootstrap, "-t", topic]
    subprocess.run([*kcat, "-P", "-K", ":", "-z", "lz4"], input=lines, text=True, check=True, timeout=SECONDS)
    got = subprocess.run([*kcat, "-C", "-e", "-q", "-K", ":"], capture_output=True, text=True, check=True,
                         timeout=SECONDS)
    assert got.stdout == lines
    listed = subprocess.run(["kcat", "-b", bootstrap, "-L"], capture_output=True, text=True, check=True,
                            timeout=SECONDS)
    assert f'topic "{topic}" with 1 partitions' in listed.stdout
