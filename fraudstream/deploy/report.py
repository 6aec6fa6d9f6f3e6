"""What a deployment did, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

OUTCOMES = ("created", "unchanged", "replaced", "would create", "would replace", "differs", "failed", "not run",
            "changed", "would change", "left", "deleted", "absent", "would delete")
FAILED = "failed"
BAD = frozenset({"differs", FAILED, "not run"})


@dataclass(frozen=True, slots=True)
class Action:
    """kind is topic, schema, mode, stream, table, insert or query; outcome one of OUTCOMES; detail one line."""

    kind: str
    name: str
    outcome: str
    detail: str = ""

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"unknown outcome {self.outcome!r}")

    @property
    def ok(self) -> bool:
        return self.outcome not in BAD

    def __str__(self) -> str:
        return f"{self.outcome:<12} {self.kind:<7} {self.name}" + (f"  {self.detail}" if self.detail else "")


Say = Callable[[Action], object]


@dataclass(slots=True)
class Report:
    """All actions of a run; ok when none failed, differed or was left out. `say` is told each at once."""

    actions: list[Action] = field(default_factory=list)
    say: Say = lambda action: None

    def add(self, kind: str, name: str, outcome: str, detail: str = "") -> None:
        action = Action(kind, name, outcome, " ".join(detail.split()))
        self.actions.append(action)
        self.say(action)

    @property
    def ok(self) -> bool:
        return all(action.ok for action in self.actions)

    def count(self, outcome: str) -> int:
        return sum(action.outcome == outcome for action in self.actions)

    def to_json(self) -> dict[str, Any]:
        """ok, counts by outcome, actions."""
        counts = {outcome: n for outcome in OUTCOMES if (n := self.count(outcome))}
        return {"ok": self.ok, "counts": counts, "actions": [asdict(action) for action in self.actions]}
