"""Features (a column of the enriched stream) and their terms (columns of the design matrix)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scoring.model.node import Node
from scoring.model.transforms import BASES

TRANSFORMS = ("identity", "log1p", "hinge", "sin", "cos", "missing", "one_hot")
TYPES = ("number", "category")
CATEGORY_TRANSFORMS = ("one_hot", "missing")


@dataclass(frozen=True)
class Term:
    """One addend of the logit: coefficient · (transform(value) − mean) / scale."""

    transform: str
    mean: float = 0.0
    scale: float = 1.0
    coefficient: float = 0.0
    base: str = "identity"
    knot: float = 0.0
    period: float = 0.0
    category: str = ""

    def to_json(self) -> dict[str, Any]:
        own: dict[str, dict[str, Any]] = {"hinge": {"of": self.base, "knot": self.knot},
                                          "sin": {"period": self.period}, "cos": {"period": self.period},
                                          "one_hot": {"category": self.category}}
        return {"transform": self.transform, **own.get(self.transform, {}),
                "mean": self.mean, "scale": self.scale, "coefficient": self.coefficient}

    @staticmethod
    def read(node: Node) -> Term:
        transform = node.child("transform").one_of(TRANSFORMS)
        scale = node.child("scale")
        if scale.number() <= 0.0:
            raise scale.fail("must be above 0")
        return Term(
            transform=transform,
            mean=node.child("mean").number(),
            scale=scale.number(),
            coefficient=node.child("coefficient").number(),
            **_own_settings(node, transform),
        )


def _own_settings(node: Node, transform: str) -> dict[str, Any]:
    if transform == "hinge":
        return {"base": node.child("of").one_of(BASES), "knot": node.child("knot").number()}
    if transform in ("sin", "cos"):
        period = node.child("period")
        if period.number() <= 0.0:
            raise period.fail("must be above 0")
        return {"period": period.number()}
    return {"category": node.child("category").text()} if transform == "one_hot" else {}


@dataclass(frozen=True)
class Feature:
    """A source column: how it is read, what is done when it is null, and its terms.

    fill: value that stands for a null; None means a record without it cannot be scored (numbers only:
    a null category has all its one_hot terms at 0).
    limits: values outside are not scored but dead-lettered as absurd.
    phrase: what a person is told when this feature raises the score.
    """

    column: str
    type: str = "number"
    fill: float | None = None
    limits: tuple[float, float] | None = None
    phrase: str = ""
    terms: tuple[Term, ...] = ()

    @property
    def required(self) -> bool:
        """True where a null makes the record unscorable."""
        return self.type == "number" and self.fill is None

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {"column": self.column, "type": self.type}
        if self.fill is not None:
            document["fill"] = self.fill
        if self.limits is not None:
            document["limits"] = list(self.limits)
        return {**document, "phrase": self.phrase, "terms": [term.to_json() for term in self.terms]}

    @staticmethod
    def read(node: Node) -> Feature:
        kind = node.child("type").one_of(TYPES)
        terms = tuple(_read_term(item, kind) for item in node.child("terms").items())
        if not terms:
            raise node.child("terms").fail("a feature needs at least one term")
        return Feature(
            column=node.child("column").text(),
            type=kind,
            fill=node.child("fill").number() if node.has("fill") else None,
            limits=_read_limits(node.child("limits")) if node.has("limits") else None,
            phrase=node.child("phrase").text(),
            terms=terms,
        )


def _read_term(node: Node, kind: str) -> Term:
    term = Term.read(node)
    if (term.transform in CATEGORY_TRANSFORMS) != (kind == "category") and term.transform != "missing":
        raise node.fail(f"transform {term.transform} does not fit a {kind}")
    return term


def _read_limits(node: Node) -> tuple[float, float]:
    values = [item.number() for item in node.items()]
    if len(values) != 2 or values[0] >= values[1]:
        raise node.fail("expected [low, high] with low < high")
    return values[0], values[1]
