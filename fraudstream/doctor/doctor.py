"""The whole visit, in the order in which one thing needs another."""

from __future__ import annotations

from collections.abc import Callable

from fraudstream.doctor.clock import look_at_clock
from fraudstream.doctor.finding import Findings, Say
from fraudstream.doctor.group import look_at_group
from fraudstream.doctor.kafka import look_at_kafka
from fraudstream.doctor.ksqldb import look_at_ksqldb
from fraudstream.doctor.model import look_at_model
from fraudstream.doctor.registry import look_at_registry
from fraudstream.doctor.topics import look_at_topics
from fraudstream.doctor.visit import Visit
from fraudstream.doctor.windowed import look_at_windowed
from scoring.errors import ConfigError
from scoring.security import http_security, kafka_security


def examine(visit: Visit, say: Say = lambda finding: None) -> Findings:
    """Look at everything that can be looked at; nothing is changed. Findings come one by one to `say`."""
    findings = Findings(say)
    if not _credentials(findings):
        return findings
    kafka = look_at_kafka(visit, findings)
    registry = look_at_registry(visit, findings)
    ksqldb = look_at_ksqldb(visit, findings)
    if kafka is not None:
        look_at_topics(visit, kafka, findings)
        look_at_group(visit, kafka, findings)
    if kafka is not None and ksqldb is not None:
        look_at_windowed(visit, kafka, ksqldb, findings)
    look_at_model(visit, registry, findings)
    if registry is not None:
        look_at_clock(visit, "registry", f"{registry.url}/subjects", registry.security, findings)
    if ksqldb is not None:
        look_at_clock(visit, "ksqldb", f"{ksqldb.url}/info", ksqldb.transport.security, findings)
    return findings


def _credentials(findings: Findings) -> bool:
    problems: list[str] = []
    reads: tuple[Callable[[], object], ...] = (
        kafka_security, lambda: http_security("SCHEMA_REGISTRY"), lambda: http_security("KSQLDB"))
    for read in reads:
        try:
            read()
        except ConfigError as error:
            problems += error.problems
    for problem in problems:
        findings.failed("credentials", problem, "mend the environment or the file it names")
    if not problems:
        findings.passed("credentials", "every file of secrets can be read")
    return not problems
