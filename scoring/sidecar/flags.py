"""Flags: scores as records of the flag topic's schema."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.avro.encoder import Coded, Constant, Encoded, Items, RecordEncoder, Rows, Source
from scoring.avro.pieces import text
from scoring.avro.schema import parse_record
from scoring.avro.varint import encode_long
from scoring.avro.wire import header
from scoring.model.model import Model
from scoring.model.reasons import TopReasons, top_reasons
from scoring.model.scorer import Scores

FIELDS = ("event_time", "account_id", "amount", "score", "log_odds", "is_fraud", "threshold", "reason_codes",
          "model_version", "model_hash", "features_hash", "scored_at")

_HASH: Any = type(hashlib.sha256())
_HASH_DIGITS = 64
_HASH_SIZE = encode_long(_HASH_DIGITS)


class FlagEncoder:
    """Encodes a batch's scores under one schema id."""

    def __init__(self, model: Model, schema_id: int, schema: str, reasons: int) -> None:
        self._model, self._reasons = model, reasons
        self._encoder = RecordEncoder(parse_record(schema), header(schema_id))
        self._encoder.check(FIELDS)
        self._names = tuple(text(f.column.encode()) for f in model.features)
        self._phrases = tuple(text(f.phrase.encode()) for f in model.features)

    def encode(
        self, scores: Scores, columns: Mapping[str, NDArray[Any]], facts: Mapping[str, Source], scored_at: int
    ) -> list[bytes]:
        """n flags. columns: the values scored; facts: event_time, account_id, amount; scored_at: milliseconds."""
        numbers = number_matrix(self._model, columns)
        sources: dict[str, Source] = {
            **facts,
            "score": Rows(scores.probability),
            "log_odds": Rows(scores.logit),
            "is_fraud": Rows(scores.decision),
            "threshold": Rows(scores.threshold),
            "reason_codes": self._reason_items(top_reasons(scores.contributions, self._reasons), numbers),
            "model_version": Constant(self._model.version),
            "model_hash": Constant(self._model.hash),
            "features_hash": Encoded(_framed(feature_digests(self._model, columns, numbers))),
            "scored_at": Constant(scored_at),
        }
        return self._encoder.encode(sources, len(scores.logit))

    def _reason_items(self, top: TopReasons, numbers: NDArray[np.float64]) -> Items:
        return Items(top.used, [self._reason(top, numbers, rank) for rank in range(top.feature.shape[1])])

    def _reason(self, top: TopReasons, numbers: NDArray[np.float64], rank: int) -> dict[str, Rows | Encoded | Coded]:
        feature = top.feature[:, rank]
        value = numbers[np.arange(len(numbers)), feature]
        return {
            "feature": Coded(feature, self._names),
            "value": Rows(value, np.isnan(value)),
            "contribution": Rows(top.contribution[:, rank]),
            "phrase": Coded(feature, self._phrases),
        }


def number_matrix(model: Model, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """(n, features): the values of numbers as they came, NaN for nulls and for categories."""
    first = columns[model.features[0].column]
    empty = np.full(len(first), np.nan)
    return np.column_stack([columns[f.column] if f.type == "number" else empty for f in model.features])


def feature_hashes(model: Model, columns: Mapping[str, NDArray[Any]]) -> list[bytes]:
    """SHA-256 in hex of each row's feature values: all numbers as little-endian doubles in the model's order (a null or
    a category as NaN), then each category as its UTF-8 bytes and a zero byte (a null as the zero byte alone)."""
    whole = feature_digests(model, columns, number_matrix(model, columns))
    return [whole[at:at + _HASH_DIGITS] for at in range(0, len(whole), _HASH_DIGITS)]


def feature_digests(model: Model, columns: Mapping[str, NDArray[Any]], numbers: NDArray[np.float64]) -> bytes:
    """The hashes of feature_hashes end to end. numbers: of number_matrix."""
    plain = np.where(np.isnan(numbers), np.nan, numbers).astype("<f8", copy=False)
    rows = plain.view(f"V{plain.itemsize * plain.shape[1]}").ravel().tolist()
    for feature in model.features:
        if feature.type == "category":
            rows = [row + (value or b"") + b"\0" for row, value in zip(rows, columns[feature.column], strict=True)]
    return "".join(map(_HASH.hexdigest, map(hashlib.sha256, rows))).encode()


def _framed(digests: bytes) -> NDArray[Any]:
    """Each digest behind its length."""
    digits = np.frombuffer(digests, dtype=f"V{_HASH_DIGITS}")
    framed = np.empty(len(digits), dtype=[("size", f"V{len(_HASH_SIZE)}"), ("digits", digits.dtype)])
    framed["size"], framed["digits"] = np.void(_HASH_SIZE), digits
    return framed.view(f"V{framed.dtype.itemsize}")
