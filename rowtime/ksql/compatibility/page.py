"""The page's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starlette.routing import Route, WebSocketRoute

from rowtime.engine import Engine
from rowtime.engine.properties import KNOWN
from rowtime.functions import names
from rowtime.ksql.app import create_app
from rowtime.ksql.compatibility.examples import CLAUSES, STATEMENTS, TYPES, Example, format_examples
from rowtime.ksql.compatibility.trying import attempt
from rowtime.ksql.server_properties import EFFECTIVE
from rowtime.ksql.service import COMPATIBLE_VERSION, Service
from rowtime.ksql.settings import SERVER
from rowtime.log.memory import MemoryLog
from rowtime.registry.store import SchemaStore

HEAD = f"""# ksqlDB compatibility

What rowtime supports of ksqlDB's SQL and REST API, measured against ksqlDB {COMPATIBLE_VERSION}. What is not
supported is refused with an error that says so. This page is written by `python -m rowtime.ksql.compatibility` (a test
keeps it current): each example is tried, and what it says is what happened.
"""
DIFFERENCES = """## Differences on purpose

- A result that waits for time to pass (EMIT FINAL, rows of a LEFT or FULL join without a match) comes when it is due,
  so that results do not depend on how fast records are read. Kafka Streams looks once a second of the wall clock; the
  properties `ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__` and
  `ksql.streams.__emit.interval.ms.kstreams.outer.join.spurious.results.fix__` (ms; here 0 unless set) do as it does.
- One query cannot read one topic through two of its sources: copy it with CREATE STREAM AS SELECT first.
- `CASE x WHEN y THEN …` works; ksqlDB takes it and fails when it runs.
- After `line L:C: Syntax Error`, the words differ where ksqlDB passes on its parser's.
- EXPLAIN shows the generated Python, not Kafka Streams' topology; DESCRIBE FUNCTION has descriptions of its own.
- A browser's requests across sites are refused, and so are bodies sent as a form's content types.
"""


async def page() -> str:
    """docs/ksqldb-compatibility.md."""
    sections = [
        HEAD, DIFFERENCES,
        "## Statements\n\n" + await _examples(STATEMENTS), "## Clauses\n\n" + await _examples(CLAUSES),
        "## Types\n\n" + await _examples(TYPES), "## Formats\n\n" + await _formats(),
        "## Endpoints\n\n" + _endpoints(), "## Properties of the WITH clause\n\n" + _listed(sorted(KNOWN)),
        "## Server properties\n\nOthers of ksqlDB and of Kafka's clients are accepted by SET and have no effect.\n\n"
        + _properties(), f"## Functions ({len(names())})\n\n" + _functions(),
    ]  # fmt: skip
    return "\n".join(sections)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines)


def _verdict(refusal: str) -> str:
    return f"refused: {refusal}" if refusal else "supported"


async def _examples(examples: Sequence[Example]) -> str:
    rows = [(e.name, f"`{e.sql}`", _verdict(await attempt(e))) for e in examples]
    return _table(("construct", "example", ""), rows)


async def _formats() -> str:
    rows = [(name, _verdict(await attempt(value)), _verdict(await attempt(key)))
            for name, value, key in format_examples()]  # fmt: skip
    return _table(("format", "values", "keys"), rows)


def _endpoints() -> str:
    rows = []
    for route in create_app(Service(Engine(MemoryLog(), SchemaStore()))).routes:
        if isinstance(route, WebSocketRoute):
            rows.append((route.path, "websocket", "supported"))
        elif isinstance(route, Route):
            methods = ", ".join(sorted((route.methods or {"POST"}) - {"HEAD"}))
            rows.append((route.path, methods, "supported"))
    return _table(("path", "method", ""), sorted(rows))


def _listed(found: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in found) + "\n"


def _properties() -> str:
    return _table(("property", "default", "by SET", "has an effect"), [
        (f"`{s.name}`", f"`{s.default}`" if s.default else "", "yes" if s.editable else "",
         "yes" if s.name in EFFECTIVE else "") for s in sorted(SERVER)
    ])  # fmt: skip


def _functions() -> str:
    rows = []
    for function in names():
        forms = [f"`({', '.join(map(str, o.signature.parameters))}) → {o.signature.returns}`"
                 for o in function.overloads]  # fmt: skip
        rows.append((function.name.upper(), function.kind.lower(), " ".join(forms)))
    return _table(("function", "kind", "signatures"), rows)
