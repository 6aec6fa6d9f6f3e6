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
GUARANTEE, EXACTLY_ONCE = "processing.guarantee", "exactly_once_v2"
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
    server, queries = _of_server(client), _of_queries(visit, client)
    if queries == {EXACTLY_ONCE} or (server == EXACTLY_ONCE and queries <= {None, EXACTLY_ONCE}):
        where = "each query" if queries == {EXACTLY_ONCE} else "the server"
        findings.passed(GUARANTEE, f"{EXACTLY_ONCE}, set for {where}")
    elif server is None and queries <= {None}:
        findings.skipped(GUARANTEE, "the server does not tell it")
    else:
        found = ", ".join(sorted({value or server or "unknown" for value in queries} or {server or "unknown"}))
        findings.warn(GUARANTEE, f"is {found}: a crash may enrich a transaction twice",
                      f"set ksql.streams.{GUARANTEE}={EXACTLY_ONCE} for the server, or deploy with it in --properties")


def _of_server(client: Client) -> str | None:
    try:
        listed = client.execute("SHOW PROPERTIES;")[0].get("properties", [])
    except KsqlDbError:  # a managed server may not tell
        return None
    return {str(entry["name"]).removeprefix("ksql.streams."): entry.get("value") for entry in listed}.get(GUARANTEE)


def _of_queries(visit: Visit, client: Client) -> set[str | None]:
    """What the plan's queries were started with; None for one that follows the server."""
    names = {target.name for _, target in visit.plan.statements}
    found: set[str | None] = set()
    for query in client.show("queries"):
        if names & set(query.get("sinks") or ()):
            explained = client.execute(f"EXPLAIN {query['id']};")[0].get("queryDescription") or {}
            own = explained.get("overriddenProperties") or {}
            found.add({name.removeprefix("ksql.streams."): value for name, value in own.items()}.get(GUARANTEE))
    return found
