"""An answer that is one of Kafka's error codes."""

from __future__ import annotations

from kio.schema.errors import ErrorCode

from rowtime.errors import RowtimeError


class KafkaError(RowtimeError):
    """A request, or one topic, partition or group of it, is refused with `code`."""

    def __init__(self, code: ErrorCode, message: str = ""):
        super().__init__(message or code.name)
        self.code = code


__all__ = ["ErrorCode", "KafkaError"]
