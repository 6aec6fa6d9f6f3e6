"""Scoring a batch of messages: exactly one output for every input, in the same order."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import numpy as np
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
from scoring.sidecar.messages import Messages
from scoring.sidecar.outputs import NOTHING, Outputs
from scoring.sidecar.records import Message, Output, Rejection
from scoring.sidecar.registry import SchemaRegistry
from scoring.sidecar.screen import MISSING, UNDECODABLE, Screened, screen
from scoring.sidecar.shadow import Shadow

INGESTED = "INGESTED_AT"
OPTIONAL = (AMOUNT, INGESTED)


@dataclass
class BatchResult:
    """outputs: one for every message, in order. scored, flagged: counts. rejected: reason → count.

    ingested: arrays of INGESTED_AT of scored records that have one, milliseconds.
    shadows: challengers' flags, to be written in the same transaction. shadowed: how many, by version.
    seconds: time by stage. samples: (columns, probabilities) of what was scored.
    """

    outputs: Outputs = NOTHING
    shadows: Outputs = NOTHING
    shadowed: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    samples: list[tuple[dict[str, NDArray[Any]], NDArray[Any]]] = field(default_factory=list)
    scored: int = 0
    flagged: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    ingested: list[NDArray[Any]] = field(default_factory=list)

    @property
    def written(self) -> Outputs:
        """Everything the batch's transaction writes."""
        return self.outputs + self.shadows if self.shadows else self.outputs

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

    def process(
        self, messages: Sequence[Message] | Messages, now: int, refused: Rejection | None = None
    ) -> BatchResult:
        """Outputs of a batch; `now` in milliseconds; `refused` makes dead letters of all, for that reason.

        Raises RegistryError while the registry does not answer.
        """
        result, messages = BatchResult(), Messages.of(messages)
        if refused is not None:
            rejected = dict.fromkeys(range(len(messages)), refused)
            result.outputs = Outputs.of(self._dead(rejected, messages, result, now).values())
            return result
        groups = _by_schema(messages.values)
        if len(groups) == 1:
            result.outputs = self._process_schema(next(iter(groups)), messages, result, now)
            return result
        outputs: dict[int, Output] = {}
        for identity, rows in groups.items():
            found = self._process_schema(identity, messages.take(rows), result, now)
            outputs |= zip(rows, found, strict=True)
        result.outputs = Outputs.of(outputs[row] for row in range(len(messages)))
        return result

    def _process_schema(
        self, identity: int | None, messages: Messages, result: BatchResult, now: int
    ) -> Outputs:
        """Outputs of messages of one writer schema."""
        with result.stage("decode"):
            decoded = self._decode(identity, messages.values)
        if isinstance(decoded, Rejection):
            rejected = dict.fromkeys(range(len(messages)), decoded)
            return Outputs.of(self._dead(rejected, messages, result, now).values())
        with result.stage("screen"):
            screened = screen(self.model, decoded, messages.keys, EVENT_TIME, now)
        flags = self._flag(messages, decoded, screened, result, now)
        if not screened.rejected:
            return flags
        outputs = self._dead(screened.rejected, messages, result, now)
        outputs |= zip(screened.good.tolist(), flags, strict=True)
        return Outputs.of(outputs[row] for row in range(len(messages)))

    def _dead(
        self, rejected: dict[int, Rejection], messages: Messages, result: BatchResult, now: int
    ) -> dict[int, Output]:
        """Dead letters by row."""
        outputs = {}
        for row, rejection in rejected.items():
            value = self._shown(messages[row].value())
            outputs[row] = self._dead_letters.encode(messages[row], rejection, now, value, withheld=value is None)
            result.rejected[rejection.reason] = result.rejected.get(rejection.reason, 0) + 1
        return outputs

    def _shown(self, value: bytes | None) -> bytes | None:
        """What a dead letter may show of a value; None where nothing. The stream's own schema says what is sensitive
        where the value's schema is unknown."""
        identity = schema_id(value)
        mask = None if identity is None else self._decoders.mask(identity)
        if mask is not None:
            return mask.masked(value or b"")
        return None if self._sensitive else value

    def _decode(self, identity: int | None, values: list[bytes]) -> Batch | Rejection:
        if identity is None:
            return Rejection(UNDECODABLE, "value is null or not framed by a schema id", "SchemaError")
        decoded = self._decoders.decode(identity, values)
        if isinstance(decoded, Rejection) and decoded.reason == MISSING and self._config.on_missing_feature == "stop":
            raise StopError(f"{decoded.error}, which model {self.model.version} needs")
        return decoded

    def _flag(
        self, messages: Messages, decoded: Batch, screened: Screened, result: BatchResult, now: int
    ) -> Outputs:
        good = screened.good
        if not len(good):
            return NOTHING
        scored = messages.take(good.tolist()) if screened.rejected else messages
        with result.stage("score"):
            scores = self._scorer.score(screened.columns)
        with result.stage("encode"):
            values = self._flags.encode(scores, screened.columns, facts_of(decoded, good), now)
            flags = Outputs([self._config.flag_topic] * len(good), scored.keys, values, event_times(decoded, good),
                            scored.headers())
        result.ingested.append(_present(decoded.columns.get(INGESTED), good))
        result.scored += len(good)
        result.flagged += int(scores.decision.sum())
        result.samples.append((screened.columns, scores.probability))
        if self._shadows:
            with result.stage("shadow"):
                self._shadow(messages, decoded, screened, result, now)
        return flags

    def _shadow(
        self, messages: Messages, decoded: Batch, screened: Screened, result: BatchResult, now: int
    ) -> None:
        for shadow in self._shadows:
            flags = shadow.flags(messages, decoded, screened.good, now)
            result.shadows += flags
            result.shadowed[shadow.model.version] = result.shadowed.get(shadow.model.version, 0) + len(flags)


def _by_schema(values: list[Any]) -> dict[int | None, Sequence[int]]:
    """Rows by their writer schema's id; None: not framed by one."""
    first = (values[0] or b"")[:HEADER_SIZE]
    if len(first) == HEADER_SIZE and None not in values and all(map(bytes.startswith, values, repeat(first))):
        return {schema_id(first): range(len(values))}
    heads = [b"" if value is None else value[:HEADER_SIZE] for value in values]
    identities = {head: schema_id(head) for head in set(heads)}
    groups: dict[int | None, list[int]] = defaultdict(list)
    for row, head in enumerate(heads):
        groups[identities[head]].append(row)
    return dict(groups)


def _present(column: Column | None, rows: NDArray[Any]) -> NDArray[Any]:
    return np.zeros(0) if column is None else column.values[rows][~column.null[rows]]
