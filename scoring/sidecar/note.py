"""What is kept beside a committed offset: which topic it is of, and how often work on it was begun and not ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OffsetNote:
    """topic_id: of the topic the offset belongs to, empty where unknown. attempts: begun at this offset, not ended."""

    topic_id: str = ""
    attempts: int = 0

    def __str__(self) -> str:
        return f"topic={self.topic_id} attempts={self.attempts}"


def read_note(metadata: str | None) -> OffsetNote:
    """The note of a commit's metadata; an empty one where something else was written."""
    parts = dict(part.partition("=")[::2] for part in (metadata or "").split())
    attempts = parts.get("attempts", "0")
    return OffsetNote(parts.get("topic", ""), int(attempts) if attempts.isdigit() else 0)
