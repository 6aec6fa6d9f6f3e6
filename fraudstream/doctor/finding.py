"""What the doctor found: one finding a check, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

PASS, WARN, FAIL, SKIP = "pass", "warn", "fail", "skip"


@dataclass(frozen=True, slots=True)
class Finding:
    """outcome: pass, warn (works, but), fail, or skip (could not be looked at). advice: what to do, empty for pass."""

    check: str
    outcome: str
    detail: str
    advice: str = ""

    def __str__(self) -> str:
        text = f"{self.outcome:4}  {self.check:44} {self.detail}"
        return f"{text}\n      → {self.advice}" if self.advice else text


Say = Callable[[Finding], object]


@dataclass(slots=True)
class Findings:
    """All findings of a visit; `say` is told each at once. ok when nothing failed."""

    say: Say = lambda finding: None
    found: list[Finding] = field(default_factory=list)

    def passed(self, check: str, detail: str) -> None:
        self._add(Finding(check, PASS, detail))

    def warn(self, check: str, detail: str, advice: str) -> None:
        self._add(Finding(check, WARN, detail, advice))

    def failed(self, check: str, detail: str, advice: str) -> None:
        self._add(Finding(check, FAIL, detail, advice))

    def skipped(self, check: str, detail: str) -> None:
        self._add(Finding(check, SKIP, detail))

    def count(self, outcome: str) -> int:
        return sum(finding.outcome == outcome for finding in self.found)

    @property
    def ok(self) -> bool:
        return not self.count(FAIL)

    def to_json(self) -> dict[str, Any]:
        """ok, counts by outcome, findings."""
        counts = {outcome: self.count(outcome) for outcome in (PASS, WARN, FAIL, SKIP)}
        return {"ok": self.ok, "counts": counts, "findings": [asdict(finding) for finding in self.found]}

    def _add(self, finding: Finding) -> None:
        self.found.append(finding)
        self.say(finding)
