"""Dead letters as they lie in their topic, and which of them are meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fraudstream.topics import Topics
from fraudstream.writer_schemas import WriterSchemas
from scoring.sidecar.dead_letters import ERRORS_HEADERS, ORIGINAL, SHOWN_HEADER
from scoring.sidecar.records import SOURCE_HEADER

TOPIC = "fraud_dead_letters"
MARKS = "fraud_dead_letters_replayed"
REPLAYED_FROM = "replayed.from"
Headers = list[tuple[str, Any]]


@dataclass(frozen=True)
class Letter:
    """One dead letter. id: PARTITION/OFFSET of itself. source: topic/partition/offset of the record it is about.

    timestamp, failed_at: of the record, and when it failed; milliseconds since 1970. headers: the record's own.
    shows: original, or masked, cut, withheld where the value is not all of the record's.
    """

    id: str
    topic: str
    partition: int
    offset: int
    timestamp: int
    failed_at: int
    reason: str
    error: str
    error_class: str
    shows: str
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    headers: Headers = field(repr=False)

    @property
    def source(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    def to_json(self) -> dict[str, Any]:
        """Without the value."""
        return {"id": self.id, "source": self.source, "timestamp": self.timestamp, "failed_at": iso(self.failed_at),
                "reason": self.reason, "class": self.error_class, "error": self.error, "shows": self.shows,
                "key": text(self.key), "bytes": len(self.value or b"")}


@dataclass(frozen=True)
class Filter:
    """reason, error_class: a part of them, in any case. since ≤ failed_at < until: milliseconds. ids: only these."""

    reason: str = ""
    error_class: str = ""
    since: int | None = None
    until: int | None = None
    ids: frozenset[str] = frozenset()

    def takes(self, letter: Letter) -> bool:
        return (self.reason.lower() in letter.reason.lower() and self.error_class.lower() in letter.error_class.lower()
                and (self.since is None or letter.failed_at >= self.since)
                and (self.until is None or letter.failed_at < self.until)
                and (not self.ids or letter.id in self.ids))


def find(reader: Topics, schemas: WriterSchemas, wanted: Filter, topic: str = TOPIC) -> Iterator[Letter]:
    """The letters meant, in the order they were written in each partition. schemas: plain ones."""
    for message in reader.messages(topic):
        letter = _letter(message, schemas)
        if letter is not None and wanted.takes(letter):
            yield letter


def marked(reader: Topics, marks: str = MARKS) -> set[str]:
    """The ids of letters that were replayed; none where there is no topic of marks yet."""
    return {(key or b"").decode(errors="replace") for key, _ in reader.read(marks)} if reader.there(marks) else set()


def _letter(message: Any, schemas: WriterSchemas) -> Letter | None:
    row = schemas.decode(message.value())
    if row is None or "reason" not in row:
        return None
    headers: Headers = message.headers() or []
    named = dict(headers)
    return Letter(
        f"{message.partition()}/{message.offset()}", row["topic"], row["partition"], row["offset"],
        row["timestamp"], row["failed_at"], row["reason"], row["error"],
        (named.get(f"{ERRORS_HEADERS}exception") or b"").decode(errors="replace"), _shows(named, row["error"]),
        row["key"], row["value"], [(name, value) for name, value in headers if not _own(name)])


def _shows(named: dict[str, Any], error: str) -> str:
    """As the sidecar says; one that says nothing told it in the error."""
    if SHOWN_HEADER in named:
        return str(named[SHOWN_HEADER].decode())
    told = [word for word in ("withheld", "cut to", "left out") if word in error]
    return {"withheld": "withheld"}.get(told[0], "cut") if told else ORIGINAL


def _own(name: str) -> bool:
    return name in (SOURCE_HEADER, SHOWN_HEADER) or name.startswith(ERRORS_HEADERS)


def iso(milliseconds: int) -> str:
    """UTC, to the second."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def text(value: bytes | None) -> str | None:
    """For people: UTF-8 where it is, hexadecimal where not."""
    if value is None:
        return None
    try:
        shown = value.decode()
    except UnicodeDecodeError:
        return value.hex()
    return shown if shown.isprintable() else value.hex()
