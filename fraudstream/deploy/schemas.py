"""Schemas: registered with their compatibility mode before any SQL, so that ksqlDB finds them and registers none."""

from __future__ import annotations

from fraudstream.deploy.plan import Subject
from fraudstream.deploy.report import Report
from fraudstream.registry import RegistryError, SchemaRegistry


def register(registry: SchemaRegistry, subjects: list[Subject], report: Report, dry_run: bool = False) -> None:
    """One action a subject, and one for its mode where that had to be set."""
    for subject in subjects:
        try:
            _mode(registry, subject, report, dry_run)
            _schema(registry, subject, report, dry_run)
        except RegistryError as error:
            report.add("schema", subject.name, "failed", f"{subject.file.name}: {error}")


def delete(registry: SchemaRegistry, names: list[str], report: Report, dry_run: bool = False) -> None:
    """Delete the subjects that are there, for good; one action each."""
    there = set(registry.subjects())
    for name in names:
        if name not in there:
            report.add("schema", name, "absent")
        elif dry_run:
            report.add("schema", name, "would delete")
        else:
            registry.delete(name)
            report.add("schema", name, "deleted")


def _mode(registry: SchemaRegistry, subject: Subject, report: Report, dry_run: bool) -> None:
    if registry.compatibility(subject.name) == subject.compatibility:
        return
    if not dry_run:
        registry.set_compatibility(subject.name, subject.compatibility)
    report.add("mode", subject.name, "would create" if dry_run else "created", subject.compatibility)


def _schema(registry: SchemaRegistry, subject: Subject, report: Report, dry_run: bool) -> None:
    latest = registry.latest(subject.name)
    found = registry.find(subject.name, subject.schema) if latest else None
    if found and latest:
        newer = "" if found["version"] == latest["version"] else f"; version {latest['version']} is newer"
        report.add("schema", subject.name, "unchanged", f"id {found['id']}, version {found['version']}{newer}")
    elif dry_run:
        report.add("schema", subject.name, "would create", subject.file.name)
    else:
        report.add("schema", subject.name, "created", f"id {registry.register(subject.name, subject.schema)}")
