"""A sub-topology as Python: compiled once, its source kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rowtime.engine.operators.base import Generator
from rowtime.engine.topology import SubTopology

Record = tuple[Any, ...]


@dataclass(slots=True)
class Hooks:
    """What the generated code calls: emit((key, row, ts)), failed(exception), late(ts), recorded(function, *arguments);
    state_of(partition) and shared(), the states of another partition and of all."""

    emit: Callable[[Record], None]
    failed: Callable[[Exception], None]
    late: Callable[[int], None]
    recorded: Callable[..., Any]
    state_of: Callable[[int], Any] | None = None
    shared: Callable[[], Any] | None = None


@dataclass(slots=True)
class Compiled:
    """inputs       one function an input: it takes (offset, state, partition, key, row, timestamp) of records, with the
                 old row behind where a table's changes are read
    new_state    a partition's state; new_shared: that of all
    held         (state, keys or None for all, emit, failed): emits the rows that the result, a table, has now; None
                 where they do not follow from the state
    """

    source: str
    inputs: list[Callable[..., None]]
    new_state: Callable[[], list[Any]]
    new_shared: Callable[[], list[Any]]
    held: Callable[..., None] | None = None


@dataclass(slots=True)
class Code:
    """Source and constants of a sub-topology, ready to be loaded with a task's hooks."""

    generator: Generator
    count: int

    def source(self) -> str:
        """The Python that runs."""
        return self.generator.source()

    def load(self, title: str, hooks: Hooks) -> Compiled:
        g = self.generator
        g.names.update(emit=hooks.emit, failed=hooks.failed, late=hooks.late, recorded=hooks.recorded,
                       state_of=hooks.state_of, shared=hooks.shared)
        namespace = g.load(title)
        return Compiled(g.source(), [namespace[f"input_{i}"] for i in range(self.count)], namespace["new_state"],
                        namespace["new_shared"], namespace.get(g.held))


def compile_sub(sub: SubTopology) -> Code:
    g = Generator()
    for i, source in enumerate(sub.inputs):
        source.operator.write(g, f"input_{i}")
        g.flush()
    if any("recorded(" in line for line in g.lines):
        g.held = ""
    g.write("new_state", "", lambda: g.line(f"return [{', '.join(g.states)}]"))
    g.write("new_shared", "", lambda: g.line(f"return [{', '.join(g.shared_states)}]"))
    return Code(g, len(sub.inputs))
