"""The properties that SET, streamsProperties and SHOW PROPERTIES know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Setting(NamedTuple):
    """`editable` by SET; `level` SERVER or QUERY."""

    name: str
    default: str | None
    editable: bool = False
    level: str = "SERVER"


SERVER = (
    Setting("ksql.service.id", "default_"),
    Setting("ksql.schema.registry.url", ""),
    Setting("ksql.streams.bootstrap.servers", ""),
    Setting("ksql.streams.auto.offset.reset", "latest"),
    Setting("ksql.streams.cache.max.bytes.buffering", "10000000", True),
    Setting("ksql.streams.commit.interval.ms", "2000", True),
    Setting("ksql.streams.num.stream.threads", "4"),
    Setting("ksql.streams.state.dir", ""),
    Setting("ksql.persistence.default.format.key", "KAFKA"),
    Setting("ksql.persistence.default.format.value", None),
    Setting("ksql.persistence.wrap.single.values", None),
    Setting("ksql.output.topic.name.prefix", ""),
    Setting("ksql.persistent.prefix", "query_"),
    Setting("ksql.transient.prefix", "transient_"),
    Setting("ksql.hidden.topics", "_confluent.*,__confluent.*,_schemas,__consumer_offsets,__transaction_state"),
    Setting("ksql.readonly.topics", "_confluent.*,__confluent.*,_schemas,__consumer_offsets,__transaction_state"),
    Setting("ksql.headers.columns.enabled", "true"),
    Setting("ksql.lambdas.enabled", "true"),
    Setting("ksql.insert.into.values.enabled", "true"),
    Setting("ksql.variable.substitution.enable", "true"),
    Setting("ksql.query.pull.enable.standby.reads", "false"),
    Setting("ksql.query.pull.stream.enabled", "true"),
    Setting("ksql.query.pull.range.scan.enabled", "true"),
    Setting("ksql.query.pull.limit.clause.enabled", "true"),
    Setting("ksql.query.pull.table.scan.enabled", "true", True, "QUERY"),
    Setting("ksql.query.pull.max.allowed.offset.lag", "9223372036854775807", True, "QUERY"),
    Setting("ksql.query.push.v2.enabled", "true"),
    Setting("ksql.query.persistent.active.limit", "2147483647"),
    Setting("ksql.query.retry.backoff.initial.ms", "15000"),
    Setting("ksql.query.retry.backoff.max.ms", "900000", True, "QUERY"),
    Setting("ksql.cast.strings.preserve.nulls", "true", True, "QUERY"),
    Setting("ksql.nested.error.set.null", "true", True, "QUERY"),
    Setting("ksql.timestamp.throw.on.invalid", "false", True, "QUERY"),
    Setting("ksql.functions.collect_list.limit", None),
    Setting("ksql.functions.collect_set.limit", None),
    Setting("ksql.assert.topic.default.timeout.ms", "1000"),
    Setting("ksql.assert.schema.default.timeout.ms", "1000"),
    Setting("ksql.source.table.materialization.enabled", "true"),
)

_STREAMS = """acceptable.recovery.lag application.id application.server bootstrap.servers buffered.records.per.partition
    cache.max.bytes.buffering statestore.cache.max.bytes client.id commit.interval.ms
    default.deserialization.exception.handler
    default.production.exception.handler default.timestamp.extractor max.task.idle.ms max.warmup.replicas
    metadata.max.age.ms metrics.num.samples metrics.recording.level metrics.sample.window.ms num.standby.replicas
    num.stream.threads poll.ms probing.rebalance.interval.ms processing.guarantee receive.buffer.bytes
    reconnect.backoff.max.ms reconnect.backoff.ms repartition.purge.interval.ms replication.factor request.timeout.ms
    retries retry.backoff.ms rocksdb.config.setter security.protocol send.buffer.bytes state.cleanup.delay.ms state.dir
    task.timeout.ms topology.optimization upgrade.from window.size.ms windowstore.changelog.additional.retention.ms"""

_CONSUMER = """allow.auto.create.topics auto.commit.interval.ms auto.offset.reset check.crcs default.api.timeout.ms
    enable.auto.commit exclude.internal.topics fetch.max.bytes fetch.max.wait.ms fetch.min.bytes group.id
    group.instance.id heartbeat.interval.ms isolation.level max.partition.fetch.bytes max.poll.interval.ms
    max.poll.records partition.assignment.strategy session.timeout.ms"""

_PRODUCER = """acks batch.size buffer.memory compression.type delivery.timeout.ms enable.idempotence linger.ms
    max.block.ms max.in.flight.requests.per.connection max.request.size transaction.timeout.ms transactional.id"""

KAFKA = frozenset((_STREAMS + " " + _CONSUMER + " " + _PRODUCER).split())
_PREFIXES = ("ksql.streams.", "consumer.", "producer.", "main.consumer.", "restore.consumer.", "global.consumer.",
             "topic.", "admin.")  # fmt: skip
_BY_NAME: Mapping[str, Setting] = {s.name: s for s in SERVER}


ALLOWED: Mapping[str, tuple[str, ...]] = {"auto.offset.reset": ("latest", "earliest", "none")}
"""The values of settings that have few."""
FIXED = ("bootstrap.servers", "application.id", "key.serializer", "value.serializer")
"""What a request cannot override."""


def is_known(name: str) -> bool:
    """Whether SET takes it: ksqlDB's own settings and those of Kafka clients and Streams, with their prefixes."""
    if name in _BY_NAME or name in KAFKA or name.startswith("ksql.functions."):
        return True
    prefix = next((p for p in _PREFIXES if name.startswith(p)), None)
    return prefix is not None and (prefix == "topic." or is_known(name.removeprefix(prefix)))


def listing(config: Mapping[str, object]) -> list[dict[str, object]]:
    """Entries of SHOW PROPERTIES, the engine's configuration over the defaults."""
    return [
        {
            "name": s.name, "scope": "KSQL", "value": _text(config.get(s.name, s.default)), "editable": s.editable,
            "level": s.level,
        }
        for s in SERVER
    ]  # fmt: skip


def _text(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def defaults(config: Mapping[str, object]) -> list[str]:
    """Names of the settings left at their default."""
    return [s.name for s in SERVER if _text(config.get(s.name, s.default)) == s.default]
