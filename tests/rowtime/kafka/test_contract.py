"""The same raw requests to rowtime and, with KAFKA_CONTRACT_BOOTSTRAP=HOST:PORT, to a real Apache Kafka.

Where the two differ on purpose the expectation says so.
"""

from __future__ import annotations

import io
import itertools
import os
import socket
import struct
import time
import uuid
from typing import Any

import pytest
from kio.schema.errors import ErrorCode as Code
from kio.serial import entity_reader, entity_writer

from rowtime.kafka import apis, codec
from rowtime.log import batch

BY_NAME = {api.name: api for api in apis.BY_KEY.values()}
REAL = os.environ.get("KAFKA_CONTRACT_BOOTSTRAP", "")
SETTLING = (Code.concurrent_transactions, Code.coordinator_not_available, Code.not_coordinator,
            Code.coordinator_load_in_progress, Code.not_enough_replicas)


class Raw:
    """One connection; a request at a time."""

    def __init__(self, kafka: Any, address: str):
        host, _, port = address.rpartition(":")
        self.kafka = kafka
        self.socket = socket.create_connection((host, int(port)), 30)
        self.correlations = itertools.count()

    def ask(self, name: str, version: int | None = None, **fields: Any) -> Any:
        api = BY_NAME[name]
        version = api.versions[1] if version is None else version
        request_type, response_type = codec.message(name, version)
        flexible = request_type.__flexible__
        body = io.BytesIO()
        entity_writer(request_type)(body, self.kafka.make(request_type, fields))
        header = struct.pack(">hhih", api.key, version, next(self.correlations), -1) + (b"\0" if flexible else b"")
        self.socket.sendall(struct.pack(">i", len(header) + len(body.getvalue())) + header + body.getvalue())
        answer = self._exactly(struct.unpack(">i", self._exactly(4))[0])
        return entity_reader(response_type)(answer, 5 if flexible and name != "api_versions" else 4)[0]

    def settled(self, call: Any) -> Any:
        """Repeat while the broker says it is not ready yet, as clients do."""
        for _ in range(200):
            answer = call()
            if getattr(answer, "error_code", answer) not in SETTLING:
                return answer
            time.sleep(0.05)
        raise AssertionError("the broker does not settle")

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    # requests by name

    def topic(self, name: str) -> None:
        wanted = {"name": name, "num_partitions": 1, "replication_factor": 1, "assignments": [], "configs": []}
        assert self.ask("create_topics", timeout=10_000, topics=[wanted]).topics[0].error_code == Code.none
        while self.latest(name).error_code != Code.none:
            time.sleep(0.05)

    def produce(self, topic: str, data: bytes, tx: str | None = None) -> Any:
        answer = self.ask("produce", acks=-1, timeout=10_000, transactional_id=tx,
                          topic_data=[{"name": topic, "partition_data": [{"index": 0, "records": data}]}])
        return answer.responses[0].partition_responses[0]

    def latest(self, topic: str, committed: bool = False) -> Any:
        return self.ask("list_offsets", isolation_level=int(committed), replica_id=-1, topics=[
            {"name": topic, "partitions": [{"partition_index": 0, "timestamp": -1}]}]).topics[0].partitions[0]

    def fetch(self, topic: str, offset: int, committed: bool = False) -> Any:
        row = {"partition": 0, "fetch_offset": offset, "partition_max_bytes": 1 << 20}
        return self.ask("fetch", max_wait=100, min_bytes=1, max_bytes=1 << 20, isolation_level=int(committed),
                        session_epoch=-1, replica_id=-1,
                        topics=[{"topic": topic, "partitions": [row]}]).responses[0].partitions[0]

    def find(self, key: str, transaction: bool = False) -> None:
        """Wait for the coordinator: a broker makes its topic on the first request."""
        self.settled(lambda: self.ask(
            "find_coordinator", key_type=int(transaction), coordinator_keys=[key]).coordinators[0].error_code)

    def init(self, tx: str | None, producer: tuple[int, int] = (-1, -1), timeout: int = 60_000) -> Any:
        if tx:
            self.find(tx, transaction=True)
        return self.settled(lambda: self.ask(
            "init_producer_id", 4, transactional_id=tx, transaction_timeout=timeout, producer_id=producer[0],
            producer_epoch=producer[1]))

    def started(self, tx: str) -> tuple[int, int]:
        answer = self.init(tx)
        assert answer.error_code == Code.none
        return answer.producer_id, answer.producer_epoch

    def add(self, tx: str, producer: tuple[int, int], topic: str) -> Code:
        return self.settled(lambda: self.ask(
            "add_partitions_to_txn", 3, v3_and_below_transactional_id=tx, v3_and_below_producer_id=producer[0],
            v3_and_below_producer_epoch=producer[1], v3_and_below_topics=[{"name": topic, "partitions": [0]}],
        ).results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code)

    def end(self, tx: str, producer: tuple[int, int], commit: bool = True) -> Code:
        return self.settled(lambda: self.ask(
            "end_txn", 3, transactional_id=tx, producer_id=producer[0], producer_epoch=producer[1],
            committed=commit).error_code)

    def add_offsets(self, tx: str, producer: tuple[int, int], group: str) -> Code:
        return self.settled(lambda: self.ask("add_offsets_to_txn", transactional_id=tx, producer_id=producer[0],
                                             producer_epoch=producer[1], group_id=group).error_code)

    def send_offsets(self, tx: str, producer: tuple[int, int], group: str, topic: str, offset: int,
                     generation: int = -1, member: str = "") -> Code:
        row = {"partition_index": 0, "committed_offset": offset}
        return self.settled(lambda: self.ask(
            "txn_offset_commit", transactional_id=tx, group_id=group, producer_id=producer[0],
            producer_epoch=producer[1], generation_id=generation, member_id=member,
            topics=[{"name": topic, "partitions": [row]}]).topics[0].partitions[0].error_code)

    def committed(self, group: str, topic: str, stable: bool = True) -> Any:
        rows = [{"name": topic, "partition_indexes": [0]}]
        row = self.ask("offset_fetch", 7, group_id=group, require_stable=stable, topics=rows).topics[0].partitions[0]
        return row.committed_offset if row.error_code == Code.none else row.error_code


