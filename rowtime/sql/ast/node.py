"""What every construct has: a position in the text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Position:
    """1-based line, 0-based column, as ksqlDB reports them."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    pos: Position | None = field(default=None, compare=False, repr=False)
