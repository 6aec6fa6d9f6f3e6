"""ksqlDB's server properties: their names, defaults and who may set them, in the order of ksqlDB's own table."""

from __future__ import annotations

from typing import NamedTuple


class Setting(NamedTuple):
    """`editable` by SET; `level` SERVER or QUERY."""

    name: str
    default: str | None
    editable: bool = False
    level: str = "SERVER"


INTERNAL = ("_confluent.*,__confluent.*,_schemas,__consumer_offsets,__transaction_state,"
            "connect-configs,connect-offsets,connect-status,connect-statuses")  # fmt: skip
"""Topics that are not the users'."""
_DEFAULTS = """
    metric.reporters ""
    ksql.query.status.running.threshold.seconds 300
    ksql.connect.basic.auth.credentials.reload false
    ksql.output.topic.name.prefix ""
    ksql.query.pull.stream.enabled true
    ksql.query.push.v2.interpreter.enabled true
    ksql.queryanonymizer.logs_enabled true
    ksql.variable.substitution.enable true
    ksql.query.pull.max.allowed.offset.lag 9223372036854775807 query
    ksql.query.pull.max.qps 2147483647
    ksql.access.validator.enable auto
    ksql.query.pull.metrics.enabled true
    ksql.metrics.extension -
    ksql.query.push.v2.alos.enabled true
    ksql.query.push.v2.max.hourly.bandwidth.megabytes 2147483647
    ksql.query.pull.range.scan.enabled true
    ksql.transient.query.cleanup.service.initial.delay.seconds 600
    ksql.hidden.topics INTERNAL
    ksql.lambdas.enabled true
    ksql.source.table.materialization.enabled true
    ksql.query.pull.max.hourly.bandwidth.megabytes 2147483647
    ksql.client.ip_port.configuration.enabled false
    ksql.sink.window.change.log.additional.retention 1000000
    ksql.deployment.type selfManaged
    ksql.query.persistent.active.limit 2147483647
    ksql.websocket.connection.max.timeout.ms 3600000
    ksql.persistence.wrap.single.values -
    ksql.query.transient.max.bytes.buffering.total -1
    ksql.connect.basic.auth.credentials.source NONE
    ksql.properties.overrides.denylist ""
    ksql.service.id default_
    ksql.query.push.v2.max.catchup.consumers 5
    ksql.assert.topic.default.timeout.ms 1000
    ksql.query.pull.forwarding.timeout.ms 20000
    ksql.query.push.v2.enabled false
    ksql.transient.query.cleanup.service.enable true
    ksql.query.push.v2.metrics.enabled true
    ksql.query.pull.table.scan.enabled true query
    ksql.endpoint.migrate.query true
    ksql.query.push.v2.registry.installed false
    ksql.metrics.tags.custom ""
    ksql.query.push.v2.catchup.consumer.msg.window 50
    ksql.runtime.feature.shared.enabled false
    ksql.udf.collect.metrics false
    ksql.new.query.planner.enabled false
    ksql.connect.request.headers.plugin -
    ksql.security.extension.class -
    ksql.transient.prefix transient_
    ksql.headers.columns.enabled true
    ksql.connect.request.timeout.ms 5000
    ksql.query.pull.enable.standby.reads false
    ksql.persistence.default.format.key KAFKA
    ksql.query.persistent.max.bytes.buffering.total -1
    ksql.query.error.max.queue.size 10
    ksql.query.cleanup.shutdown.timeout.ms 30000
    ksql.internal.topic.min.insync.replicas 1
    ksql.internal.topic.replicas 1
    ksql.insert.into.values.enabled true
    ksql.queryanonymizer.cluster_namespace -
    ksql.create.or.replace.enabled true
    ksql.shared.runtimes.count 2
    ksql.cast.strings.preserve.nulls true query
    ksql.authorization.cache.max.entries 10000
    ksql.pull.queries.enable true
    ksql.transient.query.cleanup.service.period.seconds 600
    ksql.suppress.enabled true
    ksql.readonly.topics INTERNAL
    ksql.proxy.protocol.local.mode.enabled false
    ksql.connect.basic.auth.credentials.file ""
    ksql.authorization.cache.expiry.time.secs 30
    ksql.query.retry.backoff.initial.ms 15000
    ksql.fetch.remote.hosts.max.timeout.seconds 10
    ksql.query.pull.max.concurrent.requests 2147483647
    ksql.connect.url http://localhost:8083
    ksql.query.push.v2.new.latest.delay.ms 5000
    ksql.query.push.v2.latest.reset.age.ms 30000
    ksql.query.pull.interpreter.enabled true
    ksql.json_sr.converter.deserializer.enabled true
    ksql.assert.schema.default.timeout.ms 1000
    ksql.query.pull.limit.clause.enabled true
    ksql.query.pull.router.thread.pool.size 50
    ksql.query.push.v2.continuation.tokens.enabled false
    ksql.query.retry.backoff.max.ms 900000 query
    ksql.timestamp.throw.on.invalid false query
    ksql.persistence.default.format.value -
    ksql.udfs.enabled true
    ksql.udf.enable.security.manager true
    ksql.connect.worker.config ""
    ksql.nested.error.set.null true query
    ksql.query.pull.thread.pool.size 50
    ksql.persistent.prefix query_
    ksql.metastore.backup.location ""
    ksql.error.classifier.regex ""
    ksql.suppress.buffer.size.bytes -1
"""
"""Name, default (- is none), `query` for what a query may set."""

