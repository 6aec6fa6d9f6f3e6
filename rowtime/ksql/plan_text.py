"""A plan as text: its sub-topologies with their sources, processors and sinks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rowtime.engine.topology import Plan, SubTopology


def topology_text(plan: Plan) -> str:
    lines = ["Topologies:"]
    for number, sub in enumerate(plan.subs):
        lines += [f"   Sub-topology: {number}", *_sub(sub), ""]
    return "\n".join(lines) + "\n"


def _sub(sub: SubTopology) -> Iterator[str]:
    seen: set[int] = set()
    for source in sub.inputs:
        yield f"    Source: {source.operator.__class__.__name__} (topics: [{source.topic}])"
        yield from _processors(source.operator, seen)
    if sub.target is not None and sub.target.topic:
        yield f"    Sink: (topic: {sub.target.topic})"


def _processors(operator: Any, seen: set[int]) -> Iterator[str]:
    down = getattr(operator, "down", None)
    while down is not None and id(down) not in seen:
        seen.add(id(down))
        if getattr(down, "down", None) is not None:
            yield f"      --> {type(down).__name__}"
        down = getattr(down, "down", None)


def plan_text(plan: Plan) -> str:
    """What comes out, in one line, then the generated Python."""
    columns = ", ".join(f"{c.name} {c.type}{' KEY' if c in plan.schema.key else ''}" for c in plan.schema)
    return f" > Schema: {columns}\n" + "".join(f"\n# task {i}\n{code.source()}\n" for i, code in enumerate(plan.codes))
