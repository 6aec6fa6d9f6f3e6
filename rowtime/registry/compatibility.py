"""Can data written with one Avro schema be read with another, and if not, why.

Rules: Avro specification, "Schema Resolution"; findings, their order and their paths are those of Java Avro 1.11's
SchemaCompatibility, the sentences and modes those of Confluent's Schema Registry 7.9.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rowtime.registry.avro import Field, Schema
from rowtime.registry.avro_text import canonical

MODES = (
    "NONE", "BACKWARD", "FORWARD", "FULL", "BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL_TRANSITIVE",
)
_WIDER = {
    "long": ("int",), "float": ("int", "long"), "double": ("int", "long", "float"),
    "bytes": ("string",), "string": ("bytes",),
}
_SENTENCES = {
    "TYPE_MISMATCH": "The type (path '{path}') of a field in the {reader} schema does not match with the {writer} "
                     "schema",
    "NAME_MISMATCH": "The name of the schema has changed (path '{path}')",
    "FIXED_SIZE_MISMATCH": "The size of FIXED type field at path '{path}' in the {reader} schema does not match with "
                           "the {writer} schema",
    "MISSING_ENUM_SYMBOLS": "The {reader} schema is missing enum symbols '{detail}' at path '{path}' in the {writer} "
                            "schema",
    "MISSING_UNION_BRANCH": "The {reader} schema is missing a type inside a union field at path '{path}' in the "
                            "{writer} schema",
    "READER_FIELD_MISSING_DEFAULT_VALUE": "The field '{detail}' at path '{path}' in the {reader} schema has no default "
                                          "value and is missing in the {writer} schema",
}


class Finding(NamedTuple):
    """Why a reader cannot read: kind, JSON pointer into the reader's schema, detail."""

    kind: str
    path: str
    detail: str


class AmbiguousField(ValueError):
    """A reader's field matches several of the writer's."""