CONFIGURED = (
    Setting("ksql.extension.dir", "ext"),
    Setting("ksql.streams.cache.max.bytes.buffering", "10000000", True),
    Setting("ksql.streams.shutdown.timeout.ms", "300000"),
    Setting("ksql.streams.bootstrap.servers", ""),
    Setting("ksql.schema.registry.url", ""),
    Setting("ksql.streams.state.dir", ""),
    Setting("ksql.streams.commit.interval.ms", "2000", True),
    Setting("ksql.streams.topology.optimization", "all"),
    Setting("ksql.streams.num.stream.threads", "4"),
    Setting("enable.fips", "false"),
    Setting("ksql.streams.default.deserialization.exception.handler",
            "io.confluent.ksql.errors.LogMetricAndContinueExceptionHandler"),
    Setting("ksql.streams.default.production.exception.handler",
            "io.confluent.ksql.errors.ProductionExceptionHandlerUtil$LogAndFailProductionExceptionHandler"),
    Setting("ksql.streams.application.server", ""),
)
"""What every server has set for itself."""
UNSET = (
    Setting("ksql.streams.auto.offset.reset", "latest", True),
    Setting("ksql.streams.processing.guarantee", "exactly_once_v2", True),
    Setting("ksql.functions.collect_list.limit", None),
    Setting("ksql.functions.collect_set.limit", None),
)
"""What is listed where it was set."""


def _read(line: str) -> Setting:
    name, value, *level = line.replace("INTERNAL", INTERNAL).split()
    return Setting(name, None if value == "-" else value.strip('"'), bool(level), "QUERY" if level else "SERVER")


DEFAULTS = tuple(_read(line) for line in _DEFAULTS.split("\n") if line.strip())
_EFFECTIVE = """
    ksql.service.id ksql.schema.registry.url ksql.streams.bootstrap.servers ksql.streams.auto.offset.reset
    ksql.persistence.default.format.key ksql.persistence.default.format.value ksql.output.topic.name.prefix
    ksql.query.pull.table.scan.enabled ksql.timestamp.throw.on.invalid ksql.functions.collect_list.limit
    ksql.assert.topic.default.timeout.ms ksql.assert.schema.default.timeout.ms ksql.connect.url
"""
EFFECTIVE = frozenset(_EFFECTIVE.split())
"""What changes what this server does; the rest is listed as ksqlDB lists it."""
