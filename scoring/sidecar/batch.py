"""Scoring a batch of messages: exactly one output for every input, in the same order."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from scoring.avro.decoder import Batch, Column
from scoring.avro.schema import parse_record
from scoring.avro.wire import HEADER_SIZE, schema_id
from scoring.errors import StopError
from scoring.model.model import Model
from scoring.model.scorer import Scorer
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.dead_letters import DeadLetterEncoder
from scoring.sidecar.decode import Decoders
from scoring.sidecar.facts import AMOUNT, EVENT_TIME, NEEDED, event_times, facts_of
from scoring.sidecar.flags import FlagEncoder
from scoring.sidecar.mask import sensitive_fields
from scoring.sidecar.records import Message, Output, Rejection, with_source
from scoring.sidecar.registry import SchemaRegistry
from scoring.sidecar.screen import MISSING, UNDECODABLE, Screened, screen
from scoring.sidecar.shadow import Shadow

INGESTED = "INGESTED_AT"
OPTIONAL = (AMOUNT, INGESTED)


@dataclass
class BatchResult:
    """outputs: one for every message, in order. scored, flagged: counts. rejected: reason → count.

    ingested: INGESTED_AT of scored records that have one, milliseconds.
    shadows: challengers' flags, to be written in the same transaction. shadowed: how many, by version.
    seconds: time by stage. samples: (columns, probabilities) of what was scored.
    """

    outputs: list[Output]
    shadows: list[Output] = field(default_factory=list)
    shadowed: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    samples: list[tuple[dict[str, NDArray[Any]], NDArray[Any]]] = field(default_factory=list)
    scored: int = 0
    flagged: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    ingested: list[int] = field(default_factory=list)

    @property
    def written(self) -> list[Output]:
        """Everything the batch's transaction writes."""
        return [*self.outputs, *self.shadows] if self.shadows else self.outputs

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds to the time of a stage."""
        begin = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begin


@dataclass(frozen=True)
class Schemas:
    """The output topics' schemas: (id, JSON text)."""

    flag: tuple[int, str]
    dead_letter: tuple[int, str]