class Checker:
    """One comparison; remembers the pairs it has seen, so that recursive schemas end."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int], list[Finding]] = {}

    def check(self, reader: Schema, writer: Schema, path: tuple[str, ...] = ()) -> list[Finding]:
        """Empty: every datum of the writer can be read."""
        pair = id(reader), id(writer)
        found = self._seen.get(pair)
        if found is None:
            self._seen[pair] = []
            found = self._seen[pair] = self._compare(reader, writer, path)
        return found

    def _compare(self, reader: Schema, writer: Schema, path: tuple[str, ...]) -> list[Finding]:
        if reader.type != writer.type:
            return self._compare_different(reader, writer, path)
        if reader.type == "record":
            return _names(reader, writer, path) + self._fields(reader, writer, path)
        if reader.type == "enum":
            return _names(reader, writer, path) + _symbols(reader, writer, path)
        if reader.type == "fixed":
            return _names(reader, writer, path) + _sizes(reader, writer, path)
        if reader.type == "union":
            return self._unions(reader, writer, path)
        if reader.type in ("array", "map"):
            step = "items" if reader.type == "array" else "values"
            return self.check(reader.inner, writer.inner, (*path, step))
        return []

    def _compare_different(self, reader: Schema, writer: Schema, path: tuple[str, ...]) -> list[Finding]:
        if writer.type == "union":
            return [finding for branch in writer.branches for finding in self.check(reader, branch)]
        if reader.type == "union":
            if any(not self.check(branch, writer) for branch in reader.branches):
                return []
            return [_lacking(writer, path)]
        if writer.type in _WIDER.get(reader.type, ()):
            return []
        detail = f"reader type: {reader.type.upper()} not compatible with writer type: {writer.type.upper()}"
        return [Finding("TYPE_MISMATCH", _pointer(path), detail)]

    def _unions(self, reader: Schema, writer: Schema, path: tuple[str, ...]) -> list[Finding]:
        return [
            _lacking(branch, (*path, str(number)))
            for number, branch in enumerate(writer.branches)
            if self.check(reader, branch)
        ]

    def _fields(self, reader: Schema, writer: Schema, path: tuple[str, ...]) -> list[Finding]:
        found: list[Finding] = []
        for field in reader.fields:
            place = (*path, "fields", str(field.position))
            match = _writer_field(field, writer)
            if match is not None:
                found += self.check(field.schema, match.schema, (*place, "type"))
            elif field.has_default:
                continue
            elif field.schema.type == "enum" and field.schema.default is not None:
                found += self.check(field.schema, writer, (*place, "type"))
            else:
                found.append(Finding("READER_FIELD_MISSING_DEFAULT_VALUE", _pointer(place), field.name))
        return found


def _pointer(path: tuple[str, ...]) -> str:
    return "/" + "/".join(path)


def _lacking(branch: Schema, path: tuple[str, ...]) -> Finding:
    return Finding("MISSING_UNION_BRANCH", _pointer(path), f"reader union lacking writer type: {branch.type.upper()}")


def _names(reader: Schema, writer: Schema, path: tuple[str, ...]) -> list[Finding]:
    if reader.name == writer.name or writer.full_name in reader.aliases:
        return []
    return [Finding("NAME_MISMATCH", _pointer((*path, "name")), f"expected: {writer.full_name}")]


def _symbols(reader: Schema, writer: Schema, path: tuple[str, ...]) -> list[Finding]:
    missing = sorted(set(writer.symbols) - set(reader.symbols))
    if not missing or reader.default is not None:
        return []
    return [Finding("MISSING_ENUM_SYMBOLS", _pointer((*path, "symbols")), f"[{', '.join(missing)}]")]


def _sizes(reader: Schema, writer: Schema, path: tuple[str, ...]) -> list[Finding]:
    if reader.size == writer.size:
        return []
    detail = f"expected: {writer.size}, found: {reader.size}"
    return [Finding("FIXED_SIZE_MISMATCH", _pointer((*path, "size")), detail)]


def _writer_field(field: Field, writer: Schema) -> Field | None:
    by_name = {found.name: found for found in writer.fields}
    found = [by_name[name] for name in (field.name, *field.aliases) if name in by_name]
    if len(found) > 1:
        raise AmbiguousField(f"Reader record field {field.name} type:{field.schema.type.upper()} pos:{field.position} "
                             f"matches multiple fields in writer record schema {canonical(writer)}")
    return found[0] if found else None


# the registry's modes and sentences


class Version(NamedTuple):
    """A registered version to compare with."""

    version: int
    schema: Schema


def explain(mode: str, new: Schema, existing: Sequence[Version]) -> list[str]:
    """Why a schema may not follow the versions given, oldest first; empty: it may.

    A mode that is not transitive looks at the last version only.
    """
    if mode == "NONE":
        return []
    for version in reversed(existing if mode.endswith("_TRANSITIVE") else existing[-1:]):
        found = _explain_version(mode, new, version)
        if found:
            return [*found, f"{{validateFields: 'false', compatibility: '{mode}'}}"]
    return []


def _explain_version(mode: str, new: Schema, old: Version) -> list[str]:
    place = [f"{{oldSchemaVersion: {old.version}}}", f"{{oldSchema: '{canonical(old.schema)}'}}"]
    forward = _sentences(old.schema, new, "old", "new") if "BACKWARD" not in mode else []
    backward = _sentences(new, old.schema, "new", "old") if "FORWARD" not in mode else []
    if mode.startswith("FULL"):
        return forward + (backward + place if backward else [])
    found = forward + backward
    return found + place if found else []


def _sentences(reader: Schema, writer: Schema, reader_is: str, writer_is: str) -> list[str]:
    try:
        findings = Checker().check(reader, writer)
    except AmbiguousField as error:
        return [f"Unexpected exception during compatibility check: {error}"]
    return [_sentence(finding, reader_is, writer_is) for finding in findings]


def _sentence(finding: Finding, reader_is: str, writer_is: str) -> str:
    text = _SENTENCES[finding.kind].format(
        path=finding.path, detail=finding.detail, reader=reader_is, writer=writer_is
    )
    return f"{{errorType:'{finding.kind}', description:'{text}', additionalInfo:'{finding.detail}'}}"