@pytest.fixture(params=["rowtime", "kafka"])
def raw(request, kafka):
    if request.param == "kafka" and not REAL:
        pytest.skip("set KAFKA_CONTRACT_BOOTSTRAP to the address of an Apache Kafka")
    client = Raw(kafka, REAL if request.param == "kafka" else request.getfixturevalue("bootstrap"))
    yield client
    client.socket.close()


@pytest.fixture
def name() -> str:
    return f"c-{uuid.uuid4().hex[:10]}"


def test_sequences(raw, kafka, name):
    raw.topic(name)
    pid = raw.init(None).producer_id
    offsets = [raw.produce(name, kafka.sequenced((pid, 0), n, "v")).base_offset for n in range(6)]
    assert offsets == [0, 1, 2, 3, 4, 5]
    repeated = raw.produce(name, kafka.sequenced((pid, 0), 3, "v"))
    assert (repeated.error_code, repeated.base_offset) == (Code.none, 3)
    for sequence in (0, 8):
        assert raw.produce(name, kafka.sequenced((pid, 0), sequence, "v")).error_code \
            == Code.out_of_order_sequence_number
    assert raw.produce(name, kafka.sequenced((pid, 1), 1, "v")).error_code == Code.out_of_order_sequence_number
    assert raw.produce(name, kafka.sequenced((pid, 1), 0, "v")).error_code == Code.none
    assert raw.produce(name, kafka.sequenced((pid, 0), 6, "v")).error_code == Code.invalid_producer_epoch


def test_sequences_wrap(raw, kafka, name):
    raw.topic(name)
    pid = raw.init(None).producer_id
    last = 2**31 - 1
    assert raw.produce(name, kafka.sequenced((pid, 0), last - 1, "a", "b", "c")).error_code == Code.none
    assert raw.produce(name, kafka.sequenced((pid, 0), 1, "d")).base_offset == 3


def test_batches_that_are_refused(raw, kafka, name):
    raw.topic(name)
    good = batch.encode(kafka.records("a"))
    assert raw.produce(name, good[:-1] + bytes([good[-1] ^ 1])).error_code == Code.corrupt_message
    assert raw.produce(name, good + good).error_code == Code.invalid_record
    assert raw.latest(name).offset == 0


