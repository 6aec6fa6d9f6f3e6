"""One sub-topology of a query at work: takes records in their order, keeps the state, makes steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from typing import Any

from rowtime.engine.compiled import Code, Compiled, Hooks
from rowtime.engine.inbox import Arrived, Decoder, Inbox
from rowtime.engine.output import Encoder
from rowtime.engine.topology import SubTopology
from rowtime.log.api import Log, Record, Step
from rowtime.serde.api import SchemaById

CHUNK = 1000
SHARED = -1
Taken = tuple[Inbox, Arrived]


@dataclass(slots=True)
class Problem:
    """A record or an expression that failed, for the processing log."""

    task: str
    topic: str
    partition: int
    offset: int
    message: str
    deserialisation: bool = False


@dataclass(slots=True)
class Task:
    """seen     the log's number of the newest frame read
    inside   the only input is a topic the engine writes: read in the order it was written across partitions
    """

    name: str
    sub: SubTopology
    log: Log
    encoder: Encoder
    compiled: Compiled = field(init=False)
    states: dict[int, list[Any]] = field(default_factory=dict)
    inboxes: list[Inbox] = field(default_factory=list)
    by_place: dict[tuple[str, int], Inbox] = field(default_factory=dict)
    positions: dict[tuple[str, int], int] = field(default_factory=dict)
    inside: bool = False
    made: list[Any] = field(default_factory=list)
    recorded: list[Any] = field(default_factory=list)
    replaying: list[Any] | None = None
    problems: list[Problem] = field(default_factory=list)
    late_records: int = 0
    on_rows: Callable[[list[Any]], None] | None = None
    current: Taken | None = None
    pending: deque[Taken] = field(default_factory=deque)
    raw: deque[Any] = field(default_factory=deque)
    registered: bool = False
    seen: int = -1
    pace: int = 64

    def load(self, code: Code) -> None:
        hooks = Hooks(self.made.append, self._failed, self._late, self._record, self.state_of, self._shared)
        self.compiled = code.load(self.name, hooks)

    # -------------------------------------------------- what the generated code calls
    def state_of(self, partition: int) -> list[Any]:
        state = self.states.get(partition)
        if state is None:
            new = self.compiled.new_state if partition != SHARED else self.compiled.new_shared
            state = self.states[partition] = new()
        return state

    def _shared(self) -> list[Any]:
        return self.state_of(SHARED)

    def _failed(self, problem: Exception) -> None:
        if self.replaying is None and self.current is not None:
            box, arrived = self.current
            self.problems.append(Problem(self.name, box.topic, box.partition, arrived.offset, str(problem)))

    def _late(self, ts: int) -> None:
        self.late_records += 1

    def _record(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if self.replaying is not None:
            return self.replaying.pop(0)
        value = function(*arguments)
        self.recorded.append(value)
        return value

    # -------------------------------------------------- reading
    def place_inboxes(self, partitions: Mapping[str, int], start: Mapping[tuple[str, int], int], schemas: SchemaById,
                      strict_timestamps: bool = False) -> None:
        """An inbox for every partition of every input; again with more partitions when they are known."""
        for i, source in enumerate(self.sub.inputs):
            decoder = Decoder(source, schemas, strict_timestamps)
            known = {p for (t, p) in start if t == source.topic} | set(range(partitions[source.topic]))
            for p in sorted(known):
                if (source.topic, p) in self.by_place:
                    continue
                box = Inbox(i, source.topic, p, f"{self.name}/{i}/{p}", decoder)
                self.inboxes.append(box)
                self.by_place[source.topic, p] = box
                self.positions.setdefault((source.topic, p), start.get((source.topic, p), 0))

    def open(self, partitions: Mapping[str, int], start: Mapping[tuple[str, int], int], schemas: SchemaById,
             inside: bool, strict_timestamps: bool = False) -> None:
        """Subscribes to every partition from where it stands."""
        self.inside = inside and len(self.sub.inputs) == 1
        self.place_inboxes(partitions, start, schemas, strict_timestamps)
        for box in self.inboxes:
            if self.inside:
                box.reader = self.name
            self.log.subscribe(box.reader, box.topic, box.partition, self.positions[box.topic, box.partition])

    def memory_inbox(self, index: int, topic: str) -> Inbox:
        """An inbox that is filled by hand, not from the log."""
        if (topic, 0) not in self.by_place:
            box = Inbox(index, topic, 0, "", Decoder(self.sub.inputs[index], lambda _: ""))
            self.inboxes.append(box)
            self.by_place[topic, 0] = box
            self.inside = False
        return self.by_place[topic, 0]

    def close(self) -> None:
        for reader in {box.reader for box in self.inboxes}:
            self.log.unsubscribe(reader)

    def _poll(self, box: Inbox) -> bool:
        """Whether the box has a record."""
        if box.ready:
            return True
        if not box.raw and box.reader:
            for d in self.log.poll(box.reader, CHUNK):
                box.raw.append((d.offset, d.records))
                self.seen = max(self.seen, d.seq)
        box.decode()
        return bool(box.ready)

    def take(self, limit: int) -> list[Taken]:
        """Up to `limit` records in the task's order; KeyError(id) when a schema is missing (nothing is lost)."""
        return self._take_written(limit) if self.inside else self._take_merged(limit)

    def _take_written(self, limit: int) -> list[Taken]:
        """In the order of the log across partitions."""
        pending, raw = self.pending, self.raw
        while len(pending) < limit:
            if not raw:
                raw.extend(self.log.poll(self.name, CHUNK))
                if not raw:
                    break
                self.seen = raw[-1].seq
            d = raw[0]
            box = self.by_place[d.topic, d.partition]
            pending.extend([(box, a) for a in box.decoder(d.records, d.offset)])
            raw.popleft()
        return [pending.popleft() for _ in range(min(limit, len(pending)))]

    def _take_merged(self, limit: int) -> list[Taken]:
        """The smallest head first: by timestamp, input, partition."""
        heads = [(box.ready[0].ts, box.input, box.partition, box) for box in self.inboxes if self._poll(box)]
        heapify(heads)
        taken: list[Taken] = []
        while heads and len(taken) < limit:
            box = heads[0][3]
            taken.append((box, box.ready.popleft()))
            try:
                more = self._poll(box)
            except KeyError:
                self.give_back(taken)
                raise
            if more:
                heapreplace(heads, (box.ready[0].ts, box.input, box.partition, box))
            else:
                heappop(heads)
        return taken

    def give_back(self, taken: Sequence[Taken]) -> None:
        """Records that were taken and not run, in their old place."""
        for box, arrived in reversed(taken):
            if self.inside:
                self.pending.appendleft((box, arrived))
            else:
                box.ready.appendleft(arrived)

    # -------------------------------------------------- stepping
    def work(self, taken: Sequence[Taken]) -> Step:
        """Runs records and gives what is to be committed."""
        self.run(taken)
        consumed = self._consumed(taken)
        outputs, unwritten = self.encoder(self.made)
        self.problems += [Problem(self.name, self.encoder.topic, -1, -1, message) for message in unwritten]
        if self.on_rows is not None:
            self.on_rows(self.made)
        self.made.clear()
        recorded, self.recorded = self.recorded or None, []
        return Step(self.name, consumed, outputs, recorded)

    def learn(self, seconds: float, records: int, budget: float, most: int) -> None:
        """Adapts the size of a step to how long one took."""
        fits = int(records * budget / max(seconds, 1e-6))
        self.pace = max(min(fits, most, self.pace * 2), 16)

    def run(self, taken: Sequence[Taken]) -> None:
        """Feeds the records to the generated code."""
        functions, states = self.compiled.inputs, self.states
        changes = [i.changes for i in self.sub.inputs]
        last: Inbox | None = None
        for self.current in taken:
            box, (ts, key, row, offset, old, problem) = self.current
            if box is not last:
                last, partition, which = box, box.partition, box.input
                state = states.get(partition)
                if state is None:
                    state = self.state_of(partition)
            if problem:
                self._unreadable(box, self.current[1])
            elif changes[which]:
                functions[which](state, key, row, ts, partition, offset, old)
            else:
                functions[which](state, key, row, ts, partition, offset)
        self.current = None

    def _unreadable(self, box: Inbox, a: Arrived) -> None:
        if self.replaying is None:
            self.problems.append(Problem(self.name, box.topic, box.partition, a.offset, a.problem, True))

    def _consumed(self, taken: Sequence[Taken]) -> list[tuple[str, int, int, int]]:
        """Runs of neighbouring records, in the order taken."""
        runs: list[tuple[str, int, int, int]] = []
        last: Inbox | None = None
        first = following = 0
        for box, a in taken:
            offset = a[3]
            if box is not last or offset != following:
                if last is not None:
                    runs.append((last.topic, last.partition, first, following - first))
                    self.positions[last.topic, last.partition] = following
                last, first = box, offset
            following = offset + 1
        if last is not None:
            runs.append((last.topic, last.partition, first, following - first))
            self.positions[last.topic, last.partition] = following
        return runs

    # -------------------------------------------------- recovery
    def decode(self, runs: Sequence[tuple[str, int, int, Sequence[Record]]]) -> list[Taken]:
        """Records by position, as this task takes them; KeyError(id) when a schema is missing."""
        return [(box, a) for topic, partition, offset, records in runs for box in [self.by_place[topic, partition]]
                for a in box.decoder(records, offset)]

    def replay(self, taken: Sequence[Taken], recorded: Any) -> None:
        """Runs records again, in the order of a committed step, without emitting."""
        for box, a in taken:
            self.positions[box.topic, box.partition] = a.offset + 1
        self.replaying = list(recorded or ())
        try:
            self.run(taken)
        finally:
            self.replaying = None
        if self.on_rows is not None:
            self.on_rows(self.made)
        self.made.clear()
