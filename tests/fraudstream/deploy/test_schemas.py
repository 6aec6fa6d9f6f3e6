"""Schemas against prepared answers of a registry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fraudstream.deploy.plan import Subject
from fraudstream.deploy.report import Report
from fraudstream.deploy.schemas import register
from fraudstream.registry import SchemaRegistry

SUBJECT = Subject("a-value", Path("a.avsc"), {"type": "string"}, "FULL")
ABSENT = (404, {"error_code": 40401, "message": "Subject 'a-value' not found."})


def outcomes(stub: Any, dry_run: bool = False) -> list[tuple[str, str, str]]:
    report = Report()
    register(SchemaRegistry(stub.url), [SUBJECT], report, dry_run)
    return [(a.kind, a.outcome, a.detail) for a in report.actions]


def test_a_new_schema_is_registered_with_its_mode(stub: Any) -> None:
    stub.on("GET", "/config/a-value", (404, {"error_code": 40408, "message": "none"}))
    stub.on("PUT", "/config/a-value", (200, {"compatibility": "FULL"}))
    stub.on("GET", "/subjects/a-value/versions/latest", ABSENT)
    stub.on("POST", "/subjects/a-value/versions", (200, {"id": 7}))
    assert outcomes(stub) == [("mode", "created", "FULL"), ("schema", "created", "id 7")]
    assert stub.bodies("/subjects/a-value/versions") == [{"schema": '{"type": "string"}'}]


def test_a_known_schema_is_left(stub: Any) -> None:
    stub.on("GET", "/config/a-value", (200, {"compatibilityLevel": "FULL"}))
    stub.on("GET", "/subjects/a-value/versions/latest", (200, {"id": 9, "version": 3}))
    stub.on("POST", "/subjects/a-value", (200, {"id": 7, "version": 2}))
    assert outcomes(stub) == [("schema", "unchanged", "id 7, version 2; version 3 is newer")]


def test_an_incompatible_schema_fails_with_the_registrys_words(stub: Any) -> None:
    stub.on("GET", "/config/a-value", (200, {"compatibilityLevel": "FULL"}))
    stub.on("GET", "/subjects/a-value/versions/latest", (200, {"id": 9, "version": 3}))
    stub.on("POST", "/subjects/a-value", (404, {"error_code": 40403, "message": "Schema not found"}))
    stub.on("POST", "/subjects/a-value/versions", (409, {"error_code": 409, "message": "incompatible"}))
    assert outcomes(stub) == [("schema", "failed", "a.avsc: incompatible")]


def test_dry_run_registers_nothing(stub: Any) -> None:
    stub.on("GET", "/config/a-value", (404, {"error_code": 40408, "message": "none"}))
    stub.on("GET", "/subjects/a-value/versions/latest", ABSENT)
    assert [o for _, o, _ in outcomes(stub, dry_run=True)] == ["would create", "would create"]
    assert {method for method, _, _ in stub.requests} == {"GET"}
