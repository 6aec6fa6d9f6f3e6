"""The model: a readable JSON document, never a pickle."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scoring.model.calibration import Calibration
from scoring.model.features import Feature
from scoring.model.reference import Reference
from scoring.model.threshold import Threshold

FORMAT = "fraudstream-model"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Model:
    """Everything needed to score, explain and reproduce.

    version: the model's id, carried by every flag.
    training: window, rows, frauds, data and SQL hashes, metrics, library versions; for people, not for scoring.
    reference: what drift is measured against; None where the model carries none.
    """

    version: str
    features: tuple[Feature, ...]
    intercept: float
    calibration: Calibration
    threshold: Threshold
    created_at: str = ""
    training: dict[str, Any] = field(default_factory=dict, compare=False)
    reference: Reference | None = field(default=None, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the enriched stream that scoring reads, in the order of the features."""
        names = [feature.column for feature in self.features]
        amount = self.threshold.amount_column
        return tuple(names if amount is None or amount in names else [*names, amount])

    @property
    def required(self) -> frozenset[str]:
        """Columns that must not be null."""
        amount = self.threshold.amount_column
        needed = {feature.column for feature in self.features if feature.required}
        return frozenset(needed if amount is None else needed | {amount})

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "version": self.version,
            "created_at": self.created_at,
            "intercept": self.intercept,
            "features": [feature.to_json() for feature in self.features],
            "calibration": self.calibration.to_json(),
            "threshold": self.threshold.to_json(),
            "training": self.training,
            **({"reference": self.reference.to_json()} if self.reference else {}),
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256, in hex, of the canonical JSON without the version (which may be derived from it)."""
        return document_hash(self.to_json())


def document_hash(document: dict[str, Any]) -> str:
    """SHA-256, in hex, of a model document's canonical form: sorted keys, no spaces, no version."""
    content = {key: value for key, value in document.items() if key != "version"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
