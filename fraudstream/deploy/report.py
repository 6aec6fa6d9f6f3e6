"""What a deployment did, one line a thing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

CREATED, UNCHANGED, CHANGED, FAILED, WOULD = "created", "unchanged", "changed", "failed", "would create"


@dataclass(frozen=True, slots=True)
class Action:
    """kind is topic, schema or script; outcome one of the words above."""

    kind: str
    name: str
    outcome: str
    detail: str = ""


@dataclass(slots=True)
class Report:
    actions: list[Action] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(a.outcome != FAILED for a in self.actions)

    def count(self, outcome: str) -> int:
        return sum(a.outcome == outcome for a in self.actions)

    def to_json(self) -> dict[str, Any]:
        return {"ok": self.ok, "actions": [asdict(a) for a in self.actions]}
