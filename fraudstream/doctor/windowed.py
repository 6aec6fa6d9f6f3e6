"""Would Kafka delete what windowed tables and joins still need, when older data are replayed?"""

from __future__ import annotations

from confluent_kafka.admin import AdminClient

from fraudstream.deploy.report import Report
from fraudstream.deploy.windowed import WindowedTopics
from fraudstream.doctor.finding import Findings
from fraudstream.doctor.visit import Visit
from fraudstream.ksqldb import Client, KsqlDbError

CHECK = "topics of windows and joins"


def look_at_windowed(visit: Visit, kafka: AdminClient, ksqldb: Client, findings: Findings) -> None:
    """One finding for all of them."""
    report = Report()
    try:
        WindowedTopics(ksqldb, kafka, report, dry_run=True).keep(visit.plan.statements, visit.plan.windowed)
    except KsqlDbError as error:
        findings.skipped(CHECK, error.message)
        return
    short = [action for action in report.actions if action.outcome == "would change"]
    if short:
        findings.warn(CHECK, f"{len(short)} are deleted by the wall clock, such as {short[0].name} ({short[0].detail})",
                      "run `fraudstream deploy`, or replays of older data lose windows when ksqlDB restarts")
    else:
        findings.passed(CHECK, "kept as long as sql/topics.toml says")
