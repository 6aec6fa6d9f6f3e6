"""Random operations on a LogStore, and what it then holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from rowtime.log import batch
from rowtime.log.api import Record
from rowtime.log.files import Files
from rowtime.log.step import StepInfo, pack_facts
from rowtime.log.store import Append, Event, LogStore

Operation = tuple[Any, ...]
TOPICS = ("a", "b", "c")

_values = st.binary(max_size=40) | st.integers(300, 2000).map(lambda size: b"x" * size)
_batches = st.tuples(st.sampled_from(TOPICS), st.integers(0, 1), st.lists(_values, min_size=1, max_size=4),
                     st.sampled_from([None, None, 1, 2]))
_events = st.tuples(st.sampled_from(["x", "y"]), st.binary(max_size=10) | st.integers() | st.lists(st.text(max_size=3)))
operations = st.one_of(
    st.tuples(st.just("create"), st.sampled_from(TOPICS), st.integers(1, 2)),
    st.tuples(st.just("delete"), st.sampled_from(TOPICS)),
    st.tuples(st.just("configure"), st.sampled_from(TOPICS), st.sampled_from(["1", "2", None])),
    st.tuples(st.just("grow"), st.sampled_from(TOPICS)),
    st.tuples(st.just("trim"), st.sampled_from(TOPICS), st.integers(0, 12)),
    st.tuples(st.just("commit"), st.lists(_batches, max_size=3), st.lists(_events, max_size=2), st.booleans()),
    st.tuples(st.just("end"), st.sampled_from(TOPICS), st.integers(0, 1), st.sampled_from([1, 2]), st.booleans()),
    st.just(("sync",)),
)


class Opened:
    """A store with its events as they came."""

    def __init__(self, directory: Path | None, files: Files | None = None, segment_bytes: int = 3000):
        self.seen: list[tuple[Any, ...]] = []
        self.store = LogStore.open(directory, self._setup, files=files, background=False, segment_bytes=segment_bytes)

    def _setup(self, store: LogStore) -> None:
        for kind in ("x", "y"):
            store.on_event(kind, self._keeper(kind))
        store.on_batch(lambda topic, partition, header, seq: self.seen.append(
            (seq, topic.name, partition.number, header.base_offset, header.record_count)))
        store.on_step(lambda seq, task: self.seen.append((seq, task, store.step(seq))))

    def _keeper(self, kind: str) -> Callable[[int, Any], None]:
        return lambda seq, payload: self.seen.append((seq, kind, payload))

    def holds(self) -> dict[str, Any]:
        """Everything that recovery must bring back."""
        topics = {
            topic.name: (topic.id, dict(topic.config), [_partition(partition) for partition in topic.partitions])
            for topic in self.store.topics.values()
        }
        return {"seq": self.store.seq, "seen": list(self.seen), "topics": topics}


def _partition(partition: Any) -> Any:
    return (
        partition.start_offset, partition.end_offset, partition.stable_end, dict(partition.open_transactions),
        list(partition.aborted), partition.size_in_bytes,
        [(partition.batch(index), partition.visible_from(index)) for index in range(len(partition))],
    )


def run(store: LogStore, operation: Operation) -> None:
    """One operation; those that make no sense now do nothing."""
    kind, *arguments = operation
    name = arguments[0] if arguments else None
    if kind == "sync":
        store.sync()
    elif kind == "commit":
        _commit(store, *arguments)
    elif kind == "create" and name not in store.topics:
        store.create_topic(name, arguments[1], {"k": "0"})
    elif name in store.topics and kind != "create":
        _on_topic(store, kind, *arguments)


def _on_topic(store: LogStore, kind: str, name: str, *arguments: Any) -> None:
    if kind == "delete":
        store.delete_topic(name)
    elif kind == "configure":
        store.set_config(name, {"k": arguments[0]})
    elif kind == "grow":
        store.add_partitions(name, len(store.topics[name].partitions) + 1)
    elif kind == "trim":
        store.delete_records({(name, 0): min(arguments[0], store.topics[name].partitions[0].stable_end)})
    elif kind == "end":
        _end(store, name, *arguments)


def _end(store: LogStore, name: str, number: int, producer: int, commit: bool) -> None:
    if number < len(store.topics[name].partitions):
        store.commit([Append(name, number, batch.control_batch(producer, 0, commit, 5))])


def _commit(store: LogStore, batches: list[Any], events: list[Any], step: bool) -> None:
    appends = []
    for name, number, values, producer in batches:
        if name in store.topics and number < len(store.topics[name].partitions):
            records = [Record(None, value, at) for at, value in enumerate(values)]
            data = batch.encode(records, producer_id=-1 if producer is None else producer, transactional=bool(producer))
            appends.append(Append(name, number, data))
    info = StepInfo("task", pack_facts([("a", 0, 1, 2)], {"n": 1})) if step else None
    store.commit(appends, [Event(*event) for event in events], step=info)
