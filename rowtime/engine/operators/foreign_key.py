"""Table–table join on a foreign key: left rows name the right row they want."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rowtime.engine.operators.base import Event, Generator, Operator, evaluate
from rowtime.engine.operators.joining import joined_columns, side_row
from rowtime.engine.operators.table_table import pair
from rowtime.sql import ast
from rowtime.sql.types import SqlType


@dataclass(slots=True)
class ForeignKeyJoin(Operator):
    """Port 0 the left table, port 1 the right. The result has the left table's key.

    Its state is the task's, not a partition's: both tables' changes pass here in one order, so nothing is sent between
    partitions. What comes after gets the state of the partition that the left row came from.
    """

    left: list[tuple[str, SqlType]]
    right: list[tuple[str, SqlType]]
    key_types: list[SqlType]
    foreign: ast.Expression
    outer: bool
    slot: int = -1
    then: str = ""
    down: Operator = field(init=False)
    port: int = field(init=False, default=0)

    def emit(self, g: Generator, event: Event, port: int = 0) -> None:
        if self.slot < 0:
            self._prepare(g)
        store = f"shared()[{self.slot}]"
        if port == 0:
            self._left(g, event, store)
        else:
            self._right(g, event, store)

    def _prepare(self, g: Generator) -> None:
        self.slot = g.shared("[{}, {}, {}]")
        g.names.update(pair=pair, link=link, unlink=unlink)
        columns = joined_columns(self.left, self.right, [], [], "key")
        self.then = g.function("joined", "st, key, row, ts, old",
                               lambda: self.pass_on(g, Event(columns, old="old")))

    def _padding(self) -> str:
        return f"None, {(None,) * len(self.right)}" if self.outer else "None, None"

    def _left(self, g: Generator, event: Event, store: str) -> None:
        """lefts: key → (row, ts, foreign key, partition); rights: key → (row, ts); links: foreign key → left keys."""
        g.line(f"lefts, rights, links = {store}")
        g.line(f"was = lefts.get({event.key})\nnow = None")
        with g.block(f"if {event.row} is not None:"):
            code = evaluate(g, event.expressions(g), self.foreign, "wanted")
            row = side_row(g, event, self.left)
            g.line(f"now = ({row}, {event.ts}, ({code.text},), part)\nlefts[{event.key}] = now")
        g.line(f"if now is None and was is not None:\n    del lefts[{event.key}]")
        g.line("before = after = None")
        with g.block("if was is not None:"):
            g.line(f"unlink(links, was[2], {event.key})\nbefore = pair(was, rights.get(was[2]), {self._padding()})")
        with g.block("if now is not None:"):
            g.line(f"link(links, now[2], {event.key})\nafter = pair(now, rights.get(now[2]), {self._padding()})")
        g.line(f"other = rights.get(now[2]) if now is not None else None\n"
               f"when = {event.ts} if other is None or other[1] < {event.ts} else other[1]")
        g.line(f"if before is not None or after is not None:\n"
               f"    {self.then}(st, {event.key}, after, when, before)")

    def _right(self, g: Generator, event: Event, store: str) -> None:
        g.line(f"lefts, rights, links = {store}")
        row = side_row(g, event, self.right)
        g.line(f"was = rights.get({event.key})\nnow = None if {event.row} is None else ({row}, {event.ts})")
        g.line(f"if now is not None:\n    rights[{event.key}] = now\nelif was is not None:\n"
               f"    del rights[{event.key}]")
        with g.block(f"for who in sorted(links.get({event.key}, ())):"):
            g.line("mine = lefts[who]")
            g.line(f"before, after = pair(mine, was, {self._padding()}), pair(mine, now, {self._padding()})")
            g.line(f"when = {event.ts} if mine[1] < {event.ts} else mine[1]")
            g.line(f"if before is not None or after is not None:\n"
                   f"    {self.then}(state_of(mine[3]), who, after, when, before)")


def link(links: dict[Any, dict[Any, None]], foreign: Any, key: Any) -> None:
    if foreign != (None,):
        links.setdefault(foreign, {})[key] = None


def unlink(links: dict[Any, dict[Any, None]], foreign: Any, key: Any) -> None:
    keys = links.get(foreign)
    if keys is not None:
        keys.pop(key, None)
        if not keys:
            del links[foreign]