def test_offsets_out_of_range(raw, kafka, name):
    raw.topic(name)
    raw.produce(name, batch.encode(kafka.records("a")))
    assert raw.fetch(name, 1).error_code == Code.none
    assert raw.fetch(name, 2).error_code == Code.offset_out_of_range
    assert raw.fetch(name + "-no", 0).error_code == Code.unknown_topic_or_partition


def test_a_transaction(raw, kafka, name):
    raw.topic(name)
    producer = raw.started(name)
    assert raw.end(name, producer) == Code.invalid_txn_state
    assert raw.add(name, producer, name) == Code.none
    assert raw.produce(name, kafka.sequenced(producer, 0, "a", transactional=True), name).error_code == Code.none
    assert (raw.latest(name).offset, raw.latest(name, committed=True).offset) == (1, 0)
    held = raw.fetch(name, 0, committed=True)
    assert (held.records or b"", held.last_stable_offset, held.aborted_transactions) == (b"", 0, ())
    assert raw.end(name, producer, commit=False) == Code.none
    assert raw.end(name, producer, commit=False) == Code.none
    assert raw.end(name, producer, commit=True) == Code.invalid_txn_state
    while raw.latest(name, committed=True).offset < 2:
        time.sleep(0.05)
    got = raw.fetch(name, 0, committed=True)
    assert [(entry.producer_id, entry.first_offset) for entry in got.aborted_transactions] == [(producer[0], 0)]
    marker = list(batch.split(raw.fetch(name, 1).records))[-1]
    assert (batch.header_of(marker).producer_epoch, batch.is_commit(marker)) == (producer[1], False)
    assert raw.fetch(name, 0).aborted_transactions is None


def test_an_empty_transaction_leaves_its_marker_and_no_entry(raw, kafka, name):
    raw.topic(name)
    producer = raw.started(name)
    raw.add(name, producer, name)
    assert raw.end(name, producer, commit=False) == Code.none
    while raw.latest(name, committed=True).offset < 1:
        time.sleep(0.05)
    assert raw.fetch(name, 0, committed=True).aborted_transactions == ()


def test_fencing(raw, kafka, name):
    raw.topic(name)
    old = raw.started(name)
    raw.add(name, old, name)
    raw.produce(name, kafka.sequenced(old, 0, "zombie", transactional=True), name)
    new = raw.started(name)
    assert new[0] == old[0] and new[1] > old[1]
    assert raw.latest(name, committed=True).offset == 2
    late = raw.produce(name, kafka.sequenced(old, 1, "late", transactional=True), name)
    assert late.error_code == Code.invalid_producer_epoch
    assert raw.end(name, old) == Code.producer_fenced
    assert raw.add(name, old, name) == Code.producer_fenced
    assert raw.add_offsets(name, old, name) == Code.producer_fenced
    assert raw.init(name, old).error_code == Code.producer_fenced
    assert raw.add(name, new, name) == Code.none
    assert raw.produce(name, kafka.sequenced(new, 0, "new", transactional=True), name).error_code == Code.none
    assert raw.end(name, new) == Code.none


def test_producers_nobody_knows(raw, kafka, name):
    raw.topic(name)
    raw.started(name)
    assert raw.end(name, (987_654, 0)) == Code.invalid_producer_id_mapping
    assert raw.add(name, (987_654, 0), name) == Code.invalid_producer_id_mapping
    assert raw.init(name, timeout=99_999_999).error_code == Code.invalid_transaction_timeout
    assert raw.init("").error_code == Code.invalid_request


def test_init_with_the_epoch_one_has(raw, name):
    first = raw.started(name)
    second = raw.init(name, first)
    assert (second.producer_id, second.producer_epoch) == (first[0], first[1] + 1)
    repeated = raw.init(name, first)
    assert (repeated.error_code, repeated.producer_epoch) == (Code.none, second.producer_epoch)


def test_writes_outside_a_transaction(raw, kafka, name):
    raw.topic(name)
    producer = raw.started(name)
    answer = raw.produce(name, kafka.sequenced(producer, 0, "a", transactional=True), name)
    assert answer.error_code == Code.invalid_txn_state
    raw.add(name, producer, name)
    raw.end(name, producer)
    answer = raw.settled(
        lambda: raw.produce(name, kafka.sequenced(producer, 0, "a", transactional=True), name))
    assert answer.error_code == Code.invalid_txn_state


