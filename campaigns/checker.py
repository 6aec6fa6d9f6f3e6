"""Does what was seen keep the promises? A pure function of an observation.

Every input has exactly one output, equal to recomputation, in order, in the right partition; committed offsets say the
same as outputs, at every look; readers that were there all the time saw what later ones see; nothing hangs; outputs
flow again in time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from campaigns.observed import FLAG, Expected, Input, Observation, Output, Position, Violation

TWICE, MISSING, FOREIGN = "twice", "missing", "output without an input"
CONTENT, KEY, HEADERS = "content", "key", "headers"
TIMESTAMP, PARTITION, ORDER = "timestamp", "partition", "order"
COMMITTED, SAMPLED, REREAD = "committed offset", "committed offset, sampled", "seen and gone"
HANGING, MODELS, GAP = "hanging transaction", "two models in one transaction", "gap"
SHOWN = 5

Decode = Callable[[Output], dict[str, object]]
Expect = Callable[[Input, dict[str, object]], Expected]
"""The expectation for an input, given its output's fields (which name the model version)."""

WHEN = frozenset({"scored_at", "failed_at", "latency_ms"})


def check(seen: Observation, decode: Decode, expect: Expect) -> list[Violation]:
    """All violations; of each kind at most five, the last saying how many more."""
    inputs = {each.position: each for each in seen.inputs}
    found = [*_counts(seen, inputs), *_contents(seen, inputs, decode, expect), *_order(seen.after),
             *_committed(seen), *_samples(seen), *_rereads(seen), *_ends(seen), *_gaps(seen)]
    return _shortened(found)


def _counts(seen: Observation, inputs: dict[Position, Input]) -> Iterator[Violation]:
    outputs: dict[Position | None, list[Output]] = defaultdict(list)
    for output in seen.after:
        outputs[output.source].append(output)
    for position, those in outputs.items():
        if position is None or position not in inputs:
            yield Violation(FOREIGN, f"{those[0].place} says it is of {position}")
        elif len(those) > 1:
            yield Violation(TWICE, f"{_text(position)}: " + ", ".join(each.place for each in those))
    for position in inputs:
        due = seen.complete or position[1] < seen.committed.get(position[0], -1)
        if due and position not in outputs:
            yield Violation(MISSING, f"{_text(position)} has no output")


def _contents(seen: Observation, inputs: dict[Position, Input], decode: Decode, expect: Expect) -> Iterator[Violation]:
    versions: dict[tuple[int, object], set[object]] = defaultdict(set)
    for output in seen.after:
        source = inputs.get(output.source) if output.source else None
        if source is None:
            continue
        fields = decode(output)
        yield from _content(output, source, fields, expect(source, fields))
        if output.kind == FLAG:
            versions[source.position[0], fields.get("scored_at")].add(fields.get("model_version"))
    for (partition, scored_at), those in versions.items():
        if len(those) > 1:
            yield Violation(MODELS, f"partition {partition}, batch scored at {scored_at}: {sorted(map(str, those))}")


def _content(output: Output, source: Input, fields: dict[str, object], due: Expected) -> Iterator[Violation]:
    where = f"{output.place} of {_text(source.position)}"
    if output.kind != due.kind:
        yield Violation(CONTENT, f"{where}: should be a {due.kind}")
        return
    wrong = [name for name, value in due.fields.items() if name not in WHEN and fields.get(name) != value]
    if wrong:
        name = wrong[0]
        yield Violation(CONTENT, f"{where}: {name} is {fields.get(name)!r}, should be {due.fields[name]!r}")
    if output.key != source.key:
        yield Violation(KEY, f"{where}: key {output.key!r}, should be {source.key!r}")
    if not set(source.headers) <= set(output.headers):
        yield Violation(HEADERS, f"{where}: headers of the input are not passed on")
    if due.timestamp is not None and output.timestamp != due.timestamp:
        yield Violation(TIMESTAMP, f"{where}: timestamp {output.timestamp}, should be {due.timestamp}")
    if output.kind == FLAG and output.partition != source.position[0]:
        yield Violation(PARTITION, f"{where}: not in its input's partition")


def _order(outputs: Iterable[Output]) -> Iterator[Violation]:
    """Within a partition of outputs, those of one input partition come in its order; so do those of each key."""
    last: dict[tuple[str, int, int], int] = {}
    for output in sorted(outputs, key=lambda each: (each.kind, each.partition, each.offset)):
        if output.source is None:
            continue
        place = (output.kind, output.partition, output.source[0])
        if output.source[1] < last.get(place, -1):
            yield Violation(ORDER, f"{output.place} of {_text(output.source)} comes after that of {last[place]}")
        last[place] = max(output.source[1], last.get(place, -1))


def _committed(seen: Observation) -> Iterator[Violation]:
    last: dict[int, int] = {}
    for output in seen.after:
        if output.source is not None:
            last[output.source[0]] = max(output.source[1], last.get(output.source[0], -1))
    for partition, offset in last.items():
        if seen.committed.get(partition) != offset + 1:
            yield Violation(COMMITTED, f"partition {partition}: {seen.committed.get(partition)}, but the last output "
                                       f"is of {offset}")


def _samples(seen: Observation) -> Iterator[Violation]:
    high: dict[int, int] = {}
    for sample in seen.samples:
        for partition, offset in sample.seen.items():
            if sample.committed.get(partition, -1) <= offset:
                committed = sample.committed.get(partition)
                yield Violation(SAMPLED, f"partition {partition}: {committed} after the output of {offset} was read")
        for partition, offset in sample.committed.items():
            before = high.setdefault(partition, offset)
            if offset < before:
                yield Violation(SAMPLED, f"partition {partition}: {offset}, after {before}")
            high[partition] = max(offset, before)


def _rereads(seen: Observation) -> Iterator[Violation]:
    """The reader that ran all the time has seen, in each partition, what stands there now, in order."""
    now: dict[tuple[str, int], list[Output]] = defaultdict(list)
    then: dict[tuple[str, int], list[Output]] = defaultdict(list)
    for outputs, by_place in ((seen.after, now), (seen.during, then)):
        for output in outputs:
            by_place[output.kind, output.partition].append(output)
    for place, outputs in then.items():
        pairs = zip(outputs, now[place], strict=False)
        different = next(((a, b) for a, b in pairs if a.offset != b.offset or a.value != b.value), None)
        if different:
            yield Violation(REREAD, f"{different[0].place} was read, then {different[1].place} stood there")
        elif len(outputs) > len(now[place]):
            yield Violation(REREAD, f"{outputs[len(now[place])].place} was read and is gone")


def _ends(seen: Observation) -> Iterator[Violation]:
    for end in seen.ends:
        if end.stable != end.log:
            yield Violation(HANGING, f"{end.name}: last stable offset {end.stable}, end {end.log}")


def _gaps(seen: Observation) -> Iterator[Violation]:
    for gap in seen.gaps:
        if gap.seconds > gap.limit:
            yield Violation(GAP, f"{gap.seconds:.1f} s without outputs after {gap.after}, limit {gap.limit} s")


def _shortened(found: list[Violation]) -> list[Violation]:
    counts, kept = Counter(each.kind for each in found), Counter[str]()
    shown: list[Violation] = []
    for each in found:
        kept[each.kind] += 1
        if kept[each.kind] <= SHOWN:
            more = counts[each.kind] - SHOWN
            last = kept[each.kind] == SHOWN and more > 0
            shown.append(Violation(each.kind, f"{each.text} (and {more} more)") if last else each)
    return shown


def _text(position: Position) -> str:
    return f"input {position[0]}/{position[1]}"
