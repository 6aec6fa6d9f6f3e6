"""Subjects, versions, ids, settings: changed by facts only, so that they recover from the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rowtime.registry import errors


@dataclass(slots=True)
class Registered:
    """A version of a subject; a deleted one still answers when asked for deleted ones."""

    version: int
    schema_id: int
    deleted: bool = False


class RegistryState:
    """`apply` takes facts: JSON-able lists, the first item their kind. Ids and their schemas stay forever."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.ids: dict[str, int] = {}
        self.subjects: dict[str, list[Registered]] = {}
        self.levels: dict[str, str] = {}
        self.modes: dict[str, str] = {}
        self.global_level, self.global_mode = "BACKWARD", "READWRITE"

    def apply(self, fact: list[Any]) -> None:
        kind, *arguments = fact
        getattr(self, f"_apply_{kind}")(*arguments)

    def _apply_register(self, subject: str, version: int, schema_id: int, text: str) -> None:
        self.texts[schema_id] = text
        self.ids.setdefault(text, schema_id)
        self.subjects.setdefault(subject, []).append(Registered(version, schema_id))

    def _apply_delete(self, subject: str, versions: list[int]) -> None:
        for registered in self.subjects[subject]:
            if registered.version in versions:
                registered.deleted = True

    def _apply_purge(self, subject: str, versions: list[int]) -> None:
        kept = [registered for registered in self.subjects[subject] if registered.version not in versions]
        if kept:
            self.subjects[subject] = kept
        else:
            del self.subjects[subject]

    def _apply_level(self, subject: str | None, level: str | None) -> None:
        if subject is None:
            self.global_level = level or "BACKWARD"
        elif level is None:
            self.levels.pop(subject, None)
        else:
            self.levels[subject] = level

    def _apply_mode(self, subject: str | None, mode: str | None) -> None:
        if subject is None:
            self.global_mode = mode or "READWRITE"
        elif mode is None:
            self.modes.pop(subject, None)
        else:
            self.modes[subject] = mode

    # looking up

    @property
    def max_id(self) -> int:
        return max(self.texts, default=0)

    def level(self, subject: str) -> str:
        return self.levels.get(subject, self.global_level)

    def mode(self, subject: str) -> str:
        return self.modes.get(subject, self.global_mode)

    def versions(self, subject: str, deleted: bool = False) -> list[Registered]:
        """Oldest first; `deleted`: soft-deleted ones too."""
        return [found for found in self.subjects.get(subject, ()) if deleted or not found.deleted]

    def existing(self, subject: str, deleted: bool = False) -> list[Registered]:
        """The same, 40401 if there are none."""
        found = self.versions(subject, deleted)
        if not found:
            raise errors.subject_not_found(subject)
        return found

    def version(self, subject: str, number: int | None, deleted: bool = False) -> Registered:
        """40402 if there is none of that number; None: the latest."""
        found = self.existing(subject, deleted)
        if number is None:
            return found[-1]
        for registered in found:
            if registered.version == number:
                return registered
        raise errors.version_not_found(number)

    def text(self, schema_id: int) -> str:
        found = self.texts.get(schema_id)
        if found is None:
            raise errors.schema_not_found(schema_id)
        return found

    def uses(self, schema_id: int, deleted: bool = False) -> Iterator[tuple[str, int]]:
        """(subject, version) of an id."""
        for subject in self.subjects:
            for found in self.versions(subject, deleted):
                if found.schema_id == schema_id:
                    yield subject, found.version
