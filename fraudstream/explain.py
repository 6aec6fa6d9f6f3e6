"""What became of one transaction, and why: its flag with every feature's exact share in the score, or where it left.

A flag carries the strongest reasons only. With the model that scored it, all contributions are computed anew from the
enriched record; they and the intercept sum to the flag's log_odds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from fraudstream.addresses import Addresses
from fraudstream.errors import UserError
from fraudstream.reconcile import DEAD_LETTERS, ENRICHED, FLAGS, REJECTED
from fraudstream.topics import Topics
from fraudstream.writer_schemas import WriterSchemas
from scoring.avro.decoder import BatchDecoder
from scoring.avro.schema import parse_record
from scoring.avro.wire import HEADER_SIZE
from scoring.errors import SchemaError
from scoring.model.load import load_model
from scoring.model.model import Model
from scoring.model.scorer import Scorer

BAR = 24


@dataclass(frozen=True, slots=True)
class Share:
    """One feature's addend of the log-odds, and the value it came from."""

    feature: str
    value: float | str | None
    contribution: float
    phrase: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """outcome: flagged, passed, rejected, dead-lettered, waiting (enriched, not scored yet) or unknown.

    reason: why it was rejected or dead-lettered. shares: strongest first, of all features when `exact`, else the flag's
    reasons. base: the log-odds of no feature's share (the intercept). note: what a reader should know.
    """

    transaction_id: str
    outcome: str
    reason: str | None = None
    flag: dict[str, Any] = field(default_factory=dict)
    base: float | None = None
    shares: list[Share] = field(default_factory=list)
    exact: bool = False
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def explain(transaction_id: str, addresses: Addresses, model: Path, timeout: float = 60.0) -> Explanation:
    """Look the transaction up in the topics. Raises UserError when Kafka or the registry does not answer."""
    topics, schemas = Topics(addresses, timeout), WriterSchemas(addresses.registry)
    try:
        return _look(transaction_id, topics, schemas, model)
    finally:
        topics.close()


def _look(transaction_id: str, topics: Topics, schemas: WriterSchemas, model: Path) -> Explanation:
    key = transaction_id.encode()
    flags = [schemas.decode(value) for value in topics.of_key(FLAGS, key)]
    enriched = topics.of_key(ENRICHED, key)
    if flags and flags[-1]:
        return scored(transaction_id, flags[-1], enriched[-1] if enriched else None, schemas.writer, load_model(model))
    dead = [schemas.decode(value) for value in topics.of_key(DEAD_LETTERS, key)]
    if dead and dead[-1]:
        return Explanation(transaction_id, "dead-lettered", f"{dead[-1]['reason']}: {dead[-1]['error']}")
    if enriched:
        return Explanation(transaction_id, "waiting", "no sidecar has scored it yet")
    for _, value in topics.read(REJECTED):
        row = schemas.decode(value) or {}
        if row.get("TRANSACTION_ID") == transaction_id:
            return Explanation(transaction_id, "rejected", row.get("REASON"))
    return Explanation(transaction_id, "unknown", "no topic has a transaction of this id")


def scored(transaction_id: str, flag: dict[str, Any], record: bytes | None,
           writer: Callable[[bytes], dict[str, Any] | None], model: Model) -> Explanation:
    """The explanation of a flag. record: the enriched record's value; writer: the schema a value was written with.

    Without it, or with another model than the flag's, the flag's own reasons stand.
    """
    outcome = "flagged" if flag["is_fraud"] else "passed"
    own = [Share(r["feature"], r["value"], r["contribution"], r["phrase"]) for r in flag["reason_codes"]]
    if record is None or flag["model_hash"] != model.hash:
        why = "the enriched record is gone" if record is None else (
            f"the model given is {model.version} ({model.hash[:12]}), the flag's is {flag['model_version']} "
            f"({flag['model_hash'][:12]}): name it with --model for every feature's share")
        return Explanation(transaction_id, outcome, None, flag, None, own, False, why)
    columns = _columns(record, writer(record), model)
    scores = Scorer(model).score(columns)
    if not math.isclose(scores.logit[0], flag["log_odds"], rel_tol=1e-9, abs_tol=1e-9):
        raise UserError(f"transaction {transaction_id}: the contributions sum to {scores.logit[0]!r}, the flag says "
                        f"{flag['log_odds']!r}; it was made from another record")
    shares = [Share(f.column, _shown(columns[f.column][0]), float(c), f.phrase)
              for f, c in zip(model.features, scores.contributions[0], strict=True)]
    return Explanation(transaction_id, outcome, None, flag, scores.base,
                       sorted(shares, key=lambda share: -share.contribution), True)


def _columns(record: bytes, schema: dict[str, Any] | None, model: Model) -> dict[str, NDArray[Any]]:
    """What the model reads of one record, decoded as the sidecar decodes it."""
    if schema is None:
        raise UserError("the registry does not know the schema of the enriched record")
    try:
        batch = BatchDecoder(parse_record(json.dumps(schema)), model.columns).decode([record], HEADER_SIZE)
    except SchemaError as error:
        raise UserError(f"the enriched record cannot be scored: {error}, which the model reads") from error
    return {name: column.plain() for name, column in batch.columns.items()}


def _shown(value: Any) -> float | str | None:
    if isinstance(value, bytes):
        return value.decode()
    return None if value is None or math.isnan(value) else float(value)


def text(explanation: Explanation, count: int | None = 10) -> str:
    """For a terminal: a headline, then the `count` largest shares in size with bars, then what the rest adds."""
    if not explanation.flag:
        return f"{explanation.transaction_id}: {explanation.outcome}: {explanation.reason}"
    flag = explanation.flag
    sign = "above" if flag["is_fraud"] else "not above"
    lines = [f"{explanation.transaction_id}: {explanation.outcome}. score {flag['score']:.4f}, {sign} its threshold "
             f"{flag['threshold']:.4f}; model {flag['model_version']}", *_table(explanation, count)]
    return "\n".join([*lines, explanation.note] if explanation.note else lines)


def _table(explanation: Explanation, count: int | None) -> list[str]:
    shares = sorted(explanation.shares, key=lambda share: -abs(share.contribution))
    shown, rest = shares[:count], shares[count:] if count is not None else []
    widest = max((abs(share.contribution) for share in shown), default=1.0) or 1.0
    lines = [f"{share.contribution:+8.3f}  {_bar(share.contribution / widest):<{BAR}}  {share.phrase} "
             f"({share.feature} = {_brief(share.value)})" for share in shown]
    if explanation.exact:
        if rest:
            lines.append(f"{sum(share.contribution for share in rest):+8.3f}  {'':<{BAR}}  {len(rest)} other features")
        lines.append(f"{explanation.base:+8.3f}  {'':<{BAR}}  base rate")
        lines.append(f"{explanation.flag['log_odds']:+8.3f}  {'':<{BAR}}  log-odds before calibration, their sum")
    return lines


def _bar(share: float) -> str:
    return ("█" if share > 0 else "░") * round(abs(share) * BAR)


def _brief(value: float | str | None) -> str:
    return "unknown" if value is None else value if isinstance(value, str) else f"{value:.6g}"
