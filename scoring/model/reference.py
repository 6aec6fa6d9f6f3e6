"""How scores and features were distributed when the model was made: what drift is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.model.node import Node
from scoring.model.transforms import Array

BINS = 10
MAX_CATEGORIES = 20


@dataclass(frozen=True)
class Numbers:
    """shares: of the rows in each bin, (bins,), then of nulls. edges: (bins − 1,), ascending; a bin holds
    edges[i − 1] ≤ x < edges[i]."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]

    def count(self, values: NDArray[Any]) -> Array:
        """Rows of each bin, nulls (NaN) last. values: (n,) float64."""
        null = np.isnan(values)
        found = np.searchsorted(self.edges, values[~null], side="right")
        return np.append(np.bincount(found, minlength=len(self.edges) + 1), null.sum()).astype(np.float64)

    def to_json(self) -> dict[str, Any]:
        return {"edges": list(self.edges), "shares": list(self.shares[:-1]), "null": self.shares[-1]}


@dataclass(frozen=True)
class Categories:
    """shares: of the rows of each category, then of all other texts, then of nulls."""

    categories: tuple[str, ...]
    shares: tuple[float, ...]

    def count(self, values: NDArray[Any]) -> Array:
        """Rows of each category, others, nulls. values: (n,) texts or UTF-8 bytes, None or empty for null."""
        place = {form: i for i, name in enumerate(self.categories) for form in (name, name.encode())}
        counts = np.zeros(len(self.categories) + 2)
        for value in values.tolist():
            counts[place.get(value, -2) if value else -1] += 1
        return counts

    def to_json(self) -> dict[str, Any]:
        return {"categories": list(self.categories), "shares": list(self.shares[:-2]), "other": self.shares[-2],
                "null": self.shares[-1]}


Distribution = Numbers | Categories


@dataclass(frozen=True)
class Reference:
    """rows: how many there were. score: of the calibrated probabilities. features: by column."""

    rows: int
    score: Numbers
    features: Mapping[str, Distribution] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "score": self.score.to_json(),
                "features": {name: found.to_json() for name, found in self.features.items()}}


def reference_of(columns: Mapping[str, NDArray[Any]], kinds: Mapping[str, str], probability: Array) -> Reference:
    """The reference of n rows. kinds: column → number or category; columns: as a Scorer takes them;
    probability: calibrated, (m,), of rows the model had not seen where there are such."""
    features = {name: _categories(columns[name]) if kind == "category" else numbers(columns[name])
                for name, kind in kinds.items()}
    return Reference(len(probability), numbers(probability), features)


def numbers(values: NDArray[Any], bins: int = BINS) -> Numbers:
    """Bins of equal counts, as far as ties allow."""
    known = np.asarray(values, dtype=np.float64)
    edges = tuple(np.unique(np.quantile(known[~np.isnan(known)], np.arange(1, bins) / bins)).tolist()) \
        if not np.isnan(known).all() else ()
    return Numbers(edges, _shares(Numbers(edges, ()).count(known)))


def _categories(values: NDArray[Any]) -> Categories:
    texts = [value.decode() if isinstance(value, bytes) else value for value in values.tolist()]
    found, counts = np.unique([text for text in texts if text], return_counts=True)
    names = tuple(sorted(str(found[i]) for i in np.argsort(-counts, kind="stable")[:MAX_CATEGORIES]))
    return Categories(names, _shares(Categories(names, ()).count(np.array(texts, dtype=object))))


def _shares(counts: Array) -> tuple[float, ...]:
    return tuple((counts / max(counts.sum(), 1.0)).tolist())


def read_reference(node: Node) -> Reference:
    """The reference of a model document."""
    columns = node.child("features").object()
    features = {name: _read(node.child("features").child(name)) for name in columns}
    score = _read(node.child("score"))
    if not isinstance(score, Numbers):
        raise node.child("score").fail("must have edges, a score is a number")
    return Reference(node.child("rows").whole(), score, features)


def _read(node: Node) -> Distribution:
    shares = [item.number() for item in node.child("shares").items()]
    tail = [node.child(name).number() for name in (("other", "null") if node.has("categories") else ("null",))]
    if min([*shares, *tail], default=0.0) < 0.0 or abs(sum(shares) + sum(tail) - 1.0) > 1e-6:
        raise node.fail("shares must not be negative and must sum to 1")
    if node.has("categories"):
        names = tuple(item.text() for item in node.child("categories").items())
        _same_length(node, len(shares), len(names))
        return Categories(names, (*shares, *tail))
    edges = tuple(item.number() for item in node.child("edges").items())
    _same_length(node, len(shares), len(edges) + 1)
    if any(b <= a for a, b in zip(edges, edges[1:], strict=False)):
        raise node.child("edges").fail("must increase")
    return Numbers(edges, (*shares, *tail))


def _same_length(node: Node, found: int, wanted: int) -> None:
    if found != wanted:
        raise node.child("shares").fail(f"has {found} entries, not {wanted}")
