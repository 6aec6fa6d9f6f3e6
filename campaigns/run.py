"""A campaign: blocks of rounds until every nemesis has struck often enough."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from campaigns.arena import Arena
from campaigns.block import Block
from campaigns.names import BROKER, CLEAN, KILL, STOP, TAKE_OVER, TAMPER, TEAR
from campaigns.observed import Violation

WEIGHTS = {KILL: 10, STOP: 3, BROKER: 2, TAKE_OVER: 3, TAMPER: 3, TEAR: 1, CLEAN: 2}
COUNTED = {TEAR: 100, KILL: 300, STOP: 50, BROKER: 30, TAKE_OVER: 100, TAMPER: 200, CLEAN: 20}
"""How often each must strike in a full campaign."""
ROUNDS_A_BLOCK = 20
SESSION_MS = 1_500


@dataclass
class Result:
    """Of a campaign: what was done, what was found.

    gaps: nemesis → seconds until outputs flowed again, where it struck alone.
    """

    broker: str
    seed: int
    rounds: int = 0
    blocks: int = 0
    inputs: int = 0
    restarts: int = 0
    seconds: float = 0.0
    deeds: Counter[str] = field(default_factory=Counter)
    tamperings: Counter[str] = field(default_factory=Counter)
    gaps: dict[str, list[float]] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    def add(self, block: Block, rounds: int, found: list[Violation]) -> None:
        """A block is over."""
        self.blocks, self.rounds = self.blocks + 1, self.rounds + rounds
        self.inputs, self.restarts = self.inputs + block.checked, self.restarts + block.restarts
        self.deeds += block.deeds
        for kind, seconds in block.kinds:
            self.gaps.setdefault(kind, []).append(seconds)
        self.violations += found

    def summary(self) -> dict[str, Any]:
        """For a program to read."""
        gaps = {kind: {"p50": quantile(times, 0.5), "p99": quantile(times, 0.99), "max": round(max(times), 2)}
                for kind, times in self.gaps.items()}
        return {"broker": self.broker, "seed": self.seed, "rounds": self.rounds, "blocks": self.blocks,
                "inputs": self.inputs, "restarts": self.restarts, "seconds": round(self.seconds),
                "deeds": dict(self.deeds), "endtxn": dict(self.tamperings), "gap_s": gaps,
                "violations": [f"{each.kind}: {each.text}" for each in self.violations]}


@dataclass(frozen=True, slots=True)
class Options:
    """rounds: so many; None: until every nemesis has struck as often as COUNTED says. fail_every: one transaction in
    so many fails by injection. only: these nemeses. plant: a bug's name. block: rounds between two looks at the books.
    """

    broker: str
    seed: int
    rounds: int | None = None
    rate: int = 100
    fail_every: int = 3
    only: tuple[str, ...] = tuple(WEIGHTS)
    plant: str | None = None
    until_found: bool = False
    block: int = ROUNDS_A_BLOCK


def run(options: Options, say: Callable[[str], None]) -> Result:
    """Blocks on one broker, until the rounds are done, or until something is wrong where that is asked for."""
    result, began = Result(options.broker, options.seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="campaign") as folder:
        arena = Arena(options.broker, Path(folder), SESSION_MS)
        try:
            for number, names in enumerate(_plan(options, result)):
                block = Block(arena, _program(options), options.seed * 1_000 + number, options.rate, say)
                found = block.run(names)
                result.add(block, len(names), found)
                for each in (*block.ended, *(f"WRONG {v.kind}: {v.text}" for v in found)):
                    say(each)
                say(f"block {result.blocks}: {block.checked} inputs checked, {len(found)} violations; "
                    f"so far {_text(result.deeds)}")
                if found and options.until_found:
                    break
            result.tamperings = arena.proxy.done
        finally:
            arena.close()
    result.seconds = time.monotonic() - began
    return result


def _plan(options: Options, result: Result) -> Iterator[list[str]]:
    """The nemeses of block after block."""
    random = Random(options.seed)
    left = options.rounds
    while left is None or left > 0:
        due = {name: WEIGHTS[name] for name in options.only}
        if left is None:
            due = {name: max(COUNTED[name] - result.deeds[name], 0) for name in options.only}
            if not any(due.values()):
                return
        count = options.block if left is None else min(options.block, left)
        yield random.choices(list(due), list(due.values()), k=count)
        left = None if left is None else left - count


def _program(options: Options) -> tuple[str, ...]:
    plant = ("--plant", options.plant) if options.plant else ()
    return ("-m", "campaigns.child", "--fail-every", str(options.fail_every), *plant)


def quantile(times: Iterable[float], share: float) -> float:
    """The smallest time that at least this share of all does not exceed."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


def _text(deeds: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(deeds.items()))
