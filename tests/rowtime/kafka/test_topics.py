"""Topics and their settings."""

from __future__ import annotations

import pytest
from kio.schema.errors import ErrorCode

from rowtime.log import batch

TOPIC, BROKER = 2, 4


async def create(broker, version=7, **fields):
    wanted = {"name": "t", "num_partitions": 3, "replication_factor": 1, "assignments": [], "configs": [], **fields}
    return (await broker.ask("create_topics", version, timeout=1000, topics=[wanted])).topics[0]


@pytest.mark.parametrize("version", range(2, 8))
def test_create(kafka, version):
    async def scenario():
        broker = kafka.Asked()
        configs = [{"name": "retention.ms", "value": "1000"}]
        assert (await create(broker, version, configs=configs)).error_code == ErrorCode.none
        topic = broker.store.topic("t")
        assert (len(topic.partitions), topic.config) == (3, {"retention.ms": "1000"})
        assert (await create(broker, version)).error_code == ErrorCode.topic_already_exists

    kafka.run(scenario)


@pytest.mark.parametrize(("fields", "code"), [
    ({"name": "no spaces"}, ErrorCode.invalid_topic_exception),
    ({"num_partitions": 0}, ErrorCode.invalid_partitions),
    ({"replication_factor": 3}, ErrorCode.invalid_replication_factor),
    ({"configs": [{"name": "what", "value": "1"}]}, ErrorCode.invalid_config),
    ({"configs": [{"name": "cleanup.policy", "value": "burn"}]}, ErrorCode.invalid_config),
    ({"assignments": [{"partition_index": 0, "broker_ids": [7]}]}, ErrorCode.invalid_replica_assignment),
])
def test_wrong_topics_are_refused_with_a_reason(kafka, fields, code):
    async def scenario():
        broker = kafka.Asked()
        answer = await create(broker, **fields)
        assert answer.error_code == code
        assert answer.error_message
        assert not broker.store.topics

    kafka.run(scenario)


@pytest.mark.parametrize("version", range(13))
def test_metadata(kafka, version):
    async def scenario():
        broker = kafka.Asked()
        broker.topic(partitions=2)
        asked = [{"name": "t"}, {"name": "made" if version < 4 else "no"}]
        fields = {"allow_auto_topic_creation": False} if version >= 4 else {}
        known, other = (await broker.ask("metadata", version, topics=asked, **fields)).topics
        assert [row.leader_id for row in known.partitions] == [1, 1]
        assert other.error_code == (ErrorCode.none if version < 4 else ErrorCode.unknown_topic_or_partition)
        everything = await broker.ask("metadata", version, topics=None if version else [])
        assert {row.name for row in everything.topics} == {"t"} | ({"made"} if version < 4 else set())

    kafka.run(scenario)


def test_a_new_topic_of_an_old_name_has_another_id_and_starts_at_0(kafka):
    async def scenario():
        broker = kafka.Asked()
        await broker.produce(batch.encode(kafka.records("old")))
        first = broker.store.topic("t").id
        answer = await broker.ask("delete_topics", topics=[{"topic_id": first}, {"name": "no"}])
        assert [row.error_code for row in answer.responses] == [ErrorCode.none, ErrorCode.unknown_topic_or_partition]
        assert (await broker.produce(batch.encode(kafka.records("new")))).base_offset == 0
        assert kafka.values((await broker.fetch()).records) == ["new"]
        assert broker.store.topic("t").id != first

    kafka.run(scenario)


