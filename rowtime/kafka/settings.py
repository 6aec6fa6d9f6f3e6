"""The broker's settings under Kafka's names, and the topic settings it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from rowtime.kafka.errors import ErrorCode, KafkaError

BROKER_ID = 1
_FOREVER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Settings:
    """Kafka's broker settings; times in ms, sizes in bytes.

    Its defaults but for two: topics keep their records for ever unless they say otherwise (event times of history are
    old on arrival), and a new group does not wait for more members.
    """

    auto_create_topics_enable: bool = True
    num_partitions: int = 1
    message_max_bytes: int = 1_048_588
    socket_request_max_bytes: int = 104_857_600
    fetch_max_bytes: int = 57_671_680
    log_retention_ms: int = -1
    group_min_session_timeout_ms: int = 6_000
    group_max_session_timeout_ms: int = 1_800_000
    group_initial_rebalance_delay_ms: int = 0
    offset_metadata_max_bytes: int = 4_096
    offsets_retention_minutes: int = 10_080
    offsets_retention_check_interval_ms: int = 600_000
    producer_id_expiration_ms: int = 86_400_000
    transaction_max_timeout_ms: int = 900_000

    def described(self) -> dict[str, str]:
        """Kafka's dotted names and the values as text."""
        plain = {field.name.replace("_", "."): getattr(self, field.name) for field in fields(self)}
        return {name: str(value).lower() for name, value in plain.items()}


def _one_of(*allowed: str) -> Callable[[str], bool]:
    return lambda text: text in allowed


def _whole(low: int, high: int = _FOREVER) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            return low <= int(text) <= high
        except ValueError:
            return False

    return check


def _ratio(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def _policy(text: str) -> bool:
    return bool(text) and {part.strip() for part in text.split(",")} <= {"delete", "compact"}


STRING, INT, LONG, DOUBLE, LIST, BOOLEAN = 2, 3, 5, 6, 7, 1
"""Config types of DescribeConfigs."""

TOPIC_SETTINGS: Mapping[str, tuple[str, int, Callable[[str], bool]]] = {
    "cleanup.policy": ("delete", LIST, _policy),
    "compression.type": ("producer", STRING, _one_of("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")),
    "delete.retention.ms": ("86400000", LONG, _whole(0)),
    "file.delete.delay.ms": ("60000", LONG, _whole(0)),
    "flush.messages": (str(_FOREVER), LONG, _whole(1)),
    "flush.ms": (str(_FOREVER), LONG, _whole(0)),
    "index.interval.bytes": ("4096", INT, _whole(0)),
    "max.compaction.lag.ms": (str(_FOREVER), LONG, _whole(1)),
    "max.message.bytes": ("1048588", INT, _whole(0, 2**31 - 1)),
    "message.timestamp.after.max.ms": (str(_FOREVER), LONG, _whole(0)),
    "message.timestamp.before.max.ms": (str(_FOREVER), LONG, _whole(0)),
    "message.timestamp.type": ("CreateTime", STRING, _one_of("CreateTime", "LogAppendTime")),
    "min.cleanable.dirty.ratio": ("0.5", DOUBLE, _ratio),
    "min.compaction.lag.ms": ("0", LONG, _whole(0)),
    "min.insync.replicas": ("1", INT, _whole(1, 1)),
    "preallocate": ("false", BOOLEAN, _one_of("true", "false")),
    "retention.bytes": ("-1", LONG, _whole(-1)),
    "retention.ms": ("-1", LONG, _whole(-1)),
    "segment.bytes": ("1073741824", INT, _whole(14, 2**31 - 1)),
    "segment.index.bytes": ("10485760", INT, _whole(4)),
    "segment.jitter.ms": ("0", LONG, _whole(0)),
    "segment.ms": ("604800000", LONG, _whole(1)),
    "unclean.leader.election.enable": ("false", BOOLEAN, _one_of("true", "false")),
}


def topic_setting(config: Mapping[str, str], name: str) -> str:
    """A topic's value, or Kafka's default."""
    return config.get(name, TOPIC_SETTINGS[name][0])


def check_topic_settings(config: Mapping[str, str | None]) -> dict[str, str]:
    """The settings that have a value; InvalidConfig names the one that is unknown or out of range."""
    for name, value in config.items():
        if name not in TOPIC_SETTINGS:
            raise KafkaError(ErrorCode.invalid_config, f"Unknown topic config name: {name}")
        if value is not None and not TOPIC_SETTINGS[name][2](value):
            raise KafkaError(ErrorCode.invalid_config, f"Invalid value {value} for configuration {name}")
    return {name: value for name, value in config.items() if value is not None}
