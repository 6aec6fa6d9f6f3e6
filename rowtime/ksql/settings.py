"""The properties that SET, streamsProperties and SHOW PROPERTIES know."""

from __future__ import annotations

from collections.abc import Mapping

from rowtime.ksql.server_properties import CONFIGURED, DEFAULTS, UNSET, Setting
from rowtime.serde.hash_map import hash_map

SERVER = (*CONFIGURED, *DEFAULTS, *UNSET)

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
    """Entries of SHOW PROPERTIES, the server's configuration over the defaults, in the order of Java's HashMap."""
    given = [s for s in UNSET if s.name in config]
    streams = [s for s in (*CONFIGURED, *given) if s.name.startswith("ksql.streams.")]
    shown = hash_map({s.name: s for s in (*CONFIGURED, *DEFAULTS, *given) if s not in streams} |
                     {s.name: s for s in streams})
    return [
        {
            "name": s.name, "scope": "KSQL", "value": _text(config.get(s.name, s.default)), "editable": s.editable,
            "level": s.level,
        }
        for s in shown.values()
    ]  # fmt: skip


def _text(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def defaults(config: Mapping[str, object]) -> list[str]:
    """Names of the settings left at their default."""
    plain = {s.name: s.default for s in DEFAULTS}
    return [str(e["name"]) for e in listing(config) if e["name"] in plain and e["value"] == plain[str(e["name"])]]
