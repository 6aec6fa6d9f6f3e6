"""A block on topics of its own: traffic, nemeses alone or right after each other, and the books checked at its end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from campaigns.arena import Arena
from campaigns.checker import check
from campaigns.fleet import Fleet
from campaigns.nemesis import NEMESES, Scene
from campaigns.observed import Gap, Observation, Violation
from campaigns.recompute import Recomputation
from campaigns.traffic import Traffic
from campaigns.watch import Watcher, read_ends, read_inputs, read_outputs, wait_stable

DRAIN_SECONDS = 120.0
STABLE_SECONDS = 90.0
FLOW_SECONDS = (60.0, 100.0)
"""Within the first outputs must flow again, on a busy machine too (gaps.py measures how soon); longest wait."""
INSTANCES = 3

Say = Callable[[str], None]


class Block:
    """deeds: nemesis → how often it struck. gaps: seconds until outputs flowed again. checked: inputs."""

    def __init__(self, arena: Arena, program: tuple[str, ...], seed: int, rate: int, say: Say) -> None:
        self._arena, self._random, self._say = arena, Random(seed), say
        self._cluster = arena.new_cluster()
        self._models = Recomputation(arena.registry.url, self._cluster.input)
        for path in sorted(arena.models.glob("*.json")):
            self._models.add_model(path)
        self._new_model()
        self.deeds: Counter[str] = Counter()
        self.gaps: list[Gap] = []
        self.kinds: list[tuple[str, float]] = []
        self.checked = self.restarts = 0
        self.ended: list[str] = []
        self._fleet = Fleet(arena, self._cluster, INSTANCES, program)
        self._watcher = Watcher(self._cluster)
        self._traffic = Traffic(self._cluster, rate, seed)

    def run(self, nemeses: Sequence[str]) -> list[Violation]:
        """The rounds, then a look while all are dead, then one after all is done; what was found wrong."""
        try:
            self._fleet.up()
            self._flow(time.monotonic())
            left = list(nemeses)
            while left:
                together = self._random.choice((1, 1, 2, 3))
                left = [] if self._round(left[:together]) > FLOW_SECONDS[0] else left[together:]
            return self._frozen() or self._finished()
        finally:
            self._close()

    def _round(self, names: Sequence[str]) -> float:
        """These nemeses, one right after the other; seconds until outputs flow again."""
        if self._random.random() < 0.5:
            self._new_model()
        scene = Scene(self._arena, self._cluster, self._fleet, self._random)
        deeds = [NEMESES[name](scene) for name in names]
        for deed in deeds:
            self.deeds[deed.kind] += deed.count
        text, seconds = ", then ".join(deed.text for deed in deeds), self._flow(deeds[-1].at)
        self.gaps.append(Gap(text, seconds, FLOW_SECONDS[0]))
        if len(deeds) == 1:
            self.kinds.append((deeds[0].kind, seconds))
        self._say(f"{text}: outputs again after {seconds:.1f} s")
        if seconds > FLOW_SECONDS[0]:
            for words in self._fleet.last_words():
                self._say(words)
        return seconds

    def _flow(self, since: float) -> float:
        """Wait until outputs of inputs from now on are there in every partition; seconds since `since`."""
        marks = dict(self._traffic.ends)
        self._watcher.wait(lambda latest: bool(latest) and all(latest.get(p, -1) >= end for p, end in marks.items()),
                           FLOW_SECONDS[1])
        return time.monotonic() - since

    def _frozen(self) -> list[Violation]:
        """All instances killed in the middle of work: what is committed and what is written must agree."""
        self._say("all killed")
        self._fleet.kill(*range(INSTANCES))
        hanging = not wait_stable(self._cluster, STABLE_SECONDS)
        found = self._check(complete=False)
        return found or ([Violation("hanging transaction", "still open after the time-out")] if hanging else [])

    def _finished(self) -> list[Violation]:
        """Everything processed, all instances ended in order."""
        self._say("all up again, to the end")
        self._traffic.hold()
        self._fleet.up()
        marks = {each.position[0]: each.position[1] for each in read_inputs(self._cluster)}
        self._watcher.wait(lambda latest: all(latest.get(p, -1) >= last for p, last in marks.items()), DRAIN_SECONDS)
        codes = self._fleet.stop()
        found = [Violation("exit code", f"{codes} after SIGTERM")] if any(codes) else []
        return found + self._check(complete=True)

    def _check(self, complete: bool) -> list[Violation]:
        outputs, committed = read_outputs(self._cluster), self._cluster.committed()
        inputs = read_inputs(self._cluster)
        self.checked = len(inputs)
        seen = Observation(inputs, outputs, list(self._watcher.outputs), committed, complete,
                           list(self._watcher.samples), read_ends(self._cluster), self.gaps)
        return check(seen, self._models.decode, self._models.expect)

    def _new_model(self) -> None:
        self._models.add_model(self._arena.new_model())

    def _close(self) -> None:
        self.restarts, self.ended = self._fleet.restarts, self._fleet.ended
        self._traffic.close()
        self._watcher.close()
        self._fleet.close()