class BatchScorer:
    """One champion, its challengers, and the schemas they write; stateless between batches but for caches.

    stream: the input stream's newest schema, JSON text.
    """

    def __init__(
        self, config: SidecarConfig, model: Model, registry: SchemaRegistry, schemas: Schemas, stream: str = "",
        challengers: Sequence[Model] = (),
    ) -> None:
        self.model, self.challengers = model, tuple(challengers)
        self._shadows = [Shadow(c, config.shadow_topic, schemas.flag, config.reasons) for c in challengers]
        self._sensitive = bool(stream and sensitive_fields(parse_record(stream)))
        self._config = config
        self._scorer = Scorer(model)
        needed, more = [*model.columns, *NEEDED], [name for c in challengers for name in c.columns]
        self._decoders = Decoders(registry, needed, [n for n in dict.fromkeys([*OPTIONAL, *more]) if n not in needed])
        self._flags = FlagEncoder(model, *schemas.flag, config.reasons)
        self._dead_letters = DeadLetterEncoder(config.dead_letter_topic, *schemas.dead_letter,
                                               config.dead_letter_max_bytes)

    def process(self, messages: Sequence[Message], now: int, refused: Rejection | None = None) -> BatchResult:
        """Outputs of a batch; `now` in milliseconds; `refused` makes dead letters of all, for that reason.

        Raises RegistryError while the registry does not answer.
        """
        outputs: list[Output | None] = [None] * len(messages)
        result = BatchResult([])
        if refused is not None:
            self._reject(dict.fromkeys(range(len(messages)), refused), messages, outputs, result, now)
        for identity, rows in _by_schema(messages if refused is None else ()).items():
            self._process_schema(identity, rows, messages, outputs, result, now)
        result.outputs = [output for output in outputs if output is not None]
        return result

    def _process_schema(
        self, identity: int | None, rows: list[int], messages: Sequence[Message], outputs: list[Output | None],
        result: BatchResult, now: int,
    ) -> None:
        chosen = [messages[row] for row in rows]
        with result.stage("decode"):
            decoded = self._decode(identity, chosen)
        if isinstance(decoded, Rejection):
            rejected = dict.fromkeys(range(len(rows)), decoded)
        else:
            with result.stage("screen"):
                screened = screen(self.model, decoded, [m.key() for m in chosen], EVENT_TIME)
            rejected = screened.rejected
            flags = self._flag(chosen, decoded, screened, result, now)
            for row, flag in zip(screened.good.tolist(), flags, strict=True):
                outputs[rows[row]] = flag
        self._reject({rows[row]: rejection for row, rejection in rejected.items()}, messages, outputs, result, now)

    def _reject(
        self, rejected: dict[int, Rejection], messages: Sequence[Message], outputs: list[Output | None],
        result: BatchResult, now: int,
    ) -> None:
        for row, rejection in rejected.items():
            value = self._shown(messages[row].value())
            outputs[row] = self._dead_letters.encode(messages[row], rejection, now, value, withheld=value is None)
            result.rejected[rejection.reason] = result.rejected.get(rejection.reason, 0) + 1

    def _shown(self, value: bytes | None) -> bytes | None:
        """What a dead letter may show of a value; None where nothing. The stream's own schema says what is sensitive
        where the value's schema is unknown."""
        identity = schema_id(value)
        mask = None if identity is None else self._decoders.mask(identity)
        if mask is not None:
            return mask.masked(value or b"")
        return None if self._sensitive else value

    def _decode(self, identity: int | None, messages: list[Message]) -> Batch | Rejection:
        if identity is None:
            return Rejection(UNDECODABLE, "value is null or not framed by a schema id", "SchemaError")
        decoded = self._decoders.decode(identity, [m.value() or b"" for m in messages])
        if isinstance(decoded, Rejection) and decoded.reason == MISSING and self._config.on_missing_feature == "stop":
            raise StopError(f"{decoded.error}, which model {self.model.version} needs")
        return decoded

    def _flag(
        self, messages: list[Message], decoded: Batch, screened: Screened, result: BatchResult, now: int
    ) -> list[Output]:
        good = screened.good
        if not len(good):
            return []
        with result.stage("score"):
            scores = self._scorer.score(screened.columns)
        with result.stage("encode"):
            values = self._flags.encode(scores, screened.columns, facts_of(decoded, good), now)
            chosen = [messages[row] for row in good.tolist()]
            times, topic = event_times(decoded, good), self._config.flag_topic
            flags = [Output(topic, message.key(), value, time, headers) for message, value, time, headers
                     in zip(chosen, values, times, with_source(chosen), strict=True)]
        result.ingested += _present(decoded.columns.get(INGESTED), good)
        result.scored += len(good)
        result.flagged += int(scores.decision.sum())
        result.samples.append((screened.columns, scores.probability))
        if self._shadows:
            with result.stage("shadow"):
                self._shadow(messages, decoded, screened, result, now)
        return flags

    def _shadow(
        self, messages: list[Message], decoded: Batch, screened: Screened, result: BatchResult, now: int
    ) -> None:
        for shadow in self._shadows:
            flags = shadow.flags(messages, decoded, screened.good, now)
            result.shadows += flags
            result.shadowed[shadow.model.version] = result.shadowed.get(shadow.model.version, 0) + len(flags)


def _by_schema(messages: Sequence[Message]) -> dict[int | None, list[int]]:
    """Rows by their writer schema's id; None: not framed by one."""
    heads: dict[bytes, list[int]] = defaultdict(list)
    for row, message in enumerate(messages):
        heads[(message.value() or b"")[:HEADER_SIZE]].append(row)
    groups: dict[int | None, list[int]] = defaultdict(list)
    for head, rows in heads.items():
        groups[schema_id(head)] += rows
    return groups


def _present(column: Column | None, rows: NDArray[Any]) -> list[int]:
    return [] if column is None else column.values[rows][~column.null[rows]].tolist()
