"""The counts, and what is wrong with them.

    produced = undecodable + rejected + enriched
    enriched + replayed = scored + dead_lettered
    scored   = joined
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from fraudstream.reconcile.matching import HOUR_MS, JOIN, SIDECAR, SQL, Item

SHOWN = 10
NAMED = 1_000
WORDS = {SQL: "neither rejected nor enriched", SIDECAR: "without flag or dead letter",
         JOIN: "flagged but not joined back"}


@dataclass(slots=True)
class Counts:
    """Records; of one hour of event time, or of all. on_way_…: read at one end of a stage and not yet at the other, so
    shortly before that nobody can say; below 0 where the later end was read later."""

    produced: int = 0
    undecodable: int = 0
    rejected: int = 0
    enriched: int = 0
    replayed: int = 0
    scored: int = 0
    dead_lettered: int = 0
    flagged: int = 0
    joined: int = 0
    labelled: int = 0
    on_way_sql: int = 0
    on_way_sidecar: int = 0
    on_way_join: int = 0

    def problems(self) -> list[str]:
        """One line for each equation that does not hold."""
        found = []
        if self.produced != self.undecodable + self.rejected + self.enriched + self.on_way_sql:
            found.append(f"produced {self.produced} is not undecodable {self.undecodable} + rejected {self.rejected} "
                         f"+ enriched {self.enriched}")
        if self.enriched + self.replayed != self.scored + self.dead_lettered + self.on_way_sidecar:
            again = f" + replayed {self.replayed}" if self.replayed else ""
            found.append(f"enriched {self.enriched}{again} is not scored {self.scored} + dead-lettered "
                         f"{self.dead_lettered}")
        if self.scored != self.joined + self.on_way_join:
            found.append(f"scored {self.scored} is not joined {self.joined}")
        return found


@dataclass(slots=True)
class Books(Counts):
    """`missing` and `duplicated` count transactions that did not arrive, or arrived more than once, at a stage;
    `examples` are ids of some, `lost` and `doubled` name up to 1,000 with stage, hour and position. hours: ISO hour of
    event time → counts. reasons: of rejections."""

    missing: int = 0
    duplicated: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    hours: dict[str, Counts] = field(default_factory=dict)
    lost: list[dict[str, str]] = field(default_factory=list)
    doubled: list[dict[str, str]] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        return not self.problems()

    def problems(self) -> list[str]:
        """One line for each equation that does not hold, for hours that do not, and for what is missing or doubled."""
        found = Counts.problems(self)
        bad = [hour for hour, counts in self.hours.items() if counts.problems()]
        if bad and not found:
            found.append(f"all hours together balance, but not {', '.join(bad[:SHOWN])}")
        if self.missing or self.duplicated:
            found.append(f"{self.missing} transactions missing and {self.duplicated} doubled, such as "
                         f"{', '.join(self.examples[:SHOWN])}")
        return found

    def named(self) -> list[str]:
        """A line for each of the first that are missing or doubled."""
        lines = [f"missing: {i['id']} of {i['hour']}, {WORDS[i['stage']]} ({i['place']})" for i in self.lost[:SHOWN]]
        return lines + [f"doubled: {i['id']} of {i['hour']}, at stage {i['stage']} ({i['place']})"
                        for i in self.doubled[:SHOWN]]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def books_of(hours: dict[int, Counts], reasons: dict[str, int], lost: list[Item], doubled: list[Item]) -> Books:
    """Totals over the hours, and the names of what is wrong."""
    books = Books(missing=len(lost), duplicated=len(doubled), reasons=reasons)
    books.hours = {iso_hour(hour): hours[hour] for hour in sorted(hours)}
    for counts in hours.values():
        for part in fields(Counts):
            setattr(books, part.name, getattr(books, part.name) + getattr(counts, part.name))
    books.lost, books.doubled = _named(lost), _named(doubled)
    books.examples = [item.id or "a record without key" for item in [*lost, *doubled][:SHOWN]]
    return books


def iso_hour(hour: int) -> str:
    """An hour since 1970 as 2026-11-22T14Z; as a number where it is outside the calendar."""
    try:
        return datetime.fromtimestamp(hour * HOUR_MS / 1000, UTC).strftime("%Y-%m-%dT%HZ")
    except (ValueError, OverflowError, OSError):
        return f"hour {hour}"


def _named(items: list[Item]) -> list[dict[str, str]]:
    return [{"stage": item.stage, "id": item.id, "hour": iso_hour(item.hour), "place": item.place}
            for item in items[:NAMED]]