def test_more_partitions(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic(partitions=2)
        for count, code in ((2, ErrorCode.invalid_partitions), (5, ErrorCode.none)):
            answer = await broker.ask("create_partitions", timeout=1, topics=[{"name": "t", "count": count}])
            assert answer.results[0].error_code == code
        assert len(broker.store.topic("t").partitions) == 5

    kafka.run(scenario)


async def settings(broker, kind=TOPIC, name="t", keys=None):
    answer = await broker.ask("describe_configs", resources=[
        {"resource_type": kind, "resource_name": name, "configuration_keys": keys}])
    return answer.results[0]


async def change(broker, name, operation, value=None):
    entry = {"name": name, "config_operation": operation, "value": value}
    answer = await broker.ask("incremental_alter_configs", resources=[
        {"resource_type": TOPIC, "resource_name": "t", "configs": [entry]}])
    return answer.responses[0].error_code


def test_settings_are_described_and_changed(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic(retention_ms="5")
        rows = {row.name: row for row in (await settings(broker)).configs}
        assert (rows["retention.ms"].value, rows["retention.ms"].config_source) == ("5", 1)
        assert rows["cleanup.policy"].config_source == 5
        assert [row.name for row in (await settings(broker, keys=["segment.ms"])).configs] == ["segment.ms"]
        assert await change(broker, "cleanup.policy", 2, "compact") == ErrorCode.none
        assert broker.store.topic("t").config["cleanup.policy"] == "delete,compact"
        assert await change(broker, "cleanup.policy", 3, "delete") == ErrorCode.none
        assert broker.store.topic("t").config["cleanup.policy"] == "compact"
        assert await change(broker, "retention.ms", 0, "x") == ErrorCode.invalid_config
        assert await change(broker, "retention.ms", 1) == ErrorCode.none
        assert "retention.ms" not in broker.store.topic("t").config

    kafka.run(scenario)


def test_alter_configs_replaces_them_all(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic(retention_ms="5")
        await broker.ask("alter_configs", resources=[
            {"resource_type": TOPIC, "resource_name": "t", "configs": [{"name": "segment.ms", "value": "9"}]}])
        assert broker.store.topic("t").config == {"segment.ms": "9"}
        refused = await broker.ask("alter_configs", resources=[
            {"resource_type": BROKER, "resource_name": "1", "configs": []}])
        assert refused.responses[0].error_code == ErrorCode.invalid_request

    kafka.run(scenario)


def test_the_broker_s_own_settings(kafka):
    async def scenario():
        broker = kafka.Asked()
        rows = {row.name: row.value for row in (await settings(broker, BROKER, "1")).configs}
        assert rows["auto.create.topics.enable"] == "true"
        assert (await settings(broker, BROKER, "9")).error_code == ErrorCode.invalid_request
        assert (await settings(broker, name="no")).error_code == ErrorCode.unknown_topic_or_partition

    kafka.run(scenario)


def test_the_rest_of_the_cluster(kafka):
    async def scenario():
        broker = kafka.Asked()
        broker.topic()
        assert (await broker.ask("describe_cluster")).cluster_id == broker.node.cluster_id
        assert (await broker.ask("find_coordinator", key_type=0, coordinator_keys=["g"])).coordinators[0].node_id == 1
        assert (await broker.ask("find_coordinator", 2, key_type=5, key="g")).error_code == ErrorCode.invalid_request
        assert (await broker.ask("describe_acls")).error_code == ErrorCode.security_disabled
        dirs = await broker.ask("describe_log_dirs", topics=None)
        assert dirs.results[0].topics[0].name == "t"
        epoch = await broker.ask("offset_for_leader_epoch", replica_id=-1, topics=[
            {"topic": "t", "partitions": [{"partition": 0, "leader_epoch": 0}]}])
        assert epoch.topics[0].partitions[0].end_offset == 0

    kafka.run(scenario)


def test_settings_and_cluster_id_outlive_a_restart(kafka, tmp_path):
    async def scenario():
        broker = kafka.Asked(tmp_path)
        await create(broker, configs=[{"name": "retention.ms", "value": "7"}])
        cluster = broker.node.cluster_id
        broker.close()
        broker = kafka.Asked(tmp_path)
        assert broker.node.cluster_id == cluster
        assert broker.store.topic("t").config == {"retention.ms": "7"}
        broker.close()

    kafka.run(scenario)
