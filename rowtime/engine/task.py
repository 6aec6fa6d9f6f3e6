"""One sub-topology of a query at work: takes records in their order, keeps the state, makes steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice, repeat
from operator import length_hint
from typing import Any

from rowtime.engine.compiled import Code, Compiled, Hooks
from rowtime.engine.inbox import Decoder, Inbox
from rowtime.engine.merging import earliest_partition, merged
from rowtime.engine.output import Encoder
from rowtime.engine.stretch import Stretch
from rowtime.engine.topology import SubTopology
from rowtime.engine.workers.share import ALL, Share
from rowtime.log.api import Delivered, Log, Step
from rowtime.log.columns import Columns
from rowtime.serde.api import SchemaById

CHUNK = 1000
SHARED = -1


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
    share    which partitions it reads
    inside   the only input is a topic the engine writes: read in the order it was written across partitions
    """

    name: str
    sub: SubTopology
    log: Log
    encoder: Encoder
    share: Share = ALL
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
    current: Stretch | None = None
    offsets: Iterator[int] = field(default_factory=lambda: iter(()))
    pending: deque[Stretch] = field(default_factory=deque)
    raw: deque[Delivered] = field(default_factory=deque)
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
        """The record is the one that `offsets` gave last."""
        if self.replaying is None and self.current is not None:
            place = len(self.current) - length_hint(self.offsets) - 1
            self._problem(self.current, place, str(problem))

    def _problem(self, stretch: Stretch, place: int, message: str, unreadable: bool = False) -> None:
        box = stretch.box_at(place)
        offset = stretch.offsets[place]
        self.problems.append(Problem(self.name, box.topic, box.partition, offset, message, unreadable))

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
        """An inbox for every partition of every input that it reads; again with more when they are known."""
        for i, source in enumerate(self.sub.inputs):
            decoder = Decoder(source, schemas, strict_timestamps)
            known = {p for (t, p) in start if t == source.topic} | set(range(partitions[source.topic]))
            for p in sorted(known):
                if (source.topic, p) in self.by_place or not self.share.has(p):
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
                box.arrived(d.offset, d.records)
                self.seen = max(self.seen, d.seq)
        box.decode()
        return bool(box.ready)

    def take(self, limit: int) -> list[Stretch]:
        """Up to `limit` records in the task's order; KeyError(id) when a schema is missing (nothing is lost)."""
        taken: list[Stretch] = []
        while limit > 0 and self._fill(limit, bool(taken)):
            stretch = self.pending.popleft()
            if len(stretch) > limit:
                self.pending.appendleft(stretch[limit:])
                stretch = stretch[:limit]
            if len(stretch):
                taken.append(stretch)
            limit -= len(stretch)
        return taken

    def give_back(self, taken: Sequence[Stretch]) -> None:
        """To be taken again."""
        self.pending.extendleft(reversed(taken))

    def _fill(self, limit: int, some: bool) -> bool:
        """Whether `pending` has records; a schema may be missing where `some` were taken: next time it is asked for."""
        try:
            return bool(self.pending) or (self._written() if self.inside else self._merged(limit))
        except KeyError:
            if some:
                return False
            raise

    def _written(self) -> bool:
        """The next in the order of the log across partitions."""
        raw = self.raw
        if not raw:
            raw.extend(self.log.poll(self.name, CHUNK))
            if not raw:
                return False
            self.seen = raw[-1].seq
        self.pending.append(self._decoded(raw[0]))
        raw.popleft()
        return True

    def _decoded(self, d: Delivered) -> Stretch:
        if d.partitions is None or d.offsets is None:
            box = self.by_place[d.topic, d.partition]
            return box.decoder(d.records, box, range(d.offset, d.offset + len(d.records)))
        boxes = [self.by_place[d.topic, partition] for partition in d.partitions]
        return boxes[0].decoder(d.records, None, d.offsets, boxes)

    def _merged(self, limit: int) -> bool:
        """The smallest head first: by timestamp, input, partition. Of several processes each reads its partitions in
        runs: there is no order across partitions that a merge would keep."""
        boxes = [box for box in self.inboxes if self._poll(box)]
        if boxes and self.share.divides:
            boxes = earliest_partition(boxes)
        if boxes:
            self.pending.append(boxes[0].take(limit) if len(boxes) == 1 else merged(boxes, limit))
        return bool(boxes)

    # -------------------------------------------------- stepping
    def work(self, taken: Sequence[Stretch]) -> Step:
        """Runs records and gives what is to be committed."""
        self.run(taken)
        consumed = self.passed(taken)
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

    def run(self, taken: Iterable[Stretch]) -> None:
        """Feeds the records to the generated code."""
        for whole in taken:
            for stretch, problem in whole.readable():
                if len(stretch):
                    self._feed(stretch)
                if problem >= 0 and self.replaying is None:
                    self._problem(whole, problem, (whole.problems or {})[problem], True)
        self.current = None

    def _feed(self, s: Stretch) -> None:
        self.current, self.offsets = s, iter(s.offsets)
        functions, box = self.compiled.inputs, s.box
        olds = () if s.olds is None else (s.olds,)
        if box is not None:
            place = repeat(self.state_of(box.partition)), repeat(box.partition)
            functions[box.input](zip(self.offsets, *place, s.keys, s.rows, s.times, *olds, strict=False))
            return
        parts = [b.partition for b in s.boxes]
        records = zip(self.offsets, map(self.state_of, parts), parts, s.keys, s.rows, s.times, *olds, strict=False)
        for which, run in groupby([b.input for b in s.boxes]):
            functions[which](islice(records, len(list(run))))

    def passed(self, taken: Iterable[Stretch]) -> list[tuple[str, int, int, int]]:
        """Runs of neighbouring records, in the order taken; the task stands behind them now."""
        runs: list[tuple[str, int, int, int]] = []
        for run in (run for stretch in taken for run in stretch.runs()):
            topic, partition, offset, count = run
            if runs and runs[-1][:2] == run[:2] and runs[-1][2] + runs[-1][3] == offset:
                runs[-1] = topic, partition, runs[-1][2], runs[-1][3] + count
            else:
                runs.append(run)
            self.positions[topic, partition] = offset + count
        return runs

    # -------------------------------------------------- recovery
    def decode(self, runs: Sequence[tuple[str, int, int, Columns]]) -> list[Stretch]:
        """Records by position, as this task takes them; KeyError(id) when a schema is missing."""
        return [box.decoder(records, box, range(offset, offset + len(records)))
                for topic, partition, offset, records in runs for box in [self.by_place[topic, partition]]]

    def replay(self, taken: Sequence[Stretch], recorded: Any) -> None:
        """Runs records again, in the order of a committed step, without emitting."""
        self.passed(taken)
        self.replaying = list(recorded or ())
        try:
            self.run(taken)
        finally:
            self.replaying = None
        if self.on_rows is not None:
            self.on_rows(self.made)
        self.made.clear()
