"""Scoring a batch of messages: exactly one output for every input, in the same order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.decoder import Batch, Column
from scoring.avro.encoder import Rows
from scoring.avro.schema import parse_record
from scoring.avro.wire import HEADER_SIZE, schema_id
from scoring.errors import StopError
from scoring.model.model import Model
from scoring.model.scorer import Scorer
from scoring.sidecar.config import SidecarConfig
from scoring.sidecar.dead_letters import DeadLetterEncoder
from scoring.sidecar.decode import Decoders
from scoring.sidecar.flags import FlagEncoder
from scoring.sidecar.mask import sensitive_fields
from scoring.sidecar.records import Message, Output, Rejection, with_source
from scoring.sidecar.registry import SchemaRegistry
from scoring.sidecar.screen import MISSING, UNDECODABLE, Screened, screen

EVENT_TIME = "EVENT_TIME"
ACCOUNT = "ACCOUNT_ID"
AMOUNT = "AMOUNT"
INGESTED = "INGESTED_AT"
NEEDED = (EVENT_TIME, ACCOUNT)
OPTIONAL = (AMOUNT, INGESTED)


@dataclass
class BatchResult:
    """outputs: one for every message, in order. scored, flagged: counts. rejected: reason → count.

    ingested: INGESTED_AT of scored records that have one, milliseconds.
    """

    outputs: list[Output]
    scored: int = 0
    flagged: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    ingested: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Schemas:
    """The output topics' schemas: (id, JSON text)."""

    flag: tuple[int, str]
    dead_letter: tuple[int, str]


class BatchScorer:
    """One model and the schemas it writes; stateless between batches but for caches.

    stream: the input stream's newest schema, JSON text.
    """

    def __init__(
        self, config: SidecarConfig, model: Model, registry: SchemaRegistry, schemas: Schemas, stream: str = ""
    ) -> None:
        self.model = model
        self._sensitive = bool(stream and sensitive_fields(parse_record(stream)))
        self._config = config
        self._scorer = Scorer(model)
        self._decoders = Decoders(registry, [*model.columns, *NEEDED], OPTIONAL)
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
        decoded = self._decode(identity, chosen)
        if isinstance(decoded, Rejection):
            rejected = dict.fromkeys(range(len(rows)), decoded)
        else:
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
        scores = self._scorer.score(screened.columns)
        facts = {
            "event_time": Rows(decoded.columns[EVENT_TIME].values[good]),
            "account_id": Rows([value or b"" for value in decoded.columns[ACCOUNT].values[good]]),
            "amount": _nullable(decoded.columns.get(AMOUNT), good),
        }
        result.ingested += _present(decoded.columns.get(INGESTED), good)
        values = self._flags.encode(scores, screened.columns, facts, now)
        result.scored += len(good)
        result.flagged += int(scores.decision.sum())
        times = facts["event_time"].values.tolist()
        chosen = [messages[row] for row in good.tolist()]
        topic = self._config.flag_topic
        return [Output(topic, message.key(), value, time, headers)
                for message, value, time, headers in zip(chosen, values, times, with_source(chosen), strict=True)]


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


def _nullable(column: Column | None, rows: NDArray[Any]) -> Rows:
    if column is None:
        return Rows(np.zeros(len(rows)), np.ones(len(rows), dtype=bool))
    null = column.null[rows]
    return Rows(np.where(null, 0.0, column.values[rows]), null)
