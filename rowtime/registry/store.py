"""The registry's rules: who may register what, which id it gets, what may be deleted. Answers only what is durable.

In memory as it is; with `LogStore.open(directory, store.setup)` its facts are frames of that log.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rowtime.log.frame import Event
from rowtime.log.store import LogStore
from rowtime.registry import errors
from rowtime.registry.avro import InvalidAvro, Schema, parse
from rowtime.registry.avro_text import canonical
from rowtime.registry.compatibility import MODES, Version, explain
from rowtime.registry.state import Registered, RegistryState

EVENT = "registry"


@lru_cache(maxsize=1024)
def parsed(text: str) -> Schema:
    """InvalidAvro if the text is no schema."""
    return parse(text)


class SchemaStore:
    """Implements `rowtime.log.api.Schemas`, and what the registry's HTTP protocol needs beyond it."""

    def __init__(self) -> None:
        self.state = RegistryState()
        self._log: LogStore | None = None
        self._last = -1

    def setup(self, log: LogStore) -> None:
        """Registers what recovery is to feed."""
        self._log = log
        log.on_event(EVENT, self._apply)

    def _apply(self, seq: int, fact: Any) -> None:
        self._last = seq
        self.state.apply(fact)

    async def _record(self, *fact: Any) -> None:
        if self._log is None:
            self.state.apply(list(fact))
        else:
            self._log.commit((), [Event(EVENT, list(fact))])
            await self.durable()

    async def durable(self) -> None:
        """Returns when all that can be seen here is on disk."""
        if self._log is not None:
            await self._log.durable(self._last)

    # schemas

    def read(self, subject: str, text: str, schema_type: str = "AVRO") -> Schema:
        """42201 unless the text is an Avro schema."""
        if schema_type != "AVRO":
            raise errors.invalid_type(schema_type)
        try:
            return parsed(text)
        except InvalidAvro as error:
            raise errors.invalid_schema(subject, text, str(error)) from error

    async def register(self, subject: str, schema: str, schema_type: str = "AVRO") -> int:
        """The id; what is registered already keeps its id and version, what is new must be compatible (409)."""
        new = self.read(subject, schema, schema_type)
        text = canonical(new)
        if self.state.mode(subject) == "READONLY":
            raise errors.read_only(subject)
        known = self.find(subject, text)
        if known is not None:
            await self.durable()
            return known.schema_id
        reasons = self.reasons_against(subject, new, self.state.versions(subject))
        if reasons:
            raise errors.incompatible(subject, reasons)
        schema_id = self.state.ids.get(text, self.state.max_id + 1)
        earlier = self.state.versions(subject, deleted=True)
        await self._record("register", subject, earlier[-1].version + 1 if earlier else 1, schema_id, text)
        return schema_id

    def find(self, subject: str, text: str, deleted: bool = False) -> Registered | None:
        """The last version of a subject with this canonical text."""
        schema_id = self.state.ids.get(text)
        found = [one for one in self.state.versions(subject, deleted) if one.schema_id == schema_id]
        return found[-1] if found else None

    def reasons_against(self, subject: str, new: Schema, versions: list[Registered]) -> list[str]:
        """Under the subject's level; empty: compatible."""
        existing = [Version(one.version, parsed(self.state.text(one.schema_id))) for one in versions]
        return explain(self.state.level(subject), new, existing)

    async def by_id(self, schema_id: int) -> str:
        """KeyError if there is none."""
        return self.state.texts[schema_id]

    async def latest(self, subject: str) -> tuple[int, str] | None:
        """(id, schema) of the last version; None without one."""
        versions = self.state.versions(subject)
        return (versions[-1].schema_id, self.state.texts[versions[-1].schema_id]) if versions else None

    # deleting

    async def delete_subject(self, subject: str, permanent: bool = False) -> list[int]:
        """Soft, or for good what has been deleted softly; the versions. A subject that is not there: none."""
        if not self.state.subjects.get(subject):
            return []
        return await self.delete_versions(subject, permanent)

    async def delete_versions(self, subject: str, permanent: bool = False) -> list[int]:
        """The same for a subject that must exist (40401, 40404, 40405)."""
        everything = self.state.existing(subject, deleted=True)
        live = self.state.versions(subject)
        if permanent and live:
            raise errors.subject_not_soft_deleted(subject)
        if not permanent and not live:
            raise errors.subject_soft_deleted(subject)
        numbers = [one.version for one in (everything if permanent else live)]
        await self._delete(subject, numbers, permanent)
        return numbers

    async def delete_version(self, subject: str, number: int | None, permanent: bool = False) -> int:
        """The same for one version (40406, 40407)."""
        found = self.state.version(subject, number, deleted=True)
        if permanent and not found.deleted:
            raise errors.version_not_soft_deleted(subject, found.version)
        if not permanent and found.deleted:
            raise errors.version_soft_deleted(subject, found.version)
        await self._delete(subject, [found.version], permanent)
        return found.version

    async def _delete(self, subject: str, numbers: list[int], permanent: bool) -> None:
        if self.state.mode(subject) == "READONLY":
            raise errors.read_only(subject)
        await self._record("purge" if permanent else "delete", subject, numbers)
        if not self.state.versions(subject):
            await self._forget_settings(subject)

    async def _forget_settings(self, subject: str) -> None:
        if subject in self.state.levels:
            await self._record("level", subject, None)
        if subject in self.state.modes:
            await self._record("mode", subject, None)

    # settings; subject None: for all

    async def set_level(self, subject: str | None, level: str) -> str:
        if level.upper() not in MODES:
            raise errors.invalid_level()
        await self._record("level", subject, level.upper())
        return level.upper()

    async def delete_level(self, subject: str | None) -> str:
        """The level it had."""
        if subject is not None and subject not in self.state.levels:
            raise errors.subject_not_found(subject)
        before = self.state.global_level if subject is None else self.state.levels[subject]
        await self._record("level", subject, None)
        return before

    async def set_mode(self, subject: str | None, mode: str) -> str:
        if mode.upper() == "IMPORT":
            raise errors.import_refused()
        if mode.upper() not in ("READWRITE", "READONLY"):
            raise errors.invalid_mode()
        await self._record("mode", subject, mode.upper())
        return mode.upper()

    async def delete_mode(self, subject: str) -> str:
        """The mode it had."""
        if subject not in self.state.modes:
            raise errors.subject_not_found(subject)
        before = self.state.modes[subject]
        await self._record("mode", subject, None)
        return before