@pytest.mark.parametrize("commit", [True, False])
def test_offsets_in_a_transaction(raw, name, commit):
    raw.topic(name)
    raw.find(name)
    producer = raw.started(name)
    assert raw.add_offsets(name, producer, name) == Code.none
    assert raw.send_offsets(name, producer, name, name, 5) == Code.none
    assert raw.committed(name, name) == Code.unstable_offset_commit
    assert raw.committed(name, name, stable=False) == -1
    assert raw.end(name, producer, commit) == Code.none
    end = time.monotonic() + 10
    while raw.committed(name, name) == Code.unstable_offset_commit and time.monotonic() < end:
        time.sleep(0.05)
    assert raw.committed(name, name) == (5 if commit else -1)


def test_offsets_of_a_zombie(raw, name):
    raw.topic(name)
    raw.find(name)
    old = raw.started(name)
    raw.add_offsets(name, old, name)
    assert raw.send_offsets(name, old, name, name, 5) == Code.none
    new = raw.started(name)
    raw.add_offsets(name, new, name)
    assert raw.send_offsets(name, new, name, name, 6) == Code.none
    assert raw.send_offsets(name, old, name, name, 7) == Code.invalid_producer_epoch
    assert raw.send_offsets(name, new, name, name, 8, generation=3, member="gone") in (
        Code.illegal_generation, Code.unknown_member_id)


def test_groups_nobody_knows(raw, name):
    raw.find(name)
    beat = raw.settled(lambda: raw.ask("heartbeat", group_id=name, generation_id=1, member_id="m"))
    assert beat.error_code == Code.unknown_member_id
    synced = raw.ask("sync_group", group_id=name, generation_id=1, member_id="m", protocol_type="consumer",
                     protocol_name="range")
    assert synced.error_code == Code.unknown_member_id
    left = raw.ask("leave_group", group_id=name, members=[{"member_id": "m"}])
    assert Code.unknown_member_id in (left.error_code, *[member.error_code for member in left.members])
    described = raw.ask("describe_groups", groups=[name]).groups[0]
    assert described.group_state == "Dead"
    assert raw.ask("delete_groups", groups_names=[name]).results[0].error_code == Code.group_id_not_found


def test_a_member_of_its_own(raw, name):
    raw.topic(name)
    raw.find(name)

    def join(member: str, **other: Any) -> Any:
        fields = {"group_id": name, "session_timeout": 10_000, "rebalance_timeout": 10_000, "member_id": member,
                  "protocol_type": "consumer", "protocols": [{"name": "range", "metadata": b"m"}], **other}
        return raw.settled(lambda: raw.ask("join_group", **fields))

    assert join("", session_timeout=1).error_code == Code.invalid_session_timeout
    assert join("stranger").error_code == Code.unknown_member_id
    asked = join("")
    assert asked.error_code == Code.member_id_required
    joined = join(asked.member_id)
    assert (joined.error_code, joined.generation_id, joined.leader) == (Code.none, 1, asked.member_id)
    assert [(member.member_id, member.metadata) for member in joined.members] == [(asked.member_id, b"m")]
    same = {"group_id": name, "generation_id": 1, "member_id": asked.member_id}

    def commit(generation: int) -> Code:
        row = {"partition_index": 0, "committed_offset": 3}
        return raw.ask("offset_commit", group_id=name, generation_id_or_member_epoch=generation,
                       member_id=asked.member_id, topics=[{"name": name, "partitions": [row]}]
                       ).topics[0].partitions[0].error_code

    assert commit(1) == Code.rebalance_in_progress
    given = [{"member_id": asked.member_id, "assignment": b"mine"}]
    synced = raw.ask("sync_group", protocol_type="consumer", protocol_name="range", assignments=given, **same)
    assert synced.assignment == b"mine"
    assert raw.ask("heartbeat", **same).error_code == Code.none
    assert raw.ask("heartbeat", **{**same, "generation_id": 2}).error_code == Code.illegal_generation
    assert [commit(1), commit(0), commit(2)] == [Code.none, Code.illegal_generation, Code.illegal_generation]
    assert raw.ask("delete_groups", groups_names=[name]).results[0].error_code == Code.non_empty_group
    assert raw.ask("leave_group", group_id=name, members=[{"member_id": asked.member_id}]).members[0].error_code \
        == Code.none
    assert raw.ask("describe_groups", groups=[name]).groups[0].group_state == "Empty"
    assert raw.committed(name, name) == 3
