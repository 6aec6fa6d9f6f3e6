"""librdkafka settings of the sidecar's clients."""

from __future__ import annotations

import logging
from typing import Any

from scoring.sidecar.config import SidecarConfig

_COMMON = ("bootstrap.servers", "security.protocol", "sasl.", "ssl.", "client.id", "socket.", "reconnect.",
           "enable.ssl.", "metadata.", "broker.", "topic.metadata.", "connections.", "debug", "log_level",
           "client.dns.lookup", "retry.backoff")
_PRODUCER = ("linger.ms", "compression.", "queue.buffering.", "batch.", "message.max.bytes", "partitioner",
             "message.timeout.ms", "delivery.", "acks", "request.timeout.ms", "sticky.")
LINGER_MS = 100
"""Never waited for: a batch's end flushes. Until then records gather to few, large requests."""
RETRY_BACKOFF_MS = 500
RESEND_SECONDS = 0.8 * RETRY_BACKOFF_MS / 1_000
"""librdkafka sends a request of a transaction again, after a lost connection, not before so many seconds (its back-off
with its jitter of 20 %)."""


def consumer_settings(config: SidecarConfig, logger: logging.Logger) -> dict[str, Any]:
    """Read committed records, start only where told to, never commit by itself."""
    own = {key: value for key, value in config.kafka.items() if not _is(key, _PRODUCER)}
    return {
        "bootstrap.servers": config.bootstrap_servers,
        "client.id": config.transactional_id,
        "group.id": config.group_id,
        "session.timeout.ms": config.session_timeout_ms,
        "heartbeat.interval.ms": max(config.session_timeout_ms // 3, 300),
        "topic.metadata.refresh.interval.ms": 5_000,
        "fetch.wait.max.ms": 100,
        "fetch.queue.backoff.ms": 10,
        "queued.min.messages": max(2 * config.batch_size, 1_000),
        "allow.auto.create.topics": False,
        **own,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "logger": logger,
    }


def producer_settings(config: SidecarConfig, logger: logging.Logger) -> dict[str, Any]:
    """Transactional."""
    return {
        **idempotent_settings(config, logger),
        "transactional.id": config.transactional_id,
        "transaction.timeout.ms": config.transaction_timeout_ms,
    }


def idempotent_settings(config: SidecarConfig, logger: logging.Logger) -> dict[str, Any]:
    """Idempotent, with the partitioner of Java clients."""
    own = {key: value for key, value in config.kafka.items() if _is(key, _COMMON + _PRODUCER)}
    return {
        "bootstrap.servers": config.bootstrap_servers,
        "client.id": config.transactional_id,
        "partitioner": "murmur2_random",
        "queue.buffering.max.messages": max(4 * config.batch_size, 10_000),
        "delivery.report.only.error": True,
        "linger.ms": LINGER_MS,
        # librdkafka 2.16: after a re-bootstrap send_offsets_to_transaction hangs, past its own time-out
        "metadata.recovery.strategy": "none",
        **own,
        "retry.backoff.ms": RETRY_BACKOFF_MS,
        "enable.idempotence": True,
        "logger": logger,
    }


def admin_settings(config: SidecarConfig, logger: logging.Logger) -> dict[str, Any]:
    own = {key: value for key, value in config.kafka.items() if _is(key, _COMMON)}
    return {"bootstrap.servers": config.bootstrap_servers, **own, "logger": logger}


def _is(key: str, prefixes: tuple[str, ...]) -> bool:
    return key.startswith(prefixes)
