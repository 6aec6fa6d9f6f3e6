"""What can go wrong in the log."""

from __future__ import annotations

from rowtime.errors import RowtimeError


class LogError(RowtimeError):
    """Base of the log's errors."""


class TopicExists(LogError):
    """A topic of that name is there already."""


class UnknownTopic(LogError):
    """No such topic, or no such partition of it."""


class OffsetOutOfRange(LogError):
    """An offset below the log start or above the log end."""


class InvalidBatch(LogError):
    """Bytes that are not one well-formed record batch of format version 2."""


class UnsupportedCodec(LogError):
    """A batch is compressed with a codec whose library is not installed."""


class StorageError(LogError):
    """The disk failed: nothing after the last durable frame is acknowledged, and no more writes are taken."""


class StorageFull(LogError):
    """The disk is nearly full; writes are taken again when space is freed."""


class CorruptLog(LogError):
    """Data that had been synced cannot be read back; start-up is refused."""


class DirectoryInUse(LogError):
    """Another process has the data directory open."""


class LinkLost(LogError):
    """The broker process at the other end of the link is gone."""
