"""Does ksqlDB answer, has it every stream and table, and do its queries run?"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from fraudstream.doctor.finding import Findings
from fraudstream.doctor.visit import Visit
from fraudstream.ksqldb import Client, KsqlDbError

ADVICE = "look at KSQLDB_URL, KSQLDB_BASIC_AUTH and KSQLDB_CA_FILE, and at the network"
DEPLOY = "run `fraudstream deploy`"
VERIFIED = "7.9.5"
GUARANTEE = "processing.guarantee"
_SELECT = re.compile(r"\bSELECT\b", re.IGNORECASE)


def look_at_ksqldb(visit: Visit, findings: Findings) -> Client | None:
    """Findings about the server, its objects and its queries; the client, None where it does not answer."""
    check = f"ksqldb {visit.addresses.ksqldb}"
    client = Client(visit.addresses.ksqldb, timeout=visit.timeout)
    try:
        info = client.info()
    except KsqlDbError as error:
        findings.failed(check, error.message, ADVICE)
        return None
    version, status = str(info.get("version")), info.get("serverStatus")
    if status != "RUNNING":
        findings.failed(check, f"version {version}, status {status}", "look at the server's log")
    elif not version.startswith(VERIFIED):
        findings.warn(check, f"version {version}, RUNNING", f"sql/ was verified on {VERIFIED}: watch the first deploy")
    else:
        findings.passed(check, f"version {version}, RUNNING")
    for look in (_objects, _queries, _guarantee):
        try:
            look(visit, client, findings)
        except KsqlDbError as error:
            findings.failed(check, error.message, ADVICE)
    return client


def _objects(visit: Visit, client: Client, findings: Findings) -> None:
    there = {source["name"] for kind in ("streams", "tables") for source in client.show(kind)}
    wanted = [target.name for _, target in visit.plan.statements if target.is_object]
    absent = [name for name in wanted if name not in there]
    if absent:
        findings.failed("streams and tables", f"{len(absent)} of {len(wanted)} are not there: {', '.join(absent[:5])}",
                        DEPLOY)
    else:
        findings.passed("streams and tables", f"all {len(wanted)} are there")


def _queries(visit: Visit, client: Client, findings: Findings) -> None:
    wanted = Counter(target.name for statement, target in visit.plan.statements if _SELECT.search(statement.normal))
    queries = [query for query in client.show("queries") if set(wanted) & set(query.get("sinks") or ())]
    absent = wanted - Counter(sink for query in queries for sink in query["sinks"])
    if absent:
        findings.failed("queries", f"{absent.total()} of {wanted.total()} are not there, such as the one that writes "
                        f"{next(iter(absent))}", f"{DEPLOY}; an object that is there without its query: DROP it first")
    for query in queries:
        if _states(query) != {"RUNNING"}:
            findings.failed(f"query {query['id']}", f"is {', '.join(sorted(_states(query))) or 'in no state'}",
                            f"EXPLAIN {query['id']}; says why; TERMINATE it, then {DEPLOY}, or restart the server")
    running = sum(_states(query) == {"RUNNING"} for query in queries)
    if not absent and running == len(queries):
        findings.passed("queries", f"all {running} run")


def _states(query: dict[str, Any]) -> set[str]:
    return {state for state, number in (query.get("statusCount") or {query.get("state"): 1}).items() if number}


def _guarantee(visit: Visit, client: Client, findings: Findings) -> None:
    try:
        listed = client.execute("SHOW PROPERTIES;")[0].get("properties", [])
    except KsqlDbError as error:
        findings.skipped(GUARANTEE, f"the server does not tell its properties: {error.message}")
        return
    found = {str(entry["name"]).removeprefix("ksql.streams."): entry.get("value") for entry in listed}.get(GUARANTEE)
    if found == "exactly_once_v2":
        findings.passed(GUARANTEE, found)
    elif found is None:
        findings.skipped(GUARANTEE, "the server does not tell it")
    else:
        findings.warn(GUARANTEE, f"is {found}: a crash may enrich a transaction twice",
                      f"set ksql.streams.{GUARANTEE}=exactly_once_v2 for the server")
