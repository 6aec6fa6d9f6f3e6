"""A small ksqlDB client over HTTP/1.1: statements, pull queries, push queries that reconnect."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from fraudstream.ksqldb.errors import KsqlDbError, KsqlDbUnreachable
from fraudstream.ksqldb.http import Transport, lines
from fraudstream.ksqldb.push import Backoff, PushEvent, PushQuery
from fraudstream.ksqldb.quoting import quote_identifier
from fraudstream.ksqldb.rows import Rows
from scoring.security import HttpSecurity

Properties = Mapping[str, Any]
_PENDING = frozenset({"QUEUED", "PARSING", "EXECUTING"})
_REFUSED = (40100, 40300)
_LISTS = {"streams": "streams", "tables": "tables", "queries": "queries", "topics": "topics"}


class Client:
    """One ksqlDB server. timeout is for one answer, in seconds; security as the environment says unless given.

    Every method raises KsqlDbError with the server's message, code and position, KsqlDbUnreachable without an answer.
    """

    def __init__(self, url: str, security: HttpSecurity | None = None, timeout: float = 60.0,
                 clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep):
        self.transport = Transport(url, security, timeout)
        self.clock, self.sleep = clock, sleep

    @property
    def url(self) -> str:
        return self.transport.url

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.transport.close()

    def execute(self, sql: str, properties: Properties | None = None) -> list[dict[str, Any]]:
        """Run statements (not queries); one entity each, waited for until the server has carried it out."""
        body = {"ksql": sql, "streamsProperties": dict(properties or {}), "sessionVariables": {}}
        entities = self.transport.post("/ksql", body, statement=sql) or []
        return [self._settled(entity, sql) for entity in entities]

    def pull(self, sql: str, properties: Properties | None = None) -> Rows:
        """Run a pull query, or a push query with LIMIT, to its end."""
        body = {"sql": sql, "properties": dict(properties or {}), "sessionVariables": {}}
        rows: Rows | None = None
        with self.transport.stream("/query-stream", body, sql) as response:
            for line in lines(response):
                if isinstance(line, list) and rows is not None:
                    rows.rows.append(tuple(line))
                elif "columnNames" in line:
                    rows = Rows(tuple(line["columnNames"]), tuple(line["columnTypes"]), [], line.get("queryId") or "")
                elif "finalMessage" not in line:
                    raise KsqlDbError.from_body(line.get("errorMessage") or line, 500, sql)
        if rows is None:
            raise KsqlDbError("the answer has no header", 0, sql)
        return rows

    def push(self, sql: str, properties: Properties | None = None, *, key: str | tuple[str, ...] | None = None,
             on_event: Callable[[PushEvent], None] = lambda event: None, backoff: Backoff | None = None) -> PushQuery:
        """A push query as an iterator of dicts that reconnects by itself; see PushQuery for `key`."""
        return PushQuery(self.transport, sql, properties or {}, key, on_event, backoff or Backoff(), self.sleep)

    def info(self) -> dict[str, Any]:
        """version, kafkaClusterId, ksqlServiceId, serverStatus."""
        return self.transport.get("/info")["KsqlServerInfo"]

    def healthy(self) -> bool:
        """Whether a server answers and calls itself healthy; KsqlDbError where it refuses the user or password."""
        try:
            return bool(self.transport.get("/healthcheck", (200, 503))["isHealthy"])
        except KsqlDbError as error:
            if error.code in _REFUSED:
                raise
            return False

    def wait_ready(self, timeout: float = 60.0, interval: float = 0.2) -> None:
        """Return when the server is healthy; raises KsqlDbUnreachable when it is not within timeout seconds."""
        until = self.clock() + timeout
        while not self.healthy():
            if self.clock() >= until:
                raise KsqlDbUnreachable(f"no healthy ksqlDB at {self.url} after {timeout:g} s: is the stack running?")
            self.sleep(interval)

    def show(self, kind: str) -> list[dict[str, Any]]:
        """SHOW STREAMS, TABLES, QUERIES or TOPICS."""
        if kind not in _LISTS:
            raise ValueError(f"cannot list {kind!r}; one of {', '.join(_LISTS)}")
        return self.execute(f"SHOW {kind.upper()};")[0][_LISTS[kind]]

    def describe(self, name: str) -> dict[str, Any]:
        """A source's fields, queries, topic, statement. name is taken as ksqlDB would: upper case unless quoted."""
        quoted = name if name.startswith("`") else quote_identifier(name.upper())
        return self.execute(f"DESCRIBE {quoted};")[0]["sourceDescription"]

    def _settled(self, entity: dict[str, Any], sql: str) -> dict[str, Any]:
        until = self.clock() + self.transport.timeout
        while entity.get("@type") == "currentStatus" and entity["commandStatus"]["status"] in _PENDING:
            if self.clock() >= until:
                raise KsqlDbError(f"{entity['commandId']} is still {entity['commandStatus']['status']}", 0, sql)
            self.sleep(0.05)
            entity["commandStatus"] = self.transport.get("/status/" + quote(entity["commandId"], safe="/"))
        status = entity.get("commandStatus") or {}
        if status.get("status") == "ERROR":
            raise KsqlDbError(str(status.get("message")), 50000, str(entity.get("statementText") or sql))
        return entity
